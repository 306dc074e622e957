/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What vigie-eval routine takes for the truth, and its rivals' alarms, on homes of a few events.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/eval/routine_figures.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

enum { PIR, DOOR, OUT, ROOM };

static struct home_log home_of(struct home_event *events, size_t count)
{
	struct home_log h = {
		.events = events, .count = count, .sensor_count = 4, .has_motion = true};

	h.sensors[PIR] = (struct home_sensor){"pir", "living", ROUTINE_MOTION, ROUTINE_INSIDE};
	h.sensors[DOOR] = (struct home_sensor){"door", "hall", ROUTINE_CONTACT, ROUTINE_OUTER_DOOR};
	h.sensors[OUT] = (struct home_sensor){"room", "outside", ROUTINE_PLACE, ROUTINE_OUTSIDE};
	h.sensors[ROOM] = (struct home_sensor){"room", "den", ROUTINE_PLACE, ROUTINE_INSIDE};
	return h;
}

static void truth_is(const struct home_log *h, const char *expected)
{
	struct truth t = truth_begin(h);

	for (size_t i = 0; i < h->count; i++)
		if (truth_step(&t, h, i) != (expected[i] == 'h'))
			fail_msg("event %zu: not %c", i, expected[i]);
}

static void test_truth_by_the_door(void **state)
{
	struct home_event events[] = {{0, PIR, true}, {HOUR, DOOR, true},
		{HOUR + MINUTE, DOOR, false}, /* 2 h follow: out */
		{3 * HOUR, PIR, true},        /* a lone activation: still out */
		{5 * HOUR, DOOR, true},       /* back, 5 min */
		{5 * HOUR + 5 * MINUTE, PIR, true}, {9 * HOUR, DOOR, true}, /* 10 min: not out */
		{9 * HOUR + 10 * MINUTE, PIR, true}, {9 * HOUR + 11 * MINUTE, PIR, false}};
	struct home_log h = home_of(events, sizeof(events) / sizeof(events[0]));

	(void)state;
	truth_is(&h, "hhoohhhhh");
}

static void test_truth_by_moving_about(void **state)
{
	struct home_event events[14] = {{DAY, DOOR, true}};
	struct home_log h = home_of(events, 14);

	(void)state;
	for (int i = 0; i < 13; i++)
		events[1 + i] = (struct home_event){DAY + 2 * HOUR + i * MINUTE / 2, PIR, true};
	truth_is(&h, "oooooooooohhhh"); /* from the tenth activation on */
}

static void test_truth_by_places_and_labels(void **state)
{
	struct home_event events[] = {{0, ROOM, true}, {HOUR, OUT, true}, {2 * HOUR, ROOM, true},
		{4 * HOUR, ROOM, true}, {5 * HOUR, ROOM, true}};
	struct home_log h = home_of(events, sizeof(events) / sizeof(events[0]));

	(void)state;
	truth_is(&h, "hohhh");
	h.out[h.out_count++] = (struct home_span){2 * HOUR, 3 * HOUR};
	truth_is(&h, "hoohh");
	h.out[0].from_ms += MINUTE; /* less than half of it */
	truth_is(&h, "hohhh");
}

/* Named by codes: out between two uses of the contact that hours by day lie between; a bedroom's
 * door begins and ends nights. */
static void test_truth_by_a_door_that_no_name_tells(void **state)
{
	struct home_event events[24];
	struct home_log h = home_of(events, 24);
	const char *expected = "hohhhohhhohhhohhhohhhohh";

	(void)state;
	h.sensor_count = 2;
	h.sensors[DOOR].role = ROUTINE_INSIDE;
	for (int day = 0; day < 6; day++) {
		events[day * 4] = (struct home_event){day * DAY + 9 * HOUR, PIR, true};
		events[day * 4 + 1] = (struct home_event){day * DAY + 10 * HOUR, DOOR, true};
		events[day * 4 + 2] = (struct home_event){day * DAY + 13 * HOUR, DOOR, true};
		events[day * 4 + 3] =
			(struct home_event){day * DAY + 13 * HOUR + MINUTE, PIR, true};
	}
	assert_int_equal(truth_begin(&h).door, DOOR + 1);
	truth_is(&h, expected);
	h.sensors[DOOR].role = ROUTINE_OUTER_DOOR; /* told by its name: the same */
	assert_int_equal(truth_begin(&h).door, 0);
	truth_is(&h, expected);
	h.sensors[DOOR].role = ROUTINE_INSIDE;
	for (int i = 0; i < 24; i++)
		events[i].at_ms += 12 * HOUR;
	assert_int_equal(truth_begin(&h).door, 0);
}

static void test_rivals_alarm_where_they_should(void **state)
{
	struct trial_silence silences[] = {
		{.from_ms = DAY + 10 * HOUR, .until_ms = DAY + 12 * HOUR, .is_learned = true},
		{.from_ms = 2 * DAY + 10 * HOUR, .until_ms = 2 * DAY + 11 * HOUR},
		{.from_ms = 2 * DAY + 14 * HOUR, .until_ms = 2 * DAY + 15 * HOUR}};
	struct routine_trial t = {.silences = silences, .count = 3, .scored_from = 1};
	int64_t alarm_ms[2];

	(void)state;
	rival_alarms(&t, RIVAL_FIXED, 2.5, alarm_ms);
	assert_int_equal(alarm_ms[0], silences[1].from_ms + 150 * MINUTE);
	rival_alarms(&t, RIVAL_LONGEST_BY_HOUR, 1, alarm_ms);
	/* Two hours were known at 11 o'clock, none at 12: the alarm comes as noon strikes. */
	assert_int_equal(alarm_ms[0], 2 * DAY + 12 * HOUR);
	assert_int_equal(alarm_ms[1], silences[2].from_ms + 10 * MINUTE);
}

