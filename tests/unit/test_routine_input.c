/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the routine model makes of bad and unusual input: order, chatter, stuck sensors, clocks,
 * bounds; and of saved states, sound, damaged and newer.
 */
#include "routine_home.h"

#include <stdio.h>

static void test_events_out_of_order(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_counters c;
	int64_t now_ms;

	(void)state;
	live_until(&l, MONDAY0, 15 * HOUR, 0);
	now_ms = l.now_ms;
	assert_int_equal(sign(&l, KITCHEN, now_ms - 30000, true), -EAGAIN);
	assert_int_equal(sign(&l, KITCHEN, now_ms - HOUR, true), -ESTALE);
	routine_counters(l.r, &c);
	assert_int_equal(c.late, 1);
	assert_int_equal(c.refused, 1);
	assert_int_equal(sign(&l, KITCHEN, now_ms + 1, true), 0);
	move_out(&l);
}

static void test_a_clock_set_back_is_followed(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	struct routine_counters c;
	int64_t back_ms;

	(void)state;
	live(&l, 5);
	back_ms = l.now_ms - 10 * HOUR;
	for (int i = 0; i < ROUTINE_BACK_EVENTS - 1; i++)
		assert_int_equal(sign(&l, KITCHEN, back_ms + i * MINUTE, i % 2 == 0), -ESTALE);
	assert_int_equal(sign(&l, KITCHEN, back_ms + 10 * MINUTE, true), 0);
	routine_counters(l.r, &c);
	assert_int_equal(c.clock_set, 1);
	assert_int_equal(routine_judge(l.r, at(&l, l.now_ms + MINUTE), a), 0);
	assert_int_equal(sign(&l, LIVING, l.now_ms + MINUTE, true), 0);
	move_out(&l);
}

static void test_impossible_times_and_sensors(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	static const struct routine_time impossible[] = {
		{-1, 0}, {INT64_MIN, 0}, {INT64_MAX, 0}, {MONDAY0, 15 * 3600}, {MONDAY0, -54000}};
	struct routine_event e = {at(&l, MONDAY0), SENSORS, true};

	(void)state;
	assert_int_equal(routine_push(l.r, &e), -EINVAL);
	e.sensor = 255;
	assert_int_equal(routine_push(l.r, &e), -EINVAL);
	for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
		e = (struct routine_event){impossible[i], KITCHEN, true};
		assert_int_equal(routine_push(l.r, &e), -EINVAL);
		assert_int_equal(routine_judge(l.r, impossible[i], a), -EINVAL);
		assert_int_equal(routine_not_heard(l.r, impossible[i]), -EINVAL);
	}
	assert_int_equal(routine_init(l.r, &(struct routine_options){.night_from_h = 24}), -EINVAL);
	move_out(&l);
}

static void test_a_year_ahead_and_back_again(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int64_t now_ms;

	(void)state;
	live(&l, 5);
	now_ms = l.now_ms;
	assert_int_equal(sign(&l, KITCHEN, now_ms + 3 * 366 * DAY, true), 0);
	for (int i = 0; i < ROUTINE_BACK_EVENTS; i++)
		(void)sign(&l, KITCHEN, now_ms + (i + 1) * MINUTE, i % 2 == 0);
	assert_int_equal(sign(&l, LIVING, now_ms + 10 * MINUTE, true), 0);
	assert_int_equal(routine_judge(l.r, at(&l, l.now_ms + MINUTE), a), 0);
	move_out(&l);
}

/* 1 000 events a minute for ten hours: not life, so silence is told all the same. */
static void test_chatter_is_no_sign_of_life(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	struct routine_counters c;
	int64_t began_ms, told_ms = 0;

	(void)state;
	live(&l, 10);
	live_until(&l, MONDAY0 + 10 * DAY, 15 * HOUR, 0);
	began_ms = l.now_ms;
	for (int64_t i = 1; i < 600000 && !told_ms; i++) {
		assert_int_equal(sign(&l, CUPBOARD, began_ms + i * 60, i % 2), 0);
		if (i % 1000 == 0 && routine_judge(l.r, at(&l, l.now_ms), a) > 0)
			told_ms = l.now_ms;
	}
	routine_counters(l.r, &c);
	assert_true(c.chatter > 10000);
	assert_in_range(told_ms - began_ms, 1, 10 * HOUR);
	move_out(&l);
}

