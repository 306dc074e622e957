/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Variations of a recorded trial, as other sensors, other links and other people would have made
 * it: turned, slower or faster, another rate, another range, lost samples, gain and offset errors,
 * cut short. And, for recordings without a fall only, what falls are mistaken for: hands that hit
 * something, a sensor that is dropped. Everything follows from the seed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum variation {
	VARIATION_NONE,
	VARIATION_SENSOR_FIRST = 1, /* 1 … 4: another sensor, another person */
	VARIATION_SENSOR_LAST = 4,
	VARIATION_HITS,
	VARIATION_DROP,
	VARIATIONS
};

/* Oldest first; both arrays are owned by whoever made the trace. */
struct trace {
	size_t count;
	double *t_ms;
	float (*a_mg)[3];
};

struct varied {
	double speed;      /* times in the variation are the original's divided by this */
	uint16_t range_mg; /* 0: not known */
};

/* to: room for 2 · from->count + 16 samples, count set on return. */
struct varied variation_make(
	enum variation variation, uint64_t seed, const struct trace *from, struct trace *to);
