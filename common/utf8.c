/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Well-formed UTF-8 after The Unicode Standard 15, table 3-7.
 */
#include "common/utf8.h"

#include <stdint.h>
#include <string.h>

/* The character at `at` into *ret: its length in bytes, 0 when it is not well-formed. */
static size_t decode_one(const unsigned char *at, size_t left, uint32_t *ret)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = at[0] < 0x80                    ? 1
			: at[0] >= 0xc2 && at[0] < 0xe0 ? 2
			: (at[0] & 0xf0) == 0xe0        ? 3
			: (at[0] & 0xf8) == 0xf0        ? 4
							: 0;
	uint32_t c;

	if (length == 0 || length > left)
		return 0;
	c = length == 1 ? at[0] : at[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (at[i] & 0x3f);
	}
	if (c < smallest[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return length;
}

static bool steers(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool utf8_is_plain(const char *text, size_t bytes)
{
	const unsigned char *at = (const unsigned char *)text;
	uint32_t c = 0;

	for (size_t i = 0, length; i < bytes; i += length) {
		length = decode_one(at + i, bytes - i, &c);
		if (length == 0 || steers(c))
			return false;
	}
	return true;
}

bool utf8_is_plain_within(const char *text, size_t room)
{
	size_t length = strnlen(text, room);

	return length < room && utf8_is_plain(text, length);
}
