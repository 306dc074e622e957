/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store of the hub when it is damaged, foreign, newer, or the disk is full.
 */
#include "tests/unit/stores.h"

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
	char path[300];
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
	char path[300];

	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	(void)outbox_free(o);
	(void)snprintf(path, sizeof(path), "%s/hub.db", (char *)*state);
	assert_int_equal(truncate(path, 8192 + 100), 0);
	expect_aside(*state);
}

static void test_a_newer_store_is_kept_aside(void **state)
{
	char sql[48];

	(void)snprintf(sql, sizeof(sql), "PRAGMA user_version=%d", OUTBOX_VERSION + 1);
	(void)outbox_free(open_in(*state));
	(void)number(*state, sql);
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

	(void)snprintf(dir, sizeof(dir), "%s/later/still", (char *)*state);
	o = open_in(dir);
	assert_string_not_equal(outbox_fault(o), "");
	assert_true(outbox_commit(o, &e, &t, 1, NULL, now) < 0);
	assert_int_equal(outbox_depth(o), 0);
	assert_int_equal(outbox_find(o, ID, now, &found), -ENOENT);
	(void)snprintf(dir, sizeof(dir), "%s/later", (char *)*state);
	assert_int_equal(mkdir(dir, 0700), 0);
	(void)snprintf(dir, sizeof(dir), "%s/later/still", (char *)*state);
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
