/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens a recording, tells its format from its first bytes, and hands on to the reader of that
 * format (recording_trial.c, recording_home.c, recording_btsnoop.c). Keeps the error and the time.
 */
#include "sensors/recording_file.h"

#include "common/cleanup.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define TRIAL_HEADER "t_ms,x_mg,y_mg,z_mg"
#define HOME_HEADER  "time,sensor,room,kind,value"
#define AHEAD_BYTES  16384

DEFINE_CLEANUP(struct recording *, recording_free_p, recording_free)

uint64_t recording_advance(struct recording *r, int64_t stamp_us)
{
	if (r->has_begun && stamp_us > r->last_us)
		r->offset_us += (uint64_t)stamp_us - (uint64_t)r->last_us;
	r->has_begun = true;
	r->last_us = stamp_us;
	return r->offset_us;
}

static int fail(struct recording *r, const char *place, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));
static int fail(struct recording *r, const char *place, const char *format, va_list arguments)
{
	char problem[RECORDING_ERROR_MAX / 2];

	(void)vsnprintf(problem, sizeof(problem), format, arguments);
	(void)snprintf(r->error, sizeof(r->error), "%.200s%s: %s", r->name, place, problem);
	r->has_failed = true;
	return ferror(r->stream) ? -EIO : -EBADMSG;
}

int recording_fail_line(struct recording *r, const char *format, ...)
{
	char place[32];
	va_list arguments;
	int error;

	(void)snprintf(place, sizeof(place), ":%llu", (unsigned long long)r->line);
	va_start(arguments, format);
	error = fail(r, place, format, arguments);
	va_end(arguments);
	return error;
}

int recording_fail_at(struct recording *r, uint64_t offset, const char *format, ...)
{
	char place[48];
	va_list arguments;
	int error;

	(void)snprintf(place, sizeof(place), ": offset %llu", (unsigned long long)offset);
	va_start(arguments, format);
	error = fail(r, place, format, arguments);
	va_end(arguments);
	return error;
}

/* Moves what is left to the front and reads on: how many bytes came. */
static size_t read_on(struct recording *r)
{
	size_t left = r->ahead_bytes - r->taken_bytes, got;

	memmove(r->buffer, r->buffer + r->taken_bytes, left);
	got = fread(r->buffer + left, 1, AHEAD_BYTES - left, r->stream);
	r->taken_bytes = 0;
	r->ahead_bytes = left + got;
	return got;
}

/* Where the next line ends, or NULL: the file is over before, or the line is too long. */
static uint8_t *find_end(struct recording *r)
{
	uint8_t *end;
	size_t left;

	do {
		left = r->ahead_bytes - r->taken_bytes;
		end = memchr(r->buffer + r->taken_bytes, '\n',
			left < RECORDING_LINE_MAX ? left : RECORDING_LINE_MAX);
	} while (!end && left < RECORDING_LINE_MAX && read_on(r) > 0);
	return end;
}

int recording_line(struct recording *r)
{
	uint8_t *end = find_end(r), *begin = r->buffer + r->taken_bytes;
	size_t left = r->ahead_bytes - r->taken_bytes;

	r->line++;
	if (!end && ferror(r->stream))
		return recording_fail_line(r, "cannot be read");
	if (!end && left == 0)
		return 0;
	if (!end && left >= RECORDING_LINE_MAX)
		return recording_fail_line(r, "is longer than %d bytes", RECORDING_LINE_MAX - 1);
	if (!end || memchr(begin, 0, (size_t)(end - begin)))
		return recording_fail_line(
			r, "has no end of line: the file was cut or is not text");
	r->taken_bytes += (size_t)(end - begin) + 1;
	if (end > begin && end[-1] == '\r')
		end--;
	*end = 0;
	r->text = (char *)begin;
	return 1;
}

/* The file's first bytes decide; the stream then stands at the first record. */
static int begin(struct recording *r)
{
	int c = getc(r->stream), error;

	if (c == EOF) {
		r->line = 1;
		return recording_fail_line(
			r, "%s", ferror(r->stream) ? "cannot be read" : "is empty");
	}
	(void)ungetc(c, r->stream);
	if (c == 'b') {
		r->format = RECORDING_BTSNOOP;
		return recording_btsnoop_begin(r);
	}
	error = recording_line(r);
	if (error < 0)
		return error;
	if (strcmp(r->text, TRIAL_HEADER) == 0)
		r->format = RECORDING_ACCELEROMETER;
	else if (strcmp(r->text, HOME_HEADER) == 0)
		r->format = RECORDING_HOME_LOG;
	else
		return recording_fail_line(r, "expected the header " TRIAL_HEADER " or " HOME_HEADER
					      ", or a btsnoop file");
	return 0;
}

int recording_new(struct recording **ret, FILE *stream, const char *name, const char *sensor,
	char ret_error[RECORDING_ERROR_MAX])
{
	_cleanup_(recording_free_p) struct recording *r = calloc(1, sizeof(*r));
	int error;

	if (!r) {
		(void)fclose(stream);
		return -ENOMEM;
	}
	r->stream = stream;
	r->name = strdup(name);
	r->buffer = malloc(RECORDING_PACKET_MAX);
	if (!r->name || !r->buffer)
		return -ENOMEM;
	(void)snprintf(r->sensor.text, sizeof(r->sensor.text), "%s", sensor ? sensor : "wearable");
	error = begin(r);
	if (error < 0) {
		(void)snprintf(ret_error, RECORDING_ERROR_MAX, "%s", r->error);
		return error;
	}
	*ret = r;
	r = NULL;
	return 0;
}

int recording_open(struct recording **ret, const char *path, const char *sensor,
	char ret_error[RECORDING_ERROR_MAX])
{
	FILE *stream = fopen(path, "re");
	int error = errno;

	if (!stream) {
		(void)snprintf(ret_error, RECORDING_ERROR_MAX, "%.200s: %s", path, strerror(error));
		return -error;
	}
	error = recording_new(ret, stream, path, sensor, ret_error);
	if (error == -ENOMEM)
		(void)snprintf(ret_error, RECORDING_ERROR_MAX, "%.200s: out of memory", path);
	return error;
}

struct recording *recording_free(struct recording *r)
{
	if (!r)
		return NULL;
	(void)fclose(r->stream);
	free(r->name);
	free(r->buffer);
	free(r);
	return NULL;
}

int recording_next(struct recording *r, struct recording_record *ret)
{
	if (r->has_failed)
		return -EBADMSG;
	switch (r->format) {
	case RECORDING_ACCELEROMETER:
		return recording_trial_next(r, ret);
	case RECORDING_HOME_LOG:
		return recording_home_next(r, ret);
	case RECORDING_BTSNOOP:
		return recording_btsnoop_next(r, ret);
	}
	return -EBADMSG;
}

const char *recording_error(const struct recording *r)
{
	return r->error;
}

enum recording_format recording_format(const struct recording *r)
{
	return r->format;
}

const char *recording_format_name(enum recording_format format)
{
	switch (format) {
	case RECORDING_ACCELEROMETER:
		return "accelerometer";
	case RECORDING_HOME_LOG:
		return "home log";
	case RECORDING_BTSNOOP:
		return "btsnoop";
	}
	return "?";
}
