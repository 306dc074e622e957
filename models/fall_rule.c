/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rule:
 *
 *   strength = swing · swing_g  −  motion · ln(motion_g)  +  turn · turn_deg / 90  −  base
 *   second   = strength + 0.05 for each still second (at most 10) − 0.2 for each lively one (15)
 *   probability = 1 / (1 + e^−strength)
 *
 * with swing_g within 0..12, motion_g within 0.02..1, turn_deg within 0..90. Clapping, table bumps
 * and jumps swing as far as falls do, but go on moving or leave the sensor as it was. The numbers
 * per place are a logistic regression over impacts of WEDA-FALL, SmartFallMM, Stress-Predict
 * (wrist) and SisFall (trunk), rounded by hand, 2026-11; unknown places take the mean of both.
 */
#include "models/fall_rule.h"

#include <math.h>

#define BIN(ms) ((int32_t)((ms) / 20))
#define STILL_MG \
	40 /* a second is still below this mean change from bin to bin (seated: median 12) … */
#define LIVELY_MG \
	80 /* … and lively from this on (walking: median 110 at the wrist, 200 at the waist) */
#define BINS_LEAST     5   /* fewer bins say nothing */
#define MOTION_NONE_MG 100 /* assumed where nothing was heard after the impact */
#define TURN_NONE_DEG  45.0F
#define DEG_PER_RAD    57.29578F
#define STILL_WEIGHT   0.05F
#define STILL_MOST_S   10
#define LIVELY_WEIGHT  0.2F
#define LIVELY_MOST_S  15

struct rule {
	float swing, motion, turn, base;
	float threshold[2];
};

static const struct rule rules[] = {
	[WEAR_UNKNOWN] = {1.1F, 1.1F, 6.0F, 11.7F, {0.8F, 0.8F}},
	[WEAR_WRIST] = {0.8F, 0.85F, 2.1F, 7.1F, {0.8F, 0.8F}},
	[WEAR_TRUNK] = {1.4F, 1.4F, 10.0F, 16.3F, {0.8F, 0.8F}},
};

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

static uint32_t swing_mg(const struct impact_window *w)
{
	struct span s = span_of(w, BIN(-400), BIN(800));
	struct retimed low = w->bins[w->impact], high = low;

	for (uint32_t i = s.first; i < s.end; i++) {
		const struct retimed *v = &w->bins[i];

		low.x_mg = v->x_mg < low.x_mg ? v->x_mg : low.x_mg;
		low.y_mg = v->y_mg < low.y_mg ? v->y_mg : low.y_mg;
		low.z_mg = v->z_mg < low.z_mg ? v->z_mg : low.z_mg;
		high.x_mg = v->x_mg > high.x_mg ? v->x_mg : high.x_mg;
		high.y_mg = v->y_mg > high.y_mg ? v->y_mg : high.y_mg;
		high.z_mg = v->z_mg > high.z_mg ? v->z_mg : high.z_mg;
	}

	float x = (float)(high.x_mg - low.x_mg), y = (float)(high.y_mg - low.y_mg),
	      z = (float)(high.z_mg - low.z_mg);

	return (uint32_t)sqrtf(x * x + y * y + z * z);
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

static bool mean_of(const struct impact_window *w, struct span s, float ret[3])
{
	float sum[3] = {0};

	if (s.end - s.first < BINS_LEAST)
		return false;
	for (uint32_t i = s.first; i < s.end; i++) {
		sum[0] += (float)w->bins[i].x_mg;
		sum[1] += (float)w->bins[i].y_mg;
		sum[2] += (float)w->bins[i].z_mg;
	}
	for (int i = 0; i < 3; i++)
		ret[i] = sum[i];
	return true;
}

static float turn_deg(const struct impact_window *w)
{
	float a[3], b[3];

	if (!mean_of(w, span_of(w, BIN(-2000), BIN(-800)), a) ||
		!mean_of(w, span_of(w, BIN(800), BIN(2000)), b))
		return TURN_NONE_DEG;

	float dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
	float lengths = sqrtf((a[0] * a[0] + a[1] * a[1] + a[2] * a[2]) *
			      (b[0] * b[0] + b[1] * b[1] + b[2] * b[2]));

	if (lengths <= 0)
		return TURN_NONE_DEG;
	return acosf(fmaxf(-1, fminf(1, dot / lengths))) * DEG_PER_RAD;
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

void fall_signs_of(const struct impact_window *w, struct fall_signs *ret)
{
	struct span near = span_of(w, -RETIMED_PER_S, RETIMED_PER_S + 1);
	uint32_t after_mg = motion_mg(w, span_of(w, BIN(1000), BIN(2000)));

	*ret = (struct fall_signs){
		.swing_mg = swing_mg(w),
		.motion_mg = after_mg == UINT32_MAX ? MOTION_NONE_MG : after_mg,
		.turn_deg = turn_deg(w),
	};
	count_seconds(w, ret);
	for (uint32_t i = 0; i < w->count; i++)
		ret->gap_bins += w->bins[i].marks & RETIMED_GAP ? 1 : 0;
	for (uint32_t i = near.first; i < near.end; i++)
		ret->is_clipped |= (w->bins[i].marks & RETIMED_CLIPPED) != 0;
}

float fall_judge(const struct fall_signs *s, enum wear_place place, enum fall_stage stage)
{
	const struct rule *r = &rules[place];
	float swing_g = fminf((float)s->swing_mg / 1000, 12);
	float motion_g = fminf(fmaxf((float)s->motion_mg / 1000, 0.02F), 1);
	float strength = r->swing * swing_g - r->motion * logf(motion_g) +
			 r->turn * fminf(s->turn_deg, 90) / 90 - r->base;

	if (stage == FALL_SECOND) {
		strength += STILL_WEIGHT *
			    (float)(s->still_s < STILL_MOST_S ? s->still_s : STILL_MOST_S);
		strength -= LIVELY_WEIGHT *
			    (float)(s->lively_s < LIVELY_MOST_S ? s->lively_s : LIVELY_MOST_S);
	}
	return 1 / (1 + expf(-strength));
}

float fall_threshold(enum wear_place place, enum fall_stage stage)
{
	return rules[place].threshold[stage];
}
