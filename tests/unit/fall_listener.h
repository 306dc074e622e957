/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the fall model share: synthetic movements, and a listener that plays them into
 * the model and keeps its answers.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/fall.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ANSWERS_MAX 512
#define CLOCK_US    UINT64_C(3600000000)
#define STATE_MOST  16384 /* bytes a wearable may cost */

struct vector {
	int x_mg, y_mg, z_mg;
};

/* A stream's truth: what the sensor feels at a time. */
typedef struct vector (*motion)(double s);

struct listener {
	struct fall *fall;
	struct fall_answer answers[ANSWERS_MAX];
	int count;
	struct accel_batch batch;
	uint32_t noise;
};

static inline struct listener *listener_of(void **state, enum wear_place place)
{
	struct listener *l = *state;
	struct fall *fall = l->fall;

	*l = (struct listener){.fall = fall, .noise = 1};
	fall_init(fall, place);
	return l;
}

static inline void keep(struct listener *l, const struct fall_answer *answers, int count)
{
	assert_in_range(count, 0, FALL_EVENTS_MAX);
	for (int i = 0; i < count; i++) {
		assert_in_range(l->count, 0, ANSWERS_MAX - 1);
		l->answers[l->count++] = answers[i];
	}
}

static inline void flush(struct listener *l)
{
	struct fall_answer answers[FALL_EVENTS_MAX];

	keep(l, answers, fall_push(l->fall, &l->batch, answers));
	l->batch = (struct accel_batch){0};
}

static inline void end(struct listener *l)
{
	struct fall_answer answers[FALL_EVENTS_MAX];

	if (l->batch.count)
		flush(l);
	keep(l, answers, fall_finish(l->fall, answers));
}

static inline int16_t jitter(struct listener *l, int mg)
{
	l->noise = l->noise * 1664525u + 1013904223u;
	mg += (int)(l->noise >> 24) % 17 - 8;
	return (int16_t)(mg > INT16_MAX ? INT16_MAX : mg < INT16_MIN ? INT16_MIN : mg);
}

static inline void say(struct listener *l, uint64_t stamp_us, struct vector v)
{
	if (l->batch.count == 0)
		l->batch.first_us = stamp_us;
	l->batch.samples[l->batch.count++] =
		(struct accel_sample){(uint32_t)(stamp_us - l->batch.first_us), jitter(l, v.x_mg),
			jitter(l, v.y_mg), jitter(l, v.z_mg)};
	if (l->batch.count == 20)
		flush(l);
}

static inline void play(struct listener *l, motion m, double from_s, double to_s, int rate_hz)
{
	for (int i = 0; from_s + (double)i / rate_hz < to_s; i++) {
		double s = from_s + (double)i / rate_hz;

		say(l, CLOCK_US + (uint64_t)(s * 1e6), m(s));
	}
}

static inline struct vector still_standing(double s)
{
	(void)s;
	return (struct vector){0, -1000, 0};
}

/* Stands, topples from 7.4 s, strikes at 8.0 s for 0.08 s, shakes a second, then lies turned over.
 */
static inline struct vector falling(double s)
{
	if (s < 7.4)
		return (struct vector){(int)(60 * sin(s * 5)), -1000, (int)(60 * sin(s * 3))};
	if (s < 8.0) {
		double part = (s - 7.4) / 0.6, light = 1000 - 650 * part;

		return (struct vector){(int)(light * sin(part * 1.2)),
			(int)(-light * cos(part * 1.2)), (int)(150 * sin(s * 30))};
	}
	if (s < 8.08) {
		double hit = sin((s - 8.0) / 0.08 * 3.14159265);

		return (struct vector){(int)(4200 * hit), (int)(3700 * hit), (int)(-2600 * hit)};
	}
	if (s < 9.0) {
		double left = exp(-(s - 8.08) * 4);

		return (struct vector){(int)(1000 + 900 * left * sin(s * 40)),
			(int)(600 * left * cos(s * 33)), (int)(100 + 500 * left * sin(s * 27))};
	}
	return (struct vector){1000, 50, 100};
}

/* Falls the same way, but walks on from 10 s. */
static inline struct vector falling_and_going_on(double s)
{
	if (s < 10)
		return falling(s);
	return (struct vector){(int)(700 * sin(s * 11)), (int)(-1000 + 500 * sin(s * 23)), 0};
}

static inline struct vector clapping(double s)
{
	double phase = fmod(s, 0.35);

	if (phase < 0.04)
		return (struct vector){2800, -2000, 600};
	return (struct vector){(int)(600 * sin(phase * 18)), -900, (int)(400 * cos(phase * 18))};
}

/* Jumps each second: weightless, then a hard landing, always upright. */
static inline struct vector jumping(double s)
{
	double phase = fmod(s, 1.0);

	if (phase < 0.35)
		return (struct vector){0, -100, 0};
	if (phase < 0.41)
		return (struct vector){300, -4200, 300};
	return (struct vector){0, (int)(-1000 + 400 * sin(phase * 30)), (int)(300 * sin(s * 13))};
}

static inline int falls_in(const struct listener *l)
{
	int falls = 0;

	for (int i = 0; i < l->count; i++)
		falls += l->answers[i].is_fall;
	return falls;
}

static inline const struct fall_answer *first_fall(const struct listener *l, enum fall_stage stage)
{
	for (int i = 0; i < l->count; i++)
		if (l->answers[i].is_fall && l->answers[i].stage == stage)
			return &l->answers[i];
	fail_msg("no fall was called");
	return &l->answers[0];
}

static inline void check_near(uint64_t at_us, double s, double off_s)
{
	double d_s = ((double)at_us - (double)CLOCK_US) / 1e6 - s;

	if (fabs(d_s) > off_s)
		fail_msg("%.3f s away from %.3f s", d_s, s);
}

static inline int make_listener(void **state)
{
	struct listener *l = malloc(sizeof(*l));

	assert_non_null(l);
	l->fall = malloc(fall_size());
	assert_non_null(l->fall);
	*state = l;
	return 0;
}

static inline int drop_listener(void **state)
{
	struct listener *l = *state;

	free(l->fall);
	free(l);
	return 0;
}
