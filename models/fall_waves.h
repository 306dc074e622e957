/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An impact's course bin by bin, for a judge that finds its own signs (fall_net): the same 4.9 s
 * the features describe in numbers, as eight curves that do not depend on how the sensor is turned
 * or mirrored. What could not be seen is taken as what lies next to it, nearer the impact.
 * Integers, bounded, no allocation.
 *
 * Training sees exactly these curves, from the hub's own path (models/training/dump_features.c).
 */
#pragma once

#include "models/fall_features.h"

#define FALL_WAVES     8
#define FALL_WAVE_BINS (IMPACT_BEFORE + 1 + FALL_FIRST_BINS)
#define FALL_WAVE_MOST 4095 /* nothing in a curve is further from 0 */

/* Accelerations are in mg and pressed together, v · 4096 / (4096 + |v|), so that a hard blow does
 * not drown what is round it; cosines in thousandths, of directions that are means of 11 bins. */
enum fall_wave {
	FALL_WAVE_NORM,         /* |a| */
	FALL_WAVE_ALONG_BEFORE, /* along where down was in the first 2 s … */
	FALL_WAVE_ALONG_AFTER,  /* … and in the last 1 s */
	FALL_WAVE_ACROSS,       /* across where down was before */
	FALL_WAVE_CHANGE,       /* |a − a of the bin before| */
	FALL_WAVE_FROM_BEFORE,  /* cosine against where down was before */
	FALL_WAVE_FROM_AFTER,   /* … and after */
	FALL_WAVE_TURNING       /* cosine against the direction 10 bins earlier */
};

/* Oldest first; the impact is bin IMPACT_BEFORE. */
struct fall_waves {
	int16_t at[FALL_WAVE_BINS][FALL_WAVES];
};

void fall_waves_of(const struct impact_window *w, struct fall_waves *ret);
/* The same without AVX2, whatever the processor has: for the test that they are the same. */
void fall_waves_of_narrow(const struct impact_window *w, struct fall_waves *ret);
