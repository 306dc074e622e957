/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line a message on standard error: with the kernel's <N> priority prefix where the journal
 * reads it (JOURNAL_STREAM), else with the time and the level's word. Subject first, value and
 * unit. No name, address or health fact of a resident above debug. Any thread.
 */
#pragma once

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

/* The least urgent level still printed; INFO until set. */
void log_set_level(enum log_level level);
/* "error", "warning", "info" or "debug" → the level; −EINVAL for any other word, ret_level
 * untouched. */
int log_level_from_text(const char *text, enum log_level *ret_level);
bool log_is_on(enum log_level level);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)
