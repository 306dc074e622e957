/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small net over an impact's features, beside the trees (fall_score): two rectified layers and a
 * sum, in 16-bit integers, so that it decides alike on every machine. What it gives is log-odds in
 * FALL_LEAF_PARTS, as the trees do. Pure.
 *
 * A layer's weights lie by two inputs, and within these by unit: one instruction multiplies and
 * adds both inputs of some units, and no sum is spread over a register.
 */
#pragma once

#include "models/fall_features.h"

#include <stdint.h>

#define FALL_NET_INPUTS 128 /* the features, then zeros, so that registers are filled */
#define FALL_NET_HIDDEN 32
#define FALL_NET_SECOND 16
#define FALL_NET_SHIFT  11        /* weights are in 2048ths … */
#define FALL_NET_MOST   INT16_MAX /* … and what a layer gives in 1024ths, from 0 to this */

/*
 * A feature's input is (low ≤ feature ≤ high, minus middle) · times. No sum of a layer may leave 32
 * bits: fall_net_is_sound() looks at what the weights could do at most.
 */
struct fall_net {
	int16_t low[FALL_NET_INPUTS], high[FALL_NET_INPUTS];
	int16_t middle[FALL_NET_INPUTS], times[FALL_NET_INPUTS];
	_Alignas(32) int16_t first[FALL_NET_INPUTS / 2][FALL_NET_HIDDEN][2];
	int32_t first_offset[FALL_NET_HIDDEN];
	_Alignas(32) int16_t second[FALL_NET_HIDDEN / 2][FALL_NET_SECOND][2];
	int32_t second_offset[FALL_NET_SECOND];
	int16_t last[FALL_NET_SECOND];
	int32_t last_offset;
};

int32_t fall_net_margin(const struct fall_net *net, const int16_t features[FALL_FEATURES]);
/* The same without AVX2, whatever the processor has: for the test that they are the same. */
int32_t fall_net_margin_narrow(const struct fall_net *net, const int16_t features[FALL_FEATURES]);
bool fall_net_is_sound(const struct fall_net *net);
