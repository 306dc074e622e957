/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Re-timing by count first and by stamp in the long run; see retime.h for why. The constants were
 * chosen on the stamps of WEDA-FALL's 969 recordings (2026-11) and on synthetic streams of
 * 20..200 Hz (tests/unit/test_retime.c).
 */
#include "models/retime_path.h"

#define PERIOD_FIRST_US 20000  /* believed of a stream of one sample */
#define PERIOD_WEIGHT   4      /* a look moves it by a quarter */
#define START_GAP_US    250000 /* while the jitter is not known yet */

void retime_init(struct retime *r)
{
	*r = (struct retime){.period_us = PERIOD_FIRST_US};
}

uint16_t retime_rail_marks(const struct retime *r, struct retimed v, uint16_t range_mg)
{
	const struct retimed *before = &r->previous;
	int32_t rail_mg = retime_rail_mg(range_mg);
	bool is_again = (retime_is_beyond(v.x_mg, rail_mg) && v.x_mg == before->x_mg) ||
			(retime_is_beyond(v.y_mg, rail_mg) && v.y_mg == before->y_mg) ||
			(retime_is_beyond(v.z_mg, rail_mg) && v.z_mg == before->z_mg);

	return range_mg || is_again ? RETIMED_CLIPPED : 0;
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
		r->period_us = (uint32_t)retime_clamp(
			span_us / steps, RETIME_PERIOD_MIN_US, RETIME_PERIOD_MAX_US);
}

/* Where the first sample lies by the mean of all held ones, and how far they scatter around it. */
static int64_t learn_phase(struct retime *r)
{
	int64_t sum_us = 0, scatter_us = 0;

	for (uint16_t i = 0; i < r->held_count; i++)
		sum_us += r->held[i].stamp_us - (int64_t)i * r->period_us;

	int64_t phase_us = retime_clamp(sum_us / r->held_count, -START_GAP_US, START_GAP_US);

	for (uint16_t i = 0; i < r->held_count; i++) {
		int64_t off_us = r->held[i].stamp_us - (int64_t)i * r->period_us - phase_us;

		scatter_us += retime_clamp(
			off_us < 0 ? -off_us : off_us, 0, START_GAP_US / RETIME_GAP_JITTERS);
	}
	r->jitter_us = (uint32_t)(scatter_us / r->held_count);
	return phase_us;
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
	retime_bin_add(r, r->held[0].value);
	r->held_first = 1;
	r->is_started = true;
}

void retime_look_at_period(struct retime *r)
{
	int64_t off_us = (int64_t)(r->span_us / RETIME_PERIOD_SPAN) - r->period_us;

	r->period_us = (uint32_t)retime_clamp(
		r->period_us + off_us / PERIOD_WEIGHT, RETIME_PERIOD_MIN_US, RETIME_PERIOD_MAX_US);
	r->span_us = 0;
	r->span_count = 0;
}

void retime_leave_empty(
	struct retime *r, int64_t bins, bool has_gap, struct retimed from, struct retimed to)
{
	r->bin_end_us += bins * RETIMED_US;
	r->from = from;
	r->to = to;
	r->drawn = 0;
	r->to_draw = (uint32_t)bins;
	r->draw_marks = has_gap ? RETIMED_GAP : 0;
}

/* Before the stream's period is known its samples wait. */
void retime_hold(struct retime *r, int64_t stamp_us, struct retimed v)
{
	r->held[r->held_count++] = (struct retime_sample){stamp_us, v};
	if (r->held_count == RETIME_HELD_MAX || stamp_us >= RETIME_HELD_US)
		start(r);
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

int retime_push(struct retime *r, uint64_t stamp_us, int16_t x_mg, int16_t y_mg, int16_t z_mg,
	uint16_t range_mg)
{
	struct retimed bin;
	int closed = retime_take(r, stamp_us, x_mg, y_mg, z_mg, range_mg, &bin);

	if (closed > 0) {
		r->ready = bin;
		r->has_ready = true;
	}
	return closed < 0 ? closed : 0;
}

bool retime_next(struct retime *r, struct retimed *ret)
{
	if (r->has_ready) {
		*ret = r->ready;
		r->has_ready = false;
		return true;
	}
	if (r->drawn < r->to_draw) {
		draw(r, ret);
		return true;
	}
	while (r->is_started && r->held_first < r->held_count) {
		const struct retime_sample *s = &r->held[r->held_first++];

		if (retime_place(r, s->stamp_us, s->value, ret))
			return true;
	}
	if (!r->is_ending || r->count == 0)
		return false;
	*ret = retime_bin_close(r);
	return true;
}
