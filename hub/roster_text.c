/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines, and no YAML: damage in one entry hides no other.
 */
#include "hub/roster_text.h"

#include "common/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int roster_text_read(const char *path, struct roster_text *ret)
{
	_cleanup_(fclose_p) FILE *file = fopen(path, "re");

	ret->bytes = 0;
	ret->at[0] = '\0';
	if (!file)
		return errno == ENOENT ? 0 : -errno;
	ret->bytes = fread(ret->at, 1, sizeof(ret->at), file);
	if (ferror(file))
		return -EIO;
	if (ret->bytes == sizeof(ret->at))
		return -EFBIG;
	ret->at[ret->bytes] = '\0';
	return 0;
}

size_t roster_text_entry(const struct roster_text *t, size_t from)
{
	const size_t mark = strlen(ROSTER_ENTRY_MARK);

	while (from < t->bytes) {
		const char *line = t->at + from, *end;

		if (t->bytes - from >= mark && memcmp(line, ROSTER_ENTRY_MARK, mark) == 0)
			return from;
		end = memchr(line, '\n', t->bytes - from);
		from = end ? (size_t)(end - t->at) + 1 : t->bytes;
	}
	return t->bytes;
}
