/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The history's thread: what is told is written, nothing waits, and what is wrong with the file is
 * said. Each test waits for the thread's own answers on the loop.
 */
#include "tests/unit/history_home.h"

#include "common/clock.h"
#include "hub/history_writer.h"

struct place {
	char *dir;
	sd_event *event;
	struct history *history;
};

static void begin(struct place *p, uint64_t spare_bytes)
{
	const struct roster r = home_roster();
	const struct history_options options = {
		.state_dir = p->dir, .days = 30, .spare_bytes = spare_bytes};

	assert_int_equal(sd_event_new(&p->event), 0);
	assert_int_equal(history_new(&p->history, p->event, &options), 0);
	for (uint8_t n = 0; n < HOME_SENSORS; n++)
		assert_int_equal(history_sensor(p->history, n, &r.sensors[n]), 0);
}

static void end(struct place *p)
{
	p->history = history_free(p->history);
	p->event = sd_event_unref(p->event);
}

/* Turns minutes until the thread has written or lost that many records. */
static void settle(struct place *p, uint64_t records)
{
	uint64_t until_us = clock_boot_us() + 20 * US_PER_S;
	struct history_counts c = history_counts(p->history);

	while (c.written + c.lost < records && clock_boot_us() < until_us) {
		history_turn(p->history, at(DAY, 12, 0), false);
		assert_true(sd_event_run(p->event, 20000) >= 0);
		c = history_counts(p->history);
	}
	assert_true(c.written + c.lost >= records);
}

static void tell_motion(struct place *p, int hour, int minute)
{
	const struct diary_slice s = slice_of(SALON, READING_MOTION, at(DAY, hour, minute), 1, 1);

	history_slice(p->history, &s);
}

static void test_what_is_told_is_written(void **state)
{
	struct place p = {.dir = *state};
	struct history_incident i = incident_of("0123456789abcdef0123456789abcdef", at(DAY, 9, 0));

	begin(&p, 0);
	tell_motion(&p, 9, 0);
	tell_motion(&p, 9, 1);
	history_incident(p.history, &i);
	settle(&p, 3);
	assert_int_equal(history_counts(p.history).written, 3);
	assert_int_equal(history_counts(p.history).commits, 1);
	assert_string_equal(history_fault(p.history), "");
	i.state = INCIDENT_CLOSED;
	i.outcome = INCIDENT_OUTCOME_HELPED;
	history_incident(p.history, &i);
	end(&p); /* without a turn: what is in the queue is written at the end */
	assert_true(history_number(p.dir, "SELECT count(*) FROM slice") == 2);
	assert_true(history_number(
			    p.dir, "SELECT count(*) FROM incident WHERE outcome = 'helped'") == 1);
}

static void test_a_settled_day_is_summed(void **state)
{
	struct place p = {.dir = *state};

	begin(&p, 0);
	tell_motion(&p, 9, 0);
	for (int minute = 0; minute < 60; minute++)
		history_turn(p.history, at(local_day_add(DAY, 1), 0, minute), false);
	end(&p);
	assert_true(
		history_number(p.dir,
			"SELECT value FROM day WHERE what = 'active_min' AND subject = '*'") == 1);
}

static void test_a_clock_wrong_for_minutes_prunes_nothing(void **state)
{
	struct place p = {.dir = *state};

	begin(&p, 0);
	tell_motion(&p, 9, 0);
	for (int minute = 0; minute < HISTORY_SETTLED_TURNS - 1; minute++)
		history_turn(p.history, at(20380101, 0, minute), false);
	history_turn(p.history, at(DAY, 9, 1), false);
	for (int minute = 0; minute < HISTORY_SETTLED_TURNS - 1; minute++)
		history_turn(p.history, at(20380101, 1, minute), false);
	end(&p);
	assert_true(history_number(p.dir, "SELECT count(*) FROM slice") == 1);
}

/* A thread that cannot go on (its file is locked by another): the loop drops, counts, and never
 * waits. */
