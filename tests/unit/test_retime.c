/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Re-timing: streams of 20..200 Hz, even, jittered, in bursts, with pairs, repeats, losses and
 * pauses, must come out as one 50 Hz stream that keeps time, peaks and knows its gaps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/retime.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BINS_MAX 4096
#define CLOCK_US UINT64_C(7000000000) /* a sensor's clock starts anywhere */

struct heard {
	struct retime retime;
	struct retimed bins[BINS_MAX];
	int count;
};

static void take(struct heard *h)
{
	struct retimed bin;

	while (retime_next(&h->retime, &bin)) {
		assert_in_range(h->count, 0, BINS_MAX - 1);
		h->bins[h->count++] = bin;
	}
}

static void say(struct heard *h, uint64_t stamp_us, int x_mg)
{
	assert_int_equal(retime_push(&h->retime, stamp_us, (int16_t)x_mg, 0, 1000, 0), 0);
	take(h);
}

static void finish(struct heard *h)
{
	retime_finish(&h->retime);
	take(h);
}

static struct heard *new_stream(void)
{
	static struct heard h;

	memset(&h, 0, sizeof(h));
	retime_init(&h.retime);
	return &h;
}

static int gap_bins(const struct heard *h)
{
	int gaps = 0;

	for (int i = 0; i < h->count; i++)
		gaps += h->bins[i].marks & RETIMED_GAP ? 1 : 0;
	return gaps;
}

/* x is the sample's own time in units of 2 ms, so that bin n should hold 10 · n. */
static void check_ramp(const struct heard *h, int tolerance)
{
	int64_t first_ms = (retime_first_us(&h->retime) - (int64_t)CLOCK_US) / 1000;

	for (int i = 0; i < h->count; i++)
		assert_in_range(h->bins[i].x_mg - ((int)first_ms + 20 * i) / 2 + tolerance, 0,
			2 * (unsigned)tolerance);
}

static void test_even_50_hz_passes_unchanged(void **state)
{
	(void)state;
	struct heard *h = new_stream();

	for (int i = 0; i < 500; i++)
		say(h, CLOCK_US + 20000u * (unsigned)i, i);
	finish(h);
	assert_int_equal(h->count, 500);
	for (int i = 0; i < 500; i++) {
		assert_int_equal(h->bins[i].x_mg, i);
		assert_int_equal(h->bins[i].z_mg, 1000);
		assert_int_equal(h->bins[i].marks, 0);
	}
	assert_true(retime_first_us(&h->retime) == (int64_t)CLOCK_US);
}

static void test_rates_20_to_200_hz_keep_time(void **state)
{
	(void)state;
	static const int rates_hz[] = {20, 25, 32, 40, 50, 52, 64, 100, 104, 200};

	for (size_t k = 0; k < sizeof(rates_hz) / sizeof(rates_hz[0]); k++) {
		struct heard *h = new_stream();
		int rate_hz = rates_hz[k];

		for (int i = 0; i < 10 * rate_hz; i++) {
			unsigned ms = (unsigned)(1000 * i / rate_hz);

			say(h, CLOCK_US + 1000u * ms, (int)ms / 2);
		}
		finish(h);
		assert_in_range(h->count, 496, 501);
		assert_int_equal(gap_bins(h), 0);
		check_ramp(h, 8); /* 16 ms */
	}
}

static void test_a_single_peak_survives_slow_rates(void **state)
{
	(void)state;
	static const int rates_hz[] = {20, 25, 32, 40, 50};

	for (size_t k = 0; k < sizeof(rates_hz) / sizeof(rates_hz[0]); k++) {
		struct heard *h = new_stream();
		int highest = 0;

		for (int i = 0; i < 200; i++)
			say(h, CLOCK_US + 1000000u * (unsigned)i / (unsigned)rates_hz[k],
				i == 120 ? 6000 : 0);
		finish(h);
		for (int i = 0; i < h->count; i++)
			highest = h->bins[i].x_mg > highest ? h->bins[i].x_mg : highest;
		assert_int_equal(highest, 6000);
	}
}

static void test_random_jitter_keeps_time(void **state)
{
	(void)state;
	struct heard *h = new_stream();
	uint32_t seed = 1;

	for (int i = 0; i < 1000; i++) {
		seed = seed * 1664525u + 1013904223u;
		say(h, CLOCK_US + 20000u * (unsigned)i + (seed >> 16) % 15 * 1000u, 10 * i);
	}
	finish(h);
	assert_in_range(h->count, 998, 1002);
	assert_int_equal(gap_bins(h), 0);
	check_ramp(h, 10);
}

