/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small home for tests of models/fusion: a watch, motion in two rooms, a bed, a chair's mat, the
 * door; and what it concluded so far.
 */
#pragma once

#include "models/fusion.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND 1000000ULL
#define NOON_MS \
	(INT64_C(1764158400000)) /* Wednesday 26 November 2025, 12:00 on the home's clocks */
#define BEGAN_US (1000000 * SECOND)

enum { WATCH, PENDANT, LIVING_PIR, KITCHEN_PIR, BED, DOOR, DRAWER, INSTALLED };
enum { LIVING = 1, KITCHEN, BEDROOM };

struct lived {
	struct fusion *f;
	double now_s;
	int64_t noon_ms;
	unsigned int news, updates;
	struct fusion_verdict last;
};

static inline struct fusion_time time_of(const struct lived *l)
{
	return (struct fusion_time){.now_us = BEGAN_US + (uint64_t)(l->now_s * 1e6),
		.local_ms = l->noon_ms + (int64_t)(l->now_s * 1e3)};
}

static inline void drain(struct lived *l)
{
	while (fusion_verdict(l->f, &l->last) == 1) {
		l->updates += l->last.is_update;
		l->news += !l->last.is_update;
		assert_true(l->last.reasons_count <= FUSION_REASONS_MAX);
		assert_true(l->last.probability >= 0 && l->last.probability <= 1);
	}
}

/* Time passes; what falls due happens at its own instant. */
static inline void pass(struct lived *l, double until_s)
{
	for (unsigned int turns = 0; turns < 10000; turns++) {
		uint64_t next_us = fusion_next_us(l->f);

		if (next_us == UINT64_MAX || (double)(next_us - BEGAN_US) / 1e6 > until_s)
			break;
		if (next_us > time_of(l).now_us)
			l->now_s = (double)(next_us - BEGAN_US) / 1e6;
		fusion_turn(l->f, time_of(l));
		drain(l);
	}
	l->now_s = until_s;
}

static inline void live(struct lived *l, const struct fusion_home *home)
{
	static const struct fusion_sensor sensors[INSTALLED] = {
		[WATCH] = {.role = FUSION_WEARABLE, .place = WEAR_WRIST, .resident = 1},
		[PENDANT] = {.role = FUSION_WEARABLE, .place = WEAR_TRUNK, .resident = 1},
		[LIVING_PIR] = {.role = FUSION_MOTION, .room = LIVING},
		[KITCHEN_PIR] = {.role = FUSION_MOTION, .room = KITCHEN},
		[BED] = {.role = FUSION_MAT, .room = BEDROOM},
		[DOOR] = {.role = FUSION_OUTER_DOOR},
		[DRAWER] = {.role = FUSION_CONTACT, .room = KITCHEN}};
	const struct fusion_home alone = {
		.residents = 1, .ask = FUSION_ASK_USUAL, .raise = FUSION_RAISE_USUAL};

	*l = (struct lived){.f = calloc(1, fusion_size()), .noon_ms = NOON_MS};
	assert_non_null(l->f);
	assert_int_equal(fusion_init(l->f, home ? home : &alone), 0);
	for (int n = 0; n < INSTALLED; n++)
		assert_int_equal(fusion_install(l->f, (uint8_t)n, &sensors[n]), 0);
}

static inline void done(struct lived *l)
{
	free(l->f);
	l->f = NULL;
}

/* Whoever lives alone in this home, for a test that asks for nothing else. */
static inline int set_up(void **state)
{
	static struct lived l;

	live(&l, NULL);
	*state = &l;
	return 0;
}

static inline int tear_down(void **state)
{
	done(*state);
	return 0;
}

#define at_home(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static inline void says(struct lived *l, int sensor, enum reading_kind kind, double value)
{
	assert_int_equal(fusion_reading(l->f, (uint8_t)sensor, kind, value, time_of(l)), 1);
	drain(l);
}

/* All sensors of the home were heard, the resident last in the living room. */
static inline void an_ordinary_morning(struct lived *l)
{
	says(l, KITCHEN_PIR, READING_MOTION, 1);
	says(l, KITCHEN_PIR, READING_MOTION, 0);
	says(l, BED, READING_PRESSURE_MAT, 0);
	says(l, DOOR, READING_DOOR, 0);
	says(l, DRAWER, READING_DOOR, 0);
	pass(l, l->now_s + 1200);
	says(l, LIVING_PIR, READING_MOTION, 1);
	says(l, LIVING_PIR, READING_MOTION, 0);
	pass(l, l->now_s + 60);
}

static inline void answers(struct lived *l, int sensor, enum fall_stage stage, double impact_s,
	double probability, unsigned int still_s)
{
	struct fall_answer a = {.stage = stage,
		.impact_us = (uint64_t)(impact_s * 1e6),
		.probability = (float)probability,
		.peak_mg = 3200,
		.still_ms = (uint16_t)(1000 * still_s)};

	assert_true(fusion_answer(l->f, (uint8_t)sensor, &a, BEGAN_US + (uint64_t)(impact_s * 1e6),
			    time_of(l)) >= 0);
	drain(l);
}

/* A shock now, and the first answer two seconds later. */
static inline double shock(struct lived *l, int sensor, double probability)
{
	double impact_s = l->now_s;

	pass(l, impact_s + 2);
	answers(l, sensor, FALL_FIRST, impact_s, probability, 0);
	return impact_s;
}

static inline double morning_shock(struct lived *l, double probability)
{
	an_ordinary_morning(l);
	return shock(l, WATCH, probability);
}

static inline double weight_of(const struct lived *l, enum fusion_what what)
{
	for (unsigned int n = 0; n < l->last.reasons_count; n++)
		if (l->last.reasons[n].what == what)
			return (double)l->last.reasons[n].weight;
	return 0;
}
