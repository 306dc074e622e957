/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The routine model on a home that lives by the clock: what is told, when, and what is not.
 */
#include "routine_home.h"

#define TEN_DAYS 10

static void test_ordinary_days_are_never_told(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];

	(void)state;
	for (int i = 0; i < 30; i++) {
		int64_t day_ms = MONDAY0 + i * DAY;

		for (int64_t h = 1; h <= 24; h++) {
			struct lived copy = l;

			copy.r = malloc(routine_size());
			assert_non_null(copy.r);
			memcpy(copy.r, l.r, routine_size());
			live_until(&copy, day_ms, h * HOUR, (i % 3) * 5 * MINUTE);
			assert_int_equal(routine_judge(copy.r, at(&copy, day_ms + h * HOUR), a), 0);
			free(copy.r);
		}
		live_until(&l, day_ms, DAY, (i % 3) * 5 * MINUTE);
	}
	move_out(&l);
}

static void test_silence_by_day_is_told_soon_and_once(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int64_t fell_ms, told_ms;

	(void)state;
	live(&l, TEN_DAYS);
	live_until(&l, MONDAY0 + TEN_DAYS * DAY, 15 * HOUR, 0);
	fell_ms = l.now_ms;
	told_ms = wait_for(&l, fell_ms + DAY, a);
	assert_in_range(told_ms - fell_ms, 30 * MINUTE, 4 * HOUR);
	assert_int_equal(a[0].what, ROUTINE_LONG_SILENCE);
	assert_true(a[0].lasted_s >= a[0].limit_s);
	assert_string_equal(routine_room_name(l.r, a[0].room), "living");
	assert_int_equal(a[0].known_days, TEN_DAYS);
	assert_true(a[0].confidence > 0.5F && a[0].confidence < 0.7F);
	for (int64_t m = 0; m < 3; m++) {
		int n = routine_judge(l.r, at(&l, l.now_ms + m * MINUTE), a);

		for (int i = 0; i < n; i++)
			assert_int_not_equal(a[i].what, ROUTINE_LONG_SILENCE);
	}
	/* The next silence is told anew. */
	move(&l, KITCHEN, l.now_ms + 5 * MINUTE);
	assert_int_not_equal(wait_for(&l, l.now_ms + DAY, a), 0);
	move_out(&l);
}

static void test_first_days_are_cautious_and_say_so(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int64_t began_ms, told_ms;

	(void)state;
	live_until(&l, MONDAY0, 15 * HOUR, 0);
	began_ms = l.now_ms;
	told_ms = wait_for(&l, began_ms + DAY, a);
	assert_in_range(told_ms - began_ms, ROUTINE_PRIOR_S * 1000LL - MINUTE,
		ROUTINE_PRIOR_S * 1000LL + MINUTE);
	assert_int_equal(a[0].known_days, 0);
	assert_true(a[0].confidence < 0.1F);
	move_out(&l);
}

static void test_out_by_the_door_is_not_told(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];

	(void)state;
	live(&l, TEN_DAYS);
	live_until(&l, MONDAY0 + TEN_DAYS * DAY, 10 * HOUR + MINUTE, 0);
	assert_int_equal(wait_for(&l, l.now_ms + 16 * HOUR, a), 0);
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	/* A lone activation is no return. */
	move(&l, LIVING, l.now_ms);
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	assert_int_equal(wait_for(&l, l.now_ms + 16 * HOUR, a), 0);
	/* The door and somebody inside is one. */
	move(&l, DOOR, l.now_ms);
	move(&l, KITCHEN, l.now_ms + MINUTE);
	assert_int_equal(routine_presence(l.r), ROUTINE_HOME);
	assert_int_not_equal(wait_for(&l, l.now_ms + DAY, a), 0);
	move_out(&l);
}

