/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the routine model tells of what it learned, and how it takes what a hub does to it: states
 * said again, clocks that are set, restarts in the middle of a silence.
 */
#include "routine_home.h"

#include <stdio.h>

static int64_t last_sign_ms(const struct lived *l)
{
	struct routine_time since;
	bool is_on_mat;
	uint8_t room;

	assert_true(routine_where(l->r, &since, &room, &is_on_mat));
	return since.utc_ms;
}

/* A bus that says each minute that the door is still open and the lamp still off. */
static void test_a_state_said_again_is_no_sign_of_life(void **state)
{
	struct lived l = move_in(NULL, true);
	int64_t began_ms;

	(void)state;
	live_until(&l, MONDAY0, 15 * HOUR, 0);
	move(&l, CUPBOARD, l.now_ms + MINUTE);
	assert_int_equal(sign(&l, CUPBOARD, l.now_ms + MINUTE, true), 0);
	assert_int_equal(sign(&l, BED, l.now_ms + MINUTE, true), 0);
	assert_int_equal(sign(&l, BED, l.now_ms + MINUTE, false), 0);
	began_ms = last_sign_ms(&l);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(sign(&l, CUPBOARD, l.now_ms + MINUTE, true), 0);
		assert_int_equal(sign(&l, BED, l.now_ms + 1, false), 0);
		assert_int_equal(sign(&l, KITCHEN, l.now_ms + 1, false), 0);
	}
	assert_int_equal(last_sign_ms(&l), began_ms);
	assert_int_equal(sign(&l, CUPBOARD, l.now_ms + MINUTE, false), 0);
	assert_int_equal(last_sign_ms(&l), at(&l, l.now_ms).utc_ms);
	/* a motion sensor that says it again sees somebody */
	move(&l, KITCHEN, l.now_ms + MINUTE);
	assert_int_equal(sign(&l, KITCHEN, l.now_ms + MINUTE, true), 0);
	assert_int_equal(sign(&l, KITCHEN, l.now_ms + MINUTE, true), 0);
	assert_int_equal(last_sign_ms(&l), at(&l, l.now_ms).utc_ms);
	move_out(&l);
}

/* NTP's first word after a start without one: the silence under way is neither lost nor longer. */
static void test_a_clock_that_is_set_keeps_the_silence(void **state)
{
	static const int64_t moved_ms[] = {40 * DAY, -40 * DAY, 3 * HOUR, -3 * HOUR};
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	struct routine_counters c;

	(void)state;
	for (size_t n = 0; n < sizeof(moved_ms) / sizeof(moved_ms[0]); n++) {
		struct lived l = move_in(NULL, true);
		int64_t began_ms;

		live(&l, 50);
		live_until(&l, MONDAY0 + 50 * DAY, 15 * HOUR, 0);
		began_ms = l.now_ms;
		l.now_ms += 20 * MINUTE;
		assert_int_equal(routine_judge(l.r, at(&l, l.now_ms), a), 0);
		assert_int_equal(routine_clock_set(l.r, moved_ms[n]), 0);
		l.now_ms += moved_ms[n];
		began_ms += moved_ms[n];
		assert_int_equal(last_sign_ms(&l), at(&l, began_ms).utc_ms);
		assert_in_range(
			wait_for(&l, l.now_ms + 12 * HOUR, a) - began_ms, 21 * MINUTE, 8 * HOUR);
		routine_counters(l.r, &c);
		assert_int_equal(c.clock_set, 1);
		assert_int_equal(sign(&l, KITCHEN, l.now_ms + MINUTE, true), 0);
		move_out(&l);
	}
}

static void test_a_clock_is_not_set_to_nowhere(void **state)
{
	struct lived l = move_in(NULL, true);
	int64_t before_ms;

	(void)state;
	assert_int_equal(routine_clock_set(l.r, DAY), 0); /* nothing heard yet */
	live_until(&l, MONDAY0, 15 * HOUR, 0);
	before_ms = last_sign_ms(&l);
	assert_int_equal(routine_clock_set(l.r, INT64_MAX), -EINVAL);
	assert_int_equal(routine_clock_set(l.r, INT64_MIN), -EINVAL);
	assert_int_equal(routine_clock_set(l.r, -before_ms), -EINVAL);
	assert_int_equal(last_sign_ms(&l), before_ms);
	move_out(&l);
}

