/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trees and both together: the fast walk gives what walking each tree by itself gives, the net is
 * asked where these do not rule a fall out, and the shipped tables are within their bounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/fall_score.h"
#include "models/fall_waves.h"
#include "models/recordings/random.h"

#include <math.h>

#define WEIGHTS_BYTES_MOST 65536

/* One tree after the other, as the header says it. */
static int32_t plain_margin(const struct fall_forest *f, const int16_t features[FALL_FEATURES])
{
	int32_t sum = 0;

	for (unsigned t = 0; t < f->trees; t++) {
		unsigned node = 0;

		while (node < FALL_NODES) {
			size_t at = (size_t)t * FALL_NODES + node;

			if (features[f->features[at]] < f->thresholds[at])
				node = 2 * node + 1;
			else
				node = 2 * node + 2;
		}
		sum += f->leaves[(size_t)t * FALL_LEAVES + node - FALL_NODES];
	}
	return sum;
}

static void test_any_number_of_trees_is_walked(void **state)
{
	static uint8_t features_of[20 * FALL_NODES];
	static int16_t thresholds[20 * FALL_NODES], leaves[20 * FALL_LEAVES];
	struct random r = {5};

	(void)state;
	for (size_t i = 0; i < sizeof(features_of); i++) {
		features_of[i] = (uint8_t)random_to(&r, FALL_FEATURES - 1);
		thresholds[i] = (int16_t)random_around(&r, 300);
	}
	for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++)
		leaves[i] = (int16_t)random_around(&r, 4000);
	for (uint16_t trees = 0; trees <= 20; trees++)
		for (int turn = 0; turn < 20; turn++) {
			struct fall_forest f = {trees, features_of, thresholds, leaves};
			int16_t x[FALL_FEATURES];

			for (int i = 0; i < FALL_FEATURES; i++)
				x[i] = (int16_t)random_around(&r, 400);
			assert_int_equal(fall_forest_margin(&f, x), plain_margin(&f, x));
		}
}

/* What the header says of trees and net. */
static int32_t plain_both(const struct fall_forest *f, const struct fall_net *net, int32_t says,
	const int16_t features[FALL_FEATURES], const struct impact_window *w)
{
	int32_t margin = plain_margin(f, features);
	struct fall_waves waves;

	if (margin <= -3 * FALL_LEAF_PARTS)
		return margin;
	fall_waves_of(w, &waves);
	return margin + (fall_net_margin(net, features, &waves) - margin) * says / 8;
}

static void test_shipped_weights_decide_as_plain_ones(void **state)
{
	const struct fall_weights *s = &fall_weights_shipped;
	struct random r = {9};
	int ruled_out = 0;

	(void)state;
	for (int turn = 0; turn < 2000; turn++) {
		struct impact_window w = {.count = 246, .impact = 150};
		int16_t x[FALL_FEATURES];
		int32_t wrist, trunk;

		for (uint32_t i = 0; i < w.count; i++)
			w.bins[i].y_mg = (int16_t)random_around(&r, 1500);
		for (int i = 0; i < FALL_FEATURES; i++)
			x[i] = (int16_t)random_around(&r, turn % 3 ? 1500 : 60);
		wrist = plain_both(&s->wrist, s->wrist_net, s->wrist_net_says, x, &w);
		trunk = plain_both(&s->trunk, s->trunk_net, s->trunk_net_says, x, &w);
		assert_int_equal(fall_margin(s, WEAR_WRIST, x, &w), wrist);
		assert_int_equal(fall_margin(s, WEAR_TRUNK, x, &w), trunk);
		assert_int_equal(fall_margin(s, WEAR_UNKNOWN, x, &w), wrist);
		ruled_out += plain_margin(&s->wrist, x) <= FALL_RULED_OUT;
	}
	assert_in_range(ruled_out, 1, 1999); /* both ways were gone */
}

static void check_forest(const struct fall_forest *f, size_t *bytes)
{
	assert_in_range(f->trees, 1, FALL_TREES_MAX);
	for (size_t i = 0; i < (size_t)f->trees * FALL_NODES; i++)
		assert_in_range(f->features[i], 0, FALL_FEATURES - 1);
	*bytes += (size_t)f->trees * (FALL_NODES * 3 + FALL_LEAVES * 2);
}

static void test_shipped_weights_are_within_bounds(void **state)
{
	const struct fall_weights *w = &fall_weights_shipped;
	size_t bytes = sizeof(*w);

	(void)state;
	check_forest(&w->wrist, &bytes);
	check_forest(&w->trunk, &bytes);
	bytes += sizeof(*w->wrist_net) + sizeof(*w->trunk_net);
	assert_in_range(bytes, 1, WEIGHTS_BYTES_MOST);
	for (int p = 0; p < FALL_PLACES; p++) {
		const struct fall_calibration *c = &w->calibrations[p];

		assert_true(c->slope > 0 && c->second_slope > 0 && c->still >= 0 &&
			    c->lively >= 0 && c->lying >= 0);
		for (int s = 0; s < 2; s++)
			assert_true(c->threshold[s] > 0.001F && c->threshold[s] < 0.999F);
	}
}

static void test_probability_grows_with_the_margin_and_with_stillness(void **state)
{
	struct fall_signs still = {.still_s = 8}, lively = {.lively_s = 8}, neither = {0};
	struct fall_signs lying = {.still_s = 8, .lying_s = 8};

	(void)state;
	for (int p = 0; p < FALL_PLACES; p++) {
		const struct fall_calibration *c = &fall_weights_shipped.calibrations[p];

		for (int stage = FALL_FIRST; stage <= FALL_SECOND; stage++) {
			float last = -1;

			for (int32_t m = -40000; m <= 40000; m += 1000) {
				float now =
					fall_probability(c, m, &neither, (enum fall_stage)stage);

				assert_true(now >= last && now >= 0 && now <= 1);
				last = now;
			}
		}
		assert_true(fall_probability(c, 0, &still, FALL_SECOND) >
			    fall_probability(c, 0, &lively, FALL_SECOND));
		assert_true(fall_probability(c, 0, &lying, FALL_SECOND) >=
			    fall_probability(c, 0, &still, FALL_SECOND));
		assert_true(isfinite(fall_probability(c, INT32_MIN, &neither, FALL_SECOND)));
		assert_true(isfinite(fall_probability(c, INT32_MAX, &neither, FALL_FIRST)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_number_of_trees_is_walked),
		cmocka_unit_test(test_shipped_weights_decide_as_plain_ones),
		cmocka_unit_test(test_shipped_weights_are_within_bounds),
		cmocka_unit_test(test_probability_grows_with_the_margin_and_with_stillness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