static void test_moving_about_without_the_door_is_a_return(void **state)
{
	struct lived l = move_in(NULL, true);

	(void)state;
	live_until(&l, MONDAY0, 10 * HOUR + MINUTE, 0);
	move(&l, LIVING, l.now_ms + HOUR);
	for (int i = 0; i < 2; i++)
		move(&l, LIVING, l.now_ms + MINUTE);
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	move(&l, KITCHEN, l.now_ms + MINUTE);
	assert_int_equal(routine_presence(l.r), ROUTINE_HOME);
	move_out(&l);
}

static void test_a_mat_kept_pressed_is_a_return(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];

	(void)state;
	live_until(&l, MONDAY0, 10 * HOUR + MINUTE, 0);
	(void)wait_for(&l, l.now_ms + HOUR, a);
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	assert_int_equal(sign(&l, BED, l.now_ms, true), 0);
	(void)routine_judge(l.r, at(&l, l.now_ms + 4 * MINUTE), a);
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	(void)routine_judge(l.r, at(&l, l.now_ms + 6 * MINUTE), a);
	assert_int_equal(routine_presence(l.r), ROUTINE_HOME);
	move_out(&l);
}

static void test_an_outer_door_shows_by_what_it_does(void **state)
{
	struct lived l = move_in(NULL, false);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];

	(void)state;
	for (int i = 0; i < 6; i++) {
		int64_t day_ms = MONDAY0 + i * DAY;

		for (int64_t m = 0; m < 3 * HOUR; m += 10 * MINUTE)
			move(&l, KITCHEN, day_ms + 7 * HOUR + m);
		move(&l, DOOR, day_ms + 10 * HOUR);
		move(&l, DOOR, day_ms + 13 * HOUR);
		for (int64_t m = 0; m < 9 * HOUR; m += 10 * MINUTE)
			move(&l, LIVING, day_ms + 13 * HOUR + MINUTE + m);
		move(&l, BEDROOM, day_ms + 23 * HOUR);
	}
	move(&l, KITCHEN, l.now_ms + 8 * HOUR);
	move(&l, DOOR, l.now_ms + 2 * MINUTE);
	(void)routine_judge(l.r, at(&l, l.now_ms + 11 * MINUTE), a);
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	move_out(&l);
}

static void test_a_bedroom_door_is_not_taken_for_the_outer_one(void **state)
{
	struct lived l = move_in(NULL, false);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];

	(void)state;
	for (int i = 0; i < 12; i++) { /* a nap and a night behind the same contact */
		int64_t day_ms = MONDAY0 + i * DAY;

		move(&l, DOOR, day_ms + 7 * HOUR);
		for (int64_t m = 0; m < 6 * HOUR; m += 10 * MINUTE)
			move(&l, KITCHEN, day_ms + 7 * HOUR + MINUTE + m);
		move(&l, DOOR, day_ms + 13 * HOUR + 5 * MINUTE);
		move(&l, DOOR, day_ms + 16 * HOUR);
		for (int64_t m = 0; m < 6 * HOUR; m += 10 * MINUTE)
			move(&l, LIVING, day_ms + 16 * HOUR + MINUTE + m);
		move(&l, DOOR, day_ms + 22 * HOUR + 5 * MINUTE);
	}
	(void)routine_judge(l.r, at(&l, l.now_ms + HOUR), a);
	assert_int_equal(routine_presence(l.r), ROUTINE_HOME);
	move_out(&l);
}

static void test_long_in_the_bathroom_though_moving(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int64_t went_ms, told_ms = 0;

	(void)state;
	live(&l, TEN_DAYS);
	live_until(&l, MONDAY0 + TEN_DAYS * DAY, 15 * HOUR, 0);
	went_ms = l.now_ms + MINUTE;
	for (int i = 0; i < 60 && told_ms == 0; i++) {
		move(&l, BATHROOM, went_ms + i * 5 * MINUTE);
		told_ms = wait_for(&l, l.now_ms + 4 * MINUTE, a);
	}
	assert_in_range(told_ms - went_ms, HOUR, 2 * HOUR);
	assert_int_equal(a[0].what, ROUTINE_LONG_STAY);
	assert_string_equal(routine_room_name(l.r, a[0].room), "bathroom");
	move_out(&l);
}

