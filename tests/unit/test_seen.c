/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When each home was last heard: one row a home, written together, there again after a restart, the
 * table full and one more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "caller-gateway/seen.h"

#define ROWS_MAX 8

/* A store that keeps homes only. */
struct shelf {
	struct store store;
	unsigned int rows, writes, commits;
	struct stored_home homes[ROWS_MAX];
	int put_error;
};

static int begin(struct store *s)
{
	(void)s;
	return 0;
}

static int commit(struct store *s)
{
	((struct shelf *)s)->commits++;
	return 0;
}

static void rollback(struct store *s)
{
	((struct shelf *)s)->rows = 0;
}

static int put_home(struct store *s, const struct stored_home *row)
{
	struct shelf *shelf = (struct shelf *)s;

	shelf->writes++;
	if (shelf->put_error)
		return shelf->put_error;
	if (shelf->rows < ROWS_MAX)
		shelf->homes[shelf->rows++] = *row;
	return 0;
}

static int each_home(struct store *s, store_on_home on_row, void *userdata)
{
	struct shelf *shelf = (struct shelf *)s;
	int r = 0;

	for (unsigned int i = 0; r == 0 && i < shelf->rows; i++)
		r = on_row(&shelf->homes[i], userdata);
	return r;
}

static const struct store_ops shelf_ops = {.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.put_home = put_home,
	.each_home = each_home};

static void note(struct seen *s, const char *home, int64_t now_ms)
{
	seen_note(s, home, "0.1.0", (struct desk_moment){1, now_ms});
}

static void test_each_home_is_written_once_and_only_when_it_changed(void **state)
{
	struct shelf shelf = {.store.ops = &shelf_ops};
	struct seen *s = NULL;
	(void)state;

	assert_int_equal(seen_new(&s, &shelf.store, 240, (struct desk_moment){1, 7}), 0);
	assert_int_equal(seen_write(s), 0);
	assert_int_equal(shelf.commits, 0);
	note(s, "zoe", 1);
	note(s, "adam", 2);
	note(s, "zoe", 3);
	assert_true(seen_has_news(s));
	assert_int_equal(seen_write(s), 0);
	assert_false(seen_has_news(s));
	assert_int_equal(shelf.commits, 1);
	assert_int_equal(shelf.rows, 2);
	assert_string_equal(shelf.homes[0].home, "adam");
	assert_int_equal(shelf.homes[1].last_seen_ms, 3);
	note(s, "adam", 4);
	assert_int_equal(seen_write(s), 0);
	assert_int_equal(shelf.writes, 3);
	assert_null(seen_free(s));
}

static void test_a_restart_knows_them_and_a_failed_write_is_tried_again(void **state)
{
	struct shelf shelf = {
		.store.ops = &shelf_ops, .rows = 1, .homes = {{"demo", "0.1.0", 7, ""}}};
	struct seen *s = NULL;
	(void)state;

	assert_int_equal(seen_new(&s, &shelf.store, 240, (struct desk_moment){1, 7}), 0);
	assert_int_equal(seen_count(s), 1);
	note(s, "demo", 8);
	assert_int_equal(seen_count(s), 1);
	shelf.put_error = -ENOSPC;
	assert_int_equal(seen_write(s), -ENOSPC);
	assert_true(seen_has_news(s));
	shelf.put_error = 0;
	assert_int_equal(seen_write(s), 0);
	assert_int_equal(shelf.homes[0].last_seen_ms, 8);
	assert_null(seen_free(s));
}

static void list_suspended(const char *home, int64_t until_ms, void *userdata)
{
	char *list = userdata;

	(void)snprintf(list + strlen(list), 64, "%s:%lld ", home, (long long)until_ms);
}

static void test_HS_11_who_is_paused_is_known_until_it_is_over(void **state)
{
	struct shelf shelf = {.store.ops = &shelf_ops};
	struct seen *s = NULL;
	char list[128] = "";
	(void)state;

	assert_int_equal(seen_new(&s, &shelf.store, 240, (struct desk_moment){1, 7}), 0);
	assert_false(seen_suspended(s, "nobody", 9000));
	note(s, "zoe", 1);
	note(s, "adam", 2);
	assert_false(seen_suspended(s, "zoe", 0));
	assert_true(seen_suspended(s, "zoe", 9000));
	assert_false(seen_suspended(s, "zoe", 9000));
	assert_true(seen_suspended(s, "adam", 8000));
	assert_int_equal(seen_each_suspended(s, 7999, list_suspended, list), 2);
	assert_string_equal(list, "adam:8000 zoe:9000 ");
	/* a hub that is no longer heard pauses nobody for ever */
	assert_int_equal(seen_each_suspended(s, 8000, NULL, NULL), 1);
	assert_true(seen_suspended(s, "zoe", 0));
	assert_int_equal(seen_each_suspended(s, 8000, NULL, NULL), 0);
	assert_null(seen_free(s));
}

static bool restarted(struct seen *s, const char *home, uint64_t uptime_s, int64_t wall_s)
{
	struct heartbeat heartbeat = {.uptime_s = uptime_s, .wall_ms = wall_s * 1000};

	(void)snprintf(heartbeat.home, sizeof(heartbeat.home), "%s", home);
	return seen_restarted(s, &heartbeat);
}

static void test_HS_12_a_hub_that_started_again_is_known_by_its_heartbeat(void **state)
{
	struct shelf shelf = {.store.ops = &shelf_ops};
	struct seen *s = NULL;
	(void)state;

	assert_int_equal(seen_new(&s, &shelf.store, 240, (struct desk_moment){1, 7}), 0);
	assert_false(restarted(s, "nobody", 1, 1000));
	note(s, "zoe", 1);
	note(s, "adam", 2);
	/* the first that is heard of a hub says nothing of what was before */
	assert_false(restarted(s, "zoe", 60, 1060));
	assert_false(restarted(s, "zoe", 120, 1120));
	/* once more, late: the same run */
	assert_false(restarted(s, "zoe", 60, 1060));
	assert_false(restarted(s, "zoe", 180, 1181));
	assert_true(restarted(s, "zoe", 2, 1200));
	assert_false(restarted(s, "zoe", 62, 1260));
	/* a clock that was set is no restart, and one that begins in 1970 hides none */
	assert_false(restarted(s, "zoe", 122, 9000));
	assert_true(restarted(s, "zoe", 3, 4));
	assert_false(restarted(s, "adam", 5, 1300));
	assert_null(seen_free(s));
}

static void test_the_table_holds_its_most_and_no_more(void **state)
{
	struct shelf shelf = {.store.ops = &shelf_ops};
	struct seen *s = NULL;
	char home[INCIDENT_HOME_MAX];
	(void)state;

	assert_int_equal(seen_new(&s, &shelf.store, 240, (struct desk_moment){1, 7}), 0);
	for (unsigned int i = 0; i < SEEN_HOMES_MAX + 1; i++) {
		(void)snprintf(home, sizeof(home), "h%u", i * 7919U % (SEEN_HOMES_MAX + 1));
		note(s, home, i);
	}
	assert_int_equal(seen_count(s), SEEN_HOMES_MAX);
	assert_null(seen_free(s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_home_is_written_once_and_only_when_it_changed),
		cmocka_unit_test(test_a_restart_knows_them_and_a_failed_write_is_tried_again),
		cmocka_unit_test(test_HS_11_who_is_paused_is_known_until_it_is_over),
		cmocka_unit_test(test_HS_12_a_hub_that_started_again_is_known_by_its_heartbeat),
		cmocka_unit_test(test_the_table_holds_its_most_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
