/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of enrolled sensors as bytes and entries: an entry begins with a line `  - ` and ends
 * where the next begins, whatever stands in it.
 */
#pragma once

#include "hub/roster_file.h"

#define ROSTER_ENTRY_MARK "  - "

struct roster_text {
	size_t bytes;
	char at[ROSTER_FILE_BYTES]; /* one is left for a NUL */
};

/* The whole file; where there is none, nothing. 0, −EFBIG, −errno. */
int roster_text_read(const char *path, struct roster_text *ret);
/* Where the first entry at or after `from`, a line's begin, begins; t->bytes where there is none.
 */
size_t roster_text_entry(const struct roster_text *t, size_t from);
