/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The net's layers; see fall_net.h.
 */
#include "models/fall_net.h"
#include "models/fall_layer.h"

#include <stdlib.h>
#include <string.h>

#define SUM_DOWN 9 /* 1024ths times 2048ths to FALL_LEAF_PARTS */

/* Places a layer finds itself in that looks at `sees` of `bins`, at every other one. */
#define PLACES(bins, sees) (((bins) - (sees)) / 2 + 1)
#define FIRST_BINS         PLACES(FALL_WAVE_BINS, FALL_NET_FIRST_SEES)
#define SECOND_BINS        PLACES(FIRST_BINS, FALL_NET_SECOND_SEES)
#define THIRD_BINS         PLACES(SECOND_BINS, FALL_NET_THIRD_SEES)

_Static_assert(THIRD_BINS % FALL_NET_MEANS == 0 && THIRD_BINS % FALL_NET_MOSTS == 0,
	"parts of the time are of one length");

enum layer { FIRST, SECOND, THIRD, FOURTH, LAYERS };

static void layers_of(const struct fall_net *n, struct fall_layer ret[LAYERS])
{
	ret[FIRST] = (struct fall_layer){n->first[0][0], n->first_offset, FALL_NET_FIRST_INPUTS / 2,
		FALL_NET_FIRST, FIRST_BINS, 2 * FALL_WAVES, n->shifts[FIRST], FALL_NET_MOST};
	ret[SECOND] = (struct fall_layer){n->second[0][0], n->second_offset,
		FALL_NET_SECOND_INPUTS / 2, FALL_NET_SECOND, SECOND_BINS, 2 * FALL_NET_FIRST,
		n->shifts[SECOND], FALL_NET_MOST};
	ret[THIRD] = (struct fall_layer){n->third[0][0], n->third_offset, FALL_NET_THIRD_INPUTS / 2,
		FALL_NET_THIRD, THIRD_BINS, 2 * FALL_NET_SECOND, n->shifts[THIRD], FALL_NET_MOST};
	ret[FOURTH] =
		(struct fall_layer){n->fourth[0][0], n->fourth_offset, FALL_NET_FOURTH_INPUTS / 2,
			FALL_NET_FOURTH, 1, 0, n->shifts[FOURTH], FALL_NET_MOST};
}

/* Means and largest of each unit by part of the time. */
static void gather(const int16_t third[THIRD_BINS][FALL_NET_THIRD],
	int16_t ret[FALL_NET_MEANS + FALL_NET_MOSTS][FALL_NET_THIRD])
{
	enum { MEAN = THIRD_BINS / FALL_NET_MEANS, MOST = THIRD_BINS / FALL_NET_MOSTS };

	for (int p = 0; p < FALL_NET_MEANS; p++) {
		for (int u = 0; u < FALL_NET_THIRD; u++) {
			int32_t sum = 0;

			for (int i = p * MEAN; i < (p + 1) * MEAN; i++)
				sum += third[i][u];
			ret[p][u] = (int16_t)(sum / MEAN);
		}
	}
	for (int p = 0; p < FALL_NET_MOSTS; p++) {
		for (int u = 0; u < FALL_NET_THIRD; u++) {
			int16_t most = 0;

			for (int i = p * MOST; i < (p + 1) * MOST; i++)
				most = third[i][u] > most ? third[i][u] : most;
			ret[FALL_NET_MEANS + p][u] = most;
		}
	}
}

static void take_features(const struct fall_net *n, const int16_t features[FALL_FEATURES],
	int16_t ret[FALL_NET_FEATURES])
{
	int16_t x[FALL_NET_FEATURES] = {0};

	memcpy(x, features, FALL_FEATURES * sizeof(x[0]));
	for (int i = 0; i < FALL_NET_FEATURES; i++) {
		int16_t v = x[i] < n->low[i] ? n->low[i] : x[i];

		v = v > n->high[i] ? n->high[i] : v;
		ret[i] = (int16_t)((v - n->middle[i]) * n->times[i]);
	}
}

