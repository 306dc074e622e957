/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fusion makes of the home's rhythm (inactivity, wandering), of deafness, of limits and of
 * input that cannot be.
 */
#include "fusion_home.h"

#include <errno.h>

static void surprises(struct lived *l, enum routine_what what, uint32_t lasted_s, float confidence)
{
	const struct routine_answer a = {
		.what = what, .lasted_s = lasted_s, .limit_s = lasted_s, .confidence = confidence};

	assert_int_equal(fusion_surprise(l->f, &a, LIVING, time_of(l)), 1);
	drain(l);
}

static void test_a_surprise_alone_is_asked_about(void **state)
{
	struct lived *l = *state;

	an_ordinary_morning(l);
	pass(l, l->now_s + 4 * 3600);
	surprises(l, ROUTINE_LONG_SILENCE, 4 * 3600, 0.1F);
	assert_int_equal(l->news, 1);
	assert_int_equal(l->last.class, FUSION_INACTIVITY);
	assert_int_equal(l->last.sensor, FUSION_SENSORS_MAX);
	assert_int_equal(l->last.room, LIVING);
	assert_false(l->last.is_certain);
}

static void test_a_silence_grows_and_is_told_so(void **state)
{
	struct lived *l = *state;
	float first;

	an_ordinary_morning(l);
	surprises(l, ROUTINE_LONG_SILENCE, 2 * 3600, 0.5F);
	first = l->last.probability;
	pass(l, l->now_s + 3 * 3600);
	assert_int_equal(l->news, 1);
	assert_true(l->updates >= 1);
	assert_true(l->last.probability > first);
}

static void test_a_moving_watch_delays_but_does_not_silence(void **state)
{
	struct lived *l = *state;
	struct accel_batch b = {.count = 1, .samples = {{.x_mg = 900}}};

	an_ordinary_morning(l);
	b.time_us = time_of(l).now_us;
	assert_int_equal(fusion_accel(l->f, WATCH, &b), 0);
	surprises(l, ROUTINE_LONG_SILENCE, 3 * 3600, 0.1F);
	assert_int_equal(l->news, 0);
	pass(l, l->now_s + 3600);
	assert_int_equal(l->news, 1);
}

static void test_life_ends_a_silence_that_was_not_told(void **state)
{
	struct lived *l = *state;

	an_ordinary_morning(l);
	fusion_heard(l->f, false, time_of(l));
	surprises(l, ROUTINE_LONG_SILENCE, 4 * 3600, 1);
	assert_int_equal(l->news, 0);
	says(l, KITCHEN_PIR, READING_MOTION, 1);
	fusion_heard(l->f, true, time_of(l));
	pass(l, l->now_s + 3600);
	assert_int_equal(l->news, 0);
	assert_true(fusion_next_us(l->f) == UINT64_MAX);
}

static void test_a_pendant_that_says_so_itself_is_asked_about(void **state)
{
	struct lived *l = *state;

	assert_int_equal(fusion_told(l->f, PENDANT, time_of(l)), 1);
	drain(l);
	assert_int_equal(l->news, 1);
	assert_true(l->last.probability > 0.75F && l->last.probability < 0.9F);
}

static void test_a_deaf_radio_is_not_a_silent_home(void **state)
{
	struct lived *l = *state;
	double impact_s = morning_shock(l, 0.98);

	fusion_heard(l->f, false, time_of(l));
	pass(l, impact_s + 400);
	assert_int_equal(l->news, 1);
	assert_int_equal(l->updates, 0);
	assert_true(weight_of(l, FUSION_NO_ELSEWHERE) == 0);
}

static void test_out_at_night_is_wandering(void **state)
{
	struct lived l;

	(void)state;
	live(&l, NULL);
	l.noon_ms = NOON_MS + INT64_C(14) * 3600000;
	an_ordinary_morning(&l);
	surprises(&l, ROUTINE_GONE_AT_NIGHT, 900, 0.8F);
	assert_int_equal(l.last.class, FUSION_WANDERING);
	done(&l);
	live(&l, NULL);
	l.noon_ms = NOON_MS + INT64_C(14) * 3600000;
	an_ordinary_morning(&l);
	surprises(&l, ROUTINE_NOT_BACK, 5400, 0.8F);
	assert_int_equal(l.last.class, FUSION_INACTIVITY);
	done(&l);
}

