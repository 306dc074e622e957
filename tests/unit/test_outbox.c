/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store of the hub: what was committed is there after a restart, what cannot be used is kept
 * aside, what cannot be written is remembered.
 */
#include "hub/outbox.h"

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define ID "0123456789abcdef0123456789abcdef"

static const struct moment now = {.now_us = 5000 * US_PER_S, .wall_ms = 1700000000000};

static int make_dir(void **state)
{
	char path[] = "/tmp/vigie-outbox-XXXXXX";

	*state = mkdtemp(path) ? strdup(path) : NULL;
	return *state ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int remove_dir(void **state)
{
	int r = nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return r;
}

static struct outbox *open_in(const char *dir)
{
	struct outbox *o = NULL;

	assert_int_equal(outbox_new(&o, dir), 0);
	return o;
}

static struct episode episode_of(const char *id, enum incident_state at)
{
	struct episode e = {.sensor = {.text = "montre"}, .mark = 77, .evidence_us = now.now_us};

	e.incident = (struct incident){.home = "maison",
		.seq = 2,
		.class = INCIDENT_FALL,
		.state = at,
		.event_ms = now.wall_ms,
		.changed_ms = now.wall_ms,
		.probability = 0.5,
		.sensor = "montre",
		.by = "hub",
		.why = "essai"};
	(void)snprintf(e.incident.id, sizeof(e.incident.id), "%s", id);
	return e;
}

static struct transition transition_of(const struct episode *e)
{
	struct transition t = {.seq = e->incident.seq,
		.from = INCIDENT_SUSPECTED,
		.to = e->incident.state,
		.at_ms = now.wall_ms,
		.by = "hub",
		.why = "essai"};

	memcpy(t.incident, e->incident.id, sizeof(t.incident));
	return t;
}

/* The first number that sql answers in the store of dir, opened by another hand. */
static long long number(const char *dir, const char *sql)
{
	char path[256];
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	long long n = -1;

	(void)snprintf(path, sizeof(path), "%s/hub.db", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	if (sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	(void)sqlite3_close(db);
	return n;
}

static unsigned int kept_aside(const char *dir)
{
	char command[300];
	unsigned int count = 0;
	FILE *pipe;

	(void)snprintf(command, sizeof(command), "ls %s | grep -c 'db.aside-[0-9]*$'", dir);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	assert_int_equal(fscanf(pipe, "%u", &count), 1);
	(void)pclose(pipe);
	return count;
}

static void test_HS_02_what_was_committed_is_there_after_a_restart(void **state)
{
	struct outbox *o = open_in(*state);
	struct episode e = episode_of(ID, INCIDENT_VERIFYING), found[2];
	struct transition t = transition_of(&e);
	struct moment later = {.now_us = now.now_us + 1, .wall_ms = now.wall_ms + 99999};

	e.verify_until_us = now.now_us + 30 * US_PER_S;
	assert_int_equal(outbox_commit(o, &e, &t, 1, NULL, now), 0);
	assert_string_equal(outbox_fault(o), "");
	(void)outbox_free(o);
	o = open_in(*state);
	assert_int_equal(outbox_load_open(o, later, found, 2), 1);
	assert_string_equal(found[0].incident.id, ID);
	assert_int_equal(found[0].incident.state, INCIDENT_VERIFYING);
	assert_int_equal(found[0].verify_until_us, e.verify_until_us);
	assert_int_equal(found[0].mark, 77);
	assert_string_equal(found[0].sensor.text, "montre");
	assert_int_equal(outbox_depth(o), 0);
	(void)outbox_free(o);
	assert_int_equal(number(*state, "SELECT count(*) FROM transition"), 1);
}

static void test_HS_02_deadlines_of_another_boot_go_by_the_wall_clock(void **state)
{
	static const struct {
		int64_t passed_ms;
		uint64_t left_s;
	} rows[] = {{10000, 20}, {30000, 0}, {9000000, 0}, {-9000000, ESCALATE_ASK_MAX_S}};

	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct outbox *o = open_in(*state);
		struct episode e = episode_of(ID, INCIDENT_VERIFYING), found;
		struct moment later = {
			.now_us = 7 * US_PER_S, .wall_ms = now.wall_ms + rows[n].passed_ms};

		e.verify_until_us = now.now_us + 30 * US_PER_S;
		assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
		(void)outbox_free(o);
		(void)number(*state, "UPDATE incident SET boot = 'another'");
		o = open_in(*state);
		assert_int_equal(outbox_load_open(o, later, &found, 1), 1);
		assert_int_equal(found.verify_until_us, (7 + rows[n].left_s) * US_PER_S);
		(void)outbox_free(o);
	}
}

static void test_done_is_kept_and_not_loaded(void **state)
{
	struct outbox *o = open_in(*state);
	struct episode e = episode_of(ID, INCIDENT_RAISED), found;

	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	assert_int_equal(outbox_depth(o), 1);
	e.incident.state = INCIDENT_CLOSED;
	e.incident.outcome = INCIDENT_OUTCOME_HELPED;
	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	assert_int_equal(outbox_load_open(o, now, &found, 1), 0);
	assert_int_equal(outbox_find(o, ID, now, &found), 0);
	assert_int_equal(found.incident.outcome, INCIDENT_OUTCOME_HELPED);
	assert_int_equal(outbox_find(o, "none", now, &found), -ENOENT);
	assert_int_equal(outbox_depth(o), 0);
	(void)outbox_free(o);
}

static void test_the_most_urgent_are_loaded_first(void **state)
{
	struct outbox *o = open_in(*state);
	struct episode e = episode_of("0000000000000000000000000000000a", INCIDENT_CANCELLED),
		       found;

	e.incident.event_ms += 1000;
	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	e = episode_of(ID, INCIDENT_RAISED);
	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	assert_int_equal(outbox_open_count(o), 2);
	assert_int_equal(outbox_load_open(o, now, &found, 1), 1);
	assert_string_equal(found.incident.id, ID);
	(void)outbox_free(o);
}

static void test_a_counter_of_another_key_does_not_shut_the_sensor_out(void **state)
{
	static struct device_keys keys, again;
	const uint8_t address[6] = {1, 2, 3, 4, 5, 6};
	struct outbox *o = open_in(*state);
	struct device_key *d;

	assert_int_equal(device_keys_set(&keys, address, "231d39c1d7cc1ab1aee224cd096db932"), 0);
	d = device_keys_find(&keys, address);
	d->has_counter = d->is_counter_new = true;
	d->counter = 5;
	assert_int_equal(outbox_commit(o, NULL, NULL, 0, &keys, now), 0);
	assert_int_equal(device_keys_set(&again, address, "231d39c1d7cc1ab1aee224cd096db933"), 0);
	assert_int_equal(outbox_load_counters(o, &again), 0);
	assert_false(device_keys_find(&again, address)->has_counter);
	(void)outbox_free(o);
	device_keys_done(&keys);
	device_keys_done(&again);
}

static void test_HS_08_counters_survive_with_the_press_that_moved_them(void **state)
{
	static struct device_keys keys, again;
	const uint8_t address[6] = {0xA4, 0xC1, 0x38, 1, 2, 3};
	struct episode e = episode_of(ID, INCIDENT_RAISED);
	struct outbox *o = open_in(*state);
	struct device_key *d = device_keys_ensure(&keys, address);

	d->has_counter = d->is_counter_new = true;
	d->counter = 0xFFFFFFF0;
	assert_int_equal(outbox_commit(o, &e, NULL, 0, &keys, now), 0);
	assert_false(d->is_counter_new);
	(void)outbox_free(o);
	o = open_in(*state);
	assert_int_equal(outbox_load_counters(o, &again), 1);
	d = device_keys_find(&again, address);
	assert_non_null(d);
	assert_true(d->has_counter);
	assert_int_equal(d->counter, 0xFFFFFFF0);
	(void)outbox_free(o);
}

/* Whatever hub.db holds, the hub starts, tells what it found and can commit. */
static void expect_aside(const char *dir)
{
	struct outbox *o = open_in(dir);
	struct episode e = episode_of(ID, INCIDENT_RAISED);

	assert_non_null(strstr(outbox_fault(o), "kept as hub.db.aside-"));
	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	assert_int_equal(outbox_depth(o), 1);
	(void)outbox_free(o);
	assert_int_equal(kept_aside(dir), 1);
}

static void test_a_damaged_store_is_kept_aside(void **state)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/hub.db", (char *)*state);
	file = fopen(path, "we");
	assert_non_null(file);
	for (unsigned int n = 0; n < 4096; n++)
		(void)fputc('x', file);
	(void)fclose(file);
	expect_aside(*state);
}

static void test_a_cut_store_is_kept_aside(void **state)
{
	struct outbox *o = open_in(*state);
	struct episode e = episode_of(ID, INCIDENT_RAISED);
	char path[256];

	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	(void)outbox_free(o);
	(void)snprintf(path, sizeof(path), "%s/hub.db", (char *)*state);
	assert_int_equal(truncate(path, 8192 + 100), 0);
	expect_aside(*state);
}

static void test_a_newer_store_is_kept_aside(void **state)
{
	(void)outbox_free(open_in(*state));
	(void)number(*state, "PRAGMA user_version=2");
	expect_aside(*state);
}

static void test_a_foreign_store_is_kept_aside(void **state)
{
	(void)number(*state, "CREATE TABLE other (x)");
	expect_aside(*state);
}

static void test_a_store_without_a_table_is_kept_aside(void **state)
{
	(void)outbox_free(open_in(*state));
	(void)number(*state, "DROP TABLE counter");
	expect_aside(*state);
}

static void test_an_unreadable_incident_does_not_hide_the_others(void **state)
{
	struct outbox *o = open_in(*state);
	struct episode e = episode_of("0000000000000000000000000000000a", INCIDENT_RAISED),
		       found[2];

	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	e = episode_of(ID, INCIDENT_RAISED);
	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	(void)outbox_free(o);
	(void)number(*state, "UPDATE incident SET json = '{' WHERE id LIKE '%a'");
	o = open_in(*state);
	assert_int_equal(outbox_load_open(o, now, found, 2), 1);
	assert_string_equal(found[0].incident.id, ID);
	assert_non_null(strstr(outbox_fault(o), "unreadable"));
	(void)outbox_free(o);
}

static void test_no_state_directory_is_a_fault_and_no_refusal(void **state)
{
	struct episode e = episode_of(ID, INCIDENT_RAISED), found;
	struct transition t = transition_of(&e);
	char dir[256];
	struct outbox *o;

	(void)snprintf(dir, sizeof(dir), "%s/later", (char *)*state);
	o = open_in(dir);
	assert_string_not_equal(outbox_fault(o), "");
	assert_true(outbox_commit(o, &e, &t, 1, NULL, now) < 0);
	assert_int_equal(outbox_depth(o), 0);
	assert_int_equal(outbox_find(o, ID, now, &found), -ENOENT);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	assert_string_equal(outbox_fault(o), "");
	(void)outbox_free(o);
	assert_int_equal(number(dir, "SELECT count(*) FROM transition"), 1);
}

/* A disk that is full, as a limit on the size of files: writes fail half-way, as there. */
static void set_disk(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_a_full_disk_refuses_remembers_and_recovers(void **state)
{
	struct outbox *o = open_in(*state);
	struct episode e = episode_of(ID, INCIDENT_RAISED);
	struct transition t = transition_of(&e);

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(outbox_commit(o, &e, &t, 1, NULL, now), 0);
	set_disk(4096);
	for (unsigned int n = 0; n < OUTBOX_UNSAVED_MAX + 1; n++) {
		e.incident.seq = t.seq = 3 + n;
		assert_int_equal(outbox_commit(o, &e, &t, 1, NULL, now), -ENOSPC);
		assert_string_equal(outbox_fault(o), "disk full");
	}
	set_disk(RLIM_INFINITY);
	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	assert_string_equal(outbox_fault(o), "");
	(void)outbox_free(o);
	assert_int_equal(number(*state, "SELECT count(*) FROM transition"), 1 + OUTBOX_UNSAVED_MAX);
	assert_int_equal(number(*state, "SELECT max(seq) FROM transition"), e.incident.seq);
	assert_int_equal(number(*state, "SELECT seq FROM incident"), e.incident.seq);
}

static void test_damage_while_running_begins_anew(void **state)
{
	struct outbox *o = open_in(*state);
	struct episode e = episode_of(ID, INCIDENT_RAISED);

	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	assert_int_equal(outbox_begin_anew(o), 0);
	assert_int_equal(outbox_depth(o), 0);
	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	assert_int_equal(outbox_depth(o), 1);
	assert_non_null(strstr(outbox_fault(o), "kept as"));
	(void)outbox_free(o);
}

#define in_dir(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_dir(test_HS_02_what_was_committed_is_there_after_a_restart),
		in_dir(test_HS_02_deadlines_of_another_boot_go_by_the_wall_clock),
		in_dir(test_done_is_kept_and_not_loaded),
		in_dir(test_the_most_urgent_are_loaded_first),
		in_dir(test_HS_08_counters_survive_with_the_press_that_moved_them),
		in_dir(test_a_counter_of_another_key_does_not_shut_the_sensor_out),
		in_dir(test_a_damaged_store_is_kept_aside),
		in_dir(test_a_cut_store_is_kept_aside),
		in_dir(test_a_newer_store_is_kept_aside),
		in_dir(test_a_foreign_store_is_kept_aside),
		in_dir(test_a_store_without_a_table_is_kept_aside),
		in_dir(test_an_unreadable_incident_does_not_hide_the_others),
		in_dir(test_no_state_directory_is_a_fault_and_no_refusal),
		in_dir(test_a_full_disk_refuses_remembers_and_recovers),
		in_dir(test_damage_while_running_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
