/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The net: what it gives is what its layers say when they are summed one number after the other,
 * tables whose sums could leave 32 bits are found out, and the shipped ones are sound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/fall_score.h"
#include "models/recordings/random.h"

#include <string.h>

#define INPUTS_MAX FALL_NET_FOURTH_INPUTS
#define BINS_MAX   FALL_WAVE_BINS

/* What a layer gives at each place, in 64 bits, as the header says it. */
struct plain {
	int64_t at[BINS_MAX][INPUTS_MAX];
	int bins, units;
};

static void plain_layer(struct plain *p, int sees, int units, const int8_t *weights,
	const int32_t *offsets, int shift)
{
	static struct plain next;
	int inputs = sees * p->units;

	next.bins = (p->bins - sees) / 2 + 1;
	next.units = units;
	for (int b = 0; b < next.bins; b++)
		for (int u = 0; u < units; u++) {
			int64_t sum = offsets[u];

			for (int i = 0; i < inputs; i++)
				sum += p->at[2 * b + i / p->units][i % p->units] *
				       weights[(i / 2 * units + u) * 2 + i % 2];
			sum >>= shift;
			next.at[b][u] = sum < 0 ? 0 : sum > FALL_NET_MOST ? FALL_NET_MOST : sum;
		}
	*p = next;
}

/* Means and largest by part of the time, then the features: one place. */
static void plain_gather(
	struct plain *p, const struct fall_net *n, const int16_t features[FALL_FEATURES])
{
	static struct plain next;
	int at = 0;

	memset(&next, 0, sizeof(next));
	for (int part = 0; part < FALL_NET_MEANS + FALL_NET_MOSTS; part++)
		for (int u = 0; u < p->units; u++) {
			int parts = part < FALL_NET_MEANS ? FALL_NET_MEANS : FALL_NET_MOSTS;
			int length = p->bins / parts;
			int from = (part < FALL_NET_MEANS ? part : part - FALL_NET_MEANS) * length;
			int64_t sum = 0, most = 0;

			for (int b = from; b < from + length; b++) {
				sum += p->at[b][u];
				most = p->at[b][u] > most ? p->at[b][u] : most;
			}
			next.at[0][at++] = part < FALL_NET_MEANS ? sum / length : most;
		}
	for (int i = 0; i < FALL_FEATURES; i++) {
		int64_t x = features[i];

		x = x < n->low[i] ? n->low[i] : x > n->high[i] ? n->high[i] : x;
		next.at[0][at + i] = (x - n->middle[i]) * n->times[i];
	}
	next.bins = 1;
	next.units = FALL_NET_FOURTH_INPUTS;
	*p = next;
}

static int64_t plain_margin(const struct fall_net *n, const int16_t features[FALL_FEATURES],
	const struct fall_waves *waves)
{
	static struct plain p;
	int64_t margin = n->sum_offset;

	p.bins = FALL_WAVE_BINS;
	p.units = FALL_WAVES;
	for (int b = 0; b < FALL_WAVE_BINS; b++)
		for (int k = 0; k < FALL_WAVES; k++)
			p.at[b][k] = waves->at[b][k];
	plain_layer(&p, FALL_NET_FIRST_SEES, FALL_NET_FIRST, n->first[0][0], n->first_offset,
		n->shifts[0]);
	plain_layer(&p, FALL_NET_SECOND_SEES, FALL_NET_SECOND, n->second[0][0], n->second_offset,
		n->shifts[1]);
	plain_layer(&p, FALL_NET_THIRD_SEES, FALL_NET_THIRD, n->third[0][0], n->third_offset,
		n->shifts[2]);
	plain_gather(&p, n, features);
	plain_layer(&p, 1, FALL_NET_FOURTH, n->fourth[0][0], n->fourth_offset, n->shifts[3]);
	for (int u = 0; u < FALL_NET_FOURTH; u++)
		margin += n->sum[u] * p.at[0][u];
	return margin >> 9;
}

static void any_weights(struct random *r, int8_t *weights, size_t count)
{
	for (size_t i = 0; i < count; i++)
		weights[i] = (int8_t)random_around(r, 127);
}

static void any_offsets(struct random *r, int32_t *offsets, int count)
{
	for (int i = 0; i < count; i++)
		offsets[i] = random_around(r, 100000);
}

