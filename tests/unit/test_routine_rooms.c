/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Silence in a room that is often gone into and never rested in: an evening in the chair says
 * little of the bathroom.
 */
#include "tests/unit/routine_home.h"

/* On the day after `days` more she is last heard in `room` at three: how long until it is told. */
static int64_t silent_in(struct lived *l, int days, uint8_t room)
{
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int64_t began_ms, told_ms, day_ms;

	live(l, days);
	day_ms = (l->now_ms + DAY - 1) / DAY * DAY;
	live_until(l, day_ms, 15 * HOUR, 0);
	began_ms = l->now_ms + MINUTE;
	move(l, room, began_ms);
	told_ms = wait_for(l, began_ms + 20 * HOUR, a);
	assert_true(told_ms > 0);
	return told_ms - began_ms;
}

/* So long without a sign in that room on each of two days, at nine in the evening. */
static void rest_twice(struct lived *l, uint8_t room, int64_t length_ms)
{
	for (int i = 0; i < 2; i++) {
		int64_t day_ms = (l->now_ms + DAY - 1) / DAY * DAY;

		live_until(l, day_ms, 21 * HOUR, 0);
		move(l, room, day_ms + 21 * HOUR);
		move(l, room, day_ms + 21 * HOUR + length_ms);
		move(l, BEDROOM, day_ms + 21 * HOUR + length_ms + MINUTE);
	}
}

static void test_a_room_never_rested_in_is_told_after_an_hour(void **state)
{
	struct lived l = move_in(NULL, true);

	(void)state;
	assert_in_range(silent_in(&l, 10, BATHROOM), HOUR, HOUR + 2 * MINUTE);
	move_out(&l);
}

static void test_a_home_known_for_three_days_is_given_time(void **state)
{
	struct lived l = move_in(NULL, true);

	(void)state;
	assert_true(silent_in(&l, 3, BATHROOM) > 2 * HOUR);
	move_out(&l);
}

/* What was silent there twice, and half of it, comes on top; from three quarters of an hour on it
 * is a room to rest in, and judged like any. */
static void test_what_was_silent_there_counts(void **state)
{
	struct lived brief = move_in(NULL, true), rested = move_in(NULL, true);

	(void)state;
	live(&brief, 8);
	rest_twice(&brief, BATHROOM, 20 * MINUTE);
	assert_in_range(silent_in(&brief, 1, BATHROOM), 89 * MINUTE, 92 * MINUTE);
	live(&rested, 8);
	rest_twice(&rested, BATHROOM, 90 * MINUTE);
	assert_true(silent_in(&rested, 1, BATHROOM) > 95 * MINUTE);
	move_out(&brief);
	move_out(&rested);
}

static void test_the_bedroom_and_a_mat_are_to_rest_on(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX], limit;

	(void)state;
	live(&l, 10);
	/* to bed at eleven, silent since: told by the usual limit of nights */
	assert_int_equal(wait_for(&l, l.now_ms / DAY * DAY + 26 * HOUR, a), 0);
	routine_limit(l.r, at(&l, MONDAY0 + 10 * DAY + 15 * HOUR), 1, false, &limit);
	assert_true(limit.limit_s == 3600 && limit.is_by_room);
	routine_limit(l.r, at(&l, MONDAY0 + 10 * DAY + 15 * HOUR), 1, true, &limit);
	assert_true(limit.limit_s > 3600 && !limit.is_by_room);
	move_out(&l);
}

static uint32_t night_limit_s(const struct lived *l)
{
	struct routine_answer limit;

	routine_limit(l->r, at(l, l->now_ms / DAY * DAY + 23 * HOUR), 3, false, &limit);
	assert_false(limit.is_by_room);
	return limit.limit_s;
}

/* The same nights over and over: on the fifth day half as much again as from the seventh on, less
 * each day. */
static void test_the_first_week_is_given_more_time(void **state)
{
	struct lived l = move_in(NULL, true);
	uint32_t limit_s[4];

	(void)state;
	live(&l, 4);
	for (int i = 0; i < 4; i++) {
		live(&l, 1);
		limit_s[i] = night_limit_s(&l);
	}
	assert_true(limit_s[0] > limit_s[1] && limit_s[1] > limit_s[2]);
	assert_in_range(limit_s[0], limit_s[3] * 120 / 100, limit_s[3] * 150 / 100);
	assert_in_range(limit_s[2], limit_s[3] * 99 / 100, limit_s[3] * 120 / 100);
	move_out(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_room_never_rested_in_is_told_after_an_hour),
		cmocka_unit_test(test_a_home_known_for_three_days_is_given_time),
		cmocka_unit_test(test_what_was_silent_there_counts),
		cmocka_unit_test(test_the_bedroom_and_a_mat_are_to_rest_on),
		cmocka_unit_test(test_the_first_week_is_given_more_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