static void test_up_at_night_and_not_back(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int64_t up_ms, told_ms = 0;

	(void)state;
	live(&l, 2 * TEN_DAYS);
	up_ms = MONDAY0 + 2 * TEN_DAYS * DAY + HOUR;
	for (int i = 0; i < 30 && told_ms == 0; i++) { /* about the house, never in the bedroom */
		move(&l, i % 2 ? LIVING : KITCHEN, up_ms + i * 7 * MINUTE);
		told_ms = wait_for(&l, l.now_ms + 6 * MINUTE, a);
	}
	assert_in_range(told_ms - up_ms, 90 * MINUTE, 2 * HOUR);
	assert_int_equal(a[0].what, ROUTINE_NOT_BACK);
	move_out(&l);
}

static void test_not_up_in_the_morning(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int64_t morning_ms = MONDAY0 + 2 * TEN_DAYS * DAY;
	bool is_told = false;

	(void)state;
	live(&l, 2 * TEN_DAYS);
	/* Turns over now and then: no long silence, but nobody gets up. */
	for (int64_t t = morning_ms + HOUR; t < morning_ms + 12 * HOUR && !is_told;
		t += 50 * MINUTE) {
		int64_t told_ms;

		move(&l, BEDROOM, t);
		told_ms = wait_for(&l, t + 49 * MINUTE, a);
		if (told_ms && a[0].what == ROUTINE_NOT_UP) {
			is_told = true;
			assert_in_range(told_ms - morning_ms, 8 * HOUR, 9 * HOUR + 30 * MINUTE);
		}
	}
	assert_true(is_told);
	move_out(&l);
}

static void test_gone_at_night_only_where_wanted(void **state)
{
	struct routine_options wanted = {.tells_gone_at_night = true};
	struct routine_answer a[ROUTINE_ANSWERS_MAX];

	(void)state;
	for (int is_wanted = 0; is_wanted < 2; is_wanted++) {
		struct lived l = move_in(is_wanted ? &wanted : NULL, true);
		int64_t left_ms, told_ms;

		live(&l, 2);
		left_ms = MONDAY0 + 2 * DAY + 2 * HOUR;
		move(&l, DOOR, left_ms);
		told_ms = wait_for(&l, left_ms + 3 * HOUR, a);
		assert_int_equal(told_ms != 0, is_wanted);
		if (is_wanted) {
			assert_int_equal(a[0].what, ROUTINE_GONE_AT_NIGHT);
			assert_in_range(told_ms - left_ms, 5 * MINUTE, 7 * MINUTE);
		}
		/* By day the same is an errand. */
		move(&l, DOOR, MONDAY0 + 2 * DAY + 14 * HOUR);
		assert_int_equal(wait_for(&l, l.now_ms + HOUR, a), 0);
		move_out(&l);
	}
}

static void test_far_livelier_nights_are_in_the_week(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_week w;

	(void)state;
	live(&l, 21);
	routine_week(l.r, at(&l, l.now_ms), &w);
	assert_int_equal(w.nights, 7);
	assert_false(w.is_far_more);
	for (int i = 0; i < 7; i++) {
		int64_t day_ms = MONDAY0 + (21 + i) * DAY;

		for (int64_t m = 0; m < 3 * HOUR; m += 10 * MINUTE)
			move(&l, m % HOUR ? BEDROOM : BATHROOM, day_ms + m);
		live_until(&l, day_ms, DAY, 0);
	}
	routine_week(l.r, at(&l, l.now_ms), &w);
	assert_true(w.is_far_more);
	assert_true(w.signs_a_night > 2 * w.signs_before);
	move_out(&l);
}

