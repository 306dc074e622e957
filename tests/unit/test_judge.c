/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sensors say, judged: the package's own recordings through the fall model, and every kind of
 * alarm reading.
 */
#include "hub/judge.h"

#include "sensors/recording.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define T0 (1000 * US_PER_S)

static struct moment at_s(double seconds)
{
	return (struct moment){.now_us = T0 + (uint64_t)(seconds * 1e6),
		.wall_ms = 1700000000000 + (int64_t)(seconds * 1e3)};
}

static const struct roster_sensor watch = {.id = {.text = "wearable"},
	.name = "Montre",
	.room = "Salon",
	.role = ROLE_WEARABLE,
	.place = WEAR_WRIST};

static const struct fusion_home alone = {
	.residents = 1, .ask = FUSION_ASK_USUAL, .raise = FUSION_RAISE_USUAL};

static struct judge *judge_of(struct roster *r, const struct roster_sensor *sensor)
{
	struct judge *j = NULL;

	*r = (struct roster){.installed = 0};
	assert_int_equal(roster_add(r, sensor), 0);
	assert_int_equal(judge_new(&j, r, &alone), 0);
	return j;
}

struct concluded {
	unsigned int news, updates;
	struct suspicion first, last;
};

static void conclude(struct judge *j, double seconds, struct concluded *c)
{
	while (judge_next(j, at_s(seconds), &c->last)) {
		if (c->news + c->updates == 0)
			c->first = c->last;
		c->updates += c->last.is_update;
		c->news += !c->last.is_update;
	}
}

/* Plays a recording into the judge, and a quarter of an hour in which nothing is heard. */
static void play(const char *path, struct concluded *c)
{
	static struct roster roster;
	static struct recording_record record;
	char error[RECORDING_ERROR_MAX];
	struct recording *recording = NULL;
	struct judge *j = judge_of(&roster, &watch);
	double seconds = 0;

	*c = (struct concluded){.news = 0};
	assert_int_equal(recording_open(&recording, path, NULL, error), 0);
	while (recording_next(recording, &record) == 1) {
		seconds = (double)record.offset_us / 1e6;
		judge_turn(j, at_s(seconds));
		assert_int_equal(
			judge_accel(j, &roster.sensors[0], &record.accel, at_s(seconds)), 0);
		conclude(j, seconds, c);
	}
	assert_true(judge_next_us(j) <= at_s(seconds).now_us + JUDGE_SILENCE_US);
	for (double end_s = seconds + 900; seconds < end_s; seconds += 5) {
		judge_turn(j, at_s(seconds));
		conclude(j, seconds, c);
	}
	assert_int_equal(judge_next_us(j), UINT64_MAX);
	(void)recording_free(recording);
	(void)judge_free(j);
}

static void test_a_recorded_fall_is_suspected_once(void **state)
{
	struct concluded c;
	struct suspicion s;
	double sum = 0;

	(void)state;
	play("models/recordings/fall.csv", &c);
	s = c.first;
	assert_int_equal(c.news, 1);
	assert_int_equal(c.updates, 1);
	assert_int_equal(s.class, INCIDENT_FALL);
	assert_false(s.is_certain);
	assert_true(s.mark != 0);
	assert_string_equal(s.name, "Montre");
	assert_string_equal(s.room, "Salon");
	assert_true(s.event_ms > 1700000000000 && s.event_ms < 1700000000000 + 60000);
	assert_true(s.reasons_count >= 1);
	assert_non_null(strstr(s.reasons[0].text, " g au poignet"));
	assert_memory_equal(s.why, "chute probable ", 15);
	for (unsigned int n = 0; n < s.reasons_count; n++)
		sum += s.reasons[n].weight;
	assert_true(fabs(1 / (1 + exp(-sum)) - s.probability) < 0.001);
}

static void test_a_recorded_day_is_not(void **state)
{
	struct concluded c;

	(void)state;
	play("models/recordings/daily.csv", &c);
	assert_int_equal(c.news + c.updates, 0);
}

