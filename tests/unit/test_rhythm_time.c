/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The home's rhythm and time: restarts, outages, clocks that are set, summer and winter, a
 * recording's hours.
 */
#include "tests/unit/rhythm_house.h"

/* Twice: killed with -9, which costs at most what a quarter of an hour taught, and ended. */
static void test_what_was_learned_is_taken_up(void **state)
{
	struct rhythm_where before, after;
	struct house h;

	(void)state;
	for (int is_killed = 0; is_killed < 2; is_killed++) {
		move_in(&h);
		live(&h, 8);
		live_until(&h, 8, 15 * HOUR_US);
		pass(&h, h.now_us + 25 * MINUTE_US);
		rhythm_where(h.rhythm, now_of(&h), &before);
		restart(&h, is_killed, 30 * US_PER_S);
		rhythm_where(h.rhythm, now_of(&h), &after);
		assert_int_equal(after.known_days, before.known_days);
		assert_string_equal(after.room, before.room);
		/* the silence goes on, and is told in its time */
		assert_in_range(after.silent_s, before.silent_s, before.silent_s + 31);
		pass(&h, h.now_us + 4 * HOUR_US);
		assert_true(h.told >= 1);
		assert_string_equal(rhythm_fault(h.rhythm), "");
		move_out(&h);
	}
}

static void test_a_long_outage_is_no_silence(void **state)
{
	struct house h;

	(void)state;
	move_in(&h);
	live(&h, 8);
	live_until(&h, 8, 10 * HOUR_US);
	restart(&h, true, 6 * HOUR_US);
	pass(&h, h.now_us + 20 * MINUTE_US);
	assert_int_equal(h.told, 0);
	move_out(&h);
}

static void test_the_wall_clock_may_be_set(void **state)
{
	static const int64_t moved_ms[] = {6 * 3600000, -6 * 3600000, INT64_C(300) * 86400000};
	struct house h;

	(void)state;
	for (size_t n = 0; n < sizeof(moved_ms) / sizeof(moved_ms[0]); n++) {
		uint64_t began_us;

		move_in(&h);
		live(&h, 8);
		live_until(&h, 8, 13 * HOUR_US);
		began_us = h.now_us;
		pass(&h, began_us + 10 * MINUTE_US);
		h.wall_off_ms = moved_ms[n];
		pass(&h, began_us + 20 * MINUTE_US);
		assert_int_equal(h.told, 0);
		pass(&h, began_us + 12 * HOUR_US);
		assert_true(h.told >= 1);
		move_out(&h);
	}
}

/* Paris: 2026-03-29 has no 02:30, 2026-10-25 has two. */
static void test_local_time_through_the_year(void **state)
{
	(void)state;
	assert_int_equal(local_time_set_zone("Europe/Paris"), 0);
	assert_int_equal(local_time_offset_s(1774745999000), 3600);
	assert_int_equal(local_time_offset_s(1774746000000), 7200);
	assert_int_equal(local_time_offset_s(1792889999000), 7200);
	assert_int_equal(local_time_offset_s(1792890000000), 3600);
	for (int64_t utc_ms = 1774700000000; utc_ms < 1774800000000; utc_ms += 600000)
		assert_int_equal(
			local_time_to_utc_ms(utc_ms + local_time_offset_s(utc_ms) * 1000LL),
			utc_ms);
	/* of the doubled hour the first */
	assert_int_equal(local_time_to_utc_ms(1792895400000), 1792888200000);
	/* the missing half past two is half past three */
	assert_int_equal(local_time_to_utc_ms(1774751400000), 1774747800000);
	assert_int_equal(local_time_set_zone("Indian/Reunion"), 0);
	assert_int_equal(local_time_offset_s(1774746000000), 4 * 3600);
	assert_int_not_equal(local_time_set_zone("Europe/Nice"), 0);
	assert_false(local_time_zone_is_known("../../../etc/passwd"));
	assert_false(local_time_zone_is_known("/Paris"));
	assert_false(local_time_zone_is_known("Europe"));
	assert_false(local_time_zone_is_known(""));
}

static void test_a_recording_brings_its_own_hours(void **state)
{
	struct rhythm_where where;
	struct house h;

	(void)state;
	move_in(&h);
	rhythm_play(h.rhythm, MONDAY_MS + 86400000, 3600, now_of(&h));
	move(&h, KITCHEN);
	h.now_us += 2 * US_PER_S;
	rhythm_where(h.rhythm, now_of(&h), &where);
	assert_int_equal(where.silent_s, 7200);
	assert_int_equal(where.now.utc_ms, MONDAY_MS + 86400000 + 7200000);
	assert_true(rhythm_next_us(h.rhythm) <= now_of(&h).now_us);
	pass(&h, h.now_us + 1000);
	assert_in_range(rhythm_next_us(h.rhythm) - now_of(&h).now_us, 1, 17000);
	move_out(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_learned_is_taken_up),
		cmocka_unit_test(test_a_long_outage_is_no_silence),
		cmocka_unit_test(test_the_wall_clock_may_be_set),
		cmocka_unit_test(test_local_time_through_the_year),
		cmocka_unit_test(test_a_recording_brings_its_own_hours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