/* A Fitbit Sense's stamps: five samples within 8 ms, then 92 ms of nothing. */
static void test_bursts_of_five_are_spread(void **state)
{
	(void)state;
	struct heard *h = new_stream();

	for (int i = 0; i < 1000; i++)
		say(h, CLOCK_US + 100000u * (unsigned)(i / 5) + 2000u * (unsigned)(i % 5), 10 * i);
	finish(h);
	assert_in_range(h->count, 993, 1004);
	assert_int_equal(gap_bins(h), 0);
	for (int i = 1; i < h->count; i++)
		assert_in_range(h->bins[i].x_mg - h->bins[i - 1].x_mg, 0, 30);
}

static void test_pairs_1_ms_apart_are_spread(void **state)
{
	(void)state;
	struct heard *h = new_stream();

	for (int i = 0; i < 1000; i++)
		say(h, CLOCK_US + 40000u * (unsigned)(i / 2) + 1000u * (unsigned)(i % 2), 10 * i);
	finish(h);
	assert_in_range(h->count, 997, 1002);
	assert_int_equal(gap_bins(h), 0);
	for (int i = 1; i < h->count; i++)
		assert_in_range(h->bins[i].x_mg - h->bins[i - 1].x_mg, 0, 20);
}

static void test_equal_stamps_are_samples_too(void **state)
{
	(void)state;
	struct heard *h = new_stream();

	for (int i = 0; i < 1000; i++)
		say(h, CLOCK_US + 40000u * (unsigned)(i / 2), 10 * i);
	finish(h);
	assert_in_range(h->count, 997, 1002);
	assert_int_equal(gap_bins(h), 0);
}

static void test_lost_samples_are_a_gap_of_their_length(void **state)
{
	(void)state;
	static const unsigned lost_ms[] = {100, 200, 400, 2000, 9000};

	for (size_t k = 0; k < sizeof(lost_ms) / sizeof(lost_ms[0]); k++) {
		struct heard *h = new_stream();

		for (unsigned i = 0; i < 400; i++)
			say(h, CLOCK_US + 20000u * i + (i < 200 ? 0 : 1000u * lost_ms[k]), 0);
		finish(h);
		assert_int_equal(gap_bins(h), lost_ms[k] / 20);
		assert_int_equal(h->count, 400 + lost_ms[k] / 20);
		assert_false(h->bins[199].marks & RETIMED_GAP);
		assert_true(h->bins[200].marks & RETIMED_GAP);
	}
}

static void test_lost_bursts_are_a_gap(void **state)
{
	(void)state;
	struct heard *h = new_stream();

	for (unsigned i = 0; i < 1000; i++)
		say(h, CLOCK_US + 100000u * (i / 5) + 2000u * (i % 5) + (i < 500 ? 0 : 400000u), 0);
	finish(h);
	assert_in_range(gap_bins(h), 14, 26);
	assert_in_range(h->count, 1010, 1026);
}

static void test_a_gap_is_a_straight_line(void **state)
{
	(void)state;
	struct heard *h = new_stream();

	for (unsigned i = 0; i < 300; i++)
		say(h, CLOCK_US + 20000u * i + (i < 200 ? 0 : 180000u), i < 200 ? 0 : 1000);
	finish(h);
	for (int i = 0; i < 9; i++)
		assert_int_equal(h->bins[200 + i].x_mg, 100 * (i + 1));
}

static void test_a_period_that_drifts_is_followed(void **state)
{
	(void)state;
	struct heard *h = new_stream();
	uint64_t stamp_us = CLOCK_US;

	for (unsigned i = 0; i < 3000; i++) {
		say(h, stamp_us, 0);
		stamp_us += i < 1500 ? 20000 : 31250; /* the sensor changes its mind: 50 → 32 Hz */
	}
	finish(h);
	assert_in_range(h->count, (stamp_us - CLOCK_US) / RETIMED_US - 5,
		(stamp_us - CLOCK_US) / RETIMED_US + 5);
}

/* A recording that begins at 0 with a burst: the first sample lies before the clock's zero. */
static void test_a_stream_may_begin_before_the_clocks_zero(void **state)
{
	(void)state;
	struct heard *h = new_stream();

	for (unsigned i = 0; i < 200; i++)
		say(h, i < 5 ? 2000u * i : 100000u * (i / 5) + 2000u * (i % 5) - 60000u, 0);
	finish(h);
	assert_true(retime_first_us(&h->retime) < 0);
	assert_true(retime_first_us(&h->retime) > -250000);
}

