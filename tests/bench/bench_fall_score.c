/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What judging one impact costs: its features, its score by the shipped trees, beside the same
 * trees walked one after the other on the same rows (whose sums must be the same), and, for those
 * the trees do not rule out, its curves and the net. Prints; passes no judgement on time.
 */
#include "models/fall_score.h"
#include "models/fall_waves.h"
#include "models/recordings/random.h"

#include "common/clock.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS 2000
#define RUNS 15

struct work {
	struct impact_window windows[8];
	int16_t rows[ROWS][FALL_FEATURES];
	struct fall_waves waves[8];
	int32_t fast[ROWS], plain[ROWS];
};

static int32_t plain_margin(const struct fall_forest *f, const int16_t x[FALL_FEATURES])
{
	int32_t sum = 0;

	for (size_t t = 0; t < f->trees; t++) {
		size_t node = 0;

		while (node < FALL_NODES) {
			size_t at = t * FALL_NODES + node;

			node = 2 * node + (x[f->features[at]] < f->thresholds[at] ? 1 : 2);
		}
		sum += f->leaves[t * FALL_LEAVES + node - FALL_NODES];
	}
	return sum;
}

static void fill(struct work *w)
{
	struct random r = {3};

	for (size_t k = 0; k < sizeof(w->windows) / sizeof(w->windows[0]); k++) {
		struct impact_window *v = &w->windows[k];

		v->count = IMPACT_BEFORE + 1 + FALL_FIRST_BINS;
		v->impact = IMPACT_BEFORE;
		for (uint32_t i = 0; i < v->count; i++)
			v->bins[i] = (struct retimed){(int16_t)random_around(&r, 300),
				(int16_t)(random_around(&r, 300) - 1000),
				(int16_t)random_around(&r, 300), 0};
		v->bins[v->impact].x_mg = 4000;
		fall_features_of(v, w->rows[k]);
	}
	for (int i = 8; i < ROWS; i++) /* rows of their own, near those of real windows */
		for (int k = 0; k < FALL_FEATURES; k++)
			w->rows[i][k] = (int16_t)(w->rows[i % 8][k] + random_around(&r, 400));
}

/* What `what` takes for one of ROWS, numbered i; the fastest of RUNS counts. */
#define BEST_NS(what) \
	({ \
		uint64_t best_us = UINT64_MAX; \
\
		for (int run = 0; run < RUNS; run++) { \
			uint64_t began_us = clock_us(CLOCK_PROCESS_CPUTIME_ID); \
\
			for (int i = 0; i < ROWS; i++) { \
				what; \
			} \
			began_us = clock_us(CLOCK_PROCESS_CPUTIME_ID) - began_us; \
			best_us = began_us < best_us ? began_us : best_us; \
		} \
		(double)best_us * 1000 / ROWS; \
	})

static int differing(const struct work *w)
{
	int different = 0;

	for (int i = 0; i < ROWS; i++)
		different += w->fast[i] != w->plain[i];
	return different;
}

static int compare(struct work *w, const char *name, const struct fall_forest *f)
{
	double fast = BEST_NS(w->fast[i] = fall_forest_margin(f, w->rows[i]));
	double plain = BEST_NS(w->plain[i] = plain_margin(f, w->rows[i]));
	int different = differing(w);

	(void)printf(
		"trees, %-22s %9.0f ns   tree by tree %7.0f ns   %u trees, %d of %d sums differ\n",
		name, fast, plain, (unsigned)f->trees, different, ROWS);
	return different;
}

static int compare_nets(struct work *w)
{
	const struct fall_net *net = fall_weights_shipped.wrist_net;
	double curves = BEST_NS(fall_waves_of(&w->windows[i % 8], &w->waves[i % 8]));
	double wide = BEST_NS(w->fast[i] = fall_net_margin(net, w->rows[i], &w->waves[i % 8]));
	double narrow =
		BEST_NS(w->plain[i] = fall_net_margin_narrow(net, w->rows[i], &w->waves[i % 8]));
	int different = differing(w);

	(void)printf("where the trees do not rule a fall out: curves %.0f ns, net %.0f ns "
		     "(without AVX2 %.0f; %d of %d differ)\n",
		curves, wide, narrow, different, ROWS);
	return different;
}

int main(void)
{
	struct work *w = calloc(1, sizeof(*w));
	int16_t features[FALL_FEATURES];
	double features_ns;
	int different;

	if (!w)
		return 1;
	fill(w);
	features_ns = BEST_NS(fall_features_of(&w->windows[i % 8], features);
			      __asm__ volatile(""
					       :
					       : "r"(features)
					       : "memory"));
	(void)printf("features of one impact        %9.0f ns\n", features_ns);
	different = compare(w, "wrist", &fall_weights_shipped.wrist) +
		    compare(w, "trunk", &fall_weights_shipped.trunk) + compare_nets(w);
	free(w);
	return different ? 1 : 0;
}
