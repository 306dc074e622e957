/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Worn, lying somewhere, or stuck: what supervision reads of a wearable beside its falls.
 */
#include "tests/unit/fall_listener.h"

static void send_same(struct listener *l, int from_s, int to_s, struct vector v)
{
	struct fall_answer answers[FALL_EVENTS_MAX];

	for (int s = from_s; s < to_s; s++) {
		struct accel_batch b = {.first_us = CLOCK_US + (uint64_t)s * 1000000, .count = 50};

		for (uint32_t i = 0; i < 50; i++)
			b.samples[i] = (struct accel_sample){
				i * 20000, (int16_t)v.x_mg, (int16_t)v.y_mg, (int16_t)v.z_mg};
		assert_in_range(fall_push(l->fall, &b, answers), 0, FALL_EVENTS_MAX);
	}
}

/* Breath at the chest, and a turn in bed each 10 min. */
static struct vector asleep(double s)
{
	double turn = floor(s / 600);

	return (struct vector){
		(int)(1000 * cos(turn)), (int)(1000 * sin(turn)), (int)(12 * sin(s * 1.6))};
}

static struct vector on_the_table(double s)
{
	(void)s;
	return (struct vector){10, -20, 990};
}

static void test_a_sleeper_is_worn(void **state)
{
	struct listener *l = listener_of(state, WEAR_TRUNK);

	assert_int_equal(fall_wear(l->fall), WEAR_UNHEARD);
	for (int s = 0; s < 7200; s += 60) {
		play(l, asleep, s, s + 60, 25);
		assert_int_equal(fall_wear(l->fall), WEAR_WORN);
	}
}

static void test_a_sensor_on_the_table_is_still_until_it_is_moved(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);

	play(l, on_the_table, 0, WEAR_STILL_S - 5, 25);
	assert_int_equal(fall_wear(l->fall), WEAR_WORN);
	assert_int_equal(fall_moves(l->fall), 0); /* beginning is no movement */
	play(l, on_the_table, WEAR_STILL_S - 5, WEAR_STILL_S + 5, 25);
	assert_int_equal(fall_wear(l->fall), WEAR_STILL);
	play(l, asleep, WEAR_STILL_S + 5, WEAR_STILL_S + 10, 25);
	assert_int_equal(fall_wear(l->fall), WEAR_WORN);
	assert_in_range(fall_moves(l->fall), 1, 3);
	end(l);
	assert_int_equal(fall_moves(l->fall), 0);
	assert_int_equal(fall_wear(l->fall), WEAR_UNHEARD);
}

static void test_what_cannot_be_true_is_stuck_after_a_minute(void **state)
{
	static const struct vector impossible[] = {
		{0, 0, 0}, {-16000, -16000, -16000}, {32767, 12, 12}, {2000, 0, 1000}, {300, 0, 0}};

	for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
		struct listener *l = listener_of(state, WEAR_WRIST);

		send_same(l, 0, WEAR_STUCK_S - 2, impossible[i]);
		assert_int_equal(fall_wear(l->fall), WEAR_WORN);
		send_same(l, WEAR_STUCK_S - 2, WEAR_STUCK_S + 3, impossible[i]);
		assert_int_equal(fall_wear(l->fall), WEAR_STUCK);
		play(l, asleep, WEAR_STUCK_S + 3, WEAR_STUCK_S + 6, 50);
		assert_int_equal(fall_wear(l->fall), WEAR_WORN);
	}
}

static void test_a_value_that_may_be_true_is_still_not_stuck(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);

	send_same(l, 0, WEAR_STILL_S, (struct vector){0, 0, 1000});
	assert_int_equal(fall_wear(l->fall), WEAR_WORN);
	send_same(l, WEAR_STILL_S, WEAR_STILL_S + 4, (struct vector){0, 0, 1000});
	assert_int_equal(fall_wear(l->fall), WEAR_STILL);
}

static void test_a_new_stream_is_heard_anew(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);

	send_same(l, 0, 90, (struct vector){0, 0, 0});
	assert_int_equal(fall_wear(l->fall), WEAR_STUCK);
	send_same(l, 4000, 4001, (struct vector){0, 0, 0});
	assert_int_equal(fall_wear(l->fall), WEAR_UNHEARD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_sleeper_is_worn, make_listener, drop_listener),
		cmocka_unit_test_setup_teardown(
			test_a_sensor_on_the_table_is_still_until_it_is_moved, make_listener,
			drop_listener),
		cmocka_unit_test_setup_teardown(test_what_cannot_be_true_is_stuck_after_a_minute,
			make_listener, drop_listener),
		cmocka_unit_test_setup_teardown(test_a_value_that_may_be_true_is_still_not_stuck,
			make_listener, drop_listener),
		cmocka_unit_test_setup_teardown(
			test_a_new_stream_is_heard_anew, make_listener, drop_listener),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
