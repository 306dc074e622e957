/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What falls are concluded from what evidence. tests/scenarios/fusion plays whole stories; here is
 * one contribution at a time, and what is never taken back.
 */
#include "fusion_home.h"

static void test_a_sure_shock_is_told_at_once_and_once(void **state)
{
	struct lived *l = *state;

	an_ordinary_morning(l);
	(void)shock(l, WATCH, 0.98);
	assert_int_equal(l->news, 1);
	assert_int_equal(l->last.class, FUSION_FALL);
	assert_false(l->last.is_certain);
	assert_int_equal(l->last.sensor, WATCH);
	assert_int_equal(l->last.room, LIVING);
	assert_true(l->last.probability > 0.9F);
	assert_int_equal(l->updates, 0);
	pass(l, l->now_s + 1000);
	assert_int_equal(l->news, 1);
	assert_true(fusion_next_us(l->f) == UINT64_MAX);
}

static void test_one_wearable_alone_never_raises_at_once(void **state)
{
	struct lived *l = *state;
	double impact_s = shock(l, WATCH, 1);

	pass(l, impact_s + 20);
	answers(l, WATCH, FALL_SECOND, impact_s, 1, 20);
	pass(l, impact_s + 900);
	assert_int_equal(l->news, 1);
	assert_false(l->last.is_certain);
	assert_true(l->last.probability <= FUSION_ALONE_MAX);
}

static void test_a_still_watch_and_a_silent_home_and_no_pulse_raise_at_once(void **state)
{
	struct lived *l = *state;
	double impact_s = morning_shock(l, 0.98);

	pass(l, impact_s + 20);
	answers(l, WATCH, FALL_SECOND, impact_s, 0.99, 18);
	assert_false(l->last.is_certain);
	says(l, WATCH, READING_HEART_RATE, 0);
	pass(l, impact_s + 61);
	assert_true(l->last.is_certain);
	assert_true(l->last.is_update);
	assert_true(weight_of(l, FUSION_NO_PULSE) > 0);
	assert_true(weight_of(l, FUSION_NO_ELSEWHERE) > 0);
	assert_int_equal(l->news, 1);
}

static void test_what_is_not_sure_waits_for_more(void **state)
{
	struct lived *l = *state;
	double impact_s = morning_shock(l, 0.7);

	assert_int_equal(l->news, 0);
	pass(l, impact_s + 24);
	assert_int_equal(l->news, 0);
	/* nobody said anything against it */
	pass(l, impact_s + 26);
	assert_int_equal(l->news, 1);
}

static void test_where_no_other_room_is_heard_nothing_is_waited_for(void **state)
{
	(void)shock(*state, WATCH, 0.7);
	assert_int_equal(((struct lived *)*state)->news, 1);
}

static void test_up_and_about_within_a_minute_is_no_fall(void **state)
{
	struct lived *l = *state;
	double impact_s = morning_shock(l, 0.7);

	pass(l, impact_s + 15);
	says(l, KITCHEN_PIR, READING_MOTION, 1);
	pass(l, impact_s + 800);
	assert_int_equal(l->news, 0);
}

static void test_movement_in_the_same_room_says_nothing(void **state)
{
	struct lived *l = *state;
	double impact_s = morning_shock(l, 0.7);

	pass(l, impact_s + 15);
	says(l, LIVING_PIR, READING_MOTION, 1);
	pass(l, impact_s + 26);
	assert_int_equal(l->news, 1);
}

static void test_a_sensor_that_only_goes_on_saying_yes_is_no_movement(void **state)
{
	struct lived *l = *state;
	double impact_s;

	an_ordinary_morning(l);
	says(l, KITCHEN_PIR, READING_MOTION, 1);
	pass(l, l->now_s + 5);
	impact_s = shock(l, WATCH, 0.85);
	for (unsigned int n = 1; n < 5; n++) {
		pass(l, impact_s + 5 * n);
		says(l, KITCHEN_PIR, READING_MOTION, 1);
	}
	pass(l, impact_s + 30);
	assert_int_equal(l->news, 1);
}

static void test_HS_10_what_was_told_is_never_taken_back(void **state)
{
	struct lived *l = *state;
	double impact_s = morning_shock(l, 0.98);

	pass(l, impact_s + 15);
	says(l, KITCHEN_PIR, READING_MOTION, 1);
	assert_int_equal(l->news, 1);
	assert_int_equal(l->updates, 1);
	assert_true(weight_of(l, FUSION_ELSEWHERE) < 0);
	pass(l, impact_s + 20);
	answers(l, WATCH, FALL_SECOND, impact_s, 0.01, 0);
	assert_int_equal(l->last.class, FUSION_FALL);
	assert_true(l->last.is_update);
	assert_false(l->last.is_certain);
}