static void test_a_stuck_sensor_is_no_sign_of_life(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	struct routine_counters c;
	int64_t began_ms, told_ms = 0;

	(void)state;
	live(&l, 10);
	live_until(&l, MONDAY0 + 10 * DAY, 15 * HOUR, 0);
	began_ms = l.now_ms;
	for (int64_t i = 1; i < 24 * 60 && !told_ms; i++) { /* "on", again each minute */
		assert_int_equal(sign(&l, LIVING, began_ms + i * MINUTE, true), 0);
		if (routine_judge(l.r, at(&l, l.now_ms), a) > 0)
			told_ms = l.now_ms;
	}
	routine_counters(l.r, &c);
	assert_int_equal(c.stuck, 1);
	assert_in_range(told_ms - began_ms, ROUTINE_STUCK_MS, 6 * HOUR);
	move_out(&l);
}

/* Many PIRs never say "off". */
static void test_on_without_off_is_a_sign_each_time(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];

	(void)state;
	for (int64_t i = 0; i < 2880; i++) {
		assert_int_equal(sign(&l, LIVING, MONDAY0 + i * MINUTE, true), 0);
		assert_int_equal(routine_judge(l.r, at(&l, l.now_ms), a), 0);
	}
	move_out(&l);
}

static void test_128_sensors_and_rooms_beyond(void **state)
{
	struct lived l = move_in(NULL, true);
	char name[32];

	(void)state;
	for (int i = SENSORS; i < ROUTINE_SENSORS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "sensor %d", i);
		assert_int_equal(routine_sensor(l.r, name, name, ROUTINE_MOTION, 0), i);
	}
	assert_int_equal(routine_sensor(l.r, "one more", "attic", ROUTINE_MOTION, 0), -ENOSPC);
	assert_int_equal(
		routine_sensor(l.r, "D1", "hall", ROUTINE_CONTACT, ROUTINE_OUTER_DOOR), DOOR);
	assert_int_equal(routine_rooms(l.r), ROUTINE_ROOMS_MAX);
	for (int64_t i = 0; i < 5000; i++)
		assert_int_equal(sign(&l, (uint8_t)(i % 128), MONDAY0 + i * 11 * MINUTE, i & 1), 0);
	assert_string_equal(routine_room_name(l.r, 200), "");
	move_out(&l);
}

/* Hours are the home's: the night the clock goes back is an hour longer, and no more than that. */
static void summer_and_winter(int64_t change_ms, int32_t before_s, int32_t after_s)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int64_t day_ms = change_ms / DAY * DAY;

	l.offset_s = before_s;
	for (int i = 21; i > 0; i--)
		live_until(&l, day_ms - i * DAY, DAY, 0);
	move(&l, BATHROOM, day_ms + HOUR + 50 * MINUTE);
	l.offset_s = after_s; /* at 2 or 3 o'clock */
	assert_int_equal(
		sign(&l, BEDROOM,
			day_ms + 2 * HOUR + 59 * MINUTE + (after_s > before_s ? 10 * MINUTE : 0),
			true),
		0);
	assert_int_equal(wait_for(&l, day_ms + 7 * HOUR, a), 0);
	for (int64_t m = 7 * HOUR; m < 10 * HOUR; m += 10 * MINUTE) {
		for (int i = 0; i < 4; i++)
			move(&l, m % (20 * MINUTE) ? KITCHEN : LIVING, day_ms + m + i * MINUTE);
		assert_int_equal(wait_for(&l, day_ms + m + 9 * MINUTE, a), 0);
	}
	move_out(&l);
}

static void test_october_has_an_hour_twice(void **state)
{
	(void)state;
	summer_and_winter(INT64_C(20751) * DAY, 7200, 3600); /* 2026-10-25 */
}

static void test_march_lacks_an_hour(void **state)
{
	(void)state;
	summer_and_winter(INT64_C(20541) * DAY, 3600, 7200); /* 2026-03-29 */
}

