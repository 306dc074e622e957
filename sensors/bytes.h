/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checked cursor: bytes from radio, wire or file are touched through nothing else. Reading past
 * the end returns 0, moves nothing and sets `is_short` for good, so that a parser checks once, at
 * its end. After BlueZ's src/shared/util.h iov helpers in idea. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *at; /* borrowed from whoever owns the packet */
	size_t left;
	bool is_short;
};

static inline struct bytes bytes_of(const void *at, size_t count)
{
	return (struct bytes){.at = at, .left = count};
}

/* Whether the next `count` bytes are there; else is_short. Of a short cursor nothing is left. Told
 * to the compiler as what is expected: without, a press costs a tenth more. */
static inline bool bytes_have(struct bytes *b, size_t count)
{
	if (__builtin_expect(count <= b->left, 1))
		return true;
	b->is_short = true;
	b->left = 0;
	return false;
}

/* The next `count` bytes, or NULL (and is_short). */
static inline const uint8_t *bytes_take(struct bytes *b, size_t count)
{
	if (!bytes_have(b, count))
		return NULL;
	b->at += count;
	b->left -= count;
	return b->at - count;
}

/* The next `count` bytes as a cursor of their own; an empty, short one where they are not there. */
static inline struct bytes bytes_sub(struct bytes *b, size_t count)
{
	if (!bytes_have(b, count))
		return (struct bytes){.is_short = true};
	return bytes_of(bytes_take(b, count), count);
}

/* Little-endian unsigned number of 1..8 bytes. */
static inline uint64_t bytes_le(struct bytes *b, size_t count)
{
	const uint8_t *at = bytes_take(b, count);
	uint64_t value = 0;

	for (size_t i = count; at && i > 0; i--)
		value = value << 8 | at[i - 1];
	return value;
}

/* Big-endian unsigned number of 1..8 bytes. */
static inline uint64_t bytes_be(struct bytes *b, size_t count)
{
	const uint8_t *at = bytes_take(b, count);
	uint64_t value = 0;

	for (size_t i = 0; at && i < count; i++)
		value = value << 8 | at[i];
	return value;
}

static inline uint8_t bytes_u8(struct bytes *b)
{
	return bytes_have(b, 1) ? *bytes_take(b, 1) : 0;
}

static inline uint16_t bytes_u16(struct bytes *b)
{
	const uint8_t *at;

	if (!bytes_have(b, 2))
		return 0;
	at = bytes_take(b, 2);
	return (uint16_t)(at[0] | (unsigned int)at[1] << 8);
}

static inline uint32_t bytes_u32(struct bytes *b)
{
	return (uint32_t)bytes_le(b, 4);
}

/* Little-endian two's complement number of 1..8 bytes. */
static inline int64_t bytes_signed(struct bytes *b, size_t count)
{
	uint64_t value = bytes_le(b, count);
	uint64_t sign = UINT64_C(1) << (8 * count - 1);

	return (int64_t)((value ^ sign) - sign);
}
