/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fresh, stale, failed: silence in listened time, by way, over restarts and store.
 */
#include "hub/outbox_watched.h"
#include "hub/supervision.h"
#include "tests/unit/stores.h"

#define HOUR_US (3600 * US_PER_S)
#define DAY_US  (24 * HOUR_US)

static const char *const radio_ids[] = {
	"A4:C1:38:00:00:01", "A4:C1:38:00:00:02", "A4:C1:38:00:00:03"};

static struct roster roster;
static struct supervision s;

static struct roster_sensor *install(const char *id, enum sensor_role role, const char *room)
{
	struct roster_sensor sensor = {.role = role, .battery_pct = -1};

	(void)snprintf(sensor.id.text, sizeof(sensor.id.text), "%s", id);
	(void)snprintf(sensor.room, sizeof(sensor.room), "%s", room);
	assert_int_equal(roster_add(&roster, &sensor), 0);
	return roster_find(&roster, &sensor.id);
}

static int begin(void **state)
{
	memset(&roster, 0, sizeof(roster));
	(void)install(radio_ids[0], ROLE_MOTION, "Cuisine");
	(void)install(radio_ids[1], ROLE_CONTACT, "Cuisine");
	(void)install(radio_ids[2], ROLE_ENVIRONMENT, "Salon");
	(void)install("cordon", ROLE_CONTACT, "Bain");
	supervision_init(&s, &roster, now.now_us);
	return make_dir(state);
}

static struct roster_sensor *sensor_of(const char *text)
{
	struct sensor_id id = {.text = ""};

	(void)snprintf(id.text, sizeof(id.text), "%s", text);
	return roster_find(&roster, &id);
}

static void expect(const char *id, enum sensor_state state, uint64_t now_us)
{
	assert_string_equal(sensor_state_text(supervision_state(&s, sensor_of(id), now_us)),
		sensor_state_text(state));
}

/* Heard each period_us from *now_us on, for so long. */
static void hear_each(const char *id, uint64_t period_us, uint64_t for_us, uint64_t *now_us)
{
	for (uint64_t end_us = *now_us + for_us; *now_us < end_us; *now_us += period_us)
		supervision_hear(&s, sensor_of(id), *now_us);
}

static void test_fresh_stale_failed_never(void **state)
{
	uint64_t now_us = now.now_us;
	struct roster_counts counts;

	(void)state;
	supervision_listen(&s, WAY_RADIO, true, now_us);
	expect(radio_ids[0], SENSOR_NEVER, now_us);
	hear_each(radio_ids[0], HOUR_US, 8 * DAY_US, &now_us);
	assert_true(supervision_is_learned(&s, sensor_of(radio_ids[0])));
	assert_int_equal(supervision_deadline_s(&s, sensor_of(radio_ids[0])), 3 * 3600);
	now_us -= HOUR_US;
	expect(radio_ids[0], SENSOR_FRESH, now_us + 3 * HOUR_US);
	expect(radio_ids[0], SENSOR_STALE, now_us + 3 * HOUR_US + 1);
	sensor_of(radio_ids[1])->is_failed = true;
	counts = supervision_count(&s, now_us);
	assert_int_equal(counts.fresh, 1);
	assert_int_equal(counts.stale, 2); /* never heard: nothing is known of them */
	assert_int_equal(counts.failed, 1);
}

static void test_HS_07_silence_behind_a_deaf_receiver_is_not_the_sensors(void **state)
{
	uint64_t now_us = now.now_us;
	const struct roster_sensor *sensor = sensor_of(radio_ids[0]);

	(void)state;
	supervision_listen(&s, WAY_RADIO, true, now_us);
	hear_each(radio_ids[0], HOUR_US, 8 * DAY_US, &now_us);
	now_us -= HOUR_US;
	supervision_listen(&s, WAY_RADIO, false, now_us + HOUR_US);
	/* deaf for a month: not fresh, and not more silent */
	expect(radio_ids[0], SENSOR_STALE, now_us + 30 * DAY_US);
	assert_int_equal(supervision_silent_us(&s, sensor, now_us + 30 * DAY_US), HOUR_US);
	supervision_listen(&s, WAY_RADIO, true, now_us + 30 * DAY_US);
	expect(radio_ids[0], SENSOR_FRESH, now_us + 30 * DAY_US + 2 * HOUR_US);
	expect(radio_ids[0], SENSOR_STALE, now_us + 30 * DAY_US + 2 * HOUR_US + 1);
	/* nor was anything learned of it */
	supervision_hear(&s, sensor, now_us + 30 * DAY_US + HOUR_US / 2);
	assert_int_equal(supervision_deadline_s(&s, sensor), 3 * 3600);
}