static void any_net(struct random *r, struct fall_net *ret)
{
	any_weights(r, ret->first[0][0], sizeof(ret->first));
	any_weights(r, ret->second[0][0], sizeof(ret->second));
	any_weights(r, ret->third[0][0], sizeof(ret->third));
	any_weights(r, ret->fourth[0][0], sizeof(ret->fourth));
	any_offsets(r, ret->first_offset, FALL_NET_FIRST);
	any_offsets(r, ret->second_offset, FALL_NET_SECOND);
	any_offsets(r, ret->third_offset, FALL_NET_THIRD);
	any_offsets(r, ret->fourth_offset, FALL_NET_FOURTH);
	for (int k = 0; k < 4; k++)
		ret->shifts[k] = (int8_t)(6 + random_to(r, 4));
	for (int u = 0; u < FALL_NET_FOURTH; u++)
		ret->sum[u] = (int16_t)random_around(r, 2000);
	ret->sum_offset = random_around(r, 1000000);
	for (int i = 0; i < FALL_NET_FEATURES; i++) {
		ret->middle[i] = i < FALL_FEATURES ? (int16_t)random_around(r, 500) : 0;
		ret->low[i] = (int16_t)(ret->middle[i] - random_to(r, 400));
		ret->high[i] = (int16_t)(ret->middle[i] + random_to(r, 400));
		ret->times[i] = (int16_t)random_to(r, 10);
	}
}

static void test_layers_are_summed_as_the_header_says(void **state)
{
	struct random r = {17};

	(void)state;
	for (int turn = 0; turn < 60; turn++) {
		static struct fall_net net;
		static struct fall_waves waves;
		int16_t x[FALL_FEATURES];

		any_net(&r, &net);
		assert_true(fall_net_is_sound(&net));
		for (int i = 0; i < FALL_FEATURES; i++)
			x[i] = (int16_t)random_around(&r, turn % 2 ? 800 : INT16_MAX);
		for (int b = 0; b < FALL_WAVE_BINS; b++)
			for (int k = 0; k < FALL_WAVES; k++)
				waves.at[b][k] = (int16_t)random_around(
					&r, turn % 3 ? 1000 : FALL_WAVE_MOST);
		assert_int_equal(fall_net_margin(&net, x, &waves), plain_margin(&net, x, &waves));
		assert_int_equal(
			fall_net_margin_narrow(&net, x, &waves), plain_margin(&net, x, &waves));
	}
}

static void test_sums_that_could_leave_32_bits_are_found_out(void **state)
{
	static struct fall_net net;
	struct random r = {18};

	(void)state;
	any_net(&r, &net);
	net.low[3] = 1;
	net.high[3] = 0;
	assert_false(fall_net_is_sound(&net));
	any_net(&r, &net);
	net.times[5] = INT16_MAX;
	net.high[5] = (int16_t)(net.middle[5] + 2);
	assert_false(fall_net_is_sound(&net));
	any_net(&r, &net);
	net.first_offset[7] = INT32_MIN;
	assert_false(fall_net_is_sound(&net));
	any_net(&r, &net);
	net.fourth_offset[2] = INT32_MAX;
	assert_false(fall_net_is_sound(&net));
	any_net(&r, &net);
	net.sum_offset = INT32_MIN;
	assert_false(fall_net_is_sound(&net));
	any_net(&r, &net);
	for (int u = 0; u < FALL_NET_FOURTH; u++)
		net.sum[u] = INT16_MIN;
	assert_false(fall_net_is_sound(&net));
	any_net(&r, &net);
	net.shifts[1] = 31;
	assert_false(fall_net_is_sound(&net));
	net.shifts[1] = -1;
	assert_false(fall_net_is_sound(&net));
}

static void test_shipped_nets_are_sound(void **state)
{
	const struct fall_weights *w = &fall_weights_shipped;

	(void)state;
	assert_non_null(w->wrist_net);
	assert_non_null(w->trunk_net);
	assert_true(fall_net_is_sound(w->wrist_net));
	assert_true(fall_net_is_sound(w->trunk_net));
	assert_in_range(w->wrist_net_says, 1, FALL_NET_PARTS);
	assert_in_range(w->trunk_net_says, 1, FALL_NET_PARTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layers_are_summed_as_the_header_says),
		cmocka_unit_test(test_sums_that_could_leave_32_bits_are_found_out),
		cmocka_unit_test(test_shipped_nets_are_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
