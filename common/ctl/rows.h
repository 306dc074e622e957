/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of texts for table.h, built as JSON arrays; of the files that show answers alone.
 */
#pragma once

#include "common/ctl/words.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define SHORT_MAX 64

static inline const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static inline void add(json_t *row, const char *text)
{
	(void)json_array_append_new(row, json_string(text));
}

static inline json_t *new_row(json_t *rows)
{
	json_t *row = json_array();

	(void)json_array_append_new(rows, row);
	return row;
}

static inline void add_words(json_t *row, enum ctl_language language, const char *const *words)
{
	for (; *words; words++)
		add(row, ctl_words(language, *words));
}

/* "47 s", "12 min", "3 h 05 min", "2 d 4 h" with "j" for days in French. */
static inline void duration_text(enum ctl_language language, int64_t s, char ret[SHORT_MAX])
{
	if (s < 120)
		(void)snprintf(ret, SHORT_MAX, "%" PRId64 " s", s);
	else if (s < 7200)
		(void)snprintf(ret, SHORT_MAX, "%" PRId64 " min", s / 60);
	else if (s < 172800)
		(void)snprintf(
			ret, SHORT_MAX, "%" PRId64 " h %02" PRId64 " min", s / 3600, s / 60 % 60);
	else
		(void)snprintf(ret, SHORT_MAX, "%" PRId64 " %s %" PRId64 " h", s / 86400,
			language == CTL_FRENCH ? "j" : "d", s / 3600 % 24);
}

/* The date and time, or the time alone, where we are. */
static inline void wall_text(int64_t wall_ms, bool has_date, char ret[SHORT_MAX])
{
	time_t s = (time_t)(wall_ms / 1000);
	struct tm local;

	ret[0] = '\0';
	if (localtime_r(&s, &local))
		(void)(has_date ? strftime(ret, SHORT_MAX, "%Y-%m-%d %H:%M:%S", &local)
				: strftime(ret, SHORT_MAX, "%H:%M:%S", &local));
}
