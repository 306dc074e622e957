/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads index.csv. A damaged line ends the reading with its place and what was expected: figures of
 * half an index would be wrong figures.
 */
#include "models/eval/trial_index.h"
#include "common/cleanup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX  64
#define FIRST_TRIALS 1024
#define TIME_MS_MAX  INT64_C(31557600000) /* a year */

enum column {
	COLUMN_PATH,
	COLUMN_FALL,
	COLUMN_SET,
	COLUMN_SUBJECT,
	COLUMN_GROUP,
	COLUMN_PLACE,
	COLUMN_ACTIVITY,
	COLUMN_START,
	COLUMN_END,
	COLUMNS
};

static const char *const column_names[COLUMNS] = {"path", "fall", "set", "subject", "group",
	"place", "activity", "fall_start_ms", "fall_end_ms"};

struct index_reader {
	const char *path;
	size_t line;
	int columns[COLUMNS]; /* where each is, −1 where it is not */
	int column_count;
	char *error;
};

static int fail(const struct index_reader *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static int fail(const struct index_reader *r, const char *format, ...)
{
	va_list arguments;
	int n = snprintf(r->error, INDEX_ERROR_MAX, "%s:%zu: ", r->path, r->line);

	if (n < 0 || n >= INDEX_ERROR_MAX)
		return -EBADMSG;
	va_start(arguments, format);
	(void)vsnprintf(r->error + n, (size_t)(INDEX_ERROR_MAX - n), format, arguments);
	va_end(arguments);
	return -EBADMSG;
}

/* Splits in place; the number of fields, −E2BIG over COLUMNS_MAX. */
static int split(char *line, char *ret_fields[COLUMNS_MAX])
{
	int count = 0;

	for (char *at = line; at;) {
		if (count == COLUMNS_MAX)
			return -E2BIG;
		ret_fields[count++] = at;
		at = strchr(at, ',');
		if (at)
			*at++ = 0;
	}
	return count;
}

static int read_header(struct index_reader *r, char *line)
{
	char *fields[COLUMNS_MAX];
	int count = split(line, fields);

	if (count < 0)
		return fail(r, "more than %d columns", COLUMNS_MAX);
	r->column_count = count;
	for (int c = 0; c < COLUMNS; c++) {
		r->columns[c] = -1;
		for (int i = 0; i < count; i++)
			if (strcmp(fields[i], column_names[c]) == 0)
				r->columns[c] = i;
	}
	for (int c = COLUMN_PATH; c <= COLUMN_FALL; c++)
		if (r->columns[c] < 0)
			return fail(r, "no column named %s in the first line", column_names[c]);
	return 0;
}

static const char *field_of(const struct index_reader *r, char *const *fields, enum column c)
{
	return r->columns[c] < 0 ? "" : fields[r->columns[c]];
}

static int take_text(const struct index_reader *r, char *const *fields, enum column c, char *ret,
	size_t ret_bytes)
{
	const char *text = field_of(r, fields, c);

	if (!*text)
		text = "unknown";
	if (strlen(text) >= ret_bytes)
		return fail(r, "%s is longer than %zu bytes", column_names[c], ret_bytes - 1);
	memcpy(ret, text, strlen(text) + 1);
	return 0;
}

/* 1 with a time, 0 where it is empty. */
static int take_time(
	const struct index_reader *r, char *const *fields, enum column c, int64_t *ret_ms)
{
	const char *text = field_of(r, fields, c);
	char *end;

	if (!*text)
		return 0;
	errno = 0;
	double ms = strtod(text, &end);

	if (errno || end == text || *end || !(ms >= 0) || ms > (double)TIME_MS_MAX)
		return fail(r,
			"%s is \"%s\", needs ms from the recording's first stamp, or nothing",
			column_names[c], text);
	*ret_ms = (int64_t)ms;
	return 1;
}

static int take_trial(const struct index_reader *r, char *const *fields, struct trial *ret)
{
	const struct {
		enum column column;
		char *text;
	} texts[] = {{COLUMN_SET, ret->set}, {COLUMN_SUBJECT, ret->subject},
		{COLUMN_GROUP, ret->group}, {COLUMN_PLACE, ret->place},
		{COLUMN_ACTIVITY, ret->activity}};
	const char *fall = field_of(r, fields, COLUMN_FALL);
	int error, start, end;

	if (!*field_of(r, fields, COLUMN_PATH))
		return fail(r, "path is empty");
	error = take_text(r, fields, COLUMN_PATH, ret->path, sizeof(ret->path));
	if (error < 0)
		return error;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		error = take_text(r, fields, texts[i].column, texts[i].text, INDEX_TEXT_MAX);
		if (error < 0)
			return error;
	}
	if (strcmp(fall, "0") != 0 && strcmp(fall, "1") != 0)
		return fail(r, "fall is \"%s\", needs 0 or 1", fall);
	ret->is_fall = fall[0] == '1';
	start = take_time(r, fields, COLUMN_START, &ret->fall_start_ms);
	end = start < 0 ? start : take_time(r, fields, COLUMN_END, &ret->fall_end_ms);
	if (end < 0)
		return end;
	ret->has_times = start && end;
	if (ret->has_times && ret->fall_end_ms < ret->fall_start_ms)
		return fail(r, "fall_end_ms lies before fall_start_ms");
	return 0;
}