static void test_1000_hz_is_averaged(void **state)
{
	(void)state;
	struct heard *h = new_stream();

	for (unsigned i = 0; i < 5000; i++)
		say(h, CLOCK_US + 1000u * i, i % 2 ? 100 : -100);
	finish(h);
	assert_in_range(h->count, 249, 251);
	for (int i = 2; i < h->count - 2; i++)
		assert_in_range(h->bins[i].x_mg + 20, 0, 40);
}

static void test_stamps_backwards_and_long_silence_are_refused(void **state)
{
	(void)state;
	struct heard *h = new_stream();

	for (unsigned i = 0; i < 100; i++)
		say(h, CLOCK_US + 20000u * i, 0);

	struct retime before = h->retime;

	assert_int_equal(retime_push(&h->retime, CLOCK_US + 20000u * 99 - 1, 0, 0, 0, 0), -EINVAL);
	assert_int_equal(retime_push(&h->retime, 0, 0, 0, 0, 0), -EINVAL);
	assert_int_equal(
		retime_push(&h->retime, CLOCK_US + 20000u * 99 + RETIME_GAP_MAX_US + 1, 0, 0, 0, 0),
		-ESTALE);
	assert_memory_equal(&before, &h->retime, sizeof(before));
	say(h, CLOCK_US + 20000u * 99 + RETIME_GAP_MAX_US, 0);
	assert_int_equal(gap_bins(h), 499);
}

static void test_what_is_not_taken_is_refused_not_lost(void **state)
{
	(void)state;
	struct heard *h = new_stream();

	for (unsigned i = 0; i < RETIME_HELD_MAX; i++)
		assert_int_equal(retime_push(&h->retime, CLOCK_US + 1000u * i, 1, 2, 3, 0), 0);
	assert_int_equal(
		retime_push(&h->retime, CLOCK_US + 1000u * RETIME_HELD_MAX, 1, 2, 3, 0), -ENOBUFS);
	take(h);
	say(h, CLOCK_US + 1000u * RETIME_HELD_MAX, 1);
}

static void test_short_streams_end_whole(void **state)
{
	(void)state;
	struct heard *h = new_stream();

	finish(h);
	assert_int_equal(h->count, 0);
	h = new_stream();
	say(h, CLOCK_US, 5);
	finish(h);
	assert_int_equal(h->count, 1);
	assert_int_equal(h->bins[0].x_mg, 5);
	assert_false(retime_next(&h->retime, &h->bins[1]));
}

static void test_rails_are_marked(void **state)
{
	(void)state;
	struct heard *h = new_stream();

	for (unsigned i = 0; i < 100; i++) { /* ±2 g told: one sample at the rail */
		assert_int_equal(retime_push(&h->retime, CLOCK_US + 20000u * i, i == 70 ? -1998 : 0,
					 0, 1000, 2000),
			0);
		take(h);
	}
	finish(h);
	for (int i = 0; i < 100; i++)
		assert_int_equal(h->bins[i].marks, i == 70 ? RETIMED_CLIPPED : 0);

	h = new_stream();
	for (unsigned i = 0; i < 100; i++) /* range not told: a high value twice is a rail */
		say(h, CLOCK_US + 20000u * i, i == 70 || i == 71 ? 7999 : i == 80 ? 7000 : 0);
	finish(h);
	for (int i = 0; i < 100; i++)
		assert_int_equal(h->bins[i].marks, i == 71 ? RETIMED_CLIPPED : 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_even_50_hz_passes_unchanged),
		cmocka_unit_test(test_rates_20_to_200_hz_keep_time),
		cmocka_unit_test(test_a_single_peak_survives_slow_rates),
		cmocka_unit_test(test_random_jitter_keeps_time),
		cmocka_unit_test(test_bursts_of_five_are_spread),
		cmocka_unit_test(test_pairs_1_ms_apart_are_spread),
		cmocka_unit_test(test_equal_stamps_are_samples_too),
		cmocka_unit_test(test_lost_samples_are_a_gap_of_their_length),
		cmocka_unit_test(test_lost_bursts_are_a_gap),
		cmocka_unit_test(test_a_gap_is_a_straight_line),
		cmocka_unit_test(test_a_period_that_drifts_is_followed),
		cmocka_unit_test(test_a_stream_may_begin_before_the_clocks_zero),
		cmocka_unit_test(test_1000_hz_is_averaged),
		cmocka_unit_test(test_stamps_backwards_and_long_silence_are_refused),
		cmocka_unit_test(test_what_is_not_taken_is_refused_not_lost),
		cmocka_unit_test(test_short_streams_end_whole),
		cmocka_unit_test(test_rails_are_marked),
	};

	return cmocka_run_group_tests_name("retime", tests, NULL, NULL);
}
