/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local days and weeks, above all those on which the clocks are changed.
 */
#include "hub/local_day.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define HOUR_MS INT64_C(3600000)

static int in_paris(void **state)
{
	(void)state;
	(void)setenv("TZ", "Europe/Paris", 1);
	tzset();
	return 0;
}

static int64_t length_ms(int32_t day)
{
	return local_day_begin_ms(local_day_add(day, 1)) - local_day_begin_ms(day);
}

static void test_days_of_march_and_october(void **state)
{
	(void)state;
	assert_int_equal(length_ms(20260328), 24 * HOUR_MS);
	assert_int_equal(length_ms(20260329), 23 * HOUR_MS);
	assert_int_equal(length_ms(20261024), 24 * HOUR_MS);
	assert_int_equal(length_ms(20261025), 25 * HOUR_MS);
}

static void test_each_instant_belongs_to_one_day(void **state)
{
	static const int32_t days[] = {20260329, 20261025, 20261231, 20240229};

	(void)state;
	for (size_t n = 0; n < sizeof(days) / sizeof(days[0]); n++) {
		int64_t begin = local_day_begin_ms(days[n]), end = begin + length_ms(days[n]);

		assert_int_equal(local_time_of(begin).day, days[n]);
		assert_int_equal(local_time_of(begin).minute, 0);
		assert_int_equal(local_time_of(begin - 1).day, local_day_add(days[n], -1));
		assert_int_equal(local_time_of(end - 1).day, days[n]);
		assert_int_equal(local_time_of(end - 1).minute, 1439);
	}
}

static void test_octobers_second_half_past_two_is_the_same_minute_of_the_day(void **state)
{
	int64_t begin = local_day_begin_ms(20261025);

	(void)state;
	assert_int_equal(local_time_of(begin + 5 * HOUR_MS / 2).minute, 150);
	assert_int_equal(local_time_of(begin + 7 * HOUR_MS / 2).minute, 150);
	assert_int_equal(local_time_of(begin + 9 * HOUR_MS / 2).minute, 210);
}

static void test_a_midnight_that_is_skipped(void **state)
{
	int64_t begin;

	(void)state;
	(void)setenv("TZ", "America/Santiago", 1);
	tzset();
	begin = local_day_begin_ms(20260906); /* the clock goes from 23:59:59 to 1:00 */
	assert_int_equal(local_time_of(begin).day, 20260906);
	assert_int_equal(local_time_of(begin - 1).day, 20260905);
	(void)in_paris(NULL);
}

static void test_days_are_counted_over_years(void **state)
{
	(void)state;
	assert_int_equal(local_day_add(20261231, 1), 20270101);
	assert_int_equal(local_day_add(20240301, -1), 20240229);
	assert_int_equal(local_days_between(20260101, 20270101), 365);
	assert_int_equal(local_days_between(20260330, 20260328), -2);
	assert_int_equal(local_time_of(local_day_begin_ms(20261127)).weekday, 4);
}

static void test_weeks_are_those_of_iso_8601(void **state)
{
	char week[LOCAL_WEEK_MAX];

	(void)state;
	local_week_of(20270103, week);
	assert_string_equal(week, "2026-W53");
	local_week_of(20251229, week);
	assert_string_equal(week, "2026-W01");
	assert_int_equal(local_week_monday("2026-W01"), 20251229);
	assert_int_equal(local_week_monday("2026-W53"), 20261228);
	assert_int_equal(local_week_monday("2026-W48"), 20261123);
}

static void test_what_is_no_week_is_refused(void **state)
{
	static const char *const no_weeks[] = {"", "2026", "2026-W00", "2025-W53", "2026-W54",
		"2026-W1", "2026-W48x", "../../etc", "1960-W01", "-026-W01"};

	(void)state;
	for (size_t n = 0; n < sizeof(no_weeks) / sizeof(no_weeks[0]); n++)
		assert_int_equal(local_week_monday(no_weeks[n]), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days_of_march_and_october),
		cmocka_unit_test(test_each_instant_belongs_to_one_day),
		cmocka_unit_test(test_octobers_second_half_past_two_is_the_same_minute_of_the_day),
		cmocka_unit_test(test_a_midnight_that_is_skipped),
		cmocka_unit_test(test_days_are_counted_over_years),
		cmocka_unit_test(test_weeks_are_those_of_iso_8601),
		cmocka_unit_test(test_what_is_no_week_is_refused),
	};

	return cmocka_run_group_tests(tests, in_paris, NULL);
}