/* Saved three hours into a silence and started again a minute later: three hours still. */
static void test_a_restart_in_the_middle_of_a_silence(void **state)
{
	static uint8_t bytes[ROUTINE_STATE_MAX_BYTES];
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int64_t began_ms, told_ms;
	int n;

	(void)state;
	live(&l, 10);
	live_until(&l, MONDAY0 + 10 * DAY, 15 * HOUR, 0);
	began_ms = l.now_ms;
	l.now_ms += 40 * MINUTE;
	assert_int_equal(routine_judge(l.r, at(&l, l.now_ms), a), 0);
	n = routine_save(l.r, bytes, sizeof(bytes));
	told_ms = wait_for(&l, l.now_ms + 12 * HOUR, a);
	assert_in_range(told_ms - began_ms, 41 * MINUTE, 6 * HOUR);
	assert_int_equal(routine_init(l.r, NULL), 0);
	l.now_ms = began_ms + 41 * MINUTE;
	assert_int_equal(routine_load(l.r, bytes, (size_t)n, at(&l, l.now_ms)), 0);
	install(l.r, true);
	assert_int_equal(wait_for(&l, told_ms + HOUR, a), told_ms);
	move_out(&l);
}

/* "I am fine", said from the chair: the silence begins anew, and is told in its own time. */
static void test_an_answer_begins_the_silence_anew(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int64_t began_ms, told_ms, again_ms;

	(void)state;
	assert_int_equal(routine_answered(l.r, at(&l, MONDAY0), true), 0); /* nobody heard yet */
	assert_int_equal(routine_answered(l.r, (struct routine_time){-1, 0}, true), -EINVAL);
	live(&l, 10);
	live_until(&l, MONDAY0 + 10 * DAY, 15 * HOUR, 0);
	began_ms = l.now_ms;
	told_ms = wait_for(&l, began_ms + 12 * HOUR, a);
	assert_true(told_ms > 0);
	assert_int_equal(routine_answered(l.r, at(&l, told_ms), true), 0);
	assert_int_equal(last_sign_ms(&l), at(&l, told_ms).utc_ms);
	again_ms = wait_for(&l, told_ms + 12 * HOUR, a);
	assert_in_range(again_ms - told_ms, 20 * MINUTE, 8 * HOUR);
	move_out(&l);
}

/* Told, and closed in error by somebody far away: told again. */
static void test_a_silence_that_goes_on_is_told_again(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int64_t told_ms[4] = {0};
	int count = 0;

	(void)state;
	live(&l, 10);
	live_until(&l, MONDAY0 + 10 * DAY, 15 * HOUR, 0);
	for (int m = 0; m < 24 * 60; m++, l.now_ms += MINUTE) {
		int n = routine_judge(l.r, at(&l, l.now_ms), a);

		for (int i = 0; i < n && count < 4; i++)
			if (a[i].what == ROUTINE_LONG_SILENCE)
				told_ms[count++] = l.now_ms;
	}
	assert_int_equal(count, 4);
	for (int i = 1; i < count; i++)
		assert_int_equal(told_ms[i] - told_ms[i - 1], ROUTINE_AGAIN_S * INT64_C(1000));
	move_out(&l);
}

