/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The home's life as a technician or the resident reads it: the rhythm of a day by rooms and hours.
 */
#include "common/ctl/show.h"

#include "common/ctl/rows.h"
#include "common/ctl/table.h"

#define HOURS      24
#define NAME_WIDTH 16
#define NUMBER_MAX 1000000

static json_int_t number_at(const json_t *room, const char *name, size_t hour)
{
	json_int_t number = json_integer_value(json_array_get(json_object_get(room, name), hour));

	return number < 0 ? 0 : number > NUMBER_MAX ? NUMBER_MAX : number;
}

static json_int_t greatest_count(const json_t *rooms)
{
	json_int_t greatest = 0;

	for (size_t n = 0; n < json_array_size(rooms); n++)
		for (size_t hour = 0; hour < HOURS; hour++) {
			json_int_t count = number_at(json_array_get(rooms, n), "counts", hour);

			greatest = count > greatest ? count : greatest;
		}
	return greatest;
}

/* At most NAME_WIDTH columns, filled up; a longer one ends with "…". */
static void print_name(FILE *out, const char *name)
{
	char text[4 * NAME_WIDTH + 8] = "";
	size_t bytes = strlen(name);
	unsigned int width;

	if (bytes >= sizeof text)
		bytes = sizeof text - 1;
	for (;;) {
		/* whole characters only */
		while (bytes > 0 && ((unsigned char)name[bytes] & 0xC0) == 0x80)
			bytes--;
		(void)snprintf(text, sizeof text, "%.*s", (int)bytes, name);
		width = table_width(text);
		if (width < NAME_WIDTH || (width == NAME_WIDTH && !name[bytes]) || bytes == 0)
			break;
		bytes--;
	}
	table_print_text(out, text);
	if (name[bytes]) {
		(void)fputs("…", out);
		width++;
	}
	for (; width < NAME_WIDTH + 1; width++)
		(void)fputc(' ', out);
}

static void print_clock(FILE *out, json_int_t s)
{
	(void)fprintf(
		out, "%" JSON_INTEGER_FORMAT "h%02" JSON_INTEGER_FORMAT, s / 3600, s / 60 % 60);
}

/* Two columns an hour, the darker the more often; then the shortest and the longest silence that
 * is given to hours in which something is known. */
static void print_room(FILE *out, const json_t *room, json_int_t greatest)
{
	static const char *const shades[] = {"  ", "░░", "▒▒", "▓▓", "██"};
	json_int_t shortest = INT64_MAX, longest = 0;

	print_name(out, text_of(room, "name"));
	for (size_t hour = 0; hour < HOURS; hour++) {
		json_int_t count = number_at(room, "counts", hour);
		json_int_t limit_s = number_at(room, "limits_s", hour);

		(void)fputs(
			shades[count <= 0 || greatest <= 0 ? 0
							   : (4 * count + greatest - 1) / greatest],
			out);
		if (count <= 0)
			continue;
		shortest = limit_s < shortest ? limit_s : shortest;
		longest = limit_s > longest ? limit_s : longest;
	}
	(void)fputc(' ', out);
	if (longest > 0) {
		print_clock(out, shortest);
		(void)fputc('-', out);
		print_clock(out, longest);
	}
	(void)fputc('\n', out);
}

static void say_number(FILE *out, enum ctl_language language, const json_t *answer,
	const char *field, const char *phrase)
{
	char number[SHORT_MAX];

	(void)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
		json_integer_value(json_object_get(answer, field)));
	ctl_say(out, language, phrase, (const char *const[]){number, NULL});
	(void)fputc('\n', out);
}

/* Half sure, after a week: see models/routine.h. */
static void say_how_sure(FILE *out, enum ctl_language language, const json_t *answer)
{
	const json_t *confidence = json_object_get(answer, "confidence");

	if (json_is_number(confidence) && json_number_value(confidence) < 0.5)
		(void)fprintf(out, "%s\n",
			ctl_words(language, "that is little yet: silences are given more time"));
}

