/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Daily sums and what is kept how long.
 */
#include "tests/unit/history_home.h"

static void open_store(const char *dir, uint32_t days, struct history_store *ret)
{
	const struct roster r = home_roster();

	*ret = (struct history_store){.days = days};
	for (uint8_t n = 0; n < HOME_SENSORS; n++) {
		struct history_sensor sensor = {.id = r.sensors[n].id, .role = r.sensors[n].role};

		memcpy(sensor.name, r.sensors[n].name, sizeof(sensor.name));
		memcpy(sensor.room, r.sensors[n].room, sizeof(sensor.room));
		history_store_sensor(ret, n, &sensor);
	}
	(void)snprintf(ret->path, sizeof(ret->path), "%s/history.db", dir);
	assert_int_equal(history_store_open(ret), 0);
	assert_string_equal(history_store_fault(ret), "");
}

static void put(struct history_store *s, struct diary_slice slice)
{
	assert_int_equal(history_store_begin(s), 0);
	assert_int_equal(history_store_slice(s, &slice), 0);
	assert_int_equal(history_store_commit(s), 0);
}

static void put_incident(struct history_store *s, struct history_incident i)
{
	assert_int_equal(history_store_begin(s), 0);
	assert_int_equal(history_store_incident(s, &i), 0);
	assert_int_equal(history_store_commit(s), 0);
}

static double day_value(const char *dir, int32_t day, const char *what, const char *subject)
{
	char sql[200];

	(void)snprintf(sql, sizeof(sql),
		"SELECT value FROM day WHERE day = %d AND what = '%s' AND subject = '%s'", day,
		what, subject);
	return history_number(dir, sql);
}

static void test_a_day_is_summed_once(void **state)
{
	struct history_store s;

	open_store(*state, 30, &s);
	for (int minute = 0; minute < 30; minute++)
		put(&s, slice_of(SALON, READING_MOTION, at(DAY, 9, minute), 3, 1));
	put(&s, slice_of(PORTE, READING_DOOR, at(DAY, 9, 10), 4, 2));
	put(&s, slice_of(PORTE, READING_DOOR, at(DAY, 18, 0), 2, 1));
	put(&s, slice_of(PORTE, READING_DOOR, at(DAY, 21, 0), 5,
			0)); /* says again that it is shut */
	for (int quarter = 0; quarter < 6; quarter++)
		put(&s, slice_of(MONTRE, DIARY_MOVED, at(DAY, 8, 15 * quarter), 900, 40));
	put(&s, slice_of(MONTRE, DIARY_MOVED, at(DAY, 23, 0), 900, 1));
	put(&s, slice_of(PORTE, DIARY_MOVED, at(DAY, 23, 0), 900, 1)); /* lies in a drawer */
	put(&s, slice_of(SALON, DIARY_SILENT, at(DAY, 20, 0), 15, 0));
	put(&s, slice_of(DIARY_HUB, DIARY_RUNNING, at(DAY, 20, 0), 15, 0));
	assert_int_equal(history_days_sum(&s, DAY, 9), 0); /* it is not over */
	assert_int_equal(history_days_sum(&s, local_day_add(DAY, 1), 9), 1);
	assert_int_equal(history_days_sum(&s, local_day_add(DAY, 1), 9), 0);
	assert_true(day_value(*state, DAY, "active_min", "Salon") == 30);
	assert_true(day_value(*state, DAY, "active_min", "*") == 31);
	assert_true(day_value(*state, DAY, "openings", "Porte") == 3);
	assert_true(day_value(*state, DAY, "worn_h", "Montre") == 1.5);
	assert_true(history_number(*state, "SELECT count(*) FROM day WHERE what = 'worn_h' AND "
					   "subject = 'Porte' AND value = 0") == 1);
	assert_true(day_value(*state, DAY, "silent_min", "Détecteur") == 15);
	assert_true(day_value(*state, DAY, "running_min", "") == 15);
	assert_true(day_value(*state, DAY, "first_min", "") == 9 * 60);
	assert_true(day_value(*state, DAY, "last_min", "") == 18 * 60);
	assert_true(day_value(*state, DAY, "night_ups", "") == 0);
	history_store_close(&s);
}