/* Others come and go while a wearable falls: its row, and what is known of it, stay its own. */
static void test_a_fall_is_found_while_others_are_added_and_removed(void **state)
{
	static struct roster roster;
	static struct recording_record record;
	struct roster_sensor first = watch, other = watch;
	struct concluded c = {.news = 0};
	struct recording *recording = NULL;
	char error[RECORDING_ERROR_MAX];
	unsigned int batches = 0;
	struct judge *j;

	(void)state;
	(void)snprintf(first.id.text, sizeof(first.id.text), "z");
	j = judge_of(&roster, &first);
	assert_int_equal(roster_add(&roster, &watch), 0);
	assert_int_equal(judge_add(j, roster_find(&roster, &watch.id)), 0);
	assert_int_equal(recording_open(&recording, "models/recordings/fall.csv", NULL, error), 0);
	while (recording_next(recording, &record) == 1) {
		struct roster_sensor *w = roster_find(&roster, &watch.id);

		(void)snprintf(other.id.text, sizeof(other.id.text), "a%u", ++batches);
		assert_int_equal(roster_add(&roster, &other), 0);
		assert_int_equal(judge_add(j, roster_find(&roster, &other.id)), 0);
		assert_int_equal(
			judge_accel(j, w, &record.accel, at_s((double)record.offset_us / 1e6)), 0);
		conclude(j, (double)record.offset_us / 1e6, &c);
		judge_remove(j, roster_find(&roster, &other.id));
		assert_int_equal(roster_remove(&roster, &other.id), 0);
	}
	assert_int_equal(c.news, 1);
	judge_remove(j, roster_find(&roster, &watch.id));
	assert_int_equal(judge_next_us(j), UINT64_MAX);
	(void)recording_free(recording);
	(void)judge_free(j);
}

static void test_what_is_no_wearable_or_no_batch_is_refused(void **state)
{
	static struct roster roster;
	struct roster_sensor button = {.id = {.text = "b"}, .role = ROLE_BUTTON};
	struct accel_batch batch = {.count = 1};
	struct judge *j = judge_of(&roster, &button);

	(void)state;
	assert_int_equal(judge_accel(j, &roster.sensors[0], &batch, at_s(0)), -EINVAL);
	(void)judge_free(j);
	j = judge_of(&roster, &watch);
	batch.count = 0;
	assert_int_equal(judge_accel(j, &roster.sensors[0], &batch, at_s(0)), -EINVAL);
	batch.count = ACCEL_BATCH_MAX + 1;
	assert_int_equal(judge_accel(j, &roster.sensors[0], &batch, at_s(0)), -EINVAL);
	(void)judge_free(j);
}

/* One reading at a time: did it make a suspicion? */
static bool is_alarm(struct judge *j, struct roster *roster, enum reading_kind kind, double value,
	double seconds, struct suspicion *ret)
{
	struct reading r = {.time_us = at_s(seconds).now_us, .kind = kind, .value = value};

	return judge_reading(j, &roster->sensors[0], &r, at_s(seconds), ret) ||
	       judge_next(j, at_s(seconds), ret);
}

static void test_an_alarm_that_goes_on_is_told_once(void **state)
{
	static struct roster roster;
	struct roster_sensor detector = {.id = {.text = "d"}, .role = ROLE_ENVIRONMENT};
	struct judge *j = judge_of(&roster, &detector);
	struct suspicion s;

	(void)state;
	assert_false(is_alarm(j, &roster, READING_SMOKE, 0, 0, &s));
	assert_true(is_alarm(j, &roster, READING_SMOKE, 1, 1, &s));
	assert_int_equal(s.class, INCIDENT_ENVIRONMENT);
	assert_true(s.is_certain);
	assert_string_equal(s.why, "fumée");
	for (unsigned int n = 1; n < 20; n++)
		assert_false(is_alarm(j, &roster, READING_SMOKE, 1, 1 + 500.0 * n, &s));
	assert_true(is_alarm(j, &roster, READING_SMOKE, 1, 1 + 500.0 * 19 + 601, &s));
	assert_false(is_alarm(j, &roster, READING_SMOKE, 0, 20000, &s));
	assert_true(is_alarm(j, &roster, READING_SMOKE, 1, 20001, &s));
	(void)judge_free(j);
}