static void test_who_else_may_move_explains_nothing(void **state)
{
	const struct fusion_home homes[] = {
		{.residents = 2, .ask = 0.5F, .raise = 0.99F},
		{.residents = 1, .has_pets = true, .ask = 0.5F, .raise = 0.99F},
		/* a Wednesday, from 11 to 13 */
		{.residents = 1,
			.ask = 0.5F,
			.raise = 0.99F,
			.visits_count = 1,
			.visits = {{3, 11, 13}}},
	};

	(void)state;
	for (size_t n = 0; n < sizeof(homes) / sizeof(homes[0]); n++) {
		struct lived l;
		double impact_s;

		live(&l, &homes[n]);
		an_ordinary_morning(&l);
		impact_s = shock(&l, WATCH, 0.7);
		pass(&l, impact_s + 15);
		says(&l, KITCHEN_PIR, READING_MOTION, 1);
		pass(&l, impact_s + 30);
		assert_int_equal(l.news, 1);
		assert_true(weight_of(&l, FUSION_ELSEWHERE) == 0);
		done(&l);
	}
}

static void test_a_cat_opens_no_drawer(void **state)
{
	const struct fusion_home cat = {
		.residents = 1, .has_pets = true, .ask = 0.5F, .raise = 0.99F};
	struct lived l;
	double impact_s;

	(void)state;
	live(&l, &cat);
	an_ordinary_morning(&l);
	impact_s = shock(&l, WATCH, 0.7);
	pass(&l, impact_s + 15);
	says(&l, DRAWER, READING_DOOR, 1);
	pass(&l, impact_s + 300);
	assert_int_equal(l.news, 0);
	done(&l);
}

static void test_whoever_came_in_by_the_door_may_move(void **state)
{
	struct lived *l = *state;
	double impact_s;

	an_ordinary_morning(l);
	says(l, DOOR, READING_DOOR, 1);
	pass(l, l->now_s + 600);
	impact_s = shock(l, WATCH, 0.85);
	pass(l, impact_s + 15);
	says(l, KITCHEN_PIR, READING_MOTION, 1);
	pass(l, impact_s + 30);
	assert_int_equal(l->news, 1);
}

static void test_sat_down_hard_is_no_fall(void **state)
{
	struct lived *l = *state;
	double impact_s;

	an_ordinary_morning(l);
	impact_s = shock(l, WATCH, 0.7);
	pass(l, impact_s + 3);
	says(l, BED, READING_PRESSURE_MAT, 1);
	pass(l, impact_s + 20);
	answers(l, WATCH, FALL_SECOND, impact_s, 0.75, 18);
	pass(l, impact_s + 800);
	assert_int_equal(l->news, 0);
}

static void test_out_of_the_bed_with_a_blow_is_one(void **state)
{
	struct lived *l = *state;
	double impact_s;

	an_ordinary_morning(l);
	says(l, BED, READING_PRESSURE_MAT, 1);
	pass(l, l->now_s + 3600);
	says(l, BED, READING_PRESSURE_MAT, 0);
	impact_s = shock(l, WATCH, 0.5);
	pass(l, impact_s + 26);
	assert_int_equal(l->news, 1);
	assert_true(weight_of(l, FUSION_MAT_LEFT) > 0);
}

/* Samples of a watch that lies at rest, 50 a second, for so long. */
static void rests(struct lived *l, double seconds)
{
	struct accel_batch b = {.count = 50};

	for (unsigned int n = 0; n < 50; n++)
		b.samples[n] = (struct accel_sample){
			.offset_us = n * 20000, .x_mg = (int16_t)(n % 3), .z_mg = 1000};
	for (double end_s = l->now_s + seconds; l->now_s < end_s; l->now_s += 1) {
		b.first_us = (uint64_t)(l->now_s * 1e6);
		b.time_us = time_of(l).now_us;
		assert_int_equal(fusion_accel(l->f, WATCH, &b), 0);
	}
}

static void moves(struct lived *l)
{
	struct accel_batch b = {.count = 1,
		.first_us = (uint64_t)(l->now_s * 1e6),
		.time_us = time_of(l).now_us,
		.samples = {{.x_mg = 900}}};

	assert_int_equal(fusion_accel(l->f, WATCH, &b), 0);
}

static void test_a_knock_at_the_night_table_is_no_fall(void **state)
{
	struct lived *l = *state;
	double impact_s;

	an_ordinary_morning(l);
	rests(l, 1800);
	moves(l);
	impact_s = shock(l, WATCH, 0.95);
	pass(l, impact_s + 20);
	answers(l, WATCH, FALL_SECOND, impact_s, 0.97, 20);
	pass(l, impact_s + 900);
	assert_int_equal(l->news, 0);
}

