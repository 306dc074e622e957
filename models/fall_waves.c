/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The curves; see fall_waves.h. Single precision where a root is needed, one operation at a time:
 * the same on every machine.
 */
#include "models/fall_waves.h"
#include "models/fall_line.h"

#include <math.h>
#include <string.h>

#define PRESS_MG     4096
#define BEFORE_BINS  100 /* 2 s from the first bin on */
#define AFTER_BINS   50  /* 1 s to the last */
#define SMOOTH       5   /* bins to either side */
#define TURNING_BINS 10
#define COSINE_PARTS 1000.0F

/* A vector and its length. */
struct direction {
	int32_t v[3];
	float length;
};

static float dot_of(const int32_t a[3], const int32_t b[3])
{
	int64_t dot = 0;

	for (int k = 0; k < 3; k++)
		dot += (int64_t)a[k] * b[k];
	return (float)dot;
}

static void measure(struct direction *d)
{
	d->length = sqrtf(dot_of(d->v, d->v));
}

static void mean_over(const struct fall_line *l, int from, int to, struct direction *ret)
{
	for (int k = 0; k < 3; k++) {
		int32_t sum = 0;

		for (int i = from; i < to; i++)
			sum += l->axis_mg[k][i];
		ret->v[k] = sum / (to - from);
	}
	measure(ret);
}

/* Sums over SMOOTH bins to either side, the first and last bin standing for what is beyond. */
static void smooth(const struct fall_line *l, struct direction ret[LINE_BINS])
{
	for (int k = 0; k < 3; k++) {
		const int32_t *a = l->axis_mg[k];
		int32_t sum = a[0] * SMOOTH;

		for (int i = 0; i < SMOOTH; i++)
			sum += a[i];
		for (int i = 0; i < LINE_BINS; i++) {
			sum += a[line_least(i + SMOOTH, LINE_BINS - 1)];
			ret[i].v[k] = sum;
			sum -= a[line_most(i - SMOOTH, 0)];
		}
	}
	for (int i = 0; i < LINE_BINS; i++)
		measure(&ret[i]);
}

static int16_t pressed(int32_t mg)
{
	return (int16_t)(mg * PRESS_MG / (PRESS_MG + (mg < 0 ? -mg : mg)));
}

static int16_t cosine(const struct direction *a, const struct direction *b)
{
	if (a->length == 0 || b->length == 0)
		return 0;
	return (int16_t)lrintf(COSINE_PARTS * (dot_of(a->v, b->v) / (a->length * b->length)));
}

static int32_t along(const int32_t a[3], const struct direction *d)
{
	return d->length == 0 ? 0 : (int32_t)lrintf(dot_of(a, d->v) / d->length);
}

/* The part of a vector of this length that is not the part along. */
static int32_t rest_of(int32_t norm, int32_t part)
{
	return (int32_t)line_root((int64_t)norm * norm - (int64_t)part * part);
}

void fall_waves_of(const struct impact_window *w, struct fall_waves *ret)
{
	struct fall_line l __attribute__((uninitialized));                 /* filled here */
	struct direction turned[LINE_BINS] __attribute__((uninitialized)); /* … and here */
	struct direction before, after;
	int32_t last[3];

	line_fill(w, &l);
	line_fill_unknown(&l);
	smooth(&l, turned);
	mean_over(&l, 0, BEFORE_BINS, &before);
	mean_over(&l, LINE_BINS - AFTER_BINS, LINE_BINS, &after);
	for (int i = 0; i < LINE_BINS; i++) {
		int32_t a[3] = {l.axis_mg[0][i], l.axis_mg[1][i], l.axis_mg[2][i]};
		int16_t *to = ret->at[i];
		int32_t down = along(a, &before), change[3];

		for (int k = 0; k < 3; k++)
			change[k] = i ? a[k] - last[k] : 0;
		to[FALL_WAVE_NORM] = pressed(l.norm_mg[i]);
		to[FALL_WAVE_ALONG_BEFORE] = pressed(down);
		to[FALL_WAVE_ALONG_AFTER] = pressed(along(a, &after));
		to[FALL_WAVE_ACROSS] = pressed(rest_of(l.norm_mg[i], down));
		to[FALL_WAVE_CHANGE] = pressed((int32_t)lrintf(sqrtf(dot_of(change, change))));
		to[FALL_WAVE_FROM_BEFORE] = cosine(&turned[i], &before);
		to[FALL_WAVE_FROM_AFTER] = cosine(&turned[i], &after);
		to[FALL_WAVE_TURNING] = cosine(&turned[i], &turned[line_most(i - TURNING_BINS, 0)]);
		memcpy(last, a, sizeof(last));
	}
}
