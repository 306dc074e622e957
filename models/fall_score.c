/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trees and calibration; see fall_score.h. Sixteen trees are walked at a time, so that one's
 * waiting for memory is another's work.
 */
#include "models/fall_score.h"
#include "models/fall_waves.h"

#include <math.h>

#define ABREAST 16

/* `count` is known where it is called, so that the compiler unrolls. */
static inline __attribute__((always_inline)) int32_t walk(const struct fall_forest *f,
	unsigned tree, const unsigned count, const int16_t features[FALL_FEATURES])
{
	const uint8_t *feature = f->features + (size_t)tree * FALL_NODES;
	const int16_t *threshold = f->thresholds + (size_t)tree * FALL_NODES;
	const int16_t *leaf = f->leaves + (size_t)tree * FALL_LEAVES;
	size_t at[ABREAST] = {0};
	int32_t sum = 0;

#pragma GCC unroll 5
	for (size_t level = 0; level < FALL_DEPTH; level++)
#pragma GCC unroll 16
		for (size_t k = 0; k < count; k++)
			at[k] = 2 * at[k] + 1 +
				(features[feature[k * FALL_NODES + at[k]]] >=
					threshold[k * FALL_NODES + at[k]]);
#pragma GCC unroll 16
	for (size_t k = 0; k < count; k++)
		sum += leaf[k * FALL_LEAVES + at[k] - FALL_NODES];
	return sum;
}

int32_t fall_forest_margin(const struct fall_forest *f, const int16_t features[FALL_FEATURES])
{
	unsigned tree = 0;
	int32_t sum = 0;

	for (; tree + ABREAST <= f->trees; tree += ABREAST)
		sum += walk(f, tree, ABREAST, features);
	for (; tree < f->trees; tree++)
		sum += walk(f, tree, 1, features);
	return sum;
}

static int32_t judge(const struct fall_forest *forest, const struct fall_net *net, int32_t net_says,
	const int16_t features[FALL_FEATURES], const struct impact_window *window)
{
	struct fall_waves waves
		__attribute__((uninitialized)); /* 4 kB that are about to be filled */
	int32_t margin = fall_forest_margin(forest, features);

	if (!net || margin <= FALL_RULED_OUT)
		return margin;
	fall_waves_of(window, &waves);
	return margin +
	       (fall_net_margin(net, features, &waves) - margin) * net_says / FALL_NET_PARTS;
}

int32_t fall_margin(const struct fall_weights *w, enum wear_place place,
	const int16_t features[FALL_FEATURES], const struct impact_window *window)
{
	if (place == WEAR_TRUNK)
		return judge(&w->trunk, w->trunk_net, w->trunk_net_says, features, window);
	return judge(&w->wrist, w->wrist_net, w->wrist_net_says, features, window);
}

static float at_most(uint32_t seconds, uint32_t most)
{
	return (float)(seconds < most ? seconds : most);
}

float fall_probability(const struct fall_calibration *c, int32_t margin,
	const struct fall_signs *signs, enum fall_stage stage)
{
	float raw = (float)margin / FALL_LEAF_PARTS, odds = raw * c->slope + c->offset;

	if (stage == FALL_SECOND)
		odds = raw * c->second_slope + c->second_offset +
		       c->still * at_most(signs->still_s, FALL_STILL_MOST) -
		       c->lively * at_most(signs->lively_s, FALL_LIVELY_MOST) +
		       c->lying * at_most(signs->lying_s, FALL_STILL_MOST);
	return 1 / (1 + expf(-odds));
}