static void test_a_bus_is_a_way_of_its_own(void **state)
{
	uint64_t now_us = now.now_us;
	const struct roster_sensor *cord = sensor_of("cordon");

	(void)state;
	supervision_set_way(&s, cord, WAY_BUS(1), now_us);
	supervision_listen(&s, WAY_BUS(1), true, now_us);
	supervision_hear(&s, cord, now_us);
	supervision_listen(&s, WAY_RADIO, false, now_us);
	expect("cordon", SENSOR_FRESH, now_us + HOUR_US);
	supervision_listen(&s, WAY_BUS(1), false, now_us + HOUR_US);
	expect("cordon", SENSOR_STALE, now_us + HOUR_US);
	supervision_listen(&s, WAY_BUS(1), true, now_us + 2 * HOUR_US);
	expect("cordon", SENSOR_FRESH, now_us + 2 * HOUR_US);
	assert_int_equal(supervision_silent_us(&s, cord, now_us + 3 * HOUR_US), 2 * HOUR_US);
}

static void test_a_canary_has_its_own_deadline_and_an_unsupervised_one_none(void **state)
{
	uint64_t now_us = now.now_us;
	struct roster_sensor *canary = install("A4:C1:38:00:00:09", ROLE_BEACON, "");
	struct roster_sensor *button = install("A4:C1:38:00:00:08", ROLE_BUTTON, "");

	(void)state;
	canary->is_canary = true;
	button->is_unsupervised = true;
	supervision_listen(&s, WAY_RADIO, true, now_us);
	supervision_hear(&s, button, now_us);
	hear_each(canary->id.text, US_PER_S, DAY_US * 4, &now_us);
	assert_int_equal(supervision_deadline_s(&s, canary), ROSTER_CANARY_S);
	expect(canary->id.text, SENSOR_STALE, now_us + ROSTER_CANARY_S * US_PER_S);
	expect(button->id.text, SENSOR_FRESH, now_us + 400 * DAY_US);
	canary->stale_s = 10;
	assert_int_equal(supervision_deadline_s(&s, canary), 10);
}

static void test_what_is_configured_bounds_what_is_learned(void **state)
{
	uint64_t now_us = now.now_us;
	struct roster_sensor *sensor = sensor_of(radio_ids[0]);

	(void)state;
	sensor->stale_s = 7200;
	assert_int_equal(supervision_deadline_s(&s, sensor), 7200);
	supervision_listen(&s, WAY_RADIO, true, now_us);
	hear_each(radio_ids[0], HOUR_US, 8 * DAY_US, &now_us);
	assert_int_equal(supervision_deadline_s(&s, sensor), 7200);
	sensor->stale_s = 0;
	sensor->stale_min_s = 5 * 3600;
	assert_int_equal(supervision_deadline_s(&s, sensor), 5 * 3600);
}

