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

/* She is paused, or asked about her silence; the kitchen's detector tells movement. */
static bool answers(struct house *house, bool is_forgeable, enum sensor_movement movement)
{
	static struct hub h;
	const struct sensor_id id = {.text = "a-pir"};
	const struct reading off = {.sensor = id,
				     .kind = READING_MOTION,
				     .is_forgeable = is_forgeable},
			     on = {.sensor = id,
				     .kind = READING_MOTION,
				     .value = 1,
				     .is_forgeable = is_forgeable};
	const struct suspicion silence = {
		.class = INCIDENT_INACTIVITY, .sensor = {.text = "routine"}};
	struct roster_sensor *kitchen = roster_find(&house->roster, &id);
	struct change change;

	h = (struct hub){.rhythm = house->rhythm, .pause = {.has_withheld = true}};
	h.episodes.table.ask_s = 30;
	assert_int_equal(
		escalate_suspect(&h.episodes.table, &silence, "01", now_of(house), &change), 1);
	kitchen->movement = movement;
	hub_live(&h, kitchen, &off, now_of(house));
	/* what would be cancelled is committed, and needs a store: not here */
	if (!sensor_answers(kitchen, is_forgeable)) {
		escalate_adopt(&h.episodes.table, &change);
		hub_live(&h, kitchen, &on, now_of(house));
		assert_int_equal(
			h.episodes.table.episodes[change.row].incident.state, INCIDENT_VERIFYING);
	} else {
		hub_live(&h, kitchen, &on, now_of(house));
	}
	house->now_us += MINUTE_US;
	return !h.pause.has_withheld;
}

static void test_HS_11_only_trusted_movement_ends_what_a_pause_withheld(void **state)
{
	struct house house;

	(void)state;
	move_in(&house);
	assert_true(answers(&house, false, MOVEMENT_USUAL));
	assert_false(answers(&house, true, MOVEMENT_USUAL));
	assert_true(answers(&house, true, MOVEMENT_TRUSTED));
	assert_false(answers(&house, false, MOVEMENT_SHARED));
	move_out(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_deaf_bus_hears_no_rooms_but_a_missing_line_costs_only_its_sensors),
		cmocka_unit_test(test_HS_11_only_trusted_movement_ends_what_a_pause_withheld),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