static void test_a_year_stays_within_its_bytes_and_its_days(void **state)
{
	static uint8_t bytes[ROUTINE_STATE_MAX_BYTES];
	struct lived l = move_in(NULL, true);
	struct routine_answer a;

	(void)state;
	for (int i = 0; i < 366; i++)
		live_until(&l, MONDAY0 + i * DAY, DAY, (i % 5) * 3 * MINUTE);
	assert_in_range(routine_save(l.r, bytes, sizeof(bytes)), 1, ROUTINE_STATE_MAX_BYTES);
	routine_limit(l.r, at(&l, l.now_ms + 15 * HOUR), 2, false, &a);
	assert_in_range(a.known_days, 360, 366);
	assert_in_range(a.limit_s, 600, 6 * 3600);
	assert_true(a.confidence > 0.97F);
	move_out(&l);
}

/* The ring full of the smallest silences: the largest state there is. */
static void test_the_largest_state_fits(void **state)
{
	static uint8_t bytes[ROUTINE_STATE_MAX_BYTES];
	struct lived l = move_in(NULL, true);
	char name[32];
	int n;

	(void)state;
	for (int i = SENSORS; i < ROUTINE_SENSORS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "sensor %d", i);
		assert_int_equal(routine_sensor(l.r, name, name, ROUTINE_MOTION, 0), i);
	}
	for (int64_t i = 0; i < 9000; i++)
		assert_int_equal(sign(&l, (uint8_t)(i % 3), MONDAY0 + i * 11 * MINUTE, true), 0);
	n = routine_save(l.r, bytes, sizeof(bytes));
	assert_in_range(n, 18000, ROUTINE_STATE_MAX_BYTES);
	for (int cut = 0; cut < n; cut += 97)
		assert_int_equal(routine_save(l.r, bytes, (size_t)cut), -ENOBUFS);
	move_out(&l);
}

static void test_what_was_learned_comes_back(void **state)
{
	static uint8_t bytes[ROUTINE_STATE_MAX_BYTES], again[ROUTINE_STATE_MAX_BYTES];
	struct lived l = move_in(NULL, true), other = l;
	struct routine_answer a[ROUTINE_ANSWERS_MAX], b[ROUTINE_ANSWERS_MAX];
	int n;

	(void)state;
	live(&l, 10);
	live_until(&l, MONDAY0 + 10 * DAY, 15 * HOUR, 0);
	n = routine_save(l.r, bytes, sizeof(bytes));
	assert_true(n > 0);
	other = l;
	other.r = malloc(routine_size());
	assert_non_null(other.r);
	assert_int_equal(routine_init(other.r, NULL), 0);
	assert_int_equal(routine_load(other.r, bytes, (size_t)n, at(&l, l.now_ms + MINUTE)), 0);
	install(other.r, true);
	assert_int_equal(routine_save(other.r, again, sizeof(again)), n);
	assert_memory_equal(bytes, again, (size_t)n);
	/* The silence goes on, and is told at the same moment. */
	assert_int_equal(wait_for(&other, l.now_ms + DAY, b), wait_for(&l, l.now_ms + DAY, a));
	assert_int_equal(a[0].limit_s, b[0].limit_s);
	move_out(&other);
	move_out(&l);
}

static void test_a_long_pause_is_no_silence(void **state)
{
	static uint8_t bytes[ROUTINE_STATE_MAX_BYTES];
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int n;

	(void)state;
	live(&l, 10);
	live_until(&l, MONDAY0 + 10 * DAY, 15 * HOUR, 0);
	n = routine_save(l.r, bytes, sizeof(bytes));
	assert_int_equal(routine_init(l.r, NULL), 0);
	l.now_ms += 12 * HOUR;
	assert_int_equal(routine_load(l.r, bytes, (size_t)n, at(&l, l.now_ms)), 0);
	install(l.r, true);
	assert_int_equal(routine_judge(l.r, at(&l, l.now_ms + 5 * MINUTE), a), 0);
	move_out(&l);
}

