/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Still and lively seconds after an impact, and whether down is elsewhere than before.
 */
#include "models/fall_signs.h"

#define STILL_MG \
	40 /* a second is still below this mean change from bin to bin (seated: median 12) … */
#define LIVELY_MG \
	80 /* … and lively from this on (walking: median 110 at the wrist, 200 at the waist) */
#define BINS_LEAST   5                   /* fewer bins say nothing … */
#define AFTER_LEAST  (2 * RETIMED_PER_S) /* … and nor does less of where down is afterwards */
#define AFTER_MOST   (5 * RETIMED_PER_S)
#define TURNED_PARTS 500 /* thousandths: the square of the cosine of 45° */

struct span {
	uint32_t first, end; /* of the window's bins */
};

/* The bins from `from` to before `to`, counted from the impact, as far as they are there. */
static struct span span_of(const struct impact_window *w, int32_t from, int32_t to)
{
	int32_t first = (int32_t)w->impact + from;
	int32_t end = (int32_t)w->impact + to;
	int32_t count = (int32_t)w->count;

	first = first < 0 ? 0 : first > count ? count : first;
	end = end < first ? first : end > count ? count : end;
	return (struct span){(uint32_t)first, (uint32_t)end};
}

static uint32_t change_mg(const struct retimed *a, const struct retimed *b)
{
	int32_t x = b->x_mg - a->x_mg, y = b->y_mg - a->y_mg, z = b->z_mg - a->z_mg;

	return (uint32_t)(x < 0 ? -x : x) + (uint32_t)(y < 0 ? -y : y) + (uint32_t)(z < 0 ? -z : z);
}

/* Mean change from bin to bin; UINT32_MAX where too little of it was heard. */
static uint32_t motion_mg(const struct impact_window *w, struct span s)
{
	uint32_t sum_mg = 0, steps = 0;

	for (uint32_t i = s.first + 1; i < s.end; i++) {
		if (w->bins[i].marks & RETIMED_GAP)
			continue;
		sum_mg += change_mg(&w->bins[i - 1], &w->bins[i]);
		steps++;
	}
	return steps < BINS_LEAST ? UINT32_MAX : sum_mg / steps;
}

static void count_seconds(const struct impact_window *w, struct fall_signs *ret)
{
	uint32_t run_s = 0;

	for (int32_t second = 1; second < FALL_SECOND_ANSWER_S; second++) {
		struct span s = span_of(w, second * RETIMED_PER_S, (second + 1) * RETIMED_PER_S);
		uint32_t mg = s.end - s.first < RETIMED_PER_S ? UINT32_MAX : motion_mg(w, s);

		run_s = mg < STILL_MG ? run_s + 1 : 0;
		ret->still_s = run_s > ret->still_s ? run_s : ret->still_s;
		if (second > 1 && mg != UINT32_MAX && mg >= LIVELY_MG)
			ret->lively_s++;
	}
}

/* Sum of the vectors; false where there are fewer than `least`. */
static bool direction_of(
	const struct impact_window *w, struct span s, uint32_t least, int64_t ret[3])
{
	ret[0] = ret[1] = ret[2] = 0;
	for (uint32_t i = s.first; i < s.end; i++) {
		ret[0] += w->bins[i].x_mg;
		ret[1] += w->bins[i].y_mg;
		ret[2] += w->bins[i].z_mg;
	}
	return s.end - s.first >= least;
}

static bool is_turned(const struct impact_window *w)
{
	struct span after = span_of(w, RETIMED_PER_S, IMPACT_AFTER_MAX + 1);
	int64_t a[3], b[3];
	double dot = 0, aa = 0, bb = 0;

	if (after.end - after.first > AFTER_MOST)
		after.first = after.end - AFTER_MOST;
	if (!direction_of(w, span_of(w, -IMPACT_BEFORE, -RETIMED_PER_S), BINS_LEAST, a) ||
		!direction_of(w, after, AFTER_LEAST, b))
		return false;
	for (int k = 0; k < 3; k++) {
		dot += (double)a[k] * (double)b[k];
		aa += (double)a[k] * (double)a[k];
		bb += (double)b[k] * (double)b[k];
	}
	return dot <= 0 || dot * dot * 1000 < aa * bb * TURNED_PARTS;
}

void fall_signs_of(const struct impact_window *w, struct fall_signs *ret)
{
	struct span near = span_of(w, -RETIMED_PER_S, RETIMED_PER_S + 1);

	*ret = (struct fall_signs){0};
	count_seconds(w, ret);
	ret->is_turned = is_turned(w);
	ret->lying_s = ret->is_turned ? ret->still_s : 0;
	for (uint32_t i = 0; i < w->count; i++)
		ret->gap_bins += w->bins[i].marks & RETIMED_GAP ? 1 : 0;
	for (uint32_t i = near.first; i < near.end; i++)
		ret->is_clipped |= (w->bins[i].marks & RETIMED_CLIPPED) != 0;
}
