/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gateway's store: what was committed is there after a restart, what was rolled back is not, a
 * story cannot be rewritten, a file of a newer version or of no version is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "caller-gateway/store_sqlite.h"

struct place {
	char dir[200], path[256];
};

static void make_place(struct place *p)
{
	(void)snprintf(p->dir, sizeof(p->dir), "%.150s/vigie-store-XXXXXX",
		getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(p->dir));
	(void)snprintf(p->path, sizeof(p->path), "%s/gateway.sqlite", p->dir);
}

static void clear_place(const struct place *p)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char path[300];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", p->path, ends[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(p->dir), 0);
}

static struct store *open_store(const struct place *p)
{
	struct store *s = NULL;
	char error[256];

	assert_int_equal(store_sqlite_open(&s, p->path, error, sizeof(error)), 0);
	return s;
}

static int run_sql(const struct place *p, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
	int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return code;
}

static struct stored_incident sample(unsigned int number, enum incident_state state)
{
	struct stored_incident row = {
		.incident = {.home = "demo",
			.seq = 3,
			.class = INCIDENT_FALL,
			.state = state,
			.outcome = state == INCIDENT_CLOSED ? INCIDENT_OUTCOME_HELPED
							    : INCIDENT_OUTCOME_NONE,
			.event_ms = 1795464010250,
			.changed_ms = 1795464010251,
			.probability = 0.93,
			.sensor = "Montre",
			.room = "Salon",
			.by = "paul",
			.why = "vu",
			.reasons_count = 1,
			.reasons = {{"choc", 2.5}}},
		.received_ms = 1795464010300 + number,
		.deadline_ms = 1795464070300,
		.has_been_said = true,
		.again_s = 60,
		.follow_up_s = 900,
		.escalations = 2,
	};

	(void)snprintf(row.incident.id, sizeof(row.incident.id), "%032x", number);
	return row;
}

static struct transition story(const struct stored_incident *row)
{
	struct transition t = {.state = row->incident.state, .seq = 3, .at_ms = 5};

	memcpy(t.incident, row->incident.id, sizeof(t.incident));
	(void)snprintf(t.by, sizeof(t.by), "paul");
	return t;
}

struct counted {
	unsigned int rows;
	char last[INCIDENT_ID_MAX];
};

static int count_incident(const struct stored_incident *row, void *userdata)
{
	struct counted *c = userdata;

	c->rows++;
	memcpy(c->last, row->incident.id, sizeof(c->last));
	return 0;
}

static int count_transition(const struct transition *row, void *userdata)
{
	struct counted *c = userdata;

	c->rows++;
	assert_string_equal(row->by, "paul");
	return 0;
}

static void test_a_restart_finds_what_was_committed(void **state)
{
	struct place p;
	struct stored_incident row = sample(1, INCIDENT_ACCEPTED), back;
	struct transition t = story(&row);
	struct counted open = {0}, told = {0};
	(void)state;

	make_place(&p);
	struct store *s = open_store(&p);
	assert_int_equal(s->ops->begin(s), 0);
	assert_int_equal(s->ops->put(s, &row), 0);
	assert_int_equal(s->ops->append(s, &t), 0);
	assert_int_equal(s->ops->commit(s), 0);
	assert_null(s->ops->free(s));
	s = open_store(&p);
	assert_int_equal(s->ops->get(s, row.incident.id, &back), 0);
	assert_int_equal(back.incident.state, INCIDENT_ACCEPTED);
	assert_string_equal(back.incident.by, "paul");
	assert_string_equal(back.incident.room, "Salon");
	assert_int_equal(back.incident.reasons_count, 1);
	assert_int_equal(back.deadline_ms, row.deadline_ms);
	assert_int_equal(back.escalations, 2);
	assert_true(back.has_been_said);
	assert_int_equal(back.again_s, 60);
	assert_int_equal(s->ops->each_open(s, count_incident, &open), 0);
	assert_int_equal(open.rows, 1);
	assert_int_equal(s->ops->each_transition(s, row.incident.id, count_transition, &told), 0);
	assert_int_equal(told.rows, 1);
	assert_null(s->ops->free(s));
	clear_place(&p);
}