static void test_homes_that_cannot_be_are_refused(void **state)
{
	static const struct fusion_home homes[] = {
		{.residents = 0, .ask = 0.5F, .raise = 0.9F},
		{.residents = FUSION_RESIDENTS_MAX + 1, .ask = 0.5F, .raise = 0.9F},
		{.residents = 1, .ask = 0.9F, .raise = 0.9F},
		{.residents = 1, .ask = 0, .raise = 0.9F},
		{.residents = 1, .ask = 0.5F, .raise = 1},
		{.residents = 1, .ask = NAN, .raise = 0.9F},
		{.residents = 1, .ask = 0.5F, .raise = 0.9F, .visits_count = FUSION_VISITS_MAX + 1},
		{.residents = 1,
			.ask = 0.5F,
			.raise = 0.9F,
			.visits_count = 1,
			.visits = {{7, 8, 9}}},
		{.residents = 1,
			.ask = 0.5F,
			.raise = 0.9F,
			.visits_count = 1,
			.visits = {{2, 9, 9}}},
	};
	const struct fusion_home most = {
		.residents = FUSION_RESIDENTS_MAX, .ask = 0.5F, .raise = 0.9F};
	struct fusion *f = calloc(1, fusion_size());

	(void)state;
	for (size_t n = 0; n < sizeof(homes) / sizeof(homes[0]); n++)
		assert_int_equal(fusion_init(f, &homes[n]), -EINVAL);
	assert_int_equal(fusion_init(f, &most), 0);
	assert_int_equal(
		fusion_install(f, 0, &(struct fusion_sensor){FUSION_MAT, .resident = 3}), 0);
	assert_int_equal(
		fusion_install(f, 0, &(struct fusion_sensor){FUSION_MAT, .resident = 4}), -EINVAL);
	free(f);
}

static void test_so_many_sensors_and_one_more(void **state)
{
	const struct fusion_home home = {.residents = 1, .ask = 0.5F, .raise = 0.9F};
	const struct fusion_sensor worn = {.role = FUSION_WEARABLE}, pir = {.role = FUSION_MOTION};
	struct fusion *f = calloc(1, fusion_size());
	struct fusion_time at = {.now_us = 5};

	(void)state;
	assert_int_equal(fusion_init(f, &home), 0);
	for (uint8_t n = 0; n < FUSION_WEARABLES_MAX; n++)
		assert_int_equal(fusion_install(f, n, &worn), 0);
	assert_int_equal(fusion_install(f, FUSION_WEARABLES_MAX, &worn), -EMFILE);
	/* anew in its own place, and after another is gone */
	assert_int_equal(fusion_install(f, 0, &worn), 0);
	assert_int_equal(fusion_install(f, 1, &pir), 0);
	assert_int_equal(fusion_install(f, FUSION_WEARABLES_MAX, &worn), 0);
	for (uint8_t n = FUSION_WEARABLES_MAX + 1; n < FUSION_SENSORS_MAX; n++)
		assert_int_equal(fusion_install(f, n, &pir), 0);
	assert_int_equal(fusion_install(f, FUSION_SENSORS_MAX, &pir), -EINVAL);
	assert_int_equal(fusion_reading(f, FUSION_SENSORS_MAX - 1, READING_MOTION, 1, at), 1);
	assert_int_equal(fusion_reading(f, FUSION_SENSORS_MAX, READING_MOTION, 1, at), -EINVAL);
	assert_int_equal(fusion_install(f, 40, &(struct fusion_sensor){.role = FUSION_NONE}), 0);
	assert_int_equal(fusion_reading(f, 40, READING_MOTION, 1, at), -EINVAL);
	free(f);
}

static void test_what_cannot_be_is_refused_or_no_evidence(void **state)
{
	struct fall_answer a = {.probability = NAN};
	struct routine_answer r = {.what = (enum routine_what)ROUTINE_ANSWERS_MAX};
	struct accel_batch b = {.count = ACCEL_BATCH_MAX + 1};
	struct lived *l = *state;

	assert_int_equal(fusion_answer(l->f, LIVING_PIR, &a, 0, time_of(l)), -EINVAL);
	assert_int_equal(fusion_answer(l->f, INSTALLED, &a, 0, time_of(l)), -EINVAL);
	assert_int_equal(fusion_answer(l->f, WATCH, &a, 0, time_of(l)), 0);
	assert_int_equal(fusion_told(l->f, KITCHEN_PIR, time_of(l)), -EINVAL);
	assert_int_equal(fusion_surprise(l->f, &r, 0, time_of(l)), -EINVAL);
	assert_int_equal(fusion_accel(l->f, WATCH, &b), -EINVAL);
	assert_int_equal(fusion_accel(l->f, KITCHEN_PIR, &b), -EINVAL);
	assert_int_equal(fusion_reading(l->f, WATCH, READING_HEART_RATE, NAN, time_of(l)), 0);
	assert_int_equal(fusion_reading(l->f, KITCHEN_PIR, READING_TEMPERATURE, 20, time_of(l)), 0);
	assert_int_equal(fusion_reading(l->f, BED, READING_MOTION, 1, time_of(l)), 0);
	assert_true(fusion_next_us(l->f) == UINT64_MAX);
}

