/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which way in, when it is deaf, keeps the home's rhythm from being judged; and whose movement is
 * an answer.
 */
#include "tests/unit/rhythm_house.h"

#include "hub/hub.h"

static void test_a_deaf_bus_hears_no_rooms_but_a_missing_line_costs_only_its_sensors(void **state)
{
	static struct hub h;
	struct hub_source *bus = &h.sources[0], *lines = &h.sources[1];

	(void)state;
	h.sources_count = 2;
	bus->is_bus = true;
	lines->is_gpio = true;
	assert_false(hub_is_deaf(&h));
	lines->health.state = SOURCE_DEAF;
	assert_false(hub_is_deaf(&h));
	bus->health.state = SOURCE_DEAF;
	assert_true(hub_is_deaf(&h));
}

enum heard { SEALED, OPEN_ONCE, OPEN_TWICE };

/* She is paused, or asked about her silence; the kitchen's detector tells movement. */
static bool answers(struct house *house, enum heard how, enum sensor_movement movement)
{
	static struct hub h;
	const struct sensor_id id = {.text = "a-pir"};
	struct reading reading = {
		.sensor = id, .kind = READING_MOTION, .is_forgeable = how != SEALED};
	const struct suspicion silence = {
		.class = INCIDENT_INACTIVITY, .sensor = {.text = "routine"}};
	struct roster_sensor *kitchen = roster_find(&house->roster, &id);
	struct change change;

	h = (struct hub){.rhythm = house->rhythm, .pause = {.has_withheld = true}};
	h.episodes.table.ask_s = 30;
	assert_int_equal(
		escalate_suspect(&h.episodes.table, &silence, "01", now_of(house), &change), 1);
	kitchen->movement = movement;
	hub_live(&h, kitchen, &reading, now_of(house));
	reading.value = 1;
	/* what would be cancelled is committed, and needs a store: not here */
	if (how != SEALED && movement != MOVEMENT_TRUSTED) {
		escalate_adopt(&h.episodes.table, &change);
		hub_live(&h, kitchen, &reading, now_of(house));
		assert_int_equal(
			h.episodes.table.episodes[change.row].incident.state, INCIDENT_VERIFYING);
		h.episodes.table = (struct escalation){0};
	} else {
		hub_live(&h, kitchen, &reading, now_of(house));
	}
	reading.repeats = 1;
	if (how == OPEN_TWICE)
		hub_live(&h, kitchen, &reading, now_of(house));
	house->now_us += MINUTE_US;
	return !h.pause.has_withheld;
}

static void test_HS_11_movement_ends_what_a_pause_withheld_where_it_answers(void **state)
{
	static const struct {
		enum heard how;
		enum sensor_movement movement;
		bool answers;
	} rows[] = {
		{SEALED, MOVEMENT_USUAL, true},
		{OPEN_ONCE, MOVEMENT_USUAL, false},
		{OPEN_TWICE, MOVEMENT_USUAL, true},
		{OPEN_ONCE, MOVEMENT_TRUSTED, true},
		{SEALED, MOVEMENT_SEALED, true},
		{OPEN_TWICE, MOVEMENT_SEALED, false},
		{SEALED, MOVEMENT_SHARED, false},
	};
	struct house house;

	(void)state;
	move_in(&house);
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++)
		assert_int_equal(answers(&house, rows[n].how, rows[n].movement), rows[n].answers);
	move_out(&house);
}

/* A second hearing confirms what was told just before, and nothing else. */
static void test_a_second_hearing_is_no_sign_where_the_first_was_none(void **state)
{
	const struct sensor_id id = {.text = "a-pir"};
	struct reading reading = {.sensor = id, .kind = READING_MOTION, .value = 1};
	struct roster_sensor *kitchen;
	struct house house;

	(void)state;
	move_in(&house);
	kitchen = roster_find(&house.roster, &id);
	reading.repeats = 1;
	assert_false(rhythm_reading(house.rhythm, kitchen, &reading, now_of(&house)));
	reading.repeats = 0;
	assert_true(rhythm_reading(house.rhythm, kitchen, &reading, now_of(&house)));
	reading.repeats = 1;
	assert_true(rhythm_reading(house.rhythm, kitchen, &reading, now_of(&house)));
	reading.kind = READING_BATTERY;
	assert_false(rhythm_reading(house.rhythm, kitchen, &reading, now_of(&house)));
	move_out(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_deaf_bus_hears_no_rooms_but_a_missing_line_costs_only_its_sensors),
		cmocka_unit_test(test_HS_11_movement_ends_what_a_pause_withheld_where_it_answers),
		cmocka_unit_test(test_a_second_hearing_is_no_sign_where_the_first_was_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