static void test_what_is_rolled_back_never_was(void **state)
{
	struct place p;
	struct stored_incident row = sample(1, INCIDENT_RECEIVED), back;
	(void)state;

	make_place(&p);
	struct store *s = open_store(&p);
	assert_int_equal(s->ops->begin(s), 0);
	assert_int_equal(s->ops->put(s, &row), 0);
	assert_int_equal(s->ops->get(s, row.incident.id, &back), 0);
	s->ops->rollback(s);
	assert_int_equal(s->ops->get(s, row.incident.id, &back), -ENOENT);
	assert_true(s->ops->commit(s) < 0);
	assert_null(s->ops->free(s));
	clear_place(&p);
}

static void test_what_is_over_is_no_longer_open_until_all_is_said(void **state)
{
	struct place p;
	struct counted open = {0}, recent = {0};
	(void)state;

	make_place(&p);
	struct store *s = open_store(&p);
	struct stored_incident rows[] = {sample(1, INCIDENT_CLOSED), sample(2, INCIDENT_CANCELLED),
		sample(3, INCIDENT_CANCELLED), sample(4, INCIDENT_ANNOUNCED)};
	rows[1].say = LADDER_SAY_CANCELLED;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(s->ops->put(s, &rows[i]), 0);
	assert_int_equal(s->ops->each_open(s, count_incident, &open), 0);
	assert_int_equal(open.rows, 2);
	assert_int_equal(s->ops->each_recent(s, 3, count_incident, &recent), 0);
	assert_int_equal(recent.rows, 3);
	assert_string_equal(recent.last, rows[3].incident.id);
	assert_null(s->ops->free(s));
	clear_place(&p);
}

static void test_a_story_is_never_changed(void **state)
{
	struct place p;
	struct stored_incident row = sample(1, INCIDENT_RECEIVED);
	struct transition t = story(&row);
	(void)state;

	make_place(&p);
	struct store *s = open_store(&p);
	assert_int_equal(s->ops->append(s, &t), 0);
	assert_null(s->ops->free(s));
	assert_int_not_equal(run_sql(&p, "UPDATE transition SET by = 'nobody'"), SQLITE_OK);
	assert_int_not_equal(run_sql(&p, "DELETE FROM transition"), SQLITE_OK);
	clear_place(&p);
}

static void test_a_newer_schema_is_refused_with_a_message(void **state)
{
	struct place p;
	struct store *s;
	char error[256] = "";
	(void)state;

	make_place(&p);
	s = open_store(&p);
	assert_null(s->ops->free(s));
	s = NULL;
	assert_int_equal(run_sql(&p, "PRAGMA user_version = 3"), SQLITE_OK);
	assert_int_equal(store_sqlite_open(&s, p.path, error, sizeof(error)), -EPROTONOSUPPORT);
	assert_null(s);
	assert_non_null(strstr(error, "newer version (schema 3, this program knows 2)"));
	clear_place(&p);
}

static int keep_home(const struct stored_home *row, void *userdata)
{
	*(struct stored_home *)userdata = *row;
	return 0;
}

static void test_an_older_schema_is_brought_up_to_date(void **state)
{
	struct stored_home home = {.last_seen_ms = 1};
	struct stored_incident row = sample(1, INCIDENT_ANNOUNCED);
	struct place p;
	(void)state;

	make_place(&p);
	struct store *s = open_store(&p);
	assert_int_equal(s->ops->begin(s), 0);
	assert_int_equal(s->ops->put(s, &row), 0);
	assert_int_equal(s->ops->commit(s), 0);
	assert_null(s->ops->free(s));
	assert_int_equal(run_sql(&p, "INSERT INTO home VALUES ('demo', '0.1.0', 77, '');"
				     "ALTER TABLE home DROP COLUMN lost; PRAGMA user_version = 1"),
		SQLITE_OK);
	for (int opened = 0; opened < 2; opened++) { /* once brought up to date, then as it is */
		s = open_store(&p);
		assert_int_equal(s->ops->each_home(s, keep_home, &home), 0);
		assert_string_equal(home.home, "demo");
		assert_int_equal(home.last_seen_ms, 77);
		assert_string_equal(home.lost, opened ? row.incident.id : "");
		memcpy(home.lost, row.incident.id, sizeof(home.lost));
		assert_int_equal(s->ops->put_home(s, &home), 0);
		assert_int_equal(s->ops->get(s, row.incident.id, &row), 0);
		assert_null(s->ops->free(s));
	}
	/* a damaged row does not take the others with it */
	assert_int_equal(
		run_sql(&p, "INSERT INTO home VALUES ('a', '', 1, 'nonsense')"), SQLITE_OK);
	s = open_store(&p);
	assert_int_equal(s->ops->each_home(s, keep_home, &home), 0);
	assert_string_equal(home.home, "demo");
	assert_int_equal(s->damaged, 1);
	assert_null(s->ops->free(s));
	clear_place(&p);
}

