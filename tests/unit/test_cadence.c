/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deadlines learned from gaps, weeks in virtual time: sensors that speak by a clock of their own,
 * detectors that people set off, bursts, outages, a sensor that changes its ways.
 */
#include "hub/cadence.h"

#include "common/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOUR_S UINT64_C(3600)
#define DAY_S  (24 * HOUR_S)

/* A detector's, an environment sensor's. */
static const struct cadence_bounds set_off = {600, 604800, 604800, false};
static const struct cadence_bounds clocked = {600, 259200, 259200, true};

static void learn(struct cadence *c, uint64_t gap_s, uint64_t for_s)
{
	for (uint64_t s = 0; s < for_s; s += gap_s)
		cadence_learn(c, gap_s * US_PER_S);
}

static void test_nothing_known_is_the_first_bound(void **state)
{
	struct cadence c = {0};

	(void)state;
	assert_false(cadence_is_learned(&c, &set_off));
	assert_int_equal(cadence_deadline_s(&c, &set_off), 604800);
	assert_int_equal(cadence_deadline_s(&c, &clocked), 259200);
	assert_int_equal(cadence_usual_s(&c, &set_off), 0);
}

/* How soon each is noticed, beside what others do: 72 h (telecare), 25 h (zigbee2mqtt), 5 min for
 * all (Home Assistant). Each hears its sensor with a frame in ten lost, and is wrong never. */
static void test_HS_07_typical_sensors_are_noticed_in_time_and_never_in_vain(void **state)
{
	static const struct {
		uint64_t period_s, days;
		const struct cadence_bounds *bounds;
		uint32_t sooner_than_s;
	} rows[] = {
		{5, 30, &set_off, 601},
		{60, 30, &set_off, 1201},
		{3600, 60, &set_off, 13 * 3600},
		{86400, 90, &set_off, 604801},
		{5, 30, &clocked, 601},
		{60, 30, &clocked, 1201},
		{3600, 60, &clocked, 13 * 3600},
	};

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct cadence c = {0};
		uint32_t random = 1, deadline_s;
		uint64_t gap_s = 0;

		for (uint64_t s = 0; s < rows[n].days * DAY_S; s += rows[n].period_s) {
			gap_s += rows[n].period_s;
			random = random * 1664525U + 1013904223U;
			if (random >> 16 < 6554)
				continue; /* lost on the air */
			assert_true(gap_s <= cadence_deadline_s(&c, rows[n].bounds));
			cadence_learn(&c, gap_s * US_PER_S);
			gap_s = 0;
		}
		deadline_s = cadence_deadline_s(&c, rows[n].bounds);
		print_message("each %llu s: noticed after %.1f h\n",
			(unsigned long long)rows[n].period_s, deadline_s / 3600.0);
		assert_true(deadline_s < rows[n].sooner_than_s);
	}
}

static void test_a_clock_of_its_own_is_known_within_the_hour(void **state)
{
	struct cadence c = {0};

	(void)state;
	learn(&c, 30, HOUR_S - 60);
	assert_false(cadence_is_learned(&c, &clocked));
	learn(&c, 30, 120);
	assert_true(cadence_is_learned(&c, &clocked));
	assert_int_equal(cadence_deadline_s(&c, &clocked), 600);
	/* of a detector the evening alone says nothing about the night */
	assert_false(cadence_is_learned(&c, &set_off));
}

static void test_bursts_teach_nothing(void **state)
{
	struct cadence c = {0}, evening = {0};

	(void)state;
	for (unsigned int day = 0; day < 10; day++) {
		for (unsigned int n = 0; n < 500; n++)
			cadence_learn(&c, 20 * US_PER_MS); /* the same frame, repeated on air */
		learn(&c, 61, 6 * HOUR_S);
		cadence_learn(&c, 9 * HOUR_S * US_PER_S);
		learn(&c, 600, 9 * HOUR_S);
	}
	assert_in_range(cadence_deadline_s(&c, &set_off), 27 * HOUR_S, 27 * HOUR_S + 30);
	/* a detector in use, each minute for two hours, is no clock */
	for (unsigned int n = 0; n < 120; n++)
		cadence_learn(&evening, n % 10 ? US_PER_S : 600 * US_PER_S);
	assert_false(cadence_is_learned(&evening, &clocked));
}