static void test_more_shocks_than_can_be_weighed_keep_what_was_told_and_the_strongest(void **state)
{
	struct lived *l = *state;

	an_ordinary_morning(l);
	answers(l, WATCH, FALL_FIRST, l->now_s, 0.98, 0);
	assert_int_equal(l->news, 1);
	for (unsigned int n = 1; n <= 3 * FUSION_EVENTS_MAX; n++)
		answers(l, WATCH, FALL_FIRST, l->now_s + n, 0.15 + 0.001 * n, 0);
	/* the first is still known: its second answer is an update */
	answers(l, WATCH, FALL_SECOND, l->now_s, 0.999, 18);
	assert_int_equal(l->news, 1);
	assert_int_equal(l->updates, 1);
}

static void test_hours_are_the_homes_also_when_its_clocks_change(void **state)
{
	struct lived *l = *state;

	/* 23:30, then the clocks go back an hour: still night, and nothing falls due twice */
	l->noon_ms = NOON_MS + 41400000;
	(void)shock(l, WATCH, 0.98);
	assert_int_equal(l->news, 1);
	assert_true(weight_of(l, FUSION_NIGHT) > 0);
	l->noon_ms -= 3600000;
	pass(l, l->now_s + 700);
	assert_int_equal(l->news, 1);
	(void)shock(l, WATCH, 0.98);
	assert_int_equal(l->news, 2);
	assert_true(weight_of(l, FUSION_NIGHT) > 0);
}

static void test_every_reason_is_a_phrase(void **state)
{
	char text[97];

	(void)state;
	for (unsigned int what = 0; what < FUSION_WHATS; what++)
		for (unsigned int surprise = 0; surprise < ROUTINE_ANSWERS_MAX; surprise++) {
			struct fusion_reason r = {.what = (enum fusion_what)what,
				.weight = 1,
				.amount = UINT32_MAX,
				.surprise = (enum routine_what)surprise};

			fusion_reason_text(
				&r, WEAR_WRIST, "Chambre à coucher de Madame", text, sizeof(text));
			assert_true(strlen(text) > 4);
			assert_null(strchr(text, '%'));
		}
}

static void test_a_person_can_read_it(void **state)
{
	static const struct {
		struct fusion_reason reason;
		const char *text;
	} rows[] = {
		{{.what = FUSION_SHOCK, .amount = 3260}, "choc de 3,2 g au poignet"},
		{{.what = FUSION_AFTER, .weight = 1, .amount = 20}, "immobile 20 s"},
		{{.what = FUSION_AFTER, .weight = -1, .amount = 3}, "a bougé ensuite"},
		{{.what = FUSION_NO_ELSEWHERE, .amount = 60},
			"aucun mouvement ailleurs pendant 60 s"},
		{{.what = FUSION_ELSEWHERE, .amount = 25},
			"mouvement ailleurs (Cuisine) après 25 s"},
		{{.what = FUSION_LAID_DOWN, .amount = 34},
			"posé, sans mouvement avant le choc depuis 34 min"},
		{{.what = FUSION_SURPRISE, .amount = 200, .surprise = ROUTINE_LONG_SILENCE},
			"aucun signe de vie depuis 3 h 20, inhabituel ici"},
		{{.what = FUSION_WEAK, .amount = 3}, "3 chocs faibles auparavant"},
	};
	const struct fusion_verdict v = {.class = FUSION_FALL, .probability = 0.931F};
	char text[97];

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		fusion_reason_text(&rows[n].reason, WEAR_WRIST, "Cuisine", text, sizeof(text));
		assert_string_equal(text, rows[n].text);
	}
	fusion_verdict_text(&v, text, sizeof(text));
	assert_string_equal(text, "chute probable 93 %");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		at_home(test_a_surprise_alone_is_asked_about),
		at_home(test_a_silence_grows_and_is_told_so),
		at_home(test_a_moving_watch_delays_but_does_not_silence),
		at_home(test_life_ends_a_silence_that_was_not_told),
		at_home(test_a_pendant_that_says_so_itself_is_asked_about),
		at_home(test_a_deaf_radio_is_not_a_silent_home),
		cmocka_unit_test(test_out_at_night_is_wandering),
		cmocka_unit_test(test_homes_that_cannot_be_are_refused),
		cmocka_unit_test(test_so_many_sensors_and_one_more),
		at_home(test_what_cannot_be_is_refused_or_no_evidence),
		at_home(test_more_shocks_than_can_be_weighed_keep_what_was_told_and_the_strongest),
		at_home(test_hours_are_the_homes_also_when_its_clocks_change),
		cmocka_unit_test(test_every_reason_is_a_phrase),
		cmocka_unit_test(test_a_person_can_read_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
