/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The home's rhythm in the hub, days of it in virtual time: what becomes a sign of life, what is
 * suspected and in which words, when nobody can be heard, clocks, restarts, and what is kept.
 */
#include "tests/unit/rhythm_house.h"

#include "hub/rhythm_words.h"

static void test_a_silence_is_suspected_with_reasons(void **state)
{
	struct house h;
	uint64_t began_us;

	(void)state;
	move_in(&h);
	live(&h, 8);
	live_until(&h, 8, 15 * HOUR_US);
	assert_int_equal(h.told, 0);
	began_us = h.now_us;
	pass(&h, began_us + 5 * HOUR_US);
	assert_true(h.told >= 1);
	assert_int_equal(h.silence.class, INCIDENT_INACTIVITY);
	assert_string_equal(h.silence.sensor.text, RHYTHM_SENSOR);
	assert_false(h.silence.is_certain);
	assert_memory_equal(h.silence.why, "aucun signe de vie depuis ", 26);
	assert_true(h.silence.reasons_count >= 3);
	assert_string_equal(h.silence.reasons[0].text, h.silence.why);
	assert_string_equal(h.silence.reasons[h.silence.reasons_count - 1].text,
		"habitudes connues depuis 8 jours");
	assert_in_range(h.silence.event_ms, now_of(&h).wall_ms - 6 * 3600000, now_of(&h).wall_ms);
	move_out(&h);
}

static void test_what_is_a_sign_of_life_inside(void **state)
{
	struct house h;

	(void)state;
	move_in(&h);
	assert_true(hear(&h, KITCHEN, 1));
	pass(&h, MINUTE_US);
	assert_true(hear(&h, KITCHEN, 0));
	pass(&h, 2 * MINUTE_US);
	assert_false(hear(&h, KITCHEN, 0)); /* said again */
	assert_false(hear(&h, BUTTON, 1));  /* a call is no habit */
	assert_false(hear(&h, DOOR, 1));    /* from which side? */
	assert_true(hear(&h, BED, 1));
	pass(&h, h.now_us + MINUTE_US);
	assert_false(say(&h, KITCHEN, READING_LIGHT, 1)); /* daybreak */
	assert_false(say(&h, KITCHEN, READING_TEMPERATURE, 21));
	assert_true(say(&h, KITCHEN, READING_OCCUPANCY, 1));
	move_out(&h);
}

static struct roster_sensor *installed_as(struct house *h, int sensor)
{
	struct sensor_id id;

	(void)snprintf(id.text, sizeof(id.text), "%s", installed[sensor].id);
	return roster_find(&h->roster, &id);
}

/* All room sensors behind one bus, which is heard. */
static void hang_on_a_bus(struct house *h)
{
	for (int n = 0; n < BUTTON; n++)
		supervision_set_way(
			&h->supervision, installed_as(h, n), WAY_BUS(0), now_of(h).now_us);
	supervision_listen(&h->supervision, WAY_BUS(0), true, now_of(h).now_us);
}

/* A room nobody knew, enrolled while the hub runs: its signs count from the first on. */
static void test_a_sensor_that_comes_later_is_heard(void **state)
{
	struct roster_sensor s = {.id = {.text = "g-pir"},
		.name = "Grenier",
		.room = "Grenier",
		.role = ROLE_MOTION,
		.stale_s = 86400};
	struct reading reading = {.kind = READING_MOTION, .value = 1, .sensor = s.id};
	struct rhythm_where where;
	struct house h;

	(void)state;
	move_in(&h);
	live_until(&h, 0, 15 * HOUR_US);
	assert_int_equal(roster_add(&h.roster, &s), 0);
	supervision_add(&h.supervision, roster_find(&h.roster, &s.id), now_of(&h).now_us);
	assert_true(rhythm_reading(h.rhythm, roster_find(&h.roster, &s.id), &reading, now_of(&h)));
	rhythm_where(h.rhythm, now_of(&h), &where);
	assert_string_equal(where.room, "Grenier");
	assert_int_equal(where.silent_s, 0);
	move_out(&h);
}