static void test_a_full_queue_drops_and_never_waits(void **state)
{
	struct place p = {.dir = *state};
	uint64_t began_us;
	char path[300];
	sqlite3 *db = NULL;

	begin(&p, 0);
	tell_motion(&p, 9, 0);
	settle(&p, 1);
	(void)snprintf(path, sizeof(path), "%s/history.db", p.dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	began_us = clock_boot_us();
	for (int n = 0; n < 20000; n++)
		tell_motion(&p, 10, n % 60);
	/* each message alone would wait a second for the lock */
	assert_true(clock_boot_us() - began_us < 5 * US_PER_S);
	assert_true(history_counts(p.history).dropped > 0);
	assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
	tell_motion(&p, 11, 0);
	end(&p);
	assert_true(history_number(p.dir, "SELECT count(*) FROM slice") >= 1);
}

static void expect_aside(struct place *p, const char *why)
{
	begin(p, 0);
	tell_motion(p, 9, 0);
	settle(p, 1);
	assert_int_equal(history_counts(p->history).written, 1);
	assert_non_null(strstr(history_fault(p->history), why));
	assert_non_null(strstr(history_fault(p->history), "kept as history.db.aside-"));
	end(p);
	assert_int_equal(kept_aside(p->dir), 1);
	assert_true(history_number(p->dir, "SELECT count(*) FROM slice") == 1);
}

static void test_a_damaged_file_is_kept_aside(void **state)
{
	struct place p = {.dir = *state};
	char path[300];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/history.db", p.dir);
	file = fopen(path, "we");
	assert_non_null(file);
	for (unsigned int n = 0; n < 4096; n++)
		(void)fputc('x', file);
	(void)fclose(file);
	expect_aside(&p, "damaged");
}

static void test_a_newer_file_is_kept_aside(void **state)
{
	struct place p = {.dir = *state};

	begin(&p, 0);
	end(&p);
	(void)history_number(p.dir, "PRAGMA user_version=2");
	expect_aside(&p, "of version 2");
}

static void test_a_file_without_a_table_is_kept_aside(void **state)
{
	struct place p = {.dir = *state};

	begin(&p, 0);
	end(&p);
	(void)history_number(p.dir, "DROP TABLE slice");
	expect_aside(&p, "damaged");
}

static void test_a_cut_file_is_kept_aside(void **state)
{
	struct place p = {.dir = *state};
	char path[300];

	begin(&p, 0);
	for (int minute = 0; minute < 300; minute++)
		tell_motion(&p, minute / 60, minute % 60);
	end(&p);
	(void)snprintf(path, sizeof(path), "%s/history.db", p.dir);
	assert_int_equal(truncate(path, 8192 + 100), 0);
	expect_aside(&p, "damaged");
}

static void test_a_full_disk_loses_history_and_says_so(void **state)
{
	struct place p = {.dir = *state};

	begin(&p, UINT64_MAX); /* no disk has so much to spare */
	tell_motion(&p, 9, 0);
	tell_motion(&p, 9, 1);
	settle(&p, 2);
	assert_int_equal(history_counts(p.history).written, 0);
	assert_int_equal(history_counts(p.history).lost, 2);
	assert_string_equal(history_fault(p.history), "history: disk nearly full");
	end(&p);
	begin(&p, 0);
	tell_motion(&p, 9, 2);
	settle(&p, 1);
	assert_string_equal(history_fault(p.history), "");
	end(&p);
	assert_true(history_number(p.dir, "SELECT count(*) FROM slice") == 1);
}

static void test_a_disk_that_fills_up_is_tried_again(void **state)
{
	struct place p = {.dir = *state};
	struct rlimit limit, all;

	begin(&p, 0);
	tell_motion(&p, 9, 0);
	settle(&p, 1);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
	limit = all;
	limit.rlim_cur = 1024;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	tell_motion(&p, 9, 1);
	settle(&p, 2);
	assert_int_equal(history_counts(p.history).lost, 1);
	assert_string_equal(history_fault(p.history), "history: disk full");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
	tell_motion(&p, 9, 2);
	settle(&p, 3);
	assert_int_equal(history_counts(p.history).written, 2);
	assert_string_equal(history_fault(p.history), "");
	end(&p);
	assert_true(history_number(p.dir, "SELECT count(*) FROM slice") == 2);
}

static void test_no_folder_is_a_fault_and_no_refusal(void **state)
{
	char dir[256];
	struct place p = {.dir = dir};

	(void)snprintf(dir, sizeof(dir), "%s/later/still", (char *)*state);
	begin(&p, 0);
	tell_motion(&p, 9, 0);
	settle(&p, 1);
	assert_int_equal(history_counts(p.history).lost, 1);
	assert_string_not_equal(history_fault(p.history), "");
	(void)snprintf(dir, sizeof(dir), "%s/later", (char *)*state);
	assert_int_equal(mkdir(dir, 0700), 0);
	(void)snprintf(dir, sizeof(dir), "%s/later/still", (char *)*state);
	assert_int_equal(mkdir(dir, 0700), 0);
	tell_motion(&p, 9, 1);
	settle(&p, 2);
	assert_int_equal(history_counts(p.history).written, 1);
	end(&p);
}

static void test_a_sensor_that_is_not_installed_costs_itself_alone(void **state)
{
	struct place p = {.dir = *state};
	struct diary_slice s =
		slice_of(ROSTER_SENSORS_MAX - 1, READING_MOTION, at(DAY, 9, 0), 1, 1);

	begin(&p, 0);
	tell_motion(&p, 9, 0);
	history_slice(p.history, &s);
	s.sensor = ROSTER_SENSORS_MAX;
	history_slice(p.history, &s);
	tell_motion(&p, 9, 1);
	settle(&p, 4);
	assert_int_equal(history_counts(p.history).written, 2);
	assert_int_equal(history_counts(p.history).lost, 2);
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_told_is_written, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(test_a_settled_day_is_summed, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_a_clock_wrong_for_minutes_prunes_nothing, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_a_full_queue_drops_and_never_waits, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_a_damaged_file_is_kept_aside, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_a_newer_file_is_kept_aside, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_a_file_without_a_table_is_kept_aside, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_a_cut_file_is_kept_aside, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_a_full_disk_loses_history_and_says_so, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_a_disk_that_fills_up_is_tried_again, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_no_folder_is_a_fault_and_no_refusal, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_a_sensor_that_is_not_installed_costs_itself_alone, in_paris,
			remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