static void test_getting_up_at_night_is_counted_by_bouts(void **state)
{
	struct history_store s;

	open_store(*state, 30, &s);
	put(&s, slice_of(SALON, READING_MOTION, at(DAY, 1, 0), 1, 1));
	put(&s, slice_of(SALON, READING_MOTION, at(DAY, 1, 9), 1, 1));
	put(&s, slice_of(SALON, READING_MOTION, at(DAY, 1, 19), 1, 1));
	put(&s, slice_of(SALON, READING_MOTION, at(DAY, 1, 30), 1, 1)); /* quiet for 11 minutes */
	put(&s, slice_of(SALON, READING_MOTION, at(DAY, 4, 59), 1, 1));
	put(&s, slice_of(SALON, READING_MOTION, at(DAY, 5, 0), 1, 1));
	assert_int_equal(history_days_sum(&s, local_day_add(DAY, 1), 9), 1);
	assert_true(day_value(*state, DAY, "night_ups", "") == 3);
	assert_true(day_value(*state, DAY, "first_min", "") == 4 * 60 + 59);
	history_store_close(&s);
}

/* Once a minute around the clock: as many minutes as the day has, and not one in its neighbours. */
static void sum_whole_day(const char *dir, int32_t day, double minutes)
{
	int64_t begin_ms = local_day_begin_ms(day);
	int64_t end_ms = local_day_begin_ms(local_day_add(day, 1));
	struct history_store s;

	open_store(dir, 30, &s);
	assert_int_equal(history_store_begin(&s), 0);
	for (int64_t ms = begin_ms - MINUTE_MS; ms <= end_ms; ms += MINUTE_MS) {
		const struct diary_slice slice = slice_of(SALON, READING_MOTION, ms, 1, 1);

		assert_int_equal(history_store_slice(&s, &slice), 0);
	}
	assert_int_equal(history_store_commit(&s), 0);
	assert_int_equal(history_days_sum(&s, local_day_add(day, 1), 9), 2);
	assert_true(day_value(dir, local_day_add(day, -1), "active_min", "*") == 1);
	assert_true(day_value(dir, day, "active_min", "*") == minutes);
	assert_true(day_value(dir, day, "night_ups", "") == 1);
	assert_true(day_value(dir, day, "last_min", "") == 1439);
	history_store_close(&s);
}

static void test_the_short_day_of_march(void **state)
{
	sum_whole_day(*state, 20260329, 23 * 60);
}

static void test_the_long_day_of_october(void **state)
{
	sum_whole_day(*state, 20261025, 25 * 60);
}

static void test_incidents_count_by_how_they_ended(void **state)
{
	struct history_incident i = incident_of("1", at(DAY, 10, 0));
	struct history_store s;

	open_store(*state, 1, &s);
	put(&s, slice_of(SALON, READING_MOTION, at(DAY, 9, 0), 1, 1));
	put_incident(&s, i);
	(void)snprintf(i.id, sizeof(i.id), "2");
	i.is_test = true;
	put_incident(&s, i);
	assert_int_equal(history_days_sum(&s, local_day_add(DAY, 1), 9), 1);
	assert_true(day_value(*state, DAY, "incidents", "fall") == 1);
	assert_true(day_value(*state, DAY, "false_alarms", "fall") == -1);
	/* closed the day after, when its day was summed already */
	i = incident_of("1", at(DAY, 10, 0));
	i.state = INCIDENT_CLOSED;
	i.outcome = INCIDENT_OUTCOME_FALSE_ALARM;
	put_incident(&s, i);
	put(&s, slice_of(SALON, READING_MOTION, at(local_day_add(DAY, 1), 9, 0), 1, 1));
	assert_int_equal(history_days_sum(&s, local_day_add(DAY, 2), 9), 1);
	assert_true(day_value(*state, DAY, "incidents", "fall") == 1);
	assert_true(day_value(*state, DAY, "false_alarms", "fall") == 1);
	history_store_close(&s);
}