/* A detector in the hall of the house: neighbours end no silence, and their silence is nobody's. */
static void test_a_shared_hall_is_no_sign_of_life(void **state)
{
	struct house h;

	(void)state;
	move_in(&h);
	live(&h, 8);
	live_until(&h, 8, 15 * HOUR_US);
	installed_as(&h, BATHROOM)->movement = MOVEMENT_SHARED;
	for (int n = 0; n < 30 && h.told == 0; n++) {
		pass(&h, h.now_us + 10 * MINUTE_US);
		assert_false(hear(&h, BATHROOM, 1));
		assert_false(hear(&h, BATHROOM, 0));
	}
	assert_true(h.told >= 1);
	assert_int_equal(h.last.class, INCIDENT_INACTIVITY);
	move_out(&h);
}

/* The phrases that people read: whole UTF-8, within their bytes, the weights those of the answer.
 */
static void test_words_for_every_answer(void **state)
{
	static const struct {
		enum routine_what what;
		enum incident_class class;
		const char *why;
	} rows[] = {
		{ROUTINE_LONG_SILENCE, INCIDENT_INACTIVITY, "aucun signe de vie depuis 2 h 05"},
		{ROUTINE_LONG_STAY, INCIDENT_INACTIVITY, "dans cette pièce depuis 2 h 05"},
		{ROUTINE_NOT_BACK, INCIDENT_INACTIVITY,
			"hors de la chambre cette nuit depuis 2 h 05"},
		{ROUTINE_NOT_UP, INCIDENT_INACTIVITY, "pas encore debout à 0 h 00"},
		{ROUTINE_GONE_AT_NIGHT, INCIDENT_WANDERING,
			"porte d’entrée ouverte la nuit, personne depuis 2 h 05"},
	};
	struct routine_answer a = {.lasted_s = 7500,
		.limit_s = 2700,
		.longest_s = 7200,
		.comparable = UINT16_MAX,
		.known_days = UINT16_MAX,
		.confidence = 0.9F};
	struct routine_time at = {MONDAY_MS, 3600};
	char name[INCIDENT_TEXT_MAX];
	struct suspicion s;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		a.what = rows[n].what;
		a.longer = n % 2 ? UINT16_MAX : 0;
		a.is_by_room = n == 0;
		s = rhythm_suspicion(&a, "Salon", name, at);
		assert_int_equal(s.class, rows[n].class);
		assert_string_equal(s.why, rows[n].why);
		assert_string_equal(s.reasons[0].text, s.why);
		assert_string_equal(s.reasons[1].text,
			n % 2 ? "aussi long 65535 fois en 65535 jours, dans 65535 cas comparables"
			      : "jamais aussi long en 65535 jours (au plus 2 h 00 dans 65535 cas "
				"comparables)");
		assert_string_equal(s.reasons[2].text,
			n ? "seuil de ce logement : 45 min"
			  : "seuil de cette pièce, où personne ne se repose : 45 min");
		assert_string_equal(s.reasons[4].text, "capteur muet : nom trop long");
		assert_int_equal(s.reasons_count, 5);
		assert_in_range(s.probability * 100, 5, 95);
	}
}

/* Asked, she says that she is well and stays in her chair: asked again in due time, not at once. */
static void test_an_answer_is_no_silence(void **state)
{
	struct rhythm_where where;
	struct house h;

	(void)state;
	move_in(&h);
	live(&h, 8);
	live_until(&h, 8, 15 * HOUR_US);
	for (int n = 0; n < 300 && h.told == 0; n++)
		pass(&h, h.now_us + MINUTE_US);
	assert_true(h.told >= 1);
	rhythm_answered(h.rhythm, true, now_of(&h));
	rhythm_where(h.rhythm, now_of(&h), &where);
	assert_int_equal(where.silent_s, 0);
	h.told = 0;
	pass(&h, h.now_us + 15 * MINUTE_US);
	assert_int_equal(h.told, 0);
	pass(&h, h.now_us + 8 * HOUR_US);
	assert_true(h.told >= 1);
	move_out(&h);
}

