/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a home log, an event a line: `2010-11-04T05:41:00.000,M003,bathroom,motion,1`. The kind is
 * one of the log's own four words or any name in reading_kinds[].
 */
#include "sensors/recording_file.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIELDS 5

static const struct {
	const char *word;
	enum reading_kind kind;
} log_kinds[] = {
	{"contact", READING_OPENING},
	{"pressure", READING_PRESSURE_MAT}, /* a bed or a chair, not the air's */
	{"other", READING_GENERIC},
};

/* Cuts `text` in place at its commas. Returns the number of fields, FIELDS + 1 for too many. */
static int split(char *text, char *ret_fields[FIELDS])
{
	int count = 0;

	for (char *at = text; at; count++) {
		if (count == FIELDS)
			return FIELDS + 1;
		ret_fields[count] = at;
		at = strchr(at, ',');
		if (at)
			*at++ = 0;
	}
	return count;
}

/* "2010-11-04T00:00:00" with an optional ".000": µs since 1970 as if it were UTC. */
static int parse_time(const char *text, int64_t *ret_us)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:dd.ddd";
	size_t length = strlen(text);
	struct tm parts = {0}, check;
	int millis = 0;
	time_t seconds;

	if (length != 19 && length != 23)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return -EINVAL;
	}
	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3d", &parts.tm_year, &parts.tm_mon,
		    &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &millis) < 6)
		return -EINVAL;
	parts.tm_year -= 1900;
	parts.tm_mon -= 1;
	check = parts;
	seconds = timegm(&check);
	/* timegm() makes the 31st of April the 1st of May: such a line is damaged */
	if (check.tm_mday != parts.tm_mday || check.tm_mon != parts.tm_mon ||
		check.tm_hour != parts.tm_hour || check.tm_min != parts.tm_min ||
		check.tm_sec != parts.tm_sec)
		return -EINVAL;
	*ret_us = (int64_t)seconds * 1000000 + millis * 1000;
	return 0;
}

static int parse_kind(const char *word, enum reading_kind *ret)
{
	for (size_t i = 0; i < sizeof(log_kinds) / sizeof(log_kinds[0]); i++) {
		if (strcmp(log_kinds[i].word, word) == 0) {
			*ret = log_kinds[i].kind;
			return 0;
		}
	}
	return reading_kind_from_name(word, ret);
}

static int parse_value(const char *text, double *ret)
{
	char *end;

	/* strtod() would take " 1", "0x1" and "inf" */
	if (text[0] == 0 || strspn(text, "-0123456789.") != strlen(text))
		return -EINVAL;
	*ret = strtod(text, &end);
	return *end ? -EINVAL : 0;
}

static int check_names(struct recording *r, char *const fields[FIELDS])
{
	if (fields[1][0] == 0 || strlen(fields[1]) >= SENSOR_ID_MAX)
		return recording_fail_line(r, "sensor: needs 1..%d bytes, has %zu",
			SENSOR_ID_MAX - 1, strlen(fields[1]));
	if (strlen(fields[2]) >= RECORDING_ROOM_MAX)
		return recording_fail_line(r, "room: needs at most %d bytes, has %zu",
			RECORDING_ROOM_MAX - 1, strlen(fields[2]));
	return 0;
}

int recording_home_next(struct recording *r, struct recording_record *ret)
{
	struct reading reading = {.rssi_dbm = 127};
	char *fields[FIELDS];
	int64_t calendar_us;
	int error, count;

	error = recording_line(r);
	if (error <= 0)
		return error;
	count = split(r->text, fields);
	if (count != FIELDS)
		return recording_fail_line(r,
			"expected 5 fields time,sensor,room,kind,value, has %s%d",
			count > FIELDS ? "more than " : "", count > FIELDS ? FIELDS : count);
	if (parse_time(fields[0], &calendar_us) < 0)
		return recording_fail_line(
			r, "time: expected like 2010-11-04T05:41:00.000, has \"%.40s\"", fields[0]);
	error = check_names(r, fields);
	if (error < 0)
		return error;
	if (parse_kind(fields[3], &reading.kind) < 0)
		return recording_fail_line(r,
			"kind: expected motion, contact, pressure, occupancy, other or a kind of "
			"reading, has \"%.40s\"",
			fields[3]);
	if (parse_value(fields[4], &reading.value) < 0 ||
		!reading_is_possible(reading.kind, reading.value))
		return recording_fail_line(r, "value: expected %g..%g for %s, has \"%.40s\"",
			reading_kinds[reading.kind].min, reading_kinds[reading.kind].max,
			reading_kinds[reading.kind].name, fields[4]);
	*ret = (struct recording_record){.what = RECORDING_READING, .calendar_us = calendar_us};
	ret->offset_us = recording_advance(r, calendar_us);
	(void)snprintf(reading.sensor.text, sizeof(reading.sensor.text), "%s", fields[1]);
	(void)snprintf(ret->room, sizeof(ret->room), "%s", fields[2]);
	reading.time_us = ret->offset_us;
	ret->reading = reading;
	return 1;
}