static void test_the_table_of_rooms_and_hours(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_cell night, noon, none;
	uint16_t usual_min, latest_min;

	(void)state;
	live(&l, 14);
	routine_cell(l.r, at(&l, l.now_ms), 3, 23, &night); /* asleep from eleven until three */
	assert_in_range(night.count, 13, 14);
	assert_in_range(night.median_s, 3 * 3600, 5 * 3600);
	assert_true(night.longest_s >= night.median_s && night.limit_s > night.longest_s);
	routine_cell(l.r, at(&l, l.now_ms), 0, 13, &noon);
	assert_int_equal(noon.count, 0); /* no silence of ten minutes */
	assert_in_range(noon.limit_s, 600, 3 * 3600);
	routine_cell(l.r, at(&l, l.now_ms), 0, ROUTINE_HOURS, &none);
	assert_int_equal(none.count + none.limit_s, 0);
	routine_cell(l.r, at(&l, l.now_ms), routine_rooms(l.r), 3, &none);
	assert_int_equal(none.count + none.limit_s, 0);
	assert_in_range(routine_mornings(l.r, &usual_min, &latest_min), 13, 14);
	assert_in_range(usual_min, 7 * 60, 7 * 60 + 15);
	assert_in_range(latest_min, usual_min, 7 * 60 + 20);
	move_out(&l);
}

/* Rests follow upon coming in: whoever has been about in a room for long does not fall silent there
 * for hours. */
static void test_settled_in_a_room_silence_is_given_less(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer coming_in, settled;
	int64_t day_ms = MONDAY0;

	(void)state;
	for (int i = 0; i < 14; i++, day_ms += DAY) {
		live_until(&l, day_ms, 14 * HOUR, 0);
		for (int m = 0; m < 60; m += 5)
			move(&l, KITCHEN, day_ms + 14 * HOUR + m * MINUTE);
		move(&l, LIVING, day_ms + 15 * HOUR); /* and sits for three hours */
		move(&l, BATHROOM, day_ms + 18 * HOUR);
	}
	live_until(&l, day_ms, 14 * HOUR, 0);
	move(&l, KITCHEN, day_ms + 14 * HOUR + 20 * MINUTE);
	move(&l, LIVING, day_ms + 14 * HOUR + 21 * MINUTE);
	routine_limit_now(l.r, &coming_in);
	for (int m = 22; m < 50; m++)
		move(&l, LIVING, day_ms + 14 * HOUR + m * MINUTE);
	routine_limit_now(l.r, &settled);
	assert_in_range(coming_in.limit_s, 3 * 3600, 6 * 3600);
	assert_in_range(settled.limit_s, 1800, coming_in.limit_s - 1800);
	move_out(&l);
}

/* Two odd evenings within a week: in a home known for ten days they are its habits, in one known
 * for eighty they are two odd evenings. */
static void test_two_odd_evenings_do_not_blunt_a_home_that_is_well_known(void **state)
{
	static const int known_days[] = {10, 80};
	struct routine_answer limit[2];

	(void)state;
	for (int n = 0; n < 2; n++) {
		struct lived l = move_in(NULL, true);
		int64_t day_ms = MONDAY0;

		for (int day = 0; day < known_days[n]; day++, day_ms += DAY) {
			bool is_odd = day == known_days[n] - 5 || day == known_days[n] - 2;

			live_until(&l, day_ms, is_odd ? 17 * HOUR : DAY, 0);
			if (is_odd)
				move(&l, LIVING, day_ms + 17 * HOUR);
			if (is_odd)
				move(&l, BEDROOM, day_ms + 22 * HOUR);
		}
		live_until(&l, day_ms, 17 * HOUR, 0);
		move(&l, LIVING, day_ms + 17 * HOUR);
		routine_limit_now(l.r, &limit[n]);
		move_out(&l);
	}
	assert_in_range(limit[0].limit_s, 5 * 3600, 8 * 3600);
	assert_in_range(limit[1].limit_s, 1800, limit[0].limit_s - 1800);
}

/* A nurse each morning and a friend on some afternoons, in by the door and out again. */
static void visit(struct lived *l, int64_t from_ms, int minutes)
{
	static const uint8_t both[] = {KITCHEN, LIVING, BEDROOM};

	move(l, DOOR, from_ms);
	for (int m = 1; m < minutes; m++)
		for (int i = 0; i < 3; i++)
			move(l, both[(m + i) % 3], from_ms + m * MINUTE + i * 5000);
	move(l, DOOR, from_ms + minutes * MINUTE);
	move(l, LIVING, from_ms + (minutes + 2) * MINUTE);
}

