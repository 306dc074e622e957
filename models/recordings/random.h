/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers that look random and are the same on every machine (a 32-bit congruential generator, of
 * which only the high bits are used).
 */
#pragma once

#include <stdint.h>

struct random {
	uint32_t seed;
};

/* 0..most */
static inline int32_t random_to(struct random *r, int32_t most)
{
	r->seed = r->seed * UINT32_C(1664525) + UINT32_C(1013904223);
	return (int32_t)((uint64_t)(r->seed >> 8) * ((uint32_t)most + 1) >> 24);
}

/* −most..most, small values more often */
static inline int32_t random_around(struct random *r, int32_t most)
{
	return random_to(r, most) - random_to(r, most);
}
