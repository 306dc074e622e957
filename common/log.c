/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each message is put together in a buffer of fixed size and handed to the kernel in one write, so
 * that lines of several threads do not mix. Control characters become '?': a message that quotes
 * what came from outside stays one line and steers no terminal.
 */
#include "common/log.h"

#include "common/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_LINE_MAX 1024

/* The one thing here that lives as long as the program: every thread's messages obey one level. */
static _Atomic int *log_level_cell(void)
{
	static _Atomic int level = LOG_LEVEL_INFO;

	return &level;
}

static const char *level_word(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return "error";
	case LOG_LEVEL_WARNING:
		return "warning";
	case LOG_LEVEL_INFO:
		return "info";
	case LOG_LEVEL_DEBUG:
		return "debug";
	}
	return "error";
}

void log_set_level(enum log_level level)
{
	atomic_store_explicit(log_level_cell(), (int)level, memory_order_relaxed);
}

int log_level_from_text(const char *text, enum log_level *ret_level)
{
	static const enum log_level levels[] = {
		LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG};

	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		if (strcmp(text, level_word(levels[i])) == 0) {
			*ret_level = levels[i];
			return 0;
		}
	}
	return -EINVAL;
}

bool log_is_on(enum log_level level)
{
	return (int)level <= atomic_load_explicit(log_level_cell(), memory_order_relaxed);
}

/* systemd.exec(5): JOURNAL_STREAM is "device:inode" of the stream that the journal reads; it is
 * inherited, so that it only counts when standard error still is that stream. */
static bool is_read_by_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char mine[64];
	struct stat s;

	if (!stream || fstat(STDERR_FILENO, &s) < 0)
		return false;
	(void)snprintf(mine, sizeof mine, "%ju:%ju", (uintmax_t)s.st_dev, (uintmax_t)s.st_ino);
	return strcmp(stream, mine) == 0;
}

static size_t write_prefix(enum log_level level, char line[LOG_LINE_MAX])
{
	int64_t wall_ms = clock_wall_ms();
	time_t wall_s = (time_t)(wall_ms / 1000);
	struct tm utc;
	char when[32];
	int length;

	if (is_read_by_journal()) {
		length = snprintf(line, LOG_LINE_MAX, "<%d>", (int)level);
	} else {
		(void)gmtime_r(&wall_s, &utc);
		(void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &utc);
		length = snprintf(line, LOG_LINE_MAX, "%s.%03dZ %s: ", when, (int)(wall_ms % 1000),
			level_word(level));
	}
	return length > 0 ? (size_t)length : 0;
}

void log_line(enum log_level level, const char *format, ...)
{
	int saved_errno = errno;
	char line[LOG_LINE_MAX];
	size_t start, length;
	va_list arguments;

	if (!log_is_on(level))
		return;
	start = write_prefix(level, line);
	va_start(arguments, format);
	errno = saved_errno; /* for %m */
	(void)vsnprintf(line + start, sizeof line - start - 1, format, arguments);
	va_end(arguments);
	length = start + strlen(line + start);
	for (size_t i = start; i < length; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[length++] = '\n';
	/* Nobody to tell when standard error is gone. */
	if (write(STDERR_FILENO, line, length) < 0)
		errno = 0;
	errno = saved_errno;
}