static void test_visitors_shorten_silences_and_blunt_nothing(void **state)
{
	struct routine_answer a[ROUTINE_ANSWERS_MAX], alone, visited;
	struct lived quiet = move_in(NULL, true), l = move_in(NULL, true);
	int64_t day_ms = MONDAY0, told_ms;

	(void)state;
	for (int i = 0; i < 15; i++, day_ms += DAY) {
		live_until(&quiet, day_ms, i < 14 ? DAY : 13 * HOUR, 0);
		live_until(&l, day_ms, 9 * HOUR, 0);
		visit(&l, day_ms + 9 * HOUR, 25);
		assert_int_equal(wait_for(&l, day_ms + 9 * HOUR + 40 * MINUTE, a), 0);
		for (int64_t m = 12 * HOUR + 10 * MINUTE; m < (i < 14 ? 23 : 13) * HOUR;
			m += 10 * MINUTE)
			move(&l, m % HOUR ? KITCHEN : LIVING, day_ms + m);
		if (i < 14 && i % 3 == 0)
			visit(&l, day_ms + 23 * HOUR, 40);
		if (i < 14)
			move(&l, BEDROOM, day_ms + 23 * HOUR + 50 * MINUTE);
	}
	routine_limit_now(quiet.r, &alone);
	routine_limit_now(l.r, &visited);
	assert_int_equal(routine_presence(l.r), ROUTINE_HOME);
	assert_true(visited.limit_s < alone.limit_s + 3 * 3600);
	told_ms = wait_for(&l, l.now_ms + 8 * HOUR, a);
	assert_in_range(told_ms, l.now_ms - 8 * HOUR, l.now_ms);
	assert_int_equal(a[0].what, ROUTINE_LONG_SILENCE);
	move_out(&quiet);
	move_out(&l);
}

static void test_an_empty_table(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_cell cell;
	uint16_t usual_min = 1, latest_min = 1;

	(void)state;
	routine_cell(l.r, at(&l, MONDAY0), 0, 12, &cell);
	assert_int_equal(cell.count, 0);
	assert_int_equal(cell.limit_s, ROUTINE_PRIOR_S);
	assert_int_equal(routine_mornings(l.r, &usual_min, &latest_min), 0);
	assert_int_equal(usual_min + latest_min, 0);
	move_out(&l);
}

/* "…é" would be cut in its middle: what leaves the house must be whole characters. */
static void test_a_long_name_is_cut_between_characters(void **state)
{
	struct lived l = move_in(NULL, true);
	char name[64] = "";
	uint8_t rooms = routine_rooms(l.r);

	(void)state;
	for (int i = 0; i < 24; i++)
		memcpy(name + 2 * i, "\303\251", 3);
	assert_true(routine_sensor(l.r, "pir", name, ROUTINE_MOTION, 0) >= 0);
	assert_int_equal(strlen(routine_room_name(l.r, rooms)), 46);
	memcpy(name, "a", 1);
	memmove(name + 1, name + 2, 47);
	assert_true(routine_sensor(l.r, "pir", name, ROUTINE_MOTION, 0) >= 0);
	assert_int_equal(strlen(routine_room_name(l.r, (uint8_t)(rooms + 1))), 47);
	move_out(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_state_said_again_is_no_sign_of_life),
		cmocka_unit_test(test_a_clock_that_is_set_keeps_the_silence),
		cmocka_unit_test(test_a_clock_is_not_set_to_nowhere),
		cmocka_unit_test(test_a_restart_in_the_middle_of_a_silence),
		cmocka_unit_test(test_an_answer_begins_the_silence_anew),
		cmocka_unit_test(test_a_silence_that_goes_on_is_told_again),
		cmocka_unit_test(test_the_table_of_rooms_and_hours),
		cmocka_unit_test(test_settled_in_a_room_silence_is_given_less),
		cmocka_unit_test(test_two_odd_evenings_do_not_blunt_a_home_that_is_well_known),
		cmocka_unit_test(test_visitors_shorten_silences_and_blunt_nothing),
		cmocka_unit_test(test_an_empty_table),
		cmocka_unit_test(test_a_long_name_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