/* HS-07's other half: a silent radio is not a silent person. */
static void test_HS_07_no_inactivity_alarm_while_nobody_can_hear(void **state)
{
	struct house h;

	(void)state;
	move_in(&h);
	hang_on_a_bus(&h);
	live(&h, 8);
	live_until(&h, 8, 15 * HOUR_US);
	supervision_listen(&h.supervision, WAY_BUS(0), false, now_of(&h).now_us);
	pass(&h, h.now_us + 9 * HOUR_US);
	assert_int_equal(h.told, 0);
	/* and back: the silence begins then */
	supervision_listen(&h.supervision, WAY_BUS(0), true, now_of(&h).now_us);
	pass(&h, h.now_us + 15 * MINUTE_US);
	assert_int_equal(h.told, 0);
	pass(&h, h.now_us + 10 * HOUR_US);
	assert_true(h.told >= 1);
	move_out(&h);
}

/* An adapter that comes and goes each hour hides nobody who lies there. */
static void test_short_deafness_does_not_hide_a_silence(void **state)
{
	struct house h;

	(void)state;
	move_in(&h);
	hang_on_a_bus(&h);
	live(&h, 8);
	live_until(&h, 8, 15 * HOUR_US);
	for (int n = 0; n < 8 && h.told == 0; n++) {
		supervision_listen(&h.supervision, WAY_BUS(0), false, now_of(&h).now_us);
		pass(&h, h.now_us + 10 * MINUTE_US);
		assert_int_equal(h.told, 0);
		supervision_listen(&h.supervision, WAY_BUS(0), true, now_of(&h).now_us);
		pass(&h, h.now_us + 20 * MINUTE_US);
	}
	assert_true(h.told >= 1);
	move_out(&h);
}

static void test_a_room_whose_sensors_failed_is_not_silent(void **state)
{
	struct house h;

	(void)state;
	move_in(&h);
	live(&h, 8);
	live_until(&h, 8, 15 * HOUR_US);
	move(&h, KITCHEN);
	installed_as(&h, KITCHEN)->is_failed = true;
	pass(&h, h.now_us + 8 * HOUR_US);
	assert_int_equal(h.told, 0);
	installed_as(&h, KITCHEN)->is_failed = false;
	pass(&h, h.now_us + 12 * HOUR_US);
	assert_true(h.told >= 1);
	move_out(&h);
}

static void test_a_mute_sensor_elsewhere_is_among_the_reasons(void **state)
{
	struct house h;

	(void)state;
	move_in(&h);
	live(&h, 8);
	live_until(&h, 8, 15 * HOUR_US);
	move(&h, KITCHEN);
	installed_as(&h, BATHROOM)->is_failed = true;
	pass(&h, h.now_us + 5 * HOUR_US);
	assert_true(h.told >= 1);
	assert_string_equal(h.last.reasons[h.last.reasons_count - 1].text, "capteur muet : c-pir");
	move_out(&h);
}

static void test_wandering_at_night_by_the_homes_clock(void **state)
{
	struct house h;

	(void)state;
	move_in(&h);
	live(&h, 8);
	pass(&h, h.now_us + 2 * HOUR_US);
	(void)hear(&h, BED, 0);
	(void)hear(&h, DOOR, 1);
	(void)hear(&h, DOOR, 0);
	pass(&h, h.now_us + 20 * MINUTE_US);
	assert_int_equal(h.told, 1);
	assert_int_equal(h.last.class, INCIDENT_WANDERING);
	assert_memory_equal(h.last.why, "porte d’entrée ouverte la nuit", 32);
	move_out(&h);
}