static void test_floors_know_the_second_half(void **state)
{
	struct trial_silence silences[] = {{.from_ms = 0, .until_ms = 9 * HOUR},
		{.from_ms = DAY + 12 * HOUR, .until_ms = DAY + 13 * HOUR},
		{.from_ms = DAY + 13 * HOUR, .until_ms = DAY + 15 * HOUR},
		{.from_ms = DAY + 15 * HOUR, .until_ms = DAY + 16 * HOUR}, /* three hours later */
		{.from_ms = 2 * DAY + 12 * HOUR,
			.until_ms = 2 * DAY + 13 * HOUR,
			.is_on_mat = true},
		{.from_ms = 3 * DAY + 12 * HOUR, .until_ms = 3 * DAY + 19 * HOUR, .alarm_ms = 1},
		{.from_ms = 4 * DAY + 12 * HOUR, .until_ms = 4 * DAY + 20 * HOUR, .is_away = true}};
	static const int hindsight_h[] = {2, 2, 1, 1, 2, 2};
	struct routine_trial t = {.silences = silences, .count = 7, .scored_from = 1};
	int64_t alarm_ms[6];

	(void)state;
	floor_alarms(&t, FLOOR_HINDSIGHT, alarm_ms);
	for (int i = 0; i < 6; i++)
		assert_int_equal(alarm_ms[i], silences[1 + i].from_ms + hindsight_h[i] * HOUR);
	floor_alarms(&t, FLOOR_ORACLE, alarm_ms);
	for (int i = 0; i < 6; i++)
		assert_int_equal(alarm_ms[i], silences[1 + i].until_ms);
}

static void test_figures_add_up(void **state)
{
	struct home_log home = {.has_motion = true};
	struct trial_silence silences[] = {{.from_ms = 0, .until_ms = HOUR},
		{.from_ms = HOUR, .until_ms = 10 * HOUR, .alarm_ms = 3 * HOUR},
		{.from_ms = 10 * HOUR, .until_ms = 11 * HOUR}};
	struct injection injections[] = {{.at_ms = 2 * HOUR, .silence = 1, .delay_s = 3600},
		{.at_ms = 10 * HOUR, .silence = 2, .delay_s = 7200},
		{.at_ms = 10 * HOUR + 1, .silence = 2, .delay_s = DELAY_MAX_S, .is_away = true}};
	struct routine_trial t = {.home = &home,
		.silences = silences,
		.count = 3,
		.scored_from = 1,
		.injections = injections,
		.injected = 3,
		.days_scored = 2};
	struct routine_measure m = {.trials = &t, .count = 1};
	struct routine_figures f;

	(void)state;
	assert_int_equal(routine_measure_tune(&m), 0);
	assert_int_equal(routine_figures_of(&m, JUDGE_MODEL, 0, 1, GROUP_MOTION, &f), 0);
	assert_int_equal(f.injected, 3);
	assert_int_equal(f.alarmed, 2);
	assert_int_equal(f.false_alarms, 1);
	assert_true(f.mean_s == (3600 + 7200 + 86400) / 3.0 && f.median_s == 7200);
	assert_true(f.day_median_s == 7200 && f.hour_injected[10] == 2 && f.hour_mean_s[2] == 3600);
	assert_int_equal(routine_figures_of(&m, JUDGE_FIXED_8H, 0, 1, GROUP_ALL, &f), 0);
	assert_int_equal(f.false_alarms, 1);
	assert_int_equal(f.alarmed, 2);
	assert_true(f.hour_mean_s[2] == 7 * 3600);
	/* As many false alarms as the model: a timer under an hour would have two. */
	assert_true(m.settings[JUDGE_FIXED_TUNED] >= 1 && m.settings[JUDGE_FIXED_TUNED] < 1.1);
	assert_int_equal(routine_figures_of(&m, JUDGE_ORACLE, 0, 1, GROUP_ALL, &f), 0);
	assert_true(f.false_alarms == 0 && f.hour_mean_s[2] == 8 * 3600 && f.alarmed == 2);
	assert_int_equal(routine_figures_of(&m, JUDGE_HINDSIGHT, 0, 1, GROUP_ALL, &f), 0);
	assert_true(f.false_alarms == 1 && f.alarmed == 2);
	home.has_motion = false;
	assert_int_equal(routine_figures_of(&m, JUDGE_MODEL, 0, 1, GROUP_MOTION, &f), 0);
	assert_int_equal(f.injected, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truth_by_the_door),
		cmocka_unit_test(test_truth_by_moving_about),
		cmocka_unit_test(test_truth_by_places_and_labels),
		cmocka_unit_test(test_truth_by_a_door_that_no_name_tells),
		cmocka_unit_test(test_rivals_alarm_where_they_should),
		cmocka_unit_test(test_floors_know_the_second_half),
		cmocka_unit_test(test_figures_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
