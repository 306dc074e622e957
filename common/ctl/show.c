/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of texts, built as JSON arrays and printed by table.c.
 */
#include "common/ctl/show.h"

#include "common/clock.h"
#include "common/ctl/phrases.h"
#include "common/ctl/rows.h"
#include "common/ctl/table.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define PHRASE_MAX 256

static void add_pair(json_t *rows, enum ctl_language language, const char *name, const char *value)
{
	json_t *row = new_row(rows);

	add(row, ctl_words(language, name));
	add(row, value);
}

/* A line for the field where the answer has it. */
static void add_field(json_t *rows, enum ctl_language language, const json_t *answer,
	const char *name, const char *as)
{
	const json_t *value = json_object_get(answer, name);
	char text[PHRASE_MAX];

	if (json_is_string(value)) {
		ctl_phrase(language, json_string_value(value), text, sizeof text);
		add_pair(rows, language, as, text);
	} else if (json_is_integer(value)) {
		(void)snprintf(
			text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		add_pair(rows, language, as, text);
	}
}

/* The line of a fault that is among the found ones, which say more of it. */
static bool is_found(const char *text, const json_t *found)
{
	for (size_t i = 0; i < json_array_size(found); i++) {
		const char *subject = text_of(json_array_get(found, i), "subject");
		size_t length = strlen(subject);

		if (strncmp(text, subject, length) == 0 && text[length] == ':')
			return true;
	}
	return false;
}

/* "Détecteur : capteur muet depuis 3 h, dit au centre"; in English its kind. */
static void add_found(json_t *rows, enum ctl_language language, const json_t *fault)
{
	bool is_french = language == CTL_FRENCH;
	char text[256];

	(void)snprintf(text, sizeof text, "%s%s%s%s", text_of(fault, "name"),
		is_french ? " : " : ": ",
		is_french ? text_of(fault, "what") : text_of(fault, "kind"),
		json_is_true(json_object_get(fault, "told"))
			? ctl_words(language, ", told to the centre")
			: "");
	add_pair(rows, language, "fault", text);
}

static void add_faults(
	json_t *rows, enum ctl_language language, const json_t *faults, const json_t *found)
{
	char phrase[PHRASE_MAX];

	if (json_array_size(faults) == 0 && json_array_size(found) == 0)
		add_pair(rows, language, "faults", ctl_words(language, "none"));
	for (size_t i = 0; i < json_array_size(faults); i++) {
		const char *text = json_string_value(json_array_get(faults, i));

		if (!text || is_found(text, found))
			continue;
		ctl_phrase(language, text, phrase, sizeof phrase);
		add_pair(rows, language, "fault", phrase);
	}
	for (size_t i = 0; i < json_array_size(found); i++)
		add_found(rows, language, json_array_get(found, i));
}

static void add_sensor(json_t *rows, enum ctl_language language, const json_t *sensor)
{
	const json_t *last_s = json_object_get(sensor, "last_s");
	const json_t *deadline_s = json_object_get(sensor, "deadline_s");
	char ago[SHORT_MAX] = "", text[2 * SHORT_MAX] = "", deadline[2 * SHORT_MAX] = "";
	bool is_french = language == CTL_FRENCH;
	json_t *row = new_row(rows);

	if (json_is_number(last_s)) {
		duration_text(language, (int64_t)json_number_value(last_s), ago);
		(void)snprintf(text, sizeof text, is_french ? "il y a %s" : "%s ago", ago);
	}
	if (json_is_number(deadline_s)) {
		duration_text(language, (int64_t)json_number_value(deadline_s), ago);
		(void)snprintf(deadline, sizeof deadline, "%s%s", ago,
			json_is_true(json_object_get(sensor, "learned"))
				? ctl_words(language, ", learned")
				: "");
	}
	add(row, text_of(sensor, "id"));
	add(row, text_of(sensor, "name"));
	add(row, text_of(sensor, "room"));
	add(row, ctl_words(language, text_of(sensor, "role")));
	add(row, ctl_words(language, text_of(sensor, "state")));
	add(row, text);
	add(row, deadline);
}

static void show_states(FILE *out, enum ctl_language language, const json_t *sensors)
{
	static const char *const heads[] = {
		"sensor", "name", "room", "role", "state", "heard", "may be silent", NULL};
	json_t *rows = json_array();

	add_words(new_row(rows), language, heads);
	for (size_t i = 0; i < json_array_size(sensors); i++)
		add_sensor(rows, language, json_array_get(sensors, i));
	(void)fputc('\n', out);
	table_print(out, rows);
	json_decref(rows);
}

/* Of a hub until when, of a gateway each home. */
static void add_suspended(json_t *rows, enum ctl_language language, const json_t *answer)
{
	json_int_t until_ms = json_integer_value(json_object_get(answer, "suspended_until_ms"));
	const json_t *homes = json_object_get(answer, "suspended");
	char until[SHORT_MAX], text[2 * SHORT_MAX];

	if (until_ms > 0) {
		wall_text(until_ms, true, until);
		add_pair(rows, language, "paused until", until);
	}
	for (size_t n = 0; n < json_array_size(homes); n++) {
		const json_t *home = json_array_get(homes, n);

		wall_text(json_integer_value(json_object_get(home, "until_ms")), true, until);
		(void)snprintf(text, sizeof text, "%.40s  %s", text_of(home, "home"), until);
		add_pair(rows, language, "paused until", text);
	}
}

void show_status(FILE *out, enum ctl_language language, const json_t *answer)
{
	const json_t *uptime_s = json_object_get(answer, "uptime_s");
	json_t *rows = json_array();
	char text[SHORT_MAX];

	add_field(rows, language, answer, "home", "home");
	add_field(rows, language, answer, "homes", "homes");
	add_field(rows, language, answer, "homes_lost", "homes not heard");
	add_field(rows, language, answer, "homes_suspended", "homes paused");
	add_suspended(rows, language, answer);
	add_field(rows, language, answer, "version", "version");
	if (json_is_integer(uptime_s)) {
		duration_text(language, json_integer_value(uptime_s), text);
		add_pair(rows, language, "running for", text);
	}
	add_field(rows, language, answer, "broker", "broker");
	add_field(rows, language, answer, "outbox", "outbox");
	add_field(rows, language, answer, "sound", "sound");
	add_field(rows, language, answer, "refused", "refused messages");
	add_field(rows, language, answer, "incidents_open", "open incidents");
	add_faults(rows, language, json_object_get(answer, "faults"),
		json_object_get(answer, "found"));
	table_print(out, rows);
	json_decref(rows);
	if (json_array_size(json_object_get(answer, "sensors")) > 0)
		show_states(out, language, json_object_get(answer, "sensors"));
}

static void add_incident(json_t *rows, enum ctl_language language, const json_t *i)
{
	json_t *row = new_row(rows);
	const char *outcome = text_of(i, "outcome");
	char when[SHORT_MAX], class[SHORT_MAX], why[PHRASE_MAX];

	ctl_phrase(language, text_of(i, "why"), why, sizeof why);
	wall_text(json_integer_value(json_object_get(i, "event_ms")), true, when);
	(void)snprintf(class, sizeof class, "%s%s%s%s", ctl_words(language, text_of(i, "class")),
		json_is_true(json_object_get(i, "test")) ? " (" : "",
		json_is_true(json_object_get(i, "test")) ? ctl_words(language, "test") : "",
		json_is_true(json_object_get(i, "test")) ? ")" : "");
	add(row, when);
	add(row, text_of(i, "home"));
	add(row, class);
	add(row, ctl_words(language, text_of(i, "state")));
	add(row, strcmp(outcome, "none") == 0 ? "" : ctl_words(language, outcome));
	add(row, text_of(i, "room"));
	add(row, text_of(i, "sensor"));
	add(row, text_of(i, "id"));
	add(row, ctl_words(language, text_of(i, "by")));
	add(row, why);
}

void show_incidents(FILE *out, enum ctl_language language, const json_t *answer)
{
	static const char *const heads[] = {"happened", "home", "class", "state", "outcome", "room",
		"sensor", "incident", "by", "why", NULL};
	const json_t *incidents = json_object_get(answer, "incidents");
	json_t *rows = json_array();

	if (json_array_size(incidents) == 0) {
		(void)fprintf(out, "%s\n", ctl_words(language, "no incident"));
	} else {
		add_words(new_row(rows), language, heads);
		for (size_t n = 0; n < json_array_size(incidents); n++)
			add_incident(rows, language, json_array_get(incidents, n));
		table_print(out, rows);
	}
	json_decref(rows);
}

static void print_line(FILE *out, const char *first, const char *second, const char *third)
{
	table_print_text(out, first);
	(void)fputs(*second ? " " : "", out);
	table_print_text(out, second);
	(void)fputs(*third ? " " : "", out);
	table_print_text(out, third);
	(void)fputc('\n', out);
}

void show_test(FILE *out, enum ctl_language language, const json_t *answer)
{
	print_line(
		out, ctl_words(language, "test incident raised"), text_of(answer, "incident"), "");
}

void show_press(FILE *out, enum ctl_language language, const json_t *answer)
{
	print_line(out, ctl_words(language, "press simulated"), text_of(answer, "sensor"),
		text_of(answer, "incident"));
}

void show_output(FILE *out, enum ctl_language language, const json_t *answer)
{
	print_line(out, ctl_words(language, text_of(answer, "output")),
		ctl_words(language, json_is_true(json_object_get(answer, "on"))
					    ? "is switched on"
					    : "is switched off"),
		"");
}

void show_say(FILE *out, enum ctl_language language, const json_t *answer)
{
	(void)answer;
	print_line(out, ctl_words(language, "it is being said"), "", "");
}

void show_pause(FILE *out, enum ctl_language language, const json_t *answer)
{
	char until[SHORT_MAX];

	wall_text(json_integer_value(json_object_get(answer, "suspended_until_ms")), true, until);
	print_line(out, ctl_words(language, "paused until"), until, "");
}

void show_resume(FILE *out, enum ctl_language language, const json_t *answer)
{
	(void)answer;
	print_line(out, ctl_words(language, "the pause is over"), "", "");
}

void show_state(FILE *out, enum ctl_language language, const json_t *answer)
{
	print_line(out, text_of(answer, "incident"), ctl_words(language, "incident is now"),
		ctl_words(language, text_of(answer, "state")));
}

/* A step's time is CLOCK_BOOTTIME: shown on the wall clock as both stand now. */
void show_step(FILE *out, enum ctl_language language, const json_t *step)
{
	int64_t ago_us, at_us = json_integer_value(json_object_get(step, "time_us"));
	int64_t wall_us = (int64_t)clock_us(CLOCK_REALTIME);
	char when[SHORT_MAX];

	(void)language; /* steps are the programs' own words: they are looked up in PROTOCOL.md */
	ago_us = (int64_t)clock_boot_us() - at_us;
	wall_text((wall_us - ago_us) / 1000, false, when);
	(void)fprintf(out, "%s.%06" PRId64 "  %-8s", when, (wall_us - ago_us) % 1000000,
		text_of(step, "part"));
	if (*text_of(step, "text") || *text_of(step, "incident"))
		(void)fprintf(out, "%-10s ", text_of(step, "what"));
	else
		table_print_text(out, text_of(step, "what"));
	if (*text_of(step, "text"))
		print_line(out, text_of(step, "text"), text_of(step, "incident"), "");
	else
		print_line(out, text_of(step, "incident"), "", "");
	(void)fflush(out);
}