/* Out at three, back at five; killed two minutes later, long before the quarter's saving. */
static void test_HS_02_who_came_home_before_a_kill_is_at_home(void **state)
{
	struct rhythm_where where;
	struct house h;

	(void)state;
	move_in(&h);
	live(&h, 8);
	live_until(&h, 8, 15 * HOUR_US);
	move(&h, DOOR);
	pass(&h, h.now_us + 2 * HOUR_US);
	rhythm_where(h.rhythm, now_of(&h), &where);
	assert_true(where.is_away);
	move(&h, DOOR);
	pass(&h, h.now_us + MINUTE_US);
	move(&h, KITCHEN);
	pass(&h, h.now_us + 2 * MINUTE_US);
	restart(&h, true, MINUTE_US);
	rhythm_where(h.rhythm, now_of(&h), &where);
	assert_false(where.is_away);
	pass(&h, h.now_us + 6 * HOUR_US);
	assert_true(h.told >= 1);
	move_out(&h);
}

static void test_HS_02_wandering_is_told_after_a_kill(void **state)
{
	struct house h;

	(void)state;
	move_in(&h);
	live(&h, 8);
	pass(&h, h.now_us + 2 * HOUR_US);
	(void)hear(&h, BED, 0);
	move(&h, DOOR);
	pass(&h, h.now_us + 2 * MINUTE_US);
	restart(&h, true, MINUTE_US);
	pass(&h, h.now_us + 20 * MINUTE_US);
	assert_int_equal(h.told, 1);
	assert_int_equal(h.last.class, INCIDENT_WANDERING);
	move_out(&h);
}

static void test_a_table_for_people(void **state)
{
	static struct rhythm_table table;
	struct routine_week week;
	struct house h;

	(void)state;
	move_in(&h);
	rhythm_table(h.rhythm, now_of(&h), &table);
	assert_false(table.where.is_heard);
	assert_int_equal(table.rooms_count, 0);
	live(&h, 12);
	rhythm_table(h.rhythm, now_of(&h), &table);
	assert_true(table.where.is_heard);
	assert_int_equal(table.rooms_count, 4);
	for (unsigned int n = 0; n < table.rooms_count; n++) {
		bool is_bedroom = strcmp(table.rooms[n].name, "Chambre") == 0;

		assert_int_equal(table.rooms[n].hours[22].longest_s > 8 * 3600, is_bedroom);
		assert_int_equal(table.rooms[n].hours[3].count, 0);
	}
	assert_in_range(table.usual_up_min, 420, 431);
	rhythm_week(h.rhythm, now_of(&h), &week);
	assert_in_range(week.nights, 6, 7);
	assert_false(week.is_far_more);
	move_out(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_silence_is_suspected_with_reasons),
		cmocka_unit_test(test_what_is_a_sign_of_life_inside),
		cmocka_unit_test(test_a_sensor_that_comes_later_is_heard),
		cmocka_unit_test(test_a_shared_hall_is_no_sign_of_life),
		cmocka_unit_test(test_words_for_every_answer),
		cmocka_unit_test(test_an_answer_is_no_silence),
		cmocka_unit_test(test_HS_07_no_inactivity_alarm_while_nobody_can_hear),
		cmocka_unit_test(test_short_deafness_does_not_hide_a_silence),
		cmocka_unit_test(test_a_room_whose_sensors_failed_is_not_silent),
		cmocka_unit_test(test_a_mute_sensor_elsewhere_is_among_the_reasons),
		cmocka_unit_test(test_wandering_at_night_by_the_homes_clock),
		cmocka_unit_test(test_HS_02_who_came_home_before_a_kill_is_at_home),
		cmocka_unit_test(test_HS_02_wandering_is_told_after_a_kill),
		cmocka_unit_test(test_a_table_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