static void clock_text(enum ctl_language language, json_int_t minutes, char ret[SHORT_MAX])
{
	(void)snprintf(ret, SHORT_MAX, language == CTL_FRENCH ? "%d h %02d" : "%d:%02d",
		(int)(minutes / 60 % 24), (int)(minutes % 60));
}

static void say_mornings(FILE *out, enum ctl_language language, const json_t *answer)
{
	char usual[SHORT_MAX], latest[SHORT_MAX];
	json_int_t usual_min = json_integer_value(json_object_get(answer, "usual_up_min"));
	json_int_t latest_min = json_integer_value(json_object_get(answer, "latest_up_min"));

	if (json_integer_value(json_object_get(answer, "mornings")) <= 0)
		return;
	clock_text(language, usual_min, usual);
	clock_text(language, latest_min, latest);
	ctl_say(out, language,
		latest_min > usual_min ? "up at about %s as a rule, at %s at the latest"
				       : "up at about %s as a rule",
		(const char *const[]){usual, latest, NULL});
	(void)fputc('\n', out);
}

static void say_now(FILE *out, enum ctl_language language, const json_t *answer)
{
	char silent[SHORT_MAX], limit[SHORT_MAX];

	if (json_is_true(json_object_get(answer, "away"))) {
		(void)fprintf(out, "%s\n", ctl_words(language, "nobody is at home"));
		return;
	}
	if (json_integer_value(json_object_get(answer, "limit_s")) <= 0)
		return;
	duration_text(language, json_integer_value(json_object_get(answer, "silent_s")), silent);
	duration_text(language, json_integer_value(json_object_get(answer, "limit_s")), limit);
	ctl_say(out, language, "nothing heard for %s, last in: %s",
		(const char *const[]){silent, text_of(answer, "room"), NULL});
	(void)fputc('\n', out);
	ctl_say(out, language, "that would be unusual after %s",
		(const char *const[]){limit, NULL});
	(void)fputc('\n', out);
}

/* They are heard as well as the others: nobody rested there. */
static void say_empty(FILE *out, enum ctl_language language, const json_t *rooms)
{
	if (json_array_size(rooms) == 0)
		return;
	(void)fputs(ctl_words(language, "heard, but no quiet time known:"), out);
	for (size_t n = 0; n < json_array_size(rooms); n++) {
		const char *name = json_string_value(json_array_get(rooms, n));

		(void)fputs(n ? ", " : " ", out);
		table_print_text(out, name ? name : "");
	}
	(void)fputc('\n', out);
}

void show_routine(FILE *out, enum ctl_language language, const json_t *answer)
{
	const json_t *rooms = json_object_get(answer, "rooms");
	json_int_t greatest = greatest_count(rooms);

	say_number(out, language, answer, "known_days", "%s days of this home are known");
	say_how_sure(out, language, answer);
	say_mornings(out, language, answer);
	say_now(out, language, answer);
	if (json_array_size(rooms) > 0) {
		(void)fprintf(out, "\n%s\n",
			ctl_words(language, "when quiet times of 10 min or more begin; "
					    "the darker, the more often"));
		print_name(out, "");
		for (int hour = 0; hour < HOURS; hour += 3)
			(void)fprintf(out, "%-6d", hour);
		(void)fprintf(out, " %s\n", ctl_words(language, "unusual after"));
	}
	for (size_t n = 0; n < json_array_size(rooms); n++)
		print_room(out, json_array_get(rooms, n), greatest);
	say_empty(out, language, json_object_get(answer, "empty"));
}

/* Line by line: what would be a control character elsewhere is none here. */
void show_summary(FILE *out, enum ctl_language language, const json_t *answer)
{
	const char *at = text_of(answer, "text");

	(void)language; /* asked for in the request */
	while (*at) {
		size_t bytes = strcspn(at, "\n");
		char line[1024];

		(void)snprintf(line, sizeof line, "%.*s", (int)(bytes < 1000 ? bytes : 1000), at);
		table_print_text(out, line);
		(void)fputc('\n', out);
		at += bytes + (at[bytes] == '\n');
	}
}
