/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The classifier: boosted trees over an impact's features; where these do not rule a fall out, a
 * small net that sees its curves too, and both are weighed together; then what the following
 * seconds add, then a calibrated probability. Weights are plain tables: the shipped ones are
 * fall_weights.c, written by models/training/train.py; vigie-eval brings those of its folds. Pure.
 */
#pragma once

#include "models/fall.h"
#include "models/fall_features.h"
#include "models/fall_net.h"
#include "models/fall_signs.h"

#define FALL_DEPTH       5
#define FALL_NODES       ((1 << FALL_DEPTH) - 1)
#define FALL_LEAVES      (1 << FALL_DEPTH)
#define FALL_LEAF_PARTS  4096 /* leaves and margins are log-odds in this many parts */
#define FALL_TREES_MAX   400
#define FALL_RULED_OUT   (-3 * FALL_LEAF_PARTS) /* up to here the trees decide alone */
#define FALL_NET_PARTS   8 /* what the net says of both is in this many parts */
#define FALL_PLACES      3
#define FALL_STILL_MOST  10 /* seconds that count in a second answer */
#define FALL_LIVELY_MOST 15

/*
 * Boosted trees, each complete: node n's children are 2n+1 (feature < threshold) and 2n+2; the
 * leaves follow the nodes in the same count.
 */
struct fall_forest {
	uint16_t trees;
	const uint8_t *features;   /* FALL_NODES a tree */
	const int16_t *thresholds; /* … */
	const int16_t *leaves;     /* FALL_LEAVES a tree */
};

/* How log-odds become an answer at one place. */
struct fall_calibration {
	float slope, offset; /* of the first answer's log-odds; slope > 0 */
	float second_slope, second_offset;
	float still, lively; /* added for each still, taken for each lively second */
	float lying;         /* added for each still second lying another way than before */
	float threshold[2];  /* probability from which it is called a fall, by stage */
};

struct fall_weights {
	const char *hash;                /* of the data and the scripts they come from */
	struct fall_forest wrist, trunk; /* the wrist's also judges an unknown place */
	const struct fall_net *wrist_net, *trunk_net;      /* NULL: the trees alone */
	uint8_t wrist_net_says, trunk_net_says;            /* … the net's parts of both */
	struct fall_calibration calibrations[FALL_PLACES]; /* by enum wear_place */
};

extern const struct fall_weights fall_weights_shipped;

/* Sum of the leaves of one forest, in FALL_LEAF_PARTS. */
int32_t fall_forest_margin(const struct fall_forest *f, const int16_t features[FALL_FEATURES]);
/* Of an impact; `features` are its window's. */
int32_t fall_margin(const struct fall_weights *weights, enum wear_place place,
	const int16_t features[FALL_FEATURES], const struct impact_window *window);
float fall_probability(const struct fall_calibration *c, int32_t margin,
	const struct fall_signs *signs, enum fall_stage stage);
