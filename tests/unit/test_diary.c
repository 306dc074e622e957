/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slices of time: what is counted, when a slice is over, and that nothing overflows.
 */
#include "hub/diary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE_MS INT64_C(60000)
#define NOON_MS   INT64_C(1795608000000) /* 2026-11-25 12:00 UTC */

static int set_up(void **state)
{
	static struct diary d;

	d = (struct diary){.used = 0};
	*state = &d;
	return 0;
}

static int say(struct diary *d, uint8_t sensor, enum reading_kind kind, double value, int64_t ms,
	struct diary_slice *over)
{
	struct reading r = {.kind = kind, .value = value};

	return diary_reading(d, sensor, &r, ms, over);
}

static void test_a_minute_of_motion_is_one_slice(void **state)
{
	struct diary *d = *state;
	struct diary_slice over = {.count = 0};
	unsigned int at = 0;

	for (int n = 0; n < 12; n++)
		assert_int_equal(say(d, 3, READING_MOTION, 1, NOON_MS + n * 5000, &over), 0);
	assert_int_equal(diary_next_over(d, NOON_MS + 59999, false, &at, &over), 0);
	assert_int_equal(say(d, 3, READING_MOTION, 0, NOON_MS + MINUTE_MS, &over), 1);
	assert_int_equal(over.sensor, 3);
	assert_int_equal(over.kind, READING_MOTION);
	assert_int_equal(over.begin_min, NOON_MS / MINUTE_MS);
	assert_int_equal(over.count, 12);
	assert_int_equal(over.rises, 1);
	at = 0;
	assert_int_equal(diary_next_over(d, NOON_MS + 2 * MINUTE_MS, false, &at, &over), 1);
	assert_int_equal(over.count, 1);
	assert_int_equal(over.rises, 0);
	at = 0;
	assert_int_equal(diary_next_over(d, NOON_MS + 9 * MINUTE_MS, true, &at, &over), 0);
}

static void test_a_door_that_repeats_itself_opens_once(void **state)
{
	struct diary *d = *state;
	struct diary_slice over, last = {.count = 0};
	unsigned int openings = 0;

	for (int n = 0; n < 300; n++) /* open for two hours and told each 30 s, shut, opened */
		if (say(d, 0, READING_DOOR, n < 240 || n > 250, NOON_MS + n * 30000, &over))
			openings += over.rises;
	for (unsigned int at = 0; diary_next_over(d, 0, true, &at, &last);)
		openings += last.rises;
	assert_int_equal(openings, 2);
}

static void test_a_quantity_has_least_greatest_and_last(void **state)
{
	struct diary *d = *state;
	struct diary_slice over = {.count = 0};
	const double values[] = {20.5, 19, 22.25, 21};

	for (int n = 0; n < 4; n++)
		assert_int_equal(say(d, 1, READING_TEMPERATURE, values[n],
					 NOON_MS + n * 3 * MINUTE_MS, &over),
			0);
	assert_int_equal(say(d, 1, READING_TEMPERATURE, 5, NOON_MS + 15 * MINUTE_MS, &over), 1);
	assert_true(over.low == 19 && over.high == 22.25F && over.last == 21);
	assert_int_equal(over.rises, 0);
}

static void test_heart_rate_and_text_are_not_kept(void **state)
{
	static const enum reading_kind kinds[] = {
		READING_HEART_RATE, READING_TEXT, READING_RAW, READING_NONE, READING_ACCELERATION};
	struct diary *d = *state;
	struct diary_slice over;

	for (size_t n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++)
		assert_int_equal(say(d, 0, kinds[n], 70, NOON_MS, &over), 0);
	assert_int_equal(d->used, 0);
	assert_int_equal(diary_slice_min(DIARY_KINDS), 0);
}

static void test_a_watch_on_a_table_does_not_move(void **state)
{
	struct diary *d = *state;
	struct diary_slice over = {.count = 0};
	struct accel_batch b = {.count = 2};
	unsigned int at = 0;

	b.samples[0] = (struct accel_sample){0, 10, -20, 1000};
	b.samples[1] = (struct accel_sample){20000, 40, 0, 990};
	assert_int_equal(diary_accel(d, 7, &b, NOON_MS, &over), 0);
	b.samples[1].y_mg = INT16_MAX;
	b.samples[0].y_mg = INT16_MIN;
	assert_int_equal(diary_accel(d, 7, &b, NOON_MS, &over), 0);
	assert_int_equal(diary_next_over(d, NOON_MS + 15 * MINUTE_MS, false, &at, &over), 1);
	assert_int_equal(over.count, 2);
	assert_int_equal(over.rises, 1);
}

static void test_a_clock_set_back_ends_the_slice(void **state)
{
	struct diary *d = *state;
	struct diary_slice over = {.count = 0};

	assert_int_equal(say(d, 0, READING_MOTION, 1, NOON_MS, &over), 0);
	assert_int_equal(say(d, 0, READING_MOTION, 1, NOON_MS - 3600000, &over), 1);
	assert_int_equal(over.begin_min, NOON_MS / MINUTE_MS);
	assert_int_equal(say(d, 0, READING_MOTION, 1, -5, &over), 1);
	assert_int_equal(over.begin_min, NOON_MS / MINUTE_MS - 60);
}

static void test_counts_stop_at_their_greatest(void **state)
{
	struct diary *d = *state;
	struct diary_slice over = {.count = 0};
	unsigned int at = 0;

	for (int n = 0; n < 140000; n++)
		(void)say(d, 0, READING_MOTION, n % 2, NOON_MS, &over);
	assert_int_equal(diary_next_over(d, NOON_MS, true, &at, &over), 1);
	assert_int_equal(over.count, UINT16_MAX);
	assert_int_equal(over.rises, UINT16_MAX);
}

static void test_a_full_table_leaves_out_and_counts(void **state)
{
	struct diary *d = *state;
	struct diary_slice over;
	unsigned int at = 0, slices = 0;

	for (unsigned int n = 0; n < DIARY_OPEN_MAX + 1; n++)
		(void)say(d, (uint8_t)(n % 128), (enum reading_kind)(READING_DOOR + n / 128), 1,
			NOON_MS, &over);
	assert_true(d->used <= DIARY_OPEN_MAX);
	while (diary_next_over(d, NOON_MS, true, &at, &over) == 1)
		slices++;
	assert_int_equal(slices + d->left_out, DIARY_OPEN_MAX + 1);
	assert_true(d->left_out >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_minute_of_motion_is_one_slice, set_up),
		cmocka_unit_test_setup(test_a_door_that_repeats_itself_opens_once, set_up),
		cmocka_unit_test_setup(test_a_quantity_has_least_greatest_and_last, set_up),
		cmocka_unit_test_setup(test_heart_rate_and_text_are_not_kept, set_up),
		cmocka_unit_test_setup(test_a_watch_on_a_table_does_not_move, set_up),
		cmocka_unit_test_setup(test_a_clock_set_back_ends_the_slice, set_up),
		cmocka_unit_test_setup(test_counts_stop_at_their_greatest, set_up),
		cmocka_unit_test_setup(test_a_full_table_leaves_out_and_counts, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