static void test_one_outage_is_not_learned_and_two_are(void **state)
{
	struct cadence c = {0};

	(void)state;
	learn(&c, HOUR_S, 8 * DAY_S);
	assert_int_equal(cadence_deadline_s(&c, &set_off), 3 * HOUR_S);
	cadence_learn(&c, 3 * DAY_S * US_PER_S);
	learn(&c, HOUR_S, DAY_S);
	assert_int_equal(cadence_deadline_s(&c, &set_off), 3 * HOUR_S);
	cadence_learn(&c, 2 * DAY_S * US_PER_S);
	assert_int_equal(cadence_deadline_s(&c, &set_off), 6 * DAY_S);
	/* and is forgotten when it was long ago */
	learn(&c, HOUR_S, (CADENCE_DAYS_MAX + 1) * DAY_S);
	assert_int_equal(cadence_deadline_s(&c, &set_off), 3 * HOUR_S);
}

static void test_a_guest_room_is_bounded(void **state)
{
	struct cadence c = {0};

	(void)state;
	for (unsigned int week = 0; week < 8; week++)
		cadence_learn(&c, 7 * DAY_S * US_PER_S);
	assert_int_equal(cadence_deadline_s(&c, &set_off), 604800);
}

static void test_days_at_the_maximum_and_one_more_through_text(void **state)
{
	struct cadence c = {0}, read = {0};
	char text[CADENCE_TEXT_MAX], again[CADENCE_TEXT_MAX];

	(void)state;
	for (unsigned int n = 0; n <= CADENCE_DAYS_MAX; n++) {
		cadence_learn(&c, (DAY_S + n) * US_PER_S);
		cadence_to_text(&c, text);
		assert_int_equal(cadence_from_text(text, &read), 0);
		cadence_to_text(&read, again);
		assert_string_equal(text, again);
	}
	assert_int_equal(read.days, CADENCE_DAYS_MAX);
	assert_int_equal(read.longest_s[0], DAY_S + 1);
	/* the longest text there can be */
	memset(c.longest_s, 0, sizeof(c.longest_s));
	for (unsigned int n = 0; n < 2 * CADENCE_DAYS_MAX; n++)
		cadence_learn(&c, UINT64_MAX);
	cadence_learn(&c, 86399 * US_PER_S);
	cadence_to_text(&c, text);
	assert_true(strlen(text) < CADENCE_TEXT_MAX - 1);
	assert_int_equal(cadence_from_text(text, &read), 0);
	assert_int_equal(read.longest_s[CADENCE_DAYS_MAX - 1], c.longest_s[CADENCE_DAYS_MAX - 1]);
}

static void test_text_that_makes_no_sense_is_refused(void **state)
{
	static const char *const bad[] = {"", "1 2", "1 2 3 x", "1 2 3 -4", "86400 1 1",
		"99999999999999999999 1 1", "1 2 3 4294967295",
		"1 2 3 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"};
	struct cadence c = {.days = 7};

	(void)state;
	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++)
		assert_int_equal(cadence_from_text(bad[n], &c), -EINVAL);
	assert_int_equal(c.days, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_known_is_the_first_bound),
		cmocka_unit_test(test_HS_07_typical_sensors_are_noticed_in_time_and_never_in_vain),
		cmocka_unit_test(test_a_clock_of_its_own_is_known_within_the_hour),
		cmocka_unit_test(test_bursts_teach_nothing),
		cmocka_unit_test(test_one_outage_is_not_learned_and_two_are),
		cmocka_unit_test(test_a_guest_room_is_bounded),
		cmocka_unit_test(test_days_at_the_maximum_and_one_more_through_text),
		cmocka_unit_test(test_text_that_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