/* What is not set here is about to be. */
static int32_t margin_of(const struct fall_net *n, const int16_t features[FALL_FEATURES],
	const struct fall_waves *waves, fall_layer_of layer)
{
	int16_t first[FIRST_BINS][FALL_NET_FIRST] __attribute__((uninitialized));
	int16_t second[SECOND_BINS][FALL_NET_SECOND] __attribute__((uninitialized));
	int16_t third[THIRD_BINS][FALL_NET_THIRD] __attribute__((uninitialized));
	struct {
		int16_t gathered[FALL_NET_MEANS + FALL_NET_MOSTS][FALL_NET_THIRD];
		int16_t features[FALL_NET_FEATURES];
	} together __attribute__((uninitialized));
	int16_t fourth[FALL_NET_FOURTH] __attribute__((uninitialized));
	struct fall_layer layers[LAYERS];
	int32_t margin = n->sum_offset;

	layers_of(n, layers);
	layer(&layers[FIRST], waves->at[0], first[0]);
	layer(&layers[SECOND], first[0], second[0]);
	layer(&layers[THIRD], second[0], third[0]);
	gather(third, together.gathered);
	take_features(n, features, together.features);
	layer(&layers[FOURTH], together.gathered[0], fourth);
	for (int u = 0; u < FALL_NET_FOURTH; u++)
		margin += fourth[u] * n->sum[u];
	return margin >> SUM_DOWN;
}

int32_t fall_net_margin_narrow(const struct fall_net *n, const int16_t features[FALL_FEATURES],
	const struct fall_waves *waves)
{
	return margin_of(n, features, waves, fall_layer_narrow);
}

int32_t fall_net_margin(const struct fall_net *n, const int16_t features[FALL_FEATURES],
	const struct fall_waves *waves)
{
	return margin_of(n, features, waves, fall_layer_widest());
}

/* The most of each feature's input; false where one would not fit. */
static bool features_most(const struct fall_net *n, int32_t ret[FALL_NET_FEATURES])
{
	for (int i = 0; i < FALL_NET_FEATURES; i++) {
		int32_t below = abs(n->low[i] - n->middle[i]),
			above = abs(n->high[i] - n->middle[i]);

		if (n->low[i] > n->high[i])
			return false;
		ret[i] = (below > above ? below : above) * abs(n->times[i]);
		if (ret[i] > INT16_MAX)
			return false;
	}
	return true;
}

static bool is_layer_sound(const struct fall_layer *l, const int32_t *inputs)
{
	if (l->shift < 0 || l->shift > 30)
		return false;
	for (size_t u = 0; u < l->units; u++)
		if (fall_layer_most(l, u, inputs) > INT32_MAX)
			return false;
	return true;
}

bool fall_net_is_sound(const struct fall_net *n)
{
	int32_t waves[FALL_NET_FIRST_INPUTS], units[FALL_NET_FOURTH_INPUTS];
	struct fall_layer layers[LAYERS];
	int64_t sum = llabs((int64_t)n->sum_offset);

	layers_of(n, layers);
	for (int i = 0; i < FALL_NET_FIRST_INPUTS; i++)
		waves[i] = FALL_WAVE_MOST;
	for (int i = 0; i < FALL_NET_FOURTH_INPUTS; i++)
		units[i] = FALL_NET_MOST;
	if (!is_layer_sound(&layers[FIRST], waves) || !is_layer_sound(&layers[SECOND], units) ||
		!is_layer_sound(&layers[THIRD], units) ||
		!features_most(n, units + FALL_NET_GATHERED) ||
		!is_layer_sound(&layers[FOURTH], units))
		return false;
	for (int u = 0; u < FALL_NET_FOURTH; u++)
		sum += (int64_t)FALL_NET_MOST * abs(n->sum[u]);
	return sum <= INT32_MAX;
}
