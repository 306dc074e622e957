/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A home for tests of the routine model: up at seven, rooms in turn each ten minutes, out from ten
 * to twelve, in bed from eleven in the evening with a walk to the bathroom at three. Times are
 * given in the home's local time; the offset goes with them.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/routine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE  INT64_C(60000)
#define HOUR    (60 * MINUTE)
#define DAY     (24 * HOUR)
#define MONDAY0 (INT64_C(20528) * DAY) /* 2026-03-16, a Monday, 00:00 local */

enum { KITCHEN, BATHROOM, LIVING, BEDROOM, DOOR, BED, CUPBOARD, SENSORS };

struct lived {
	struct routine *r;
	int32_t offset_s;
	int64_t now_ms; /* local */
};

static inline struct routine_time at(const struct lived *l, int64_t local_ms)
{
	return (struct routine_time){local_ms - l->offset_s * INT64_C(1000), l->offset_s};
}

static inline void install(struct routine *r, bool names_door)
{
	assert_int_equal(routine_sensor(r, "kitchen pir", "kitchen", ROUTINE_MOTION, 0), KITCHEN);
	assert_int_equal(
		routine_sensor(r, "bathroom pir", "bathroom", ROUTINE_MOTION, 0), BATHROOM);
	assert_int_equal(routine_sensor(r, "living pir", "living", ROUTINE_MOTION, 0), LIVING);
	assert_int_equal(routine_sensor(r, "bedroom pir", "bedroom", ROUTINE_MOTION, 0), BEDROOM);
	assert_int_equal(routine_sensor(r, "D1", "hall", ROUTINE_CONTACT,
				 names_door ? ROUTINE_OUTER_DOOR : ROUTINE_INSIDE),
		DOOR);
	assert_int_equal(routine_sensor(r, "bed", "bedroom", ROUTINE_MAT, 0), BED);
	assert_int_equal(routine_sensor(r, "cupboard", "kitchen", ROUTINE_CONTACT, 0), CUPBOARD);
}

static inline struct lived move_in(const struct routine_options *options, bool names_door)
{
	struct lived l = {.r = malloc(routine_size()), .offset_s = 3600, .now_ms = MONDAY0};

	assert_non_null(l.r);
	assert_int_equal(routine_init(l.r, options), 0);
	install(l.r, names_door);
	return l;
}

static inline void move_out(struct lived *l)
{
	free(l->r);
	l->r = NULL;
}

static inline int sign(struct lived *l, uint8_t sensor, int64_t local_ms, bool is_on)
{
	struct routine_event e = {at(l, local_ms), sensor, is_on};

	l->now_ms = local_ms;
	return routine_push(l->r, &e);
}

/* On and off again two seconds later. */
static inline void move(struct lived *l, uint8_t sensor, int64_t local_ms)
{
	assert_int_equal(sign(l, sensor, local_ms, true), 0);
	assert_int_equal(sign(l, sensor, local_ms + 2000, false), 0);
}

/* A day that begins at local midnight `day_ms`, until `until_ms` after it; shift: later, in ms. */
static inline void live_until(struct lived *l, int64_t day_ms, int64_t until_ms, int64_t shift_ms)
{
	static const uint8_t rooms[] = {KITCHEN, BATHROOM, LIVING};
	int64_t t = day_ms + shift_ms;

	if (until_ms > 3 * HOUR) {
		move(l, BATHROOM, t + 3 * HOUR);
		move(l, BEDROOM, t + 3 * HOUR + 4 * MINUTE);
	}
	for (int64_t m = 7 * HOUR; m < 23 * HOUR && m < until_ms; m += 10 * MINUTE) {
		if (m > 10 * HOUR && m < 12 * HOUR)
			continue;
		if (m == 10 * HOUR || m == 12 * HOUR)
			move(l, DOOR, t + m);
		if (m != 10 * HOUR)
			for (int i = 0; i < 4; i++)
				move(l, rooms[(m / (10 * MINUTE)) % 3], t + m + (i + 1) * MINUTE);
	}
	if (until_ms > 23 * HOUR)
		move(l, BEDROOM, t + 23 * HOUR);
}

static inline void live(struct lived *l, int days)
{
	int64_t day_ms = (l->now_ms + DAY - 1) / DAY * DAY;

	for (int i = 0; i < days; i++)
		live_until(l, day_ms + i * DAY, DAY, (i % 3) * 5 * MINUTE);
}

/* Ticks each minute until an answer, at most `until_ms`: when it came (local), 0 for none. */
static inline int64_t wait_for(
	struct lived *l, int64_t until_ms, struct routine_answer ret[ROUTINE_ANSWERS_MAX])
{
	for (; l->now_ms <= until_ms; l->now_ms += MINUTE)
		if (routine_judge(l->r, at(l, l->now_ms), ret) > 0)
			return l->now_ms;
	return 0;
}
