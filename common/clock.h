/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two clocks of the house. Decisions run on CLOCK_BOOTTIME in microseconds (it counts through
 * suspend and never steps); people and other machines read UTC in milliseconds. Only main loops and
 * sources read a clock: everything that decides takes `now_us` as an argument.
 */
#pragma once

#include <stdint.h>
#include <time.h>

#define US_PER_MS UINT64_C(1000)
#define US_PER_S  UINT64_C(1000000)

static inline uint64_t clock_us(clockid_t id)
{
	struct timespec t;

	(void)clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * US_PER_S + (uint64_t)t.tv_nsec / 1000;
}

static inline uint64_t clock_boot_us(void)
{
	return clock_us(CLOCK_BOOTTIME);
}

static inline int64_t clock_wall_ms(void)
{
	return (int64_t)(clock_us(CLOCK_REALTIME) / US_PER_MS);
}
