/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Batteries: low by word, charge, voltage and trend, with hysteresis, months in virtual time.
 */
#include "hub/battery.h"

#include "common/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define DAY_US (86400 * US_PER_S)

static void test_HS_12_low_by_charge_with_hysteresis(void **state)
{
	struct battery b = {0};

	(void)state;
	battery_hear_pct(&b, BATTERY_LOW_PCT + 1, 1);
	assert_false(b.is_low);
	battery_hear_pct(&b, BATTERY_LOW_PCT, 2);
	assert_true(b.is_low);
	battery_hear_pct(&b, BATTERY_WELL_PCT - 1, 3); /* a warmer day */
	assert_true(b.is_low);
	battery_hear_pct(&b, BATTERY_WELL_PCT, 4);
	assert_false(b.is_low);
	/* a sensor's own word counts too */
	battery_hear_low(&b, true);
	assert_true(b.is_low);
	battery_hear_pct(&b, 100, 5);
	assert_true(b.is_low);
	battery_hear_low(&b, false);
	assert_false(b.is_low);
}

static void test_HS_12_low_by_voltage_where_nothing_better_is_known(void **state)
{
	struct battery b = {0}, lithium = {0}, both = {0};

	(void)state;
	battery_hear_mv(&b, 2600);
	assert_false(b.is_low);
	battery_hear_mv(&b, BATTERY_LOW_MV);
	assert_true(b.is_low);
	battery_hear_mv(&b, BATTERY_WELL_MV - 1);
	assert_true(b.is_low);
	battery_hear_mv(&b, BATTERY_WELL_MV);
	assert_false(b.is_low);
	battery_hear_mv(&lithium, 3500); /* of that chemistry nothing is known */
	assert_false(lithium.is_low);
	battery_hear_pct(&both, 80, 1);
	battery_hear_mv(&both, 2300);
	assert_false(both.is_low);
}

static void test_HS_12_a_falling_charge_is_told_two_weeks_ahead(void **state)
{
	struct battery b = {0};
	unsigned int day = 0;

	(void)state;
	for (; day < 60 && !b.is_low; day++)
		battery_hear_pct(&b, (uint8_t)(100 - day * 2), (day + 1) * DAY_US);
	assert_true(b.is_low);
	assert_in_range(b.pct, 26, 32); /* long before 15 % */
	assert_in_range(battery_days_left(&b), 12, BATTERY_LOW_DAYS);
	/* a new battery: well at once, and its fall begins anew */
	battery_hear_pct(&b, 100, (day + 1) * DAY_US);
	assert_false(b.is_low);
	assert_int_equal(battery_days_left(&b), -1);
}

static void test_weather_is_no_trend(void **state)
{
	struct battery b = {0};

	(void)state;
	for (unsigned int day = 1; day < 200; day++)
		battery_hear_pct(&b, (uint8_t)(60 + day % 3), day * DAY_US);
	assert_int_equal(battery_days_left(&b), -1);
	assert_false(b.is_low);
}

static void test_days_at_the_maximum_and_one_more_through_text(void **state)
{
	struct battery b = {0}, read = {0};
	char text[BATTERY_TEXT_MAX], again[BATTERY_TEXT_MAX];

	(void)state;
	for (unsigned int day = 1; day <= BATTERY_DAYS_MAX + 2; day++) {
		battery_hear_pct(&b, 100, day * DAY_US);
		battery_to_text(&b, text);
		assert_int_equal(battery_from_text(text, &read), 0);
		battery_to_text(&read, again);
		assert_string_equal(text, again);
	}
	assert_int_equal(read.days, BATTERY_DAYS_MAX);
	battery_hear_mv(&b, 65535);
	battery_hear_low(&b, true);
	battery_to_text(&b, text);
	assert_true(strlen(text) < BATTERY_TEXT_MAX - 1);
	assert_int_equal(battery_from_text(text, &read), 0);
	assert_true(read.is_low && read.says_low && read.mv == 65535);
}

static void test_text_that_makes_no_sense_is_refused(void **state)
{
	static const char *const bad[] = {"", "0 0 50", "2 0 50 -1", "0 0 101 -1", "0 0 50 65536",
		"0 0 50 -1 101", "0 0 50 -1 x", "0 0 50 -1 -3"};
	struct battery b = {.days = 3};

	(void)state;
	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++)
		assert_int_equal(battery_from_text(bad[n], &b), -EINVAL);
	assert_int_equal(b.days, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_HS_12_low_by_charge_with_hysteresis),
		cmocka_unit_test(test_HS_12_low_by_voltage_where_nothing_better_is_known),
		cmocka_unit_test(test_HS_12_a_falling_charge_is_told_two_weeks_ahead),
		cmocka_unit_test(test_weather_is_no_trend),
		cmocka_unit_test(test_days_at_the_maximum_and_one_more_through_text),
		cmocka_unit_test(test_text_that_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