static void test_damaged_and_newer_states_are_refused(void **state)
{
	static uint8_t bytes[ROUTINE_STATE_MAX_BYTES];
	struct lived l = move_in(NULL, true);
	struct routine_time now;
	struct routine *fresh = malloc(routine_size()), *before = malloc(routine_size());
	int n;

	(void)state;
	assert_true(fresh && before);
	live(&l, 3);
	now = at(&l, l.now_ms);
	n = routine_save(l.r, bytes, sizeof(bytes));
	assert_int_equal(routine_init(fresh, NULL), 0);
	memcpy(before, fresh, routine_size());
	for (int i = 0; i < n; i++) {
		int error;

		bytes[i] ^= 0x20;
		error = routine_load(fresh, bytes, (size_t)n, now);
		assert_true(error == -EBADMSG || error == -ENOTSUP);
		bytes[i] ^= 0x20;
	}
	for (int cut = 0; cut < n; cut++)
		assert_int_equal(routine_load(fresh, bytes, (size_t)cut, now), -EBADMSG);
	bytes[5]++; /* a version to come */
	assert_int_equal(routine_load(fresh, bytes, (size_t)n, now), -ENOTSUP);
	bytes[5]--;
	assert_memory_equal(before, fresh, routine_size());
	assert_int_equal(routine_load(l.r, bytes, (size_t)n, now), -EINVAL); /* not at the start */
	assert_int_equal(routine_load(fresh, bytes, (size_t)n, now), 0);
	free(fresh);
	free(before);
	move_out(&l);
}

static void test_names_of_outer_doors(void **state)
{
	static const struct {
		const char *sensor, *room;
		enum routine_sign sign;
		enum routine_role role;
	} rows[] = {
		{"Front door", "hall", ROUTINE_CONTACT, ROUTINE_OUTER_DOOR},
		{"MainEntryway", "MainEntryway", ROUTINE_CONTACT, ROUTINE_OUTER_DOOR},
		{"Entrance.Maindoor", "Entrance", ROUTINE_CONTACT, ROUTINE_OUTER_DOOR},
		{"porte", "Entr\303\251e", ROUTINE_CONTACT, ROUTINE_OUTER_DOOR},
		{"pir", "entr\303\251e", ROUTINE_MOTION, ROUTINE_AT_DOOR},
		{"Bedroom door", "SleepDoor", ROUTINE_CONTACT, ROUTINE_INSIDE},
		{"OutsideDoor.FrontDoor", "OutsideDoor", ROUTINE_CONTACT, ROUTINE_OUTER_DOOR},
		{"cupboard", "FrontRoom", ROUTINE_CONTACT, ROUTINE_INSIDE},
		{"router shelf", "office", ROUTINE_CONTACT, ROUTINE_INSIDE},
		{"Fridge", "kitchen", ROUTINE_CONTACT, ROUTINE_INSIDE},
		{"room", "outside", ROUTINE_PLACE, ROUTINE_OUTSIDE},
		{"room", "living", ROUTINE_PLACE, ROUTINE_INSIDE},
		{"", "", ROUTINE_MOTION, ROUTINE_INSIDE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
			routine_role_of(rows[i].sensor, rows[i].room, rows[i].sign), rows[i].role);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_out_of_order),
		cmocka_unit_test(test_a_clock_set_back_is_followed),
		cmocka_unit_test(test_impossible_times_and_sensors),
		cmocka_unit_test(test_a_year_ahead_and_back_again),
		cmocka_unit_test(test_chatter_is_no_sign_of_life),
		cmocka_unit_test(test_a_stuck_sensor_is_no_sign_of_life),
		cmocka_unit_test(test_on_without_off_is_a_sign_each_time),
		cmocka_unit_test(test_128_sensors_and_rooms_beyond),
		cmocka_unit_test(test_october_has_an_hour_twice),
		cmocka_unit_test(test_march_lacks_an_hour),
		cmocka_unit_test(test_a_year_stays_within_its_bytes_and_its_days),
		cmocka_unit_test(test_the_largest_state_fits),
		cmocka_unit_test(test_what_was_learned_comes_back),
		cmocka_unit_test(test_a_long_pause_is_no_silence),
		cmocka_unit_test(test_damaged_and_newer_states_are_refused),
		cmocka_unit_test(test_names_of_outer_doors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
