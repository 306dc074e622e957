/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which silences count for a new one: weekends for weekends, and what is long ago no more.
 */
#include "tests/unit/routine_home.h"

#define LIVING_ROOM 2
#define REST_FROM   (15 * HOUR)

/* Whole days; on those that rests() names, three hours in the living room without a sign. */
static void live_with_rests(struct lived *l, int days, bool (*rests)(int64_t day))
{
	for (int i = 0; i < days; i++) {
		int64_t day_ms = (l->now_ms + DAY - 1) / DAY * DAY;

		if (!rests((day_ms - MONDAY0) / DAY)) {
			live_until(l, day_ms, DAY, 0);
			continue;
		}
		live_until(l, day_ms, REST_FROM, 0);
		move(l, LIVING, day_ms + REST_FROM);
		for (int64_t m = REST_FROM + 3 * HOUR; m < 23 * HOUR; m += 10 * MINUTE)
			move(l, KITCHEN, day_ms + m);
		move(l, BEDROOM, day_ms + 23 * HOUR);
	}
}

static uint32_t limit_s(const struct lived *l, int64_t day)
{
	struct routine_answer limit;

	routine_limit(l->r, at(l, MONDAY0 + day * DAY + REST_FROM), LIVING_ROOM, false, &limit);
	return limit.limit_s;
}

static bool at_weekends(int64_t day)
{
	return day % 7 >= 5;
}

static bool in_the_first_two_weeks(int64_t day)
{
	return day < 14;
}

static void test_weekends_resemble_weekends(void **state)
{
	struct lived l = move_in(NULL, true);

	(void)state;
	live_with_rests(&l, 14, at_weekends);
	assert_true(limit_s(&l, 19) > limit_s(&l, 16) + 300); /* a Saturday, a Wednesday */
	assert_int_equal(limit_s(&l, 16), limit_s(&l, 17));
	move_out(&l);
}

/* A habit given up is remembered for two months, then less and less, and after four not at all:
 * the living room is one that nobody rests in again. */
static void test_a_habit_given_up_is_forgotten(void **state)
{
	struct lived l = move_in(NULL, true);
	uint32_t then_s, later_s;

	(void)state;
	live_with_rests(&l, 15, in_the_first_two_weeks);
	then_s = limit_s(&l, 15);
	live_with_rests(&l, 75, in_the_first_two_weeks);
	later_s = limit_s(&l, 90);
	live_with_rests(&l, 50, in_the_first_two_weeks);
	assert_true(then_s > 3 * 3600 && later_s < then_s);
	assert_int_equal(limit_s(&l, 140), 3600);
	move_out(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weekends_resemble_weekends),
		cmocka_unit_test(test_a_habit_given_up_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
