/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is on air, the closest first: on a terminal drawn anew each second, else once at the end.
 */
#include "common/ctl/show.h"

#include "common/ctl/rows.h"
#include "common/ctl/table.h"

#define TEXT_MAX   256
#define CLEAR      "\033[H\033[2J"
#define STRONG_DBM (-55) /* in the same room */
#define MIDDLE_DBM (-75)

/* Joins up to a full text with ", ". */
static void append(char text[TEXT_MAX], const char *more)
{
	size_t used = strlen(text);

	if (*more)
		(void)snprintf(text + used, TEXT_MAX - used, "%s%s", used ? ", " : "", more);
}

static const char *guess_phrase(enum ctl_language language, const char *guess)
{
	static const char *const phrases[][2] = {{"pendant", "pendant of this service"},
		{"polar", "Polar belt or armband"}, {"infinitime", "PineTime watch (InfiniTime)"},
		{"bangle", "Bangle.js watch or Nordic UART"},
		{"heart_rate", "heart rate belt or watch"}, {"sensor", "sensor"},
		{"beacon", "beacon or tag"}, {"phone", "telephone or other device"},
		{"connectable", "can be connected to"}, {"unknown", "unknown"}};

	for (size_t n = 0; n < sizeof phrases / sizeof phrases[0]; n++)
		if (strcmp(phrases[n][0], guess) == 0)
			return ctl_words(language, phrases[n][1]);
	return guess;
}

/* "sensor BTHome v2: motion, battery", "beacon or tag, Apple". */
static void what_text(enum ctl_language language, const json_t *found, char ret[TEXT_MAX])
{
	const char *format = text_of(found, "format"), *maker = text_of(found, "maker");
	const json_t *kinds = json_object_get(found, "kinds");

	(void)snprintf(ret, TEXT_MAX, "%s%s%s", guess_phrase(language, text_of(found, "guess")),
		*format ? " " : "", show_format(format));
	append(ret, maker);
	for (size_t n = 0; n < json_array_size(kinds); n++) {
		const char *kind = json_string_value(json_array_get(kinds, n));

		append(ret, kind ? ctl_words(language, kind) : "");
	}
	if (json_is_true(json_object_get(found, "sealed")))
		append(ret, ctl_words(language, "sealed: needs its key"));
}

static void signal_text(enum ctl_language language, const json_t *rssi_dbm, char ret[SHORT_MAX])
{
	json_int_t dbm = json_integer_value(rssi_dbm);

	ret[0] = '\0';
	if (json_is_integer(rssi_dbm))
		(void)snprintf(ret, SHORT_MAX, "%" JSON_INTEGER_FORMAT " dBm, %s", dbm,
			ctl_words(language, dbm >= STRONG_DBM   ? "strong"
					    : dbm >= MIDDLE_DBM ? "middling"
								: "weak"));
}

static void add_found(json_t *rows, enum ctl_language language, const json_t *found)
{
	const char *installed = text_of(found, "installed");
	char what[TEXT_MAX], number[SHORT_MAX];
	json_t *row = new_row(rows);
	bool is_connectable = json_is_true(json_object_get(found, "connectable"));

	what_text(language, found, what);
	add(row, text_of(found, "address"));
	add(row, is_connectable ? text_of(found, "address_type") : "");
	signal_text(language, json_object_get(found, "rssi_dbm"), number);
	add(row, number);
	(void)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
		json_integer_value(json_object_get(found, "heard")));
	add(row, number);
	add(row, text_of(found, "name"));
	add(row, what);
	add(row, installed);
}

void show_discovery(
	FILE *out, enum ctl_language language, const json_t *answer, struct ctl_live *live)
{
	static const char *const heads[] = {"address", "connect", "signal", "heard", "name",
		"what it is", "installed as", NULL};
	const json_t *found = json_object_get(answer, "found");
	json_int_t left_s = json_integer_value(json_object_get(answer, "left_s"));
	json_t *rows = json_array();
	char seconds[SHORT_MAX];

	if (!live->is_terminal && left_s > 0) {
		json_decref(rows);
		return;
	}
	add_words(new_row(rows), language, heads);
	for (size_t n = 0; n < json_array_size(found); n++)
		add_found(rows, language, json_array_get(found, n));
	(void)fputs(live->is_terminal ? CLEAR : "", out);
	if (json_array_size(found) > 0)
		table_print(out, rows);
	else
		(void)fprintf(out, "%s\n", ctl_words(language, "nothing is heard"));
	(void)snprintf(seconds, sizeof seconds, "%" JSON_INTEGER_FORMAT, left_s);
	if (left_s > 0)
		ctl_say(out, language, "looking for %s s more",
			(const char *const[]){seconds, NULL});
	(void)fputs(left_s > 0 ? "\n" : "", out);
	json_decref(rows);
}
