/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From fusion's verdicts to suspicions: names, rooms and reasons, of falls and of what is unlike
 * the home, while sensors come and go.
 */
#include "hub/evidence.h"

#include "common/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define T0 (100000 * US_PER_S)

static struct moment at_s(double seconds)
{
	return (struct moment){.now_us = T0 + (uint64_t)(seconds * 1e6),
		.wall_ms = 1700000000000 + (int64_t)(seconds * 1e3)};
}

static struct roster roster;

static const struct roster_sensor *add(
	const char *id, enum sensor_role role, const char *room, bool is_outer)
{
	struct roster_sensor s = {.role = role, .place = WEAR_WRIST, .is_outer = is_outer};

	(void)snprintf(s.id.text, sizeof(s.id.text), "%s", id);
	(void)snprintf(s.name, sizeof(s.name), "%s", id);
	(void)snprintf(s.room, sizeof(s.room), "%s", room);
	assert_int_equal(roster_add(&roster, &s), 0);
	return roster_find(&roster, &s.id);
}

static struct evidence *home_of_two_rooms(void)
{
	const struct fusion_home alone = {
		.residents = 1, .ask = FUSION_ASK_USUAL, .raise = FUSION_RAISE_USUAL};
	struct evidence *e = NULL;

	roster = (struct roster){.installed = 0};
	(void)add("montre", ROLE_WEARABLE, "", false);
	(void)add("pir-salon", ROLE_MOTION, "Salon", false);
	(void)add("pir-cuisine", ROLE_MOTION, "Cuisine", false);
	(void)add("porte", ROLE_CONTACT, "", true);
	assert_int_equal(evidence_new(&e, &roster, &alone), 0);
	return e;
}

static const struct roster_sensor *named(const char *id)
{
	struct sensor_id sensor = {.text = ""};

	(void)snprintf(sensor.text, sizeof(sensor.text), "%s", id);
	return roster_find(&roster, &sensor);
}

static void moves(struct evidence *e, const char *id, double seconds)
{
	struct reading reading = {.kind = READING_MOTION, .value = 1};

	evidence_reading(e, named(id), &reading, at_s(seconds));
	reading.value = 0;
	evidence_reading(e, named(id), &reading, at_s(seconds));
}

static void shocks(struct evidence *e, double impact_s, float probability)
{
	const struct fall_answer answer = {.stage = FALL_FIRST,
		.impact_us = (uint64_t)(impact_s * 1e6),
		.probability = probability,
		.peak_mg = 3200};

	evidence_answers(e, named("montre"), &answer, 1, (uint64_t)((impact_s + 2) * 1e6),
		at_s(impact_s + 2));
}

static bool has_reason(const struct suspicion *s, const char *text)
{
	for (unsigned int n = 0; n < s->reasons_count; n++)
		if (strstr(s->reasons[n].text, text))
			return true;
	return false;
}

static void test_a_fall_is_where_somebody_was_last(void **state)
{
	struct evidence *e = home_of_two_rooms();
	struct suspicion s;

	(void)state;
	moves(e, "pir-cuisine", 0);
	moves(e, "pir-salon", 300);
	shocks(e, 400, 0.98F);
	assert_true(evidence_conclude(e, at_s(402), &s));
	assert_int_equal(s.class, INCIDENT_FALL);
	assert_string_equal(s.sensor.text, "montre");
	assert_string_equal(s.room, "Salon");
	assert_string_equal(s.by, "hub");
	assert_memory_equal(s.why, "chute probable ", 15);
	assert_int_equal(s.event_ms, at_s(400).wall_ms);
	assert_true(has_reason(&s, "choc de 3,2 g au poignet"));
	assert_false(s.is_certain || s.is_update);
	assert_false(evidence_conclude(e, at_s(402), &s));
	moves(e, "pir-cuisine", 420);
	assert_true(evidence_conclude(e, at_s(420), &s));
	assert_true(s.is_update);
	assert_true(has_reason(&s, "mouvement ailleurs (Cuisine) après 20 s"));
	assert_null(evidence_free(e));
}

static struct suspicion said_by_rhythm(void)
{
	struct suspicion said = {.class = INCIDENT_INACTIVITY,
		.sensor = {.text = "routine"},
		.room = "Salon",
		.by = "hub",
		.why = "aucun signe de vie depuis 3 h 20",
		.event_ms = 1700000000000,
		.probability = 0.6,
		.reasons_count = 3};

