/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Re-timing by count first and by stamp in the long run; see retime.h for why. The constants were
 * chosen on the stamps of WEDA-FALL's 969 recordings (2026-11) and on synthetic streams of
 * 20..200 Hz (tests/unit/test_retime.c).
 */
#include "models/retime.h"

#include <errno.h>
#include <string.h>

#define PERIOD_FIRST_US   20000 /* believed of a stream of one sample */
#define PERIOD_MIN_US     1000
#define PERIOD_MAX_US     100000
#define PERIOD_SPAN       128    /* samples between two looks at the period */
#define PERIOD_WEIGHT     4      /* a look moves it by a quarter */
#define PHASE_WEIGHT      16     /* a stamp moves the belief by a sixteenth */
#define JITTER_WEIGHT     32     /* and the jitter by a thirty-second of their distance */
#define GAP_MIN_US        25000  /* a gap is this or 1.5 periods … */
#define GAP_JITTERS       4      /* … and four times the usual jitter beyond what was expected */
#define START_GAP_US      250000 /* while the jitter is not known yet */
#define RAIL_MARGIN_PARTS 256    /* a rail is within 1/256 of the full scale */

void retime_init(struct retime *r)
{
	*r = (struct retime){.period_us = PERIOD_FIRST_US};
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

static bool is_within(int16_t value_mg, int32_t limit_mg)
{
	return value_mg < limit_mg && value_mg > -limit_mg;
}

static uint16_t marks_of(const struct retimed *v, const struct retimed *before, uint16_t range_mg)
{
	int32_t limit_mg = range_mg ? range_mg - range_mg / RAIL_MARGIN_PARTS : RETIME_CLIP_LOW_MG;
	bool is_x = !is_within(v->x_mg, limit_mg), is_y = !is_within(v->y_mg, limit_mg),
	     is_z = !is_within(v->z_mg, limit_mg);

	if (!is_x && !is_y && !is_z)
		return 0;
	if (!range_mg && !(is_x && v->x_mg == before->x_mg) && !(is_y && v->y_mg == before->y_mg) &&
		!(is_z && v->z_mg == before->z_mg))
		return 0;
	return RETIMED_CLIPPED;
}

/* The period by count over the held samples, leaving out what can only be a gap. */
static void learn_period(struct retime *r)
{
	int64_t span_us = 0;
	int64_t steps = 0;

	for (uint16_t i = 1; i < r->held_count; i++) {
		int64_t step_us = r->held[i].stamp_us - r->held[i - 1].stamp_us;

		if (step_us > START_GAP_US)
			continue;
		span_us += step_us;
		steps++;
	}
	if (steps > 0 && span_us > 0)
		r->period_us = (uint32_t)clamp(span_us / steps, PERIOD_MIN_US, PERIOD_MAX_US);
}

/* Where the first sample lies by the mean of all held ones, and how far they scatter around it. */
static int64_t learn_phase(struct retime *r)
{
	int64_t sum_us = 0, scatter_us = 0;

	for (uint16_t i = 0; i < r->held_count; i++)
		sum_us += r->held[i].stamp_us - (int64_t)i * r->period_us;

	int64_t phase_us = clamp(sum_us / r->held_count, -START_GAP_US, START_GAP_US);

	for (uint16_t i = 0; i < r->held_count; i++) {
		int64_t off_us = r->held[i].stamp_us - (int64_t)i * r->period_us - phase_us;

		scatter_us += clamp(off_us < 0 ? -off_us : off_us, 0, START_GAP_US / GAP_JITTERS);
	}
	r->jitter_us = (uint32_t)(scatter_us / r->held_count);
	return phase_us;
}

static void bin_add(struct retime *r, const struct retimed *v)
{
	r->sum_mg[0] += v->x_mg;
	r->sum_mg[1] += v->y_mg;
	r->sum_mg[2] += v->z_mg;
	r->marks |= v->marks;
	r->count++;
}

static void start(struct retime *r)
{
	learn_period(r);

	int64_t phase_us = learn_phase(r);

	r->first_us += (uint64_t)phase_us; /* two's complement: the phase may be negative */
	for (uint16_t i = 0; i < r->held_count; i++)
		r->held[i].stamp_us -= phase_us;
	r->stamp_us -= phase_us;
	r->bin_end_us = RETIMED_US / 2;
	bin_add(r, &r->held[0].value);
	r->held_first = 1;
	r->is_started = true;
}

static void follow_period(struct retime *r, int64_t step_us)
{
	r->span_us += (uint32_t)step_us;
	if (++r->span_count < PERIOD_SPAN)
		return;

	int64_t off_us = (int64_t)(r->span_us / PERIOD_SPAN) - r->period_us;

	r->period_us = (uint32_t)clamp(
		r->period_us + off_us / PERIOD_WEIGHT, PERIOD_MIN_US, PERIOD_MAX_US);
	r->span_us = 0;
	r->span_count = 0;
}

/* Moves the belief on by one sample; true where samples before it were lost. */
static bool follow(struct retime *r, int64_t stamp_us)
{
	int64_t period_us = r->period_us;
	int64_t off_us = stamp_us - r->believed_us - period_us;
	int64_t size_us = off_us < 0 ? -off_us : off_us;
	int64_t least_us = period_us * 3 / 2 > GAP_MIN_US ? period_us * 3 / 2 : GAP_MIN_US;

	if (off_us > least_us + GAP_JITTERS * (int64_t)r->jitter_us) {
		r->believed_us = stamp_us;
		follow_period(r, period_us);
		return true;
	}
	r->believed_us += clamp(period_us + off_us / PHASE_WEIGHT, period_us / 4, period_us * 4);
	r->jitter_us = (uint32_t)((int64_t)r->jitter_us +
				  (size_us - (int64_t)r->jitter_us) / JITTER_WEIGHT);
	follow_period(r, period_us + off_us / PHASE_WEIGHT);
	return false;
}

static struct retimed bin_close(struct retime *r)
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

/* Puts one sample into its bin; where that is a new one, the bin before is ready. */
static void place(struct retime *r, int64_t stamp_us, const struct retimed *v)
{
	bool has_gap = follow(r, stamp_us);
	int64_t beyond_us = r->believed_us - r->bin_end_us;

	if (beyond_us >= 0) {
		uint32_t empty = beyond_us < RETIMED_US ? 0 : (uint32_t)(beyond_us / RETIMED_US);

		r->bin_end_us += (int64_t)(empty + 1) * RETIMED_US;
		r->ready = bin_close(r);
		r->has_ready = true;
		if (empty) {
			r->from = r->ready;
			r->to = *v;
			r->drawn = 0;
			r->to_draw = empty;
			r->draw_marks = has_gap ? RETIMED_GAP : 0;
		}
	}
	bin_add(r, v);
}

/* Before the stream's period is known its samples wait. */
static void hold(struct retime *r, int64_t stamp_us, const struct retimed *v)
{
	r->held[r->held_count++] = (struct retime_sample){stamp_us, *v};
	if (r->held_count == RETIME_HELD_MAX || stamp_us >= RETIME_HELD_US)
		start(r);
}

static bool has_more(const struct retime *r)
{
	return r->has_ready || r->drawn < r->to_draw ||
	       (r->is_started && r->held_first < r->held_count);
}

int retime_push(struct retime *r, uint64_t stamp_us, int16_t x_mg, int16_t y_mg, int16_t z_mg,
	uint16_t range_mg)
{
	bool is_first = !r->is_started && r->held_count == 0;
	int64_t after_us = is_first ? 0 : (int64_t)(stamp_us - r->first_us);
	struct retimed v = {x_mg, y_mg, z_mg, 0};

	if (has_more(r) || r->is_ending)
		return -ENOBUFS;
	if (!is_first && after_us < r->stamp_us)
		return -EINVAL;
	if (!is_first && after_us - r->stamp_us > RETIME_GAP_MAX_US)
		return -ESTALE;
	if (is_first)
		r->first_us = stamp_us;
	r->stamp_us = after_us;
	v.marks = marks_of(&v, &r->previous, range_mg);
	r->previous = v;
	if (r->is_started)
		place(r, after_us, &v);
	else
		hold(r, after_us, &v);
	return 0;
}

void retime_finish(struct retime *r)
{
	if (!r->is_started && r->held_count > 0)
		start(r);
	r->is_ending = true;
}

static int16_t between(int16_t from, int16_t to, uint32_t step, uint32_t steps)
{
	return (int16_t)(from + ((int32_t)to - from) * (int32_t)step / (int32_t)steps);
}

static void draw(struct retime *r, struct retimed *ret)
{
	uint32_t step = ++r->drawn;
	uint32_t steps = r->to_draw + 1;

	*ret = (struct retimed){between(r->from.x_mg, r->to.x_mg, step, steps),
		between(r->from.y_mg, r->to.y_mg, step, steps),
		between(r->from.z_mg, r->to.z_mg, step, steps), r->draw_marks};
}

bool retime_next(struct retime *r, struct retimed *ret)
{
	while (!r->has_ready && r->drawn >= r->to_draw && r->is_started &&
		r->held_first < r->held_count) {
		const struct retime_sample *s = &r->held[r->held_first++];

		place(r, s->stamp_us, &s->value);
	}
	if (r->has_ready) {
		*ret = r->ready;
		r->has_ready = false;
		return true;
	}
	if (r->drawn < r->to_draw) {
		draw(r, ret);
		return true;
	}
	if (!r->is_ending || r->count == 0)
		return false;
	*ret = bin_close(r);
	return true;
}