static int read_line(const struct index_reader *r, char *line, struct trial_index *to)
{
	char *fields[COLUMNS_MAX];
	int count = split(line, fields);

	if (count != r->column_count)
		return fail(r, "%d fields, the first line has %d", count, r->column_count);
	if ((to->count & (to->count - 1)) == 0 && (to->count == 0 || to->count >= FIRST_TRIALS)) {
		size_t room = to->count ? 2 * to->count : FIRST_TRIALS;
		struct trial *grown = reallocarray(to->trials, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		to->trials = grown;
	}
	to->trials[to->count] = (struct trial){0};

	int error = take_trial(r, fields, &to->trials[to->count]);

	to->count += error == 0;
	return error;
}

static int read_lines(struct index_reader *r, FILE *file, struct trial_index *to)
{
	_cleanup_(free_p) char *line = NULL;
	size_t room = 0;
	ssize_t bytes;

	while ((bytes = getline(&line, &room, file)) >= 0) {
		int error = 0;

		r->line++;
		if (strlen(line) != (size_t)bytes)
			return fail(r, "a NUL byte: this is not text");
		if (strchr(line, '"'))
			return fail(r, "quoted fields are not read here");
		line[strcspn(line, "\r\n")] = 0;
		if (r->line == 1)
			error = read_header(r, line);
		else if (*line)
			error = read_line(r, line, to);
		if (error < 0)
			return error;
	}
	r->line++;
	if (ferror(file))
		return fail(r, "%s", strerror(EIO));
	return to->count ? 0 : fail(r, "no trials: the index is empty");
}

int trial_index_read(const char *path, struct trial_index *ret, char ret_error[INDEX_ERROR_MAX])
{
	struct index_reader r = {.path = path, .error = ret_error};
	struct trial_index index = {0};
	_cleanup_(fclose_p) FILE *file = fopen(path, "re");
	int error;

	if (!file) {
		error = -errno;
		(void)snprintf(ret_error, INDEX_ERROR_MAX, "%s: %s", path, strerror(-error));
		return error;
	}
	error = read_lines(&r, file, &index);
	if (error < 0) {
		if (error == -ENOMEM)
			(void)fail(&r, "%s", strerror(ENOMEM));
		trial_index_done(&index);
		return error;
	}
	*ret = index;
	return 0;
}

void trial_index_done(struct trial_index *index)
{
	free(index->trials);
	*index = (struct trial_index){0};
}