	(void)snprintf(said.reasons[0].text, INCIDENT_TEXT_MAX, "%s", said.why);
	(void)snprintf(said.reasons[1].text, INCIDENT_TEXT_MAX, "seuil de ce logement : 3 h 00");
	(void)snprintf(said.reasons[2].text, INCIDENT_TEXT_MAX, "habitudes connues depuis 8 jours");
	return said;
}

static void test_a_silence_has_the_reasons_of_both(void **state)
{
	const struct routine_answer answer = {
		.what = ROUTINE_LONG_SILENCE, .lasted_s = 12000, .limit_s = 10800, .confidence = 1};
	struct evidence *e = home_of_two_rooms();
	struct suspicion said = said_by_rhythm(), s;

	(void)state;
	moves(e, "pir-salon", 0);
	shocks(e, 100, 0.3F);
	evidence_turn(e, at_s(130));
	evidence_surprise(e, &answer, &said, at_s(1000));
	assert_true(evidence_conclude(e, at_s(1000), &s));
	assert_int_equal(s.class, INCIDENT_INACTIVITY);
	assert_string_equal(s.sensor.text, "routine");
	assert_string_equal(s.room, "Salon");
	assert_string_equal(s.why, said.why);
	assert_string_equal(s.reasons[0].text, said.why);
	assert_true(s.reasons[0].weight > 4);
	assert_true(has_reason(&s, "point de départ"));
	assert_true(has_reason(&s, "habitudes connues depuis 8 jours"));
	assert_true(s.probability > 0.7);
	assert_null(evidence_free(e));
}

static void test_out_by_the_door_at_night_is_wandering(void **state)
{
	const struct routine_answer answer = {
		.what = ROUTINE_GONE_AT_NIGHT, .lasted_s = 900, .limit_s = 600, .confidence = 1};
	struct evidence *e = home_of_two_rooms();
	struct suspicion said = said_by_rhythm(), s;

	(void)state;
	evidence_surprise(e, &answer, &said, at_s(1000));
	assert_true(evidence_conclude(e, at_s(1000), &s));
	assert_int_equal(s.class, INCIDENT_WANDERING);
	assert_null(evidence_free(e));
}

/* Its row may be another's tomorrow: nothing is said in its name any more. */
static void test_a_sensor_that_was_removed_says_nothing(void **state)
{
	struct evidence *e = home_of_two_rooms();
	struct suspicion s;

	(void)state;
	moves(e, "pir-salon", 0);
	moves(e, "pir-cuisine", 1);
	shocks(e, 10, 0.65F);
	evidence_remove(e, named("montre"));
	assert_int_equal(roster_remove(&roster, &named("montre")->id), 0);
	evidence_turn(e, at_s(100));
	assert_false(evidence_conclude(e, at_s(100), &s));
	evidence_add(e, add("montre", ROLE_WEARABLE, "Chambre", false));
	shocks(e, 200, 0.98F);
	assert_true(evidence_conclude(e, at_s(202), &s));
	assert_string_equal(s.room, "Chambre");
	assert_null(evidence_free(e));
}

static void test_more_rooms_over_the_years_than_there_are_numbers(void **state)
{
	struct evidence *e = home_of_two_rooms();
	struct suspicion s;
	char room[16];

	(void)state;
	for (unsigned int n = 0; n < 3 * ROSTER_SENSORS_MAX; n++) {
		(void)snprintf(room, sizeof(room), "pièce %u", n);
		evidence_add(e, add("pir-neuf", ROLE_MOTION, room, false));
		if (n + 1 < 3 * ROSTER_SENSORS_MAX) {
			evidence_remove(e, named("pir-neuf"));
			assert_int_equal(roster_remove(&roster, &named("pir-neuf")->id), 0);
		}
	}
	moves(e, "pir-cuisine", 0);
	moves(e, "pir-neuf", 300);
	shocks(e, 400, 0.98F);
	assert_true(evidence_conclude(e, at_s(402), &s));
	assert_string_equal(s.room, room);
	assert_null(evidence_free(e));
}

static void test_a_home_that_cannot_be_is_refused(void **state)
{
	const struct fusion_home nobody = {.residents = 0, .ask = 0.5F, .raise = 0.9F};
	struct evidence *e = NULL;

	(void)state;
	assert_int_equal(evidence_new(&e, &roster, &nobody), -EINVAL);
	assert_null(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_fall_is_where_somebody_was_last),
		cmocka_unit_test(test_a_silence_has_the_reasons_of_both),
		cmocka_unit_test(test_out_by_the_door_at_night_is_wandering),
		cmocka_unit_test(test_a_sensor_that_was_removed_says_nothing),
		cmocka_unit_test(test_more_rooms_over_the_years_than_there_are_numbers),
		cmocka_unit_test(test_a_home_that_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
