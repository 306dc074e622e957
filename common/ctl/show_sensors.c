/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sensors as a technician looks at them: signal, battery, format, what was refused and why.
 */
#include "common/ctl/show.h"

#include "common/ctl/phrases.h"
#include "common/ctl/rows.h"
#include "common/ctl/table.h"

#define LONG_MAX_BYTES 256

const char *show_format(const char *format)
{
	static const char *const names[][2] = {{"bthome_v2", "BTHome v2"},
		{"bthome_v1", "BTHome v1"}, {"mibeacon", "Xiaomi MiBeacon"}, {"ruuvi_5", "Ruuvi 5"},
		{"switchbot", "SwitchBot"}, {"switchbot_maker", "SwitchBot"},
		{"holyiot", "Holyiot"}, {"emergency", "Emergency"}, {"ibeacon", "iBeacon"},
		{"altbeacon", "AltBeacon"}, {"modbus", "Modbus"}};

	for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
		if (strcmp(names[n][0], format) == 0)
			return names[n][1];
	return format;
}

/* A word of the wire: a format's name, "not_authentic" as "not authentic", or French. */
static void code_text(enum ctl_language language, const char *code, char ret[SHORT_MAX])
{
	(void)snprintf(ret, SHORT_MAX, "%s", ctl_words(language, show_format(code)));
	for (char *c = ret; *c; c++)
		*c = *c == '_' ? ' ' : *c;
}

/* "no key 3, replayed 1". */
static void counts_text(enum ctl_language language, const json_t *counts, char ret[LONG_MAX_BYTES])
{
	const char *name;
	json_t *count;
	size_t used = 0;

	ret[0] = '\0';
	json_object_foreach ((json_t *)(uintptr_t)counts, name, count) {
		char word[SHORT_MAX];

		code_text(language, name, word);
		if (used < LONG_MAX_BYTES)
			used += (size_t)snprintf(ret + used, LONG_MAX_BYTES - used,
				"%s%s %" JSON_INTEGER_FORMAT, used ? ", " : "", word,
				json_integer_value(count));
	}
}

static void add_number(json_t *row, const json_t *object, const char *name, const char *unit)
{
	const json_t *value = json_object_get(object, name);
	char text[SHORT_MAX] = "";

	if (json_is_integer(value))
		(void)snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT "%s",
			json_integer_value(value), unit);
	add(row, text);
}

void show_ago(json_t *row, enum ctl_language language, const json_t *last_s)
{
	char ago[SHORT_MAX] = "", text[2 * SHORT_MAX] = "";

	if (json_is_number(last_s)) {
		duration_text(language, (int64_t)json_number_value(last_s), ago);
		(void)snprintf(
			text, sizeof text, language == CTL_FRENCH ? "il y a %s" : "%s ago", ago);
	}
	add(row, text);
}

static void add_sensor(json_t *rows, enum ctl_language language, const json_t *s)
{
	char refused[LONG_MAX_BYTES];
	json_t *row = new_row(rows);

	add(row, text_of(s, "id"));
	add(row, text_of(s, "name"));
	add(row, text_of(s, "room"));
	add(row, ctl_words(language, text_of(s, "role")));
	add(row, ctl_words(language, text_of(s, "state")));
	show_ago(row, language, json_object_get(s, "last_s"));
	add_number(row, s, "battery_pct", " %");
	add_number(row, s, "rssi_dbm", " dBm");
	/* of a wearable what it says it is, which tells more than that it has a link */
	add(row, *text_of(s, "device") ? text_of(s, "device") : show_format(text_of(s, "format")));
	add_number(row, s, "readings", "");
	counts_text(language, json_object_get(s, "refused"), refused);
	add(row, refused);
}

static void add_line(
	json_t *rows, enum ctl_language language, const char *name, const json_t *value)
{
	char text[LONG_MAX_BYTES] = "";
	json_t *row;

	if (json_is_object(value))
		counts_text(language, value, text);
	else if (json_is_string(value))
		ctl_phrase(language, json_string_value(value), text, sizeof text);
	else if (json_is_integer(value))
		(void)snprintf(
			text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	if (!text[0])
		return;
	row = new_row(rows);
	add(row, ctl_words(language, name));
	add(row, text);
}

static void show_receiver(FILE *out, enum ctl_language language, const json_t *receiver)
{
	static const struct {
		const char *field, *name;
	} lines[] = {{"source", "receiver"}, {"state", "state"}, {"why", "why"},
		{"reports", "frames heard"}, {"strangers", "of strangers"},
		{"unknown", "of unknown formats"}, {"malformed", "malformed"},
		{"truncated", "truncated"}, {"decoded", "understood"}, {"refused", "refused"},
		{"broken", "broken or forged"}};
	json_t *rows = json_array();

	for (size_t n = 0; n < sizeof lines / sizeof lines[0]; n++)
		add_line(rows, language, lines[n].name, json_object_get(receiver, lines[n].field));
	(void)fputc('\n', out);
	table_print(out, rows);
	json_decref(rows);
}

void show_sensors(FILE *out, enum ctl_language language, const json_t *answer)
{
	static const char *const heads[] = {"sensor", "name", "room", "role", "state", "heard",
		"battery", "signal", "format", "readings", "refused", NULL};
	const json_t *sensors = json_object_get(answer, "sensors");
	const json_t *receivers = json_object_get(answer, "receivers");
	json_t *rows = json_array();

	if (json_array_size(sensors) == 0)
		(void)fprintf(out, "%s\n", ctl_words(language, "no sensor is installed"));
	add_words(new_row(rows), language, heads);
	for (size_t n = 0; n < json_array_size(sensors); n++)
		add_sensor(rows, language, json_array_get(sensors, n));
	if (json_array_size(sensors) > 0)
		table_print(out, rows);
	json_decref(rows);
	for (size_t n = 0; n < json_array_size(receivers); n++)
		show_receiver(out, language, json_array_get(receivers, n));
}

void show_enrolled(FILE *out, enum ctl_language language, const json_t *answer)
{
	const char *const values[] = {text_of(answer, "name"),
		ctl_words(language, text_of(answer, "role")), text_of(answer, "room"), NULL};

	ctl_say(out, language, *values[2] ? "enrolled: %s (%s, %s)\n" : "enrolled: %s (%s)\n",
		values);
}

void show_removed(FILE *out, enum ctl_language language, const json_t *answer)
{
	ctl_say(out, language, "removed: %s\n",
		(const char *const[]){text_of(answer, "sensor"), NULL});
}
