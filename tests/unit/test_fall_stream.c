/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fall model on streams that misbehave: ends, late samples, clocks set back, floods, batches
 * that cannot be; and the window of an impact.
 */
#include "tests/unit/fall_listener.h"

#include "models/impact.h"

static void test_every_impact_is_answered_twice_in_order(void **state)
{
	struct listener *l = listener_of(state, WEAR_TRUNK);

	play(l, jumping, 0, 30, 50);
	end(l);
	for (int i = 0; i < l->count; i++) {
		int same = 0;

		for (int j = 0; j < l->count; j++) {
			if (l->answers[j].impact_us != l->answers[i].impact_us)
				continue;
			assert_int_equal(l->answers[j].stage, same == 0 ? FALL_FIRST : FALL_SECOND);
			same++;
		}
		assert_int_equal(same, 2);
	}
}

static void test_finish_answers_what_is_open(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);

	play(l, falling, 0, 8.9, 50);
	assert_int_equal(l->count, 0);
	end(l);
	assert_int_equal(l->count, 2);
	assert_int_equal(l->answers[0].stage, FALL_FIRST);
	assert_int_equal(l->answers[1].stage, FALL_SECOND);
	assert_true(l->answers[0].impact_us == l->answers[1].impact_us);
	l->count = 0;
	end(l); /* forgotten */
	assert_int_equal(l->count, 0);
}

static void test_late_samples_are_left_out(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);

	play(l, falling, 0, 12, 50);
	flush(l);
	play(l, jumping, 10.5, 11.9, 50); /* an old burst, after newer ones */
	flush(l);
	play(l, falling, 12, 40, 50);
	assert_int_equal(l->count, 2);
	assert_int_equal(falls_in(l), 2);
}

static void test_a_clock_set_back_starts_anew(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);

	play(l, falling, 0, 9.2, 50);
	flush(l);
	play(l, still_standing, 0, 5, 50);
	assert_int_equal(l->count, 2); /* what was open is answered, not lost */
	check_near(l->answers[0].impact_us, 8.04, 0.06);
	l->count = 0;
	play(l, falling, 5, 40, 50);
	assert_int_equal(falls_in(l), 2);
}

static void test_an_hour_of_silence_starts_anew(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);

	play(l, falling, 0, 9.2, 50);
	flush(l);
	play(l, still_standing, 3600, 3605, 50);
	assert_int_equal(l->count, 2);
	check_near(l->answers[0].impact_us, 8.04, 0.06);
}

static void test_insane_batches_are_refused_whole(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);
	struct fall_answer answers[FALL_EVENTS_MAX];
	struct accel_batch batch = {.first_us = CLOCK_US, .count = 3};
	_Alignas(16) static unsigned char before[STATE_MOST];

	memcpy(before, l->fall, fall_size());
	batch.samples[1].offset_us = 20000;
	batch.samples[2].offset_us = 19999;
	assert_int_equal(fall_push(l->fall, &batch, answers), -EINVAL);
	batch.count = ACCEL_BATCH_MAX + 1;
	assert_int_equal(fall_push(l->fall, &batch, answers), -EINVAL);
	batch = (struct accel_batch){.first_us = UINT64_MAX / 4 + 1, .count = 2};
	assert_int_equal(fall_push(l->fall, &batch, answers), -EINVAL);
	assert_memory_equal(before, l->fall, fall_size());
	batch = (struct accel_batch){.first_us = UINT64_MAX / 4};
	assert_int_equal(fall_push(l->fall, &batch, answers), 0);
}

static void test_a_batch_may_be_full(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);
	struct fall_answer answers[FALL_EVENTS_MAX];
	struct accel_batch batch = {.first_us = CLOCK_US, .count = ACCEL_BATCH_MAX};

	for (uint32_t i = 0; i < ACCEL_BATCH_MAX; i++)
		batch.samples[i] = (struct accel_sample){20000 * i, 0, -1000, 0};
	assert_int_equal(fall_push(l->fall, &batch, answers), 0);
}

/* Each sample an impact, 1.2 s apart or 30 s apart: more than can be told at once. */
static void test_a_flood_of_impacts_stays_in_bounds(void **state)
{
	static const uint32_t apart_us[] = {1200000, 9000000, 30000000};

	for (size_t k = 0; k < 3; k++) {
		struct listener *l = listener_of(state, WEAR_TRUNK);
		struct fall_answer answers[FALL_EVENTS_MAX];
		struct accel_batch batch = {.count = ACCEL_BATCH_MAX};

		for (uint64_t b = 0; b < 50; b++) {
			batch.first_us = CLOCK_US + b * ACCEL_BATCH_MAX * apart_us[k];
			for (uint32_t i = 0; i < ACCEL_BATCH_MAX; i++)
				batch.samples[i] = (struct accel_sample){apart_us[k] * i,
					i % 2 ? INT16_MAX : INT16_MIN, INT16_MIN, INT16_MIN};
			assert_in_range(fall_push(l->fall, &batch, answers), 0, FALL_EVENTS_MAX);
		}
		assert_in_range(fall_finish(l->fall, answers), 0, FALL_EVENTS_MAX);
	}
}

static void test_a_wearable_costs_at_most_16_kb(void **state)
{
	(void)state;
	assert_in_range(fall_size(), 1, STATE_MOST);
}

static void test_a_window_holds_what_is_kept(void **state)
{
	(void)state;
	static struct impact_watch watch;
	static struct impact_window window;
	struct impact impact = {.bin = 0};

	impact_watch_init(&watch);
	for (int i = 0; i < IMPACT_RING + 100; i++) {
		struct retimed v = {(int16_t)i, 0, 0, 0};

		(void)impact_watch_feed(&watch, &v, &impact);
	}
	impact.bin = 99;
	assert_int_equal(impact_watch_window(&watch, &impact, 10, &window), -ENODATA);
	impact.bin = 100;
	assert_int_equal(impact_watch_window(&watch, &impact, 10, &window), 0);
	assert_int_equal(window.count, 11);
	assert_int_equal(window.impact, 0);
	assert_int_equal(window.bins[0].x_mg, 100);
	impact.bin = IMPACT_RING + 99;
	assert_int_equal(impact_watch_window(&watch, &impact, UINT32_MAX, &window), 0);
	assert_int_equal(window.count, IMPACT_BEFORE + 1);
	assert_int_equal(window.bins[window.impact].x_mg, IMPACT_RING + 99);
	impact.bin = 260;
	assert_int_equal(impact_watch_window(&watch, &impact, UINT32_MAX, &window), 0);
	assert_int_equal(window.count, IMPACT_BINS_MAX);
	for (int i = 0; i < IMPACT_BINS_MAX; i++)
		assert_int_equal(window.bins[i].x_mg, 110 + i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_impact_is_answered_twice_in_order),
		cmocka_unit_test(test_finish_answers_what_is_open),
		cmocka_unit_test(test_late_samples_are_left_out),
		cmocka_unit_test(test_a_clock_set_back_starts_anew),
		cmocka_unit_test(test_an_hour_of_silence_starts_anew),
		cmocka_unit_test(test_insane_batches_are_refused_whole),
		cmocka_unit_test(test_a_batch_may_be_full),
		cmocka_unit_test(test_a_flood_of_impacts_stays_in_bounds),
		cmocka_unit_test(test_a_wearable_costs_at_most_16_kb),
		cmocka_unit_test(test_a_window_holds_what_is_kept),
	};

	return cmocka_run_group_tests_name("fall stream", tests, make_listener, drop_listener);
}