static void test_a_file_that_is_no_store_is_refused_and_kept(void **state)
{
	struct place p;
	struct store *s = NULL;
	char error[256] = "", text[32] = "";
	(void)state;

	make_place(&p);
	FILE *f = fopen(p.path, "we");
	assert_non_null(f);
	for (int i = 0; i < 200; i++)
		(void)fputs("this is somebody's text file", f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(store_sqlite_open(&s, p.path, error, sizeof(error)), -EBADMSG);
	assert_true(error[0]);
	f = fopen(p.path, "re");
	assert_non_null(f);
	assert_int_equal(fread(text, 14, 1, f), 1);
	assert_string_equal(text, "this is somebo");
	assert_int_equal(fclose(f), 0);
	clear_place(&p);
}

static void test_a_damaged_row_is_an_error_not_an_incident(void **state)
{
	struct place p;
	struct stored_incident row = sample(1, INCIDENT_RECEIVED), back = {.escalations = 77};
	static const char *const damage[] = {"UPDATE incident SET json = '{'",
		"UPDATE incident SET json = x'00ff'", "UPDATE incident SET state = 'dreaming'",
		"UPDATE incident SET say = 9", "UPDATE incident SET say = -1",
		"UPDATE incident SET by = printf('%200s', 'x')"};
	(void)state;

	make_place(&p);
	for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		struct store *s = open_store(&p);
		assert_int_equal(s->ops->put(s, &row), 0);
		assert_int_equal(run_sql(&p, damage[i]), SQLITE_OK);
		assert_int_equal(s->ops->get(s, row.incident.id, &back), -EBADMSG);
		assert_int_equal(back.escalations, 77);
		assert_null(s->ops->free(s));
	}
	clear_place(&p);
}

static void test_a_damaged_row_does_not_take_the_others_with_it(void **state)
{
	struct place p;
	struct stored_incident one = sample(1, INCIDENT_RECEIVED),
			       two = sample(2, INCIDENT_RECEIVED);
	struct counted open = {0};
	(void)state;

	make_place(&p);
	struct store *s = open_store(&p);
	assert_int_equal(s->ops->put(s, &one), 0);
	assert_int_equal(s->ops->put(s, &two), 0);
	assert_int_equal(
		run_sql(&p, "UPDATE incident SET json = '{' WHERE id LIKE '%1'"), SQLITE_OK);
	assert_int_equal(s->ops->each_open(s, count_incident, &open), 0);
	assert_int_equal(open.rows, 1);
	assert_string_equal(open.last, two.incident.id);
	assert_int_equal(s->damaged, 1);
	assert_null(s->ops->free(s));
	clear_place(&p);
}

static void test_the_file_is_private(void **state)
{
	struct place p;
	struct stat st;
	(void)state;

	mode_t before = umask(0);
	make_place(&p);
	struct store *s = open_store(&p);
	assert_int_equal(stat(p.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_null(s->ops->free(s));
	(void)umask(before);
	clear_place(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_restart_finds_what_was_committed),
		cmocka_unit_test(test_what_is_rolled_back_never_was),
		cmocka_unit_test(test_what_is_over_is_no_longer_open_until_all_is_said),
		cmocka_unit_test(test_a_story_is_never_changed),
		cmocka_unit_test(test_a_newer_schema_is_refused_with_a_message),
		cmocka_unit_test(test_an_older_schema_is_brought_up_to_date),
		cmocka_unit_test(test_a_file_that_is_no_store_is_refused_and_kept),
		cmocka_unit_test(test_a_damaged_row_is_an_error_not_an_incident),
		cmocka_unit_test(test_a_damaged_row_does_not_take_the_others_with_it),
		cmocka_unit_test(test_the_file_is_private),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