static void test_who_stirred_before_the_blow_was_wearing_it(void **state)
{
	struct lived *l = *state;

	an_ordinary_morning(l);
	rests(l, 1800);
	moves(l);
	l->now_s += 2;
	(void)shock(l, WATCH, 0.95);
	assert_int_equal(l->news, 1);
}

static void test_no_skin_under_it_and_no_pulse_is_no_missing_pulse(void **state)
{
	struct lived *l = *state;

	an_ordinary_morning(l);
	says(l, WATCH, READING_WORN, 0);
	(void)shock(l, WATCH, 0.99);
	says(l, WATCH, READING_HEART_RATE, 0);
	pass(l, l->now_s + 30);
	assert_int_equal(l->news, 1);
	assert_true(weight_of(l, FUSION_NO_CONTACT) < 0);
	assert_true(weight_of(l, FUSION_NO_PULSE) == 0);
}

static void test_a_wavering_pulse_does_not_tell_for_ever(void **state)
{
	struct lived *l = *state;

	(void)morning_shock(l, 0.98);
	for (unsigned int beats = 0; beats < 300; beats++) {
		pass(l, l->now_s + 1);
		says(l, WATCH, READING_HEART_RATE, beats % 2 ? 128 : 131);
	}
	assert_int_equal(l->news, 1);
	assert_in_range(l->updates, 1, 12);
}

static void test_near_falls_add_up_and_fade(void **state)
{
	unsigned int told[2];

	(void)state;
	for (unsigned int n = 0; n < 2; n++) {
		struct lived l;

		live(&l, NULL);
		an_ordinary_morning(&l);
		for (unsigned int shocks = 0; shocks < 4; shocks++) {
			double impact_s = shock(&l, WATCH, 0.35);

			pass(&l, impact_s + 20);
			answers(&l, WATCH, FALL_SECOND, impact_s, 0.35, 0);
			/* somebody is up each time */
			says(&l, KITCHEN_PIR, READING_MOTION, 0);
			pass(&l, impact_s + (n == 0 ? 600 : 24 * 3600));
		}
		told[n] = l.news;
		if (n == 0)
			assert_true(weight_of(&l, FUSION_WEAK) > 0);
		done(&l);
	}
	assert_true(told[0] >= 1);
	assert_int_equal(told[1], 0);
}

static void test_clapping_is_one_weak_sign(void **state)
{
	struct lived *l = *state;

	an_ordinary_morning(l);
	for (unsigned int claps = 0; claps < 30; claps++) {
		double impact_s = shock(l, WATCH, 0.3);

		answers(l, WATCH, FALL_SECOND, impact_s, 0.1, 0);
	}
	pass(l, l->now_s + 900);
	assert_int_equal(l->news, 0);
}

static void test_two_wearables_of_one_person_are_one_fall(void **state)
{
	struct lived *l = *state;
	double impact_s;

	an_ordinary_morning(l);
	impact_s = l->now_s;
	pass(l, impact_s + 2);
	answers(l, WATCH, FALL_FIRST, impact_s, 0.6, 0);
	answers(l, PENDANT, FALL_FIRST, impact_s + 0.2, 0.9, 0);
	assert_int_equal(l->news, 1);
	assert_int_equal(l->last.sensor, WATCH);
	assert_true(weight_of(l, FUSION_ALSO) > 0);
	pass(l, impact_s + 900);
	assert_int_equal(l->news, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		at_home(test_a_sure_shock_is_told_at_once_and_once),
		at_home(test_one_wearable_alone_never_raises_at_once),
		at_home(test_a_still_watch_and_a_silent_home_and_no_pulse_raise_at_once),
		at_home(test_what_is_not_sure_waits_for_more),
		at_home(test_where_no_other_room_is_heard_nothing_is_waited_for),
		at_home(test_up_and_about_within_a_minute_is_no_fall),
		at_home(test_movement_in_the_same_room_says_nothing),
		at_home(test_a_sensor_that_only_goes_on_saying_yes_is_no_movement),
		at_home(test_HS_10_what_was_told_is_never_taken_back),
		cmocka_unit_test(test_who_else_may_move_explains_nothing),
		cmocka_unit_test(test_a_cat_opens_no_drawer),
		at_home(test_whoever_came_in_by_the_door_may_move),
		at_home(test_sat_down_hard_is_no_fall),
		at_home(test_out_of_the_bed_with_a_blow_is_one),
		at_home(test_a_knock_at_the_night_table_is_no_fall),
		at_home(test_who_stirred_before_the_blow_was_wearing_it),
		at_home(test_no_skin_under_it_and_no_pulse_is_no_missing_pulse),
		at_home(test_a_wavering_pulse_does_not_tell_for_ever),
		cmocka_unit_test(test_near_falls_add_up_and_fade),
		at_home(test_clapping_is_one_weak_sign),
		at_home(test_two_wearables_of_one_person_are_one_fall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
