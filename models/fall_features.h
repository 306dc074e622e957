/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An impact in numbers a classifier can judge: 3 s before it to 1.9 s after, at 50 Hz. Nothing here
 * depends on how the sensor is turned or mirrored: only |a|, angles between mean vectors, and
 * projections on them. What could not be seen (a stream that just began or ended) is taken as what
 * lies next to it, nearer the impact. Integers in and out; bounded, no allocation.
 *
 * Training sees exactly these numbers, from the hub's own path (models/training/dump_features.c).
 */
#pragma once

#include "models/impact.h"

#define FALL_FIRST_BINS 95 /* bins after the impact: 1.9 s */
#define FALL_FEATURES   122

enum fall_feature {
	FALL_FEATURE_MOMENTS =
		0, /* 8 windows of 6: mean, deviation, spread of the axes, least, most, change */
	FALL_FEATURE_COSINES = 48,
	FALL_FEATURE_VELOCITIES = 63,
	FALL_FEATURE_LIGHTNESS = 73,
	FALL_FEATURE_PEAKS = 80,
	FALL_FEATURE_TURNING = 98,
	FALL_FEATURE_STILLNESS = 104,
	FALL_FEATURE_COURSE = 108
};

/* A window without bins before or after the impact is described all the same. */
void fall_features_of(const struct impact_window *w, int16_t ret[FALL_FEATURES]);