static void test_slices_go_after_n_days_and_sums_stay(void **state)
{
	struct history_store s;

	open_store(*state, 3, &s);
	for (int day = 0; day < 12; day++) {
		put(&s, slice_of(SALON, READING_MOTION, at(local_day_add(DAY, day), 9, 0), 1, 1));
		put_incident(&s, incident_of((char[]){(char)('a' + day), '\0'},
					 at(local_day_add(DAY, day), 9, 0)));
	}
	assert_int_equal(history_days_sum(&s, local_day_add(DAY, 12), 5), 5);
	assert_int_equal(history_days_sum(&s, local_day_add(DAY, 12), 50), 7);
	assert_int_equal(history_days_prune(&s, local_day_add(DAY, 12)), 0);
	assert_true(history_number(*state, "SELECT count(*) FROM slice") == 3);
	assert_true(history_number(*state, "SELECT count(*) FROM incident") == 10);
	assert_true(
		history_number(*state,
			"SELECT count(*) FROM day WHERE what = 'active_min' AND subject = '*'") ==
		12);
	assert_int_equal(history_store_audit(&s, at(DAY, 9, 0), "anne", "export", "x"), 0);
	assert_int_equal(history_days_prune(&s, local_day_add(DAY, HISTORY_SUMMARY_DAYS)), 0);
	assert_true(history_number(*state, "SELECT min(day) FROM day") == DAY);
	assert_int_equal(history_days_prune(&s, local_day_add(DAY, HISTORY_SUMMARY_DAYS + 1)), 0);
	assert_true(history_number(*state, "SELECT min(day) FROM day") == local_day_add(DAY, 1));
	assert_int_equal(history_days_prune(&s, local_day_add(DAY, HISTORY_AUDIT_DAYS)), 0);
	assert_true(history_number(*state, "SELECT count(*) FROM audit") == 1);
	assert_int_equal(history_days_prune(&s, local_day_add(DAY, HISTORY_AUDIT_DAYS + 1)), 0);
	assert_true(history_number(*state, "SELECT count(*) FROM audit") == 0);
	history_store_close(&s);
}

static void test_a_clock_that_was_wrong_leaves_nothing_behind(void **state)
{
	struct history_store s;

	open_store(*state, 30, &s);
	put(&s, slice_of(SALON, READING_MOTION, 5 * MINUTE_MS, 1, 1)); /* 1970 */
	put(&s, slice_of(SALON, READING_MOTION, at(20380101, 9, 0), 1, 1));
	put(&s, slice_of(SALON, READING_MOTION, at(DAY, 9, 0), 1, 1));
	assert_int_equal(history_days_sum(&s, local_day_add(DAY, 1), 50), 2);
	assert_int_equal(history_days_prune(&s, local_day_add(DAY, 1)), 0);
	assert_true(history_number(*state, "SELECT count(*) FROM slice") == 1);
	assert_true(history_number(*state, "SELECT min(day) FROM day") == DAY);
	history_store_close(&s);
}

static void test_the_same_minute_told_twice_is_added_up(void **state)
{
	struct history_store s;

	open_store(*state, 30, &s);
	put(&s, slice_of(PORTE, READING_DOOR, at(DAY, 9, 0), 3, 1));
	put(&s, slice_of(PORTE, READING_DOOR, at(DAY, 9, 0), 2, 1));
	assert_true(history_number(*state, "SELECT count * 10 + rises FROM slice") == 52);
	history_store_close(&s);
}

static void test_a_sensor_keeps_its_row_under_a_new_name(void **state)
{
	struct history_sensor again = {.id = {.text = "b"}, .role = ROLE_CONTACT};
	struct history_store s;

	open_store(*state, 30, &s);
	put(&s, slice_of(PORTE, READING_DOOR, at(DAY, 9, 0), 3, 1));
	(void)snprintf(again.name, sizeof(again.name), "Porte d’entrée");
	history_store_sensor(&s, PORTE, &again);
	put(&s, slice_of(PORTE, READING_DOOR, at(DAY, 10, 0), 3, 1));
	assert_true(history_number(*state, "SELECT count(DISTINCT sensor) FROM slice") == 1);
	assert_true(history_number(*state,
			    "SELECT count(*) FROM sensor WHERE name = 'Porte d’entrée'") == 1);
	assert_true(history_number(*state, "SELECT count(*) FROM sensor") == 1);
	history_store_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_day_is_summed_once, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_getting_up_at_night_is_counted_by_bouts, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(test_the_short_day_of_march, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(test_the_long_day_of_october, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_incidents_count_by_how_they_ended, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_slices_go_after_n_days_and_sums_stay, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_a_clock_that_was_wrong_leaves_nothing_behind, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_the_same_minute_told_twice_is_added_up, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_a_sensor_keeps_its_row_under_a_new_name, in_paris, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