static void test_HS_07_what_was_learned_survives_a_restart_and_so_does_silence(void **state)
{
	uint64_t now_us = now.now_us;
	struct outbox *o = open_in(*state);

	supervision_listen(&s, WAY_RADIO, true, now_us);
	hear_each(radio_ids[0], HOUR_US, 8 * DAY_US, &now_us);
	/* a hub that starts anew each hour: a sensor that was never heard again is noticed */
	for (unsigned int hour = 0; hour < 4; hour++) {
		now_us += HOUR_US;
		assert_int_equal(outbox_put_watched(o, &s, now_us), 0);
		(void)outbox_free(o);
		o = open_in(*state);
		now_us = 5000 * US_PER_S; /* and after a reboot the boot clock begins anew */
		supervision_init(&s, &roster, now_us);
		assert_int_equal(outbox_load_watched(o, &s, now_us), 4);
		assert_true(supervision_is_learned(&s, sensor_of(radio_ids[0])));
		supervision_listen(&s, WAY_RADIO, true, now_us);
		expect(radio_ids[0], hour < 2 ? SENSOR_FRESH : SENSOR_STALE, now_us);
	}
	assert_int_equal(supervision_deadline_s(&s, sensor_of(radio_ids[0])), 3 * 3600);
	/* who is not installed any more is forgotten */
	(void)roster_remove(&roster, &sensor_of(radio_ids[0])->id);
	assert_int_equal(outbox_load_watched(o, &s, now_us), 3);
	assert_int_equal(outbox_put_watched(o, &s, now_us), 0);
	(void)outbox_free(o);
	assert_int_equal(number(*state, "SELECT count(*) FROM watched"), 3);
}

static void test_a_store_of_version_1_is_brought_up_to_date(void **state)
{
	struct outbox *o = open_in(*state);
	struct episode e = episode_of(ID, INCIDENT_RAISED), found;

	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	(void)outbox_free(o);
	(void)number(*state, "DROP TABLE watched");
	(void)number(*state, "DROP TABLE fault");
	(void)number(*state, "DROP TABLE start");
	(void)number(*state, "DROP TABLE waiting");
	(void)number(*state, "DROP TABLE lately");
	(void)number(*state, "PRAGMA user_version=1");
	o = open_in(*state);
	assert_string_equal(outbox_fault(o), "");
	assert_int_equal(outbox_find(o, ID, now, &found), 0);
	assert_int_equal(outbox_put_watched(o, &s, now.now_us), 0);
	(void)outbox_free(o);
}

static void test_rows_that_make_no_sense_are_left_out(void **state)
{
	struct outbox *o = open_in(*state);
	static const char *const bad[] = {"('A4:C1:38:00:00:01',-1,'1 1 1')",
		"('A4:C1:38:00:00:01',0,'rubbish')", "('A4:C1:38:00:00:01','x',x'00ff')",
		"('stranger',0,'1 1 1')"};
	char sql[128];

	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		(void)snprintf(sql, sizeof(sql),
			"INSERT INTO watched (sensor, silent_s, cadence) VALUES %s", bad[n]);
		(void)number(*state, "DELETE FROM watched");
		(void)number(*state, sql);
		assert_int_equal(number(*state, "SELECT count(*) FROM watched"), 1);
		assert_int_equal(outbox_load_watched(o, &s, now.now_us), 0);
	}
	expect(radio_ids[0], SENSOR_NEVER, now.now_us);
	(void)outbox_free(o);
}

static void test_a_row_given_to_another_sensor_begins_anew(void **state)
{
	uint64_t now_us = now.now_us;
	struct roster_sensor *next;

	(void)state;
	supervision_listen(&s, WAY_RADIO, true, now_us);
	hear_each(radio_ids[0], HOUR_US, 8 * DAY_US, &now_us);
	(void)roster_remove(&roster, &sensor_of(radio_ids[0])->id);
	next = install("A4:C1:38:00:00:77", ROLE_MOTION, "");
	expect(next->id.text, SENSOR_NEVER, now_us);
	supervision_hear(&s, next, now_us);
	assert_false(supervision_is_learned(&s, next));
	expect(next->id.text, SENSOR_FRESH, now_us);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fresh_stale_failed_never),
		TEST(test_HS_07_silence_behind_a_deaf_receiver_is_not_the_sensors),
		TEST(test_a_bus_is_a_way_of_its_own),
		TEST(test_a_canary_has_its_own_deadline_and_an_unsupervised_one_none),
		TEST(test_what_is_configured_bounds_what_is_learned),
		TEST(test_HS_07_what_was_learned_survives_a_restart_and_so_does_silence),
		TEST(test_a_store_of_version_1_is_brought_up_to_date),
		TEST(test_rows_that_make_no_sense_are_left_out),
		TEST(test_a_row_given_to_another_sensor_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
