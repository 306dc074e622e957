/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fall model behind its interface: what is a fall and what is not in plain synthetic movements
 * at many rates, when it answers, and what it says it did not hear.
 */
#include "tests/unit/fall_listener.h"

static void test_a_fall_is_found_at_every_rate_and_place(void **state)
{
	static const int rates_hz[] = {20, 25, 32, 50, 100, 200};

	for (size_t k = 0; k < sizeof(rates_hz) / sizeof(rates_hz[0]); k++)
		for (int place = WEAR_UNKNOWN; place <= WEAR_TRUNK; place++) {
			struct listener *l = listener_of(state, (enum wear_place)place);

			play(l, falling, 0, 40, rates_hz[k]);
			assert_int_equal(l->count, 2);

			const struct fall_answer *a = first_fall(l, FALL_FIRST);
			const struct fall_answer *b = &l->answers[1];

			assert_int_equal(b->stage, FALL_SECOND);
			check_near(a->impact_us, 8.04, 0.06);
			assert_true(a->impact_us == b->impact_us);
			check_near(a->answer_us, 10.05, 0.12);
			assert_true(a->answer_us - a->impact_us <= FALL_FIRST_ANSWER_S * 1000000);
			check_near(b->answer_us, 28.05, 0.12);
			assert_in_range(b->still_ms, 16000, 20000);
			assert_in_range(b->peak_mg, 5000, 6200);
			assert_int_equal(b->gap_ms, 0);
			assert_false(b->is_clipped);
			assert_true(b->probability > a->probability);
		}
}

static void test_walking_on_lowers_the_second_answer(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);

	play(l, falling_and_going_on, 0, 40, 50);
	assert_true(first_fall(l, FALL_FIRST)->probability > 0.8F);
	for (int i = 0; i < l->count; i++)
		if (l->answers[i].stage == FALL_SECOND)
			assert_true(l->answers[i].probability < 0.6F);
}

static void test_standing_still_asks_nothing(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);

	play(l, still_standing, 0, 60, 50);
	end(l);
	assert_int_equal(l->count, 0);
}

static void test_clapping_is_not_a_fall(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);

	play(l, clapping, 0, 20, 50);
	play(l, still_standing, 20, 45, 50);
	end(l);
	assert_true(l->count > 0);
	assert_int_equal(falls_in(l), 0);
}

static void test_jumping_is_not_a_fall(void **state)
{
	for (int place = WEAR_UNKNOWN; place <= WEAR_TRUNK; place++) {
		struct listener *l = listener_of(state, (enum wear_place)place);

		play(l, still_standing, 0, 3, 50);
		play(l, jumping, 3, 13, 50);
		play(l, still_standing, 13, 40, 50);
		end(l);
		assert_true(l->count > 0);
		assert_int_equal(falls_in(l), 0);
	}
}

static void test_a_gap_is_told_and_the_fall_still_found(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);

	play(l, falling, 0, 8.3, 50);
	play(l, falling, 8.7, 40, 50);
	assert_in_range(first_fall(l, FALL_FIRST)->gap_ms, 380, 420);
	assert_in_range(first_fall(l, FALL_SECOND)->gap_ms, 380, 420);
}

static void test_silence_after_the_impact_is_not_stillness(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);

	play(l, falling, 0, 10.5, 50);
	play(l, falling, 20, 40, 50); /* 9.5 s of nothing within the 20 s */
	assert_in_range(first_fall(l, FALL_SECOND)->still_ms, 7000, 9000);
	assert_in_range(first_fall(l, FALL_SECOND)->gap_ms, 9400, 9600);
}

static struct vector stuck(double s)
{
	(void)s;
	return (struct vector){16000, 16000, -16000};
}

static void test_a_stuck_sensor_is_not_a_fall(void **state)
{
	for (int place = WEAR_UNKNOWN; place <= WEAR_TRUNK; place++) {
		struct listener *l = listener_of(state, (enum wear_place)place);

		play(l, stuck, 0, 60, 50);
		end(l);
		assert_int_equal(falls_in(l), 0);
	}
}

static void test_clipping_is_told(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);

	l->batch.range_mg = 4000;
	for (int i = 0; i < 2000; i++) {
		struct vector v = falling(i / 50.0);

		v.x_mg = v.x_mg > 3900 ? 4100 : v.x_mg;
		say(l, CLOCK_US + 20000u * (unsigned)i, v);
		l->batch.range_mg = 4000;
	}
	assert_true(first_fall(l, FALL_FIRST)->is_clipped);
}

static void test_places_by_name(void **state)
{
	(void)state;
	enum wear_place place = WEAR_TRUNK;

	assert_int_equal(wear_place_from_text("wrist", &place), 0);
	assert_int_equal(place, WEAR_WRIST);
	assert_int_equal(wear_place_from_text("waist", &place), 0);
	assert_int_equal(place, WEAR_TRUNK);
	assert_int_equal(wear_place_from_text("unknown", &place), 0);
	assert_int_equal(place, WEAR_UNKNOWN);
	place = WEAR_TRUNK;
	assert_int_equal(wear_place_from_text("ankle", &place), -EINVAL);
	assert_int_equal(wear_place_from_text("", &place), -EINVAL);
	assert_int_equal(place, WEAR_TRUNK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_fall_is_found_at_every_rate_and_place),
		cmocka_unit_test(test_walking_on_lowers_the_second_answer),
		cmocka_unit_test(test_standing_still_asks_nothing),
		cmocka_unit_test(test_clapping_is_not_a_fall),
		cmocka_unit_test(test_jumping_is_not_a_fall),
		cmocka_unit_test(test_a_gap_is_told_and_the_fall_still_found),
		cmocka_unit_test(test_silence_after_the_impact_is_not_stillness),
		cmocka_unit_test(test_a_stuck_sensor_is_not_a_fall),
		cmocka_unit_test(test_clipping_is_told),
		cmocka_unit_test(test_places_by_name),
	};

	return cmocka_run_group_tests_name("fall", tests, make_listener, drop_listener);
}
