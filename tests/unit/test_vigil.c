/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The watch over a home in virtual time: silence, a broken link, the centre's own outages, restarts
 * and clocks that were stepped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "caller-gateway/vigil.h"
#include "common/clock.h"

#define T0      (5000 * US_PER_S)
#define LOST_S  VIGIL_LOST_DEFAULT_S
#define LONG_US (1000 * US_PER_S) /* listening for long */

static enum vigil_step after_s(const struct vigil *v, uint64_t s)
{
	return vigil_next(v, LOST_S, LONG_US, T0 + s * US_PER_S);
}

static void test_HS_13_silence_is_a_loss_within_five_minutes(void **state)
{
	struct vigil v = {0};
	(void)state;

	for (uint64_t beat_s = 0; beat_s <= 86400; beat_s += 60) {
		vigil_heard(&v, LOST_S, T0 + beat_s * US_PER_S);
		assert_int_equal(after_s(&v, beat_s + 239), VIGIL_WAIT);
	}
	assert_int_equal(after_s(&v, 86400 + 240), VIGIL_LOST);
	vigil_told(&v, true);
	assert_int_equal(after_s(&v, 86400 + 240), VIGIL_WAIT); /* one incident */
	assert_int_equal(after_s(&v, 864000), VIGIL_WAIT);
	vigil_heard(&v, LOST_S, T0 + 864000 * US_PER_S);
	assert_int_equal(after_s(&v, 864000), VIGIL_BACK);
	vigil_told(&v, false);
	assert_int_equal(after_s(&v, 864239), VIGIL_WAIT);
	assert_int_equal(after_s(&v, 864240), VIGIL_LOST);
}

static void test_HS_13_a_broken_link_is_a_loss_sooner_unless_it_comes_back(void **state)
{
	struct vigil v = {0};
	(void)state;

	vigil_heard(&v, LOST_S, T0);
	vigil_link_lost(&v, LOST_S, T0 + 10 * US_PER_S);
	assert_int_equal(after_s(&v, 129), VIGIL_WAIT);
	assert_int_equal(after_s(&v, 130), VIGIL_LOST);
	vigil_heard(&v, LOST_S, T0 + 60 * US_PER_S);
	assert_int_equal(after_s(&v, 299), VIGIL_WAIT);
	/* late word of a link never gives time anew */
	vigil_link_lost(&v, LOST_S, T0 + 290 * US_PER_S);
	assert_int_equal(after_s(&v, 300), VIGIL_LOST);
	/* there and gone again before anybody looked: still the same loss */
	vigil_told(&v, true);
	vigil_heard(&v, LOST_S, T0 + 400 * US_PER_S);
	vigil_link_lost(&v, LOST_S, T0 + 401 * US_PER_S);
	assert_int_equal(after_s(&v, 9999), VIGIL_WAIT);
}

static void test_HS_13_who_hears_nothing_cannot_judge(void **state)
{
	struct vigil v = {0};
	(void)state;

	vigil_heard(&v, LOST_S, T0);
	assert_int_equal(vigil_next(&v, LOST_S, VIGIL_DEAF_US, T0 + 9999 * US_PER_S), VIGIL_WAIT);
	/* a broker is reached again: a heartbeat's period and some to be heard in */
	uint64_t up_us = T0 + 9999 * US_PER_S;
	assert_int_equal(
		vigil_next(&v, LOST_S, up_us, up_us + VIGIL_GRACE_S * US_PER_S - 1), VIGIL_WAIT);
	assert_int_equal(
		vigil_next(&v, LOST_S, up_us, up_us + VIGIL_GRACE_S * US_PER_S), VIGIL_LOST);
	/* where homes are lost sooner than that, so is the grace shorter */
	assert_int_equal(vigil_next(&v, 5, up_us, up_us + 5 * US_PER_S), VIGIL_LOST);
}

static void test_HS_13_the_deadline_survives_a_restart(void **state)
{
	static const struct {
		int64_t ago_ms;
		uint64_t left_us;
	} cases[] = {
		{0, 240 * US_PER_S},
		{100000, 140 * US_PER_S},
		{239999, 1000},
		{240000, 0},
		{INT64_C(86400000) * 3650, 0},
		{-INT64_C(86400000) * 3650, 240 * US_PER_S}, /* the wall clock went back */
		{-INT64_C(1795464000000), 240 * US_PER_S},
	};
	const int64_t wall_ms = INT64_C(1795464010250);
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vigil v = {.is_heard = true};

		vigil_resume(&v, LOST_S, wall_ms - cases[i].ago_ms, false, US_PER_S, wall_ms);
		assert_int_equal(v.deadline_us, US_PER_S + cases[i].left_us);
		assert_false(v.is_heard);
		vigil_resume(&v, LOST_S, wall_ms - cases[i].ago_ms, true, US_PER_S, wall_ms);
		assert_int_equal(vigil_next(&v, LOST_S, 0, T0), VIGIL_WAIT); /* told before */
		vigil_heard(&v, LOST_S, T0);
		assert_int_equal(vigil_next(&v, LOST_S, VIGIL_DEAF_US, T0), VIGIL_BACK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_HS_13_silence_is_a_loss_within_five_minutes),
		cmocka_unit_test(test_HS_13_a_broken_link_is_a_loss_sooner_unless_it_comes_back),
		cmocka_unit_test(test_HS_13_who_hears_nothing_cannot_judge),
		cmocka_unit_test(test_HS_13_the_deadline_survives_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
