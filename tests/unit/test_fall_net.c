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

/* `weights` are one unit's, `apart` from one two of inputs to the next. */
static int64_t plain_unit(
	const int64_t *inputs, const int16_t *weights, int apart, int count, int64_t offset)
{
	int64_t sum = offset;

	for (int i = 0; i < count; i++)
		sum += inputs[i] * weights[i / 2 * apart + i % 2];
	sum >>= FALL_NET_SHIFT;
	return sum < 0 ? 0 : sum > FALL_NET_MOST ? FALL_NET_MOST : sum;
}

/* As the header says it, in 64 bits. */
static int64_t plain_margin(const struct fall_net *n, const int16_t features[FALL_FEATURES])
{
	int64_t inputs[FALL_NET_INPUTS] = {0}, hidden[FALL_NET_HIDDEN], margin = n->last_offset;

	for (int i = 0; i < FALL_FEATURES; i++) {
		int64_t x = features[i];

		x = x < n->low[i] ? n->low[i] : x > n->high[i] ? n->high[i] : x;
		inputs[i] = (x - n->middle[i]) * n->times[i];
	}
	for (int h = 0; h < FALL_NET_HIDDEN; h++)
		hidden[h] = plain_unit(inputs, n->first[0][h], 2 * FALL_NET_HIDDEN, FALL_NET_INPUTS,
			n->first_offset[h]);
	for (int s = 0; s < FALL_NET_SECOND; s++)
		margin += n->last[s] * plain_unit(hidden, n->second[0][s], 2 * FALL_NET_SECOND,
					       FALL_NET_HIDDEN, n->second_offset[s]);
	return margin >> 9;
}

static void any_net(struct random *r, struct fall_net *ret)
{
	for (int i = 0; i < FALL_NET_INPUTS; i++) {
		ret->middle[i] = i < FALL_FEATURES ? (int16_t)random_around(r, 500) : 0;
		ret->low[i] = (int16_t)(ret->middle[i] - random_to(r, 400));
		ret->high[i] = (int16_t)(ret->middle[i] + random_to(r, 400));
		ret->times[i] = (int16_t)random_to(r, 10);
		for (int h = 0; h < FALL_NET_HIDDEN; h++)
			ret->first[i / 2][h][i % 2] = (int16_t)random_around(r, 1500);
	}
	for (int h = 0; h < FALL_NET_HIDDEN; h++) {
		ret->first_offset[h] = random_around(r, 1000000);
		for (int s = 0; s < FALL_NET_SECOND; s++)
			ret->second[h / 2][s][h % 2] = (int16_t)random_around(r, 1200);
	}
	for (int s = 0; s < FALL_NET_SECOND; s++) {
		ret->second_offset[s] = random_around(r, 1000000);
		ret->last[s] = (int16_t)random_around(r, 2000);
	}
	ret->last_offset = random_around(r, 1000000);
}

static void test_layers_are_summed_as_the_header_says(void **state)
{
	struct random r = {17};

	(void)state;
	for (int turn = 0; turn < 300; turn++) {
		static struct fall_net net;
		int16_t x[FALL_FEATURES];

		any_net(&r, &net);
		assert_true(fall_net_is_sound(&net));
		for (int i = 0; i < FALL_FEATURES; i++)
			x[i] = (int16_t)random_around(&r, turn % 2 ? 800 : INT16_MAX);
		assert_int_equal(fall_net_margin(&net, x), plain_margin(&net, x));
		assert_int_equal(fall_net_margin_narrow(&net, x), plain_margin(&net, x));
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
	for (int i = 0; i < FALL_NET_INPUTS; i++)
		net.first[i / 2][7][i % 2] = INT16_MIN;
	assert_false(fall_net_is_sound(&net));
	any_net(&r, &net);
	net.second_offset[2] = INT32_MAX;
	assert_false(fall_net_is_sound(&net));
	any_net(&r, &net);
	net.last_offset = INT32_MIN;
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
