/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding the row that fits, and filling its other side.
 */
#include "common/ctl/holes.h"

#include <ctype.h>
#include <string.h>

#define HOLES_MAX 4

struct hole {
	const char *at;
	size_t bytes;
};

/* The holes of `pattern` in `text`: how many, or −1 where it does not fit. */
static int fit(const char *pattern, const char *text, struct hole holes[HOLES_MAX])
{
	int count = 0;

	while (*pattern) {
		const char *rest, *next;

		if (*pattern != '*') {
			if (*pattern++ != *text++)
				return -1;
			continue;
		}
		rest = ++pattern;
		/* up to the text between this hole and the next, or to the end */
		while (*rest && *rest != '*')
			rest++;
		next = text + strlen(text);
		if (rest > pattern) {
			size_t bytes = (size_t)(rest - pattern);

			next = *rest ? memmem(text, strlen(text), pattern, bytes)
				     : next - (strlen(text) < bytes ? strlen(text) : bytes);
		}
		if (!next || count == HOLES_MAX)
			return -1;
		holes[count++] = (struct hole){text, (size_t)(next - text)};
		text = next;
	}
	return *text ? -1 : count;
}

static size_t put(char *ret, size_t bytes, size_t used, struct hole from, bool has_points)
{
	for (size_t n = 0; n < from.bytes && used + 1 < bytes; n++) {
		bool is_decimal = has_points && n > 0 && n + 1 < from.bytes && from.at[n] == ',' &&
				  isdigit((unsigned char)from.at[n - 1]) &&
				  isdigit((unsigned char)from.at[n + 1]);

		ret[used++] = is_decimal ? '.' : from.at[n];
	}
	ret[used] = '\0';
	return used;
}

bool holes_fill(const char *const rows[][2], size_t count, const char *text, bool has_points,
	char *ret, size_t bytes)
{
	struct hole holes[HOLES_MAX];
	size_t used = 0, row = 0;
	int hole = 0;

	while (row < count && fit(rows[row][0], text, holes) < 0)
		row++;
	if (row == count)
		return false;
	ret[0] = '\0';
	for (const char *other = rows[row][1]; *other; other++)
		used = put(ret, bytes, used,
			*other == '*' ? holes[hole++] : (struct hole){other, 1}, has_points);
	return true;
}
