/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside retime: what every sample passes, inline, so that models/fall.c, which looks at each bin
 * as it closes, pays no call a sample. retime_push() and retime_next() are made of the same.
 *
 * A struct retimed goes from hand to hand by value: written to memory by fields and read again as
 * a whole it would make the processor wait, which was half of what a sample cost.
 */
#pragma once

#include "models/retime.h"

#include <errno.h>
#include <string.h>

#define RETIME_PERIOD_MIN_US     1000
#define RETIME_PERIOD_MAX_US     100000
#define RETIME_PERIOD_SPAN       128   /* samples between two looks at the period */
#define RETIME_PHASE_WEIGHT      16    /* a stamp moves the belief by a sixteenth */
#define RETIME_JITTER_WEIGHT     32    /* and the jitter by a thirty-second of their distance */
#define RETIME_GAP_MIN_US        25000 /* a gap is this or 1.5 periods … */
#define RETIME_GAP_JITTERS       4 /* … and four times the usual jitter beyond what was expected */
#define RETIME_RAIL_MARGIN_PARTS 256 /* a rail is within 1/256 of the full scale */

/* retime.c; each far rarer than a sample: */
void retime_hold(struct retime *r, int64_t stamp_us, struct retimed v);
void retime_look_at_period(struct retime *r);
void retime_leave_empty(
	struct retime *r, int64_t bins, bool has_gap, struct retimed from, struct retimed to);
uint16_t retime_rail_marks(const struct retime *r, struct retimed v, uint16_t range_mg);

static inline __attribute__((always_inline)) int64_t retime_clamp(
	int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* Not within ±(limit − 1): one comparison, since what lies below wraps far above. */
static inline __attribute__((always_inline)) bool retime_is_beyond(
	int16_t value_mg, int32_t limit_mg)
{
	return (uint32_t)(value_mg + limit_mg - 1) > (uint32_t)(2 * limit_mg - 2);
}

static inline __attribute__((always_inline)) int32_t retime_rail_mg(uint16_t range_mg)
{
	return range_mg ? range_mg - range_mg / RETIME_RAIL_MARGIN_PARTS : RETIME_CLIP_LOW_MG;
}

static inline __attribute__((always_inline)) uint16_t retime_marks(
	struct retimed v, const struct retime *r, uint16_t range_mg)
{
	int32_t rail_mg = retime_rail_mg(range_mg);

	if (retime_is_beyond(v.x_mg, rail_mg) || retime_is_beyond(v.y_mg, rail_mg) ||
		retime_is_beyond(v.z_mg, rail_mg))
		return retime_rail_marks(r, v, range_mg);
	return 0;
}

static inline __attribute__((always_inline)) void retime_bin_add(struct retime *r, struct retimed v)
{
	r->sum_mg[0] += v.x_mg;
	r->sum_mg[1] += v.y_mg;
	r->sum_mg[2] += v.z_mg;
	r->marks |= v.marks;
	r->count++;
}

static inline __attribute__((always_inline)) struct retimed retime_bin_close(struct retime *r)
{
	struct retimed mean = {
		(int16_t)r->sum_mg[0], (int16_t)r->sum_mg[1], (int16_t)r->sum_mg[2], r->marks};

	if (r->count > 1) {
		mean.x_mg = (int16_t)(r->sum_mg[0] / r->count);
		mean.y_mg = (int16_t)(r->sum_mg[1] / r->count);
		mean.z_mg = (int16_t)(r->sum_mg[2] / r->count);
	}
	memset(r->sum_mg, 0, sizeof(r->sum_mg));
	r->count = 0;
	r->marks = 0;
	return mean;
}

static inline __attribute__((always_inline)) void retime_follow_period(
	struct retime *r, int64_t step_us)
{
	r->span_us += (uint32_t)step_us;
	if (++r->span_count == RETIME_PERIOD_SPAN)
		retime_look_at_period(r);
}

/* Moves the belief on by one sample; true where samples before it were lost. */
static inline __attribute__((always_inline)) bool retime_follow(struct retime *r, int64_t stamp_us)
{
	int64_t period_us = r->period_us;
	int64_t off_us = stamp_us - r->believed_us - period_us;
	int64_t size_us = off_us < 0 ? -off_us : off_us;
	int64_t least_us =
		period_us * 3 / 2 > RETIME_GAP_MIN_US ? period_us * 3 / 2 : RETIME_GAP_MIN_US;

	if (off_us > least_us + RETIME_GAP_JITTERS * (int64_t)r->jitter_us) {
		r->believed_us = stamp_us;
		retime_follow_period(r, period_us);
		return true;
	}
	r->believed_us += retime_clamp(
		period_us + off_us / RETIME_PHASE_WEIGHT, period_us / 4, period_us * 4);
	r->jitter_us = (uint32_t)((int64_t)r->jitter_us +
				  (size_us - (int64_t)r->jitter_us) / RETIME_JITTER_WEIGHT);
	retime_follow_period(r, period_us + off_us / RETIME_PHASE_WEIGHT);
	return false;
}

/*
 * Puts one sample into its bin. Where that is a new one, the bin before is in ret and true is
 * returned; more of them, to be drawn, may follow.
 */
static inline __attribute__((always_inline)) bool retime_place(
	struct retime *r, int64_t stamp_us, struct retimed v, struct retimed *ret)
{
	bool has_gap = retime_follow(r, stamp_us);
	int64_t beyond_us = r->believed_us - r->bin_end_us;

	if (beyond_us < 0) {
		retime_bin_add(r, v);
		return false;
	}

	struct retimed closed = retime_bin_close(r);

	r->bin_end_us += RETIMED_US;
	if (beyond_us >= RETIMED_US)
		retime_leave_empty(r, beyond_us / RETIMED_US, has_gap, closed, v);
	retime_bin_add(r, v);
	*ret = closed;
	return true;
}

/* Whether retime_next() has something to give, the last bin after retime_finish() aside. */
static inline __attribute__((always_inline)) bool retime_has_more(const struct retime *r)
{
	return r->has_ready || r->drawn < r->to_draw ||
	       (r->is_started && r->held_first < r->held_count);
}

/* As retime_push(), but the bin that the sample closed is given at once: 1 with it in ret, or 0. */
static inline __attribute__((always_inline)) int retime_take(struct retime *r, uint64_t stamp_us,
	int16_t x_mg, int16_t y_mg, int16_t z_mg, uint16_t range_mg, struct retimed *ret)
{
	bool is_first = !r->is_started && r->held_count == 0;
	int64_t after_us = is_first ? 0 : (int64_t)(stamp_us - r->first_us);
	struct retimed v = {x_mg, y_mg, z_mg, 0};

	if (retime_has_more(r) || r->is_ending)
		return -ENOBUFS;
	if (!is_first && after_us < r->stamp_us)
		return -EINVAL;
	if (!is_first && after_us - r->stamp_us > RETIME_GAP_MAX_US)
		return -ESTALE;
	if (is_first)
		r->first_us = stamp_us;
	r->stamp_us = after_us;
	v.marks = retime_marks(v, r, range_mg);
	r->previous = v;
	if (r->is_started)
		return retime_place(r, after_us, v, ret);
	retime_hold(r, after_us, v);
	return 0;
}
