/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests that read tables of vectors: where the third-party ones are, and cutting their lines.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static inline void vectors_path(const char *name, char path[512])
{
	const char *folder = getenv("VIGIE_VECTORS");

	(void)snprintf(path, 512, "%s/%s", folder ? folder : "../shared/vectors", name);
}

/* Skips the running test where the vectors are absent. */
static inline FILE *open_vectors(const char *name)
{
	char path[512];
	FILE *stream;

	vectors_path(name, path);
	stream = fopen(path, "re");
	if (!stream) {
		print_message("no %s: skipped\n", path);
		skip();
	}
	return stream;
}

static inline size_t from_hex(const char *text, uint8_t *to, size_t room)
{
	size_t count = 0;

	for (unsigned int byte; count < room && sscanf(text, "%2x", &byte) == 1; text += 2)
		to[count++] = (uint8_t)byte;
	return count;
}

/* Splits in place; returns the number of parts. */
static inline int split(char *text, const char *separator, char *parts[], int max)
{
	int count = 0;

	for (char *at = text; at && count < max; count++) {
		parts[count] = at;
		at = strstr(at, separator);
		if (at) {
			*at = 0;
			at += strlen(separator);
		}
	}
	return count;
}
