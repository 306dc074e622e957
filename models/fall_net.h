/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small convolutional net over an impact's curves (fall_waves) and its features, beside the trees
 * (fall_score). Three layers that each look at some bins of the one before, at every other bin; the
 * third's means and largest in parts of the time, and the features; a layer over all of these; a
 * sum. In 16-bit integers, so that it decides alike on every machine. What it gives is log-odds in
 * FALL_LEAF_PARTS, as the trees do. Pure.
 */
#pragma once

#include "models/fall_features.h"
#include "models/fall_waves.h"

#include <stdbool.h>
#include <stdint.h>

#define FALL_NET_FIRST  16 /* units of each layer … */
#define FALL_NET_SECOND 32
#define FALL_NET_THIRD  32
#define FALL_NET_FOURTH 32

#define FALL_NET_FIRST_SEES  7 /* … and the bins it looks at */
#define FALL_NET_SECOND_SEES 5
#define FALL_NET_THIRD_SEES  4

#define FALL_NET_MEANS    4   /* parts of the time that the third layer's means are taken of … */
#define FALL_NET_MOSTS    2   /* … and its largest */
#define FALL_NET_FEATURES 128 /* the features, then zeros, so that registers are filled */

#define FALL_NET_MOST 8191 /* a layer gives 1024ths, from 0 to this */

#define FALL_NET_FIRST_INPUTS  (FALL_NET_FIRST_SEES * FALL_WAVES)
#define FALL_NET_SECOND_INPUTS (FALL_NET_SECOND_SEES * FALL_NET_FIRST)
#define FALL_NET_THIRD_INPUTS  (FALL_NET_THIRD_SEES * FALL_NET_SECOND)
#define FALL_NET_GATHERED      ((FALL_NET_MEANS + FALL_NET_MOSTS) * FALL_NET_THIRD)
#define FALL_NET_FOURTH_INPUTS (FALL_NET_GATHERED + FALL_NET_FEATURES)

/*
 * Weights are in 2^-shift, and lie by two inputs and within these by unit (fall_layer). The first
 * three layers' inputs are ordered by bin, and within it by wave or unit of the layer before; the
 * fourth's are the means by part, the largest by part, the features. A feature's input is
 * (low ≤ feature ≤ high, minus middle) · times.
 *
 * No sum of a layer may leave 32 bits: fall_net_is_sound() looks at what the weights could do at
 * most.
 */
struct fall_net {
	int8_t first[FALL_NET_FIRST_INPUTS / 2][FALL_NET_FIRST][2];
	int8_t second[FALL_NET_SECOND_INPUTS / 2][FALL_NET_SECOND][2];
	int8_t third[FALL_NET_THIRD_INPUTS / 2][FALL_NET_THIRD][2];
	int8_t fourth[FALL_NET_FOURTH_INPUTS / 2][FALL_NET_FOURTH][2];
	int32_t first_offset[FALL_NET_FIRST], second_offset[FALL_NET_SECOND];
	int32_t third_offset[FALL_NET_THIRD], fourth_offset[FALL_NET_FOURTH];
	int16_t sum[FALL_NET_FOURTH]; /* in 2048ths */
	int32_t sum_offset;
	int8_t shifts[4]; /* of the four layers */
	int16_t low[FALL_NET_FEATURES], high[FALL_NET_FEATURES];
	int16_t middle[FALL_NET_FEATURES], times[FALL_NET_FEATURES];
};

int32_t fall_net_margin(const struct fall_net *net, const int16_t features[FALL_FEATURES],
	const struct fall_waves *waves);
/* The same without AVX2, whatever the processor has: for the test that they are the same. */
int32_t fall_net_margin_narrow(const struct fall_net *net, const int16_t features[FALL_FEATURES],
	const struct fall_waves *waves);
bool fall_net_is_sound(const struct fall_net *net);
