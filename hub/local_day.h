/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calendar of the home (hub/local_time sets its zone): a day begins at its local midnight, and
 * lasts 23 h in March and 25 h in October where the clocks are changed. Days are numbers, 20261129,
 * that sort as they follow one another. Reads no clock. Any thread.
 */
#pragma once

#include <stdint.h>

#define LOCAL_WEEK_MAX 12 /* "2026-W48" */

struct local_time {
	int32_t day;    /* 20261129 */
	int32_t minute; /* of that day as its clocks show it: 0..1439 */
	int weekday;    /* 0: Monday */
};

struct local_time local_time_of(int64_t wall_ms);
/* The first instant of the day: UTC in ms; −1 for what is no day. */
int64_t local_day_begin_ms(int32_t day);
/* The day that many days later (or earlier). */
int32_t local_day_add(int32_t day, int days);
/* How many days from `from` to `to`; negative when `to` is earlier. */
int local_days_between(int32_t from, int32_t to);
/* The ISO week of a day, "2026-W48". */
void local_week_of(int32_t day, char ret[LOCAL_WEEK_MAX]);
/* The Monday of the ISO week "2026-W48", or −1. */
int32_t local_week_monday(const char *week);