static void test_an_alarm_in_the_open_is_confirmed_by_its_second_hearing(void **state)
{
	static struct roster roster;
	struct roster_sensor detector = {
		.id = {.text = "d"}, .role = ROLE_WEARABLE, .fall_kind = READING_PROBLEM};
	struct reading r = {.kind = READING_SMOKE, .value = 1, .is_forgeable = true};
	struct judge *j = judge_of(&roster, &detector);
	struct suspicion s;

	(void)state;
	assert_true(judge_reading(j, &roster.sensors[0], &r, at_s(0), &s));
	assert_true(s.is_unconfirmed && !s.is_certain && !s.is_confirmation);
	assert_true(s.probability == 0.5);
	r.repeats = 1;
	assert_true(judge_reading(j, &roster.sensors[0], &r, at_s(1), &s));
	assert_true(s.is_confirmation && s.is_certain && !s.is_unconfirmed);
	assert_false(judge_reading(j, &roster.sensors[0], &r, at_s(2), &s));
	/* a fall that a pendant tells is asked about in any case */
	r = (struct reading){.kind = READING_PROBLEM, .value = 1, .is_forgeable = true};
	assert_false(judge_reading(j, &roster.sensors[0], &r, at_s(3), &s));
	assert_true(judge_next(j, at_s(3), &s));
	assert_false(s.is_unconfirmed || s.is_certain);
	assert_false(judge_reading(j, &roster.sensors[0], &r, at_s(4), &s));
	assert_false(judge_next(j, at_s(4), &s));
	(void)judge_free(j);
}

static void test_a_cord_pulled_again_calls_again(void **state)
{
	static struct roster roster;
	struct roster_sensor cord = {.id = {.text = "c"}, .role = ROLE_CONTACT};
	struct judge *j = judge_of(&roster, &cord);
	struct suspicion s;

	(void)state;
	assert_true(is_alarm(j, &roster, READING_PULL_CORD, 1, 0, &s));
	assert_int_equal(s.class, INCIDENT_HELP);
	assert_false(is_alarm(j, &roster, READING_PULL_CORD, 1, 5, &s));
	assert_true(is_alarm(j, &roster, READING_PULL_CORD, 1, 30, &s));
	(void)judge_free(j);
}

static void test_a_pendant_tells_a_fall_only_as_configured(void **state)
{
	static const struct {
		enum reading_kind configured, kind;
		double value;
		bool want;
	} rows[] = {
		{READING_NONE, READING_PROBLEM, 1, false},
		{READING_PROBLEM, READING_PROBLEM, 1, true},
		{READING_PROBLEM, READING_PROBLEM, 0, false},
		{READING_PROBLEM, READING_SAFETY, 0, false},
		{READING_SAFETY, READING_SAFETY, 0, true}, /* BTHome: 0 is unsafe */
		{READING_SAFETY, READING_SAFETY, 1, false},
		{READING_VIBRATION, READING_VIBRATION, 1, true},
	};

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		static struct roster roster;
		struct roster_sensor pendant = watch;
		struct suspicion s;
		struct judge *j;

		pendant.fall_kind = rows[n].configured;
		j = judge_of(&roster, &pendant);
		assert_int_equal(
			is_alarm(j, &roster, rows[n].kind, rows[n].value, 0, &s), rows[n].want);
		if (rows[n].want) {
			assert_int_equal(s.class, INCIDENT_FALL);
			assert_false(s.is_certain);
		}
		(void)judge_free(j);
	}
}

static void test_ordinary_readings_are_nothing(void **state)
{
	static struct roster roster;
	struct judge *j = judge_of(&roster, &watch);
	struct suspicion s;

	(void)state;
	for (unsigned int kind = 0; kind < READING_KINDS; kind++)
		if (kind != READING_BUTTON && kind != READING_PULL_CORD && kind != READING_SMOKE &&
			kind != READING_CARBON_MONOXIDE_ALARM && kind != READING_GAS_ALARM &&
			kind != READING_HEAT && kind != READING_EMERGENCY)
			assert_false(is_alarm(j, &roster, (enum reading_kind)kind, 1, 0, &s));
	(void)judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_recorded_fall_is_suspected_once),
		cmocka_unit_test(test_a_recorded_day_is_not),
		cmocka_unit_test(test_a_fall_is_found_while_others_are_added_and_removed),
		cmocka_unit_test(test_what_is_no_wearable_or_no_batch_is_refused),
		cmocka_unit_test(test_an_alarm_that_goes_on_is_told_once),
		cmocka_unit_test(test_an_alarm_in_the_open_is_confirmed_by_its_second_hearing),
		cmocka_unit_test(test_a_cord_pulled_again_calls_again),
		cmocka_unit_test(test_a_pendant_tells_a_fall_only_as_configured),
		cmocka_unit_test(test_ordinary_readings_are_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
