/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was learned, on the disk: saved and loaded, aside when it cannot be used, and a disk that
 * refuses.
 */
#include "tests/unit/stores.h"

#include "hub/store_rhythm.h"

static struct store_rhythm *open_store(const char *dir)
{
	struct store_rhythm *s = NULL;

	assert_int_equal(store_rhythm_new(&s, dir), 0);
	return s;
}

/* By another hand. */
static void spoil(const char *dir, const char *sql)
{
	char path[300];
	sqlite3 *db = NULL;

	(void)snprintf(path, sizeof(path), "%s/" STORE_RHYTHM_FILE, dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}

static void test_the_last_saved_is_loaded(void **state)
{
	struct store_rhythm *s = open_store(*state);
	uint8_t bytes[20000], loaded[20000];

	for (size_t n = 0; n < sizeof(bytes); n++)
		bytes[n] = (uint8_t)(n * 7);
	assert_int_equal(store_rhythm_load(s, loaded, sizeof(loaded)), 0);
	assert_int_equal(store_rhythm_save(s, bytes, 100, 1), 0);
	assert_int_equal(store_rhythm_save(s, bytes, sizeof(bytes), 2), 0);
	s = store_rhythm_free(s);
	s = open_store(*state);
	assert_int_equal(store_rhythm_load(s, loaded, sizeof(loaded) - 1), -ENOBUFS);
	assert_int_equal(store_rhythm_load(s, loaded, sizeof(loaded)), sizeof(bytes));
	assert_memory_equal(bytes, loaded, sizeof(bytes));
	assert_string_equal(store_rhythm_fault(s), "");
	(void)store_rhythm_free(s);
	assert_null(store_rhythm_free(NULL));
}

/* Whatever the file holds: kept under another name, told, and a fresh one takes its place. */
static void expect_aside(const char *dir, const char *why)
{
	struct store_rhythm *s = open_store(dir);
	uint8_t bytes[8] = {1};

	assert_memory_equal(store_rhythm_fault(s), why, strlen(why));
	assert_non_null(strstr(store_rhythm_fault(s), ", kept as rhythm.db.aside-"));
	assert_int_equal(store_rhythm_load(s, bytes, sizeof(bytes)), 0);
	assert_int_equal(store_rhythm_save(s, bytes, sizeof(bytes), 1), 0);
	assert_int_equal(store_rhythm_load(s, bytes, sizeof(bytes)), sizeof(bytes));
	/* what was found stays told until the next start */
	assert_non_null(strstr(store_rhythm_fault(s), "kept as"));
	(void)store_rhythm_free(s);
	assert_int_equal(kept_aside(dir), 1);
}

static void test_a_damaged_file_is_kept_aside(void **state)
{
	char path[300];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/" STORE_RHYTHM_FILE, (char *)*state);
	file = fopen(path, "we");
	assert_non_null(file);
	for (int n = 0; n < 5000; n++)
		(void)fputc('x', file);
	(void)fclose(file);
	expect_aside(*state, "rhythm damaged");
}

static void test_a_newer_file_is_kept_aside(void **state)
{
	(void)store_rhythm_free(open_store(*state));
	spoil(*state, "PRAGMA user_version=2");
	expect_aside(*state, "rhythm of version 2");
}

static void test_bytes_of_no_use_are_kept_aside(void **state)
{
	struct store_rhythm *s = open_store(*state);
	uint8_t bytes[8] = {7};

	assert_int_equal(store_rhythm_save(s, bytes, sizeof(bytes), 1), 0);
	store_rhythm_set_aside(s, "of a newer version");
	assert_int_equal(store_rhythm_load(s, bytes, sizeof(bytes)), 0);
	assert_memory_equal(store_rhythm_fault(s), "rhythm of a newer version, kept as", 34);
	(void)store_rhythm_free(s);
	assert_int_equal(kept_aside(*state), 1);
}

static void set_disk(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_a_full_disk_is_told_and_what_was_saved_stands(void **state)
{
	struct store_rhythm *s = open_store(*state);
	uint8_t bytes[9000] = {1}, loaded[9000];

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(store_rhythm_save(s, bytes, sizeof(bytes), 1), 0);
	bytes[0] = 2;
	set_disk(4096);
	assert_int_equal(store_rhythm_save(s, bytes, sizeof(bytes), 2), -EIO);
	assert_memory_equal(store_rhythm_fault(s), "rhythm: ", 8);
	set_disk(RLIM_INFINITY);
	assert_int_equal(store_rhythm_load(s, loaded, sizeof(loaded)), sizeof(loaded));
	assert_int_equal(loaded[0], 1);
	assert_int_equal(store_rhythm_save(s, bytes, sizeof(bytes), 3), 0);
	assert_string_equal(store_rhythm_fault(s), "");
	(void)store_rhythm_free(s);
	assert_int_equal(kept_aside(*state), 0);
}

static void test_no_folder_is_a_fault_until_there_is_one(void **state)
{
	uint8_t bytes[8] = {1};
	struct store_rhythm *s;
	char dir[256];

	(void)snprintf(dir, sizeof(dir), "%s/later/still", (char *)*state);
	s = open_store(dir);
	assert_string_not_equal(store_rhythm_fault(s), "");
	assert_int_equal(store_rhythm_load(s, bytes, sizeof(bytes)), -EIO);
	assert_int_equal(store_rhythm_save(s, bytes, sizeof(bytes), 1), -EIO);
	(void)snprintf(dir, sizeof(dir), "%s/later", (char *)*state);
	assert_int_equal(mkdir(dir, 0700), 0);
	(void)snprintf(dir, sizeof(dir), "%s/later/still", (char *)*state);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(store_rhythm_save(s, bytes, sizeof(bytes), 1), 0);
	assert_string_equal(store_rhythm_fault(s), "");
	(void)store_rhythm_free(s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_last_saved_is_loaded),
		TEST(test_a_damaged_file_is_kept_aside),
		TEST(test_a_newer_file_is_kept_aside),
		TEST(test_bytes_of_no_use_are_kept_aside),
		TEST(test_a_full_disk_is_told_and_what_was_saved_stands),
		TEST(test_no_folder_is_a_fault_until_there_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