static void test_nobody_listening_is_no_silence(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];

	(void)state;
	live(&l, TEN_DAYS);
	live_until(&l, MONDAY0 + TEN_DAYS * DAY, 15 * HOUR, 0);
	assert_int_equal(routine_not_heard(l.r, at(&l, l.now_ms + 9 * HOUR)), 0);
	assert_int_equal(routine_judge(l.r, at(&l, l.now_ms + 9 * HOUR + 5 * MINUTE), a), 0);
	/* … but from then on it is one again. */
	l.now_ms += 9 * HOUR;
	assert_int_not_equal(wait_for(&l, l.now_ms + DAY, a), 0);
	move_out(&l);
}

static void test_one_odd_evening_does_not_blunt_it(void **state)
{
	struct routine_answer before, after;
	struct lived l = move_in(NULL, true);
	int64_t day_ms = MONDAY0 + TEN_DAYS * DAY;

	(void)state;
	live(&l, TEN_DAYS);
	live_until(&l, day_ms, 14 * HOUR, 0);
	routine_limit(l.r, at(&l, day_ms + 14 * HOUR), 2, false, &before);
	move(&l, LIVING, day_ms + 14 * HOUR);
	move(&l, LIVING, day_ms + 21 * HOUR); /* asleep in the chair for seven hours, once */
	routine_limit(l.r, at(&l, day_ms + DAY + 14 * HOUR), 2, false, &after);
	assert_true(after.longest_s > before.longest_s);
	assert_true(after.limit_s < before.limit_s + 3600);
	move_out(&l);
}

/* What is known of a silence in the living room at two in the afternoon of the day after. */
static uint32_t longest_s(const struct lived *l, int64_t day_ms)
{
	struct routine_answer a;

	routine_limit(l->r, at(l, day_ms + DAY + 14 * HOUR), 2, false, &a);
	return a.longest_s;
}

static void test_what_is_no_rest_at_home_is_not_learned(void **state)
{
	enum { AT_HOME, TOO_LONG, BY_THE_DOOR, PAUSED };

	(void)state;
	for (int how = AT_HOME; how <= PAUSED; how++) {
		struct lived l = move_in(NULL, true);
		int64_t day_ms = MONDAY0 + TEN_DAYS * DAY;

		live(&l, TEN_DAYS);
		live_until(&l, day_ms, 14 * HOUR, 0);
		move(&l, LIVING, day_ms + 14 * HOUR);
		if (how == PAUSED)
			assert_int_equal(
				routine_not_heard(l.r, at(&l, day_ms + 14 * HOUR + MINUTE)), 0);
		move(&l, how == BY_THE_DOOR ? DOOR : LIVING,
			day_ms + (how == TOO_LONG ? 29 : 19) * HOUR);
		if (how == AT_HOME)
			assert_in_range(longest_s(&l, day_ms), 5 * 3600 - 10, 5 * 3600);
		else
			assert_true(longest_s(&l, day_ms) < 3600);
		move_out(&l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordinary_days_are_never_told),
		cmocka_unit_test(test_silence_by_day_is_told_soon_and_once),
		cmocka_unit_test(test_first_days_are_cautious_and_say_so),
		cmocka_unit_test(test_out_by_the_door_is_not_told),
		cmocka_unit_test(test_moving_about_without_the_door_is_a_return),
		cmocka_unit_test(test_a_mat_kept_pressed_is_a_return),
		cmocka_unit_test(test_an_outer_door_shows_by_what_it_does),
		cmocka_unit_test(test_a_bedroom_door_is_not_taken_for_the_outer_one),
		cmocka_unit_test(test_long_in_the_bathroom_though_moving),
		cmocka_unit_test(test_up_at_night_and_not_back),
		cmocka_unit_test(test_not_up_in_the_morning),
		cmocka_unit_test(test_gone_at_night_only_where_wanted),
		cmocka_unit_test(test_far_livelier_nights_are_in_the_week),
		cmocka_unit_test(test_nobody_listening_is_no_silence),
		cmocka_unit_test(test_what_is_no_rest_at_home_is_not_learned),
		cmocka_unit_test(test_one_odd_evening_does_not_blunt_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
