/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What counts as a text that one machine may hand to another and to a person's screen. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * True when the bytes are well-formed UTF-8 (no overlong form, no surrogate, at most U+10FFFF) and
 * hold nothing that steers a terminal or turns the order of what is read: no control character
 * (U+0000..U+001F, U+007F..U+009F), no line or paragraph separator, no bidirectional formatting
 * (U+200E, U+200F, U+202A..U+202E, U+2066..U+2069).
 */
bool utf8_is_plain(const char *text, size_t bytes);
/* The same of a text in an array of `room` bytes, which its NUL must fit too. */
bool utf8_is_plain_within(const char *text, size_t room);
