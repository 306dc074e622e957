/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index reader of vigie-eval: other people's columns, empty fields, and what it says about
 * damaged lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "models/eval/trial_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEADER \
	"path,set,trial,subject,group,place,rate_hz,activity,fall,fall_start_ms,fall_end_ms\n"

static char name[] = "/tmp/test_trial_index_XXXXXX"; /* made once, rewritten by each test */

static int read_text(
	const char *text, size_t bytes, struct trial_index *ret, char error[INDEX_ERROR_MAX])
{
	FILE *file = fopen(name, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, bytes, file), bytes);
	assert_int_equal(fclose(file), 0);
	return trial_index_read(name, ret, error);
}

static void refuses(const char *text, const char *expected)
{
	struct trial_index index = {0};
	char error[INDEX_ERROR_MAX] = "";

	assert_int_equal(read_text(text, strlen(text), &index, error), -EBADMSG);
	assert_null(index.trials);
	assert_int_equal(strncmp(error, name, strlen(name)), 0);
	assert_string_equal(error + strlen(name), expected);
}

static void test_the_usual_columns(void **state)
{
	(void)state;
	struct trial_index index = {0};
	char error[INDEX_ERROR_MAX];
	static const char text[] = HEADER "weda/a.csv,weda,a,U01,young,wrist,50,F01,1,4700,7700\r\n"
					  "sis/b.csv,sisfall,b,SE01,old,waist,50,D01,0,,\n\n";

	assert_int_equal(read_text(text, strlen(text), &index, error), 0);
	assert_int_equal(index.count, 2);
	assert_string_equal(index.trials[0].path, "weda/a.csv");
	assert_string_equal(index.trials[0].place, "wrist");
	assert_true(index.trials[0].is_fall);
	assert_true(index.trials[0].has_times);
	assert_int_equal(index.trials[0].fall_start_ms, 4700);
	assert_int_equal(index.trials[0].fall_end_ms, 7700);
	assert_string_equal(index.trials[1].group, "old");
	assert_string_equal(index.trials[1].subject, "SE01");
	assert_false(index.trials[1].is_fall);
	assert_false(index.trials[1].has_times);
	trial_index_done(&index);
	assert_null(index.trials);
}

static void test_other_peoples_columns(void **state)
{
	(void)state;
	struct trial_index index = {0};
	char error[INDEX_ERROR_MAX];
	static const char text[] = "fall,weather,path,place\n0,rain,x/y z.csv,ankle\n1,,b.csv,\n";

	assert_int_equal(read_text(text, strlen(text), &index, error), 0);
	assert_int_equal(index.count, 2);
	assert_string_equal(index.trials[0].path, "x/y z.csv");
	assert_string_equal(index.trials[0].place, "ankle");
	assert_string_equal(index.trials[0].set, "unknown");
	assert_string_equal(index.trials[1].place, "unknown");
	trial_index_done(&index);
}

static void test_damaged_lines_are_named(void **state)
{
	(void)state;
	refuses("", ":1: no trials: the index is empty");
	refuses(HEADER, ":2: no trials: the index is empty");
	refuses("set,fall\nweda,1\n", ":1: no column named path in the first line");
	refuses("path,set\na,b\n", ":1: no column named fall in the first line");
	refuses("path,fall\na.csv,1\nb.csv\n", ":3: 1 fields, the first line has 2");
	refuses("path,fall\na.csv,1,2\n", ":2: 3 fields, the first line has 2");
	refuses("path,fall\na.csv,yes\n", ":2: fall is \"yes\", needs 0 or 1");
	refuses("path,fall\na.csv,\n", ":2: fall is \"\", needs 0 or 1");
	refuses("path,fall\n,1\n", ":2: path is empty");
	refuses("path,fall\n\"a,b.csv\",1\n", ":2: quoted fields are not read here");
	refuses("path,fall,fall_start_ms\na,1,soon\n",
		":2: fall_start_ms is \"soon\", needs ms from the recording's first stamp, or "
		"nothing");
	refuses("path,fall,fall_start_ms\na,1,-3\n",
		":2: fall_start_ms is \"-3\", needs ms from the recording's first stamp, or "
		"nothing");
	refuses("path,fall,fall_start_ms\na,1,nan\n",
		":2: fall_start_ms is \"nan\", needs ms from the recording's first stamp, or "
		"nothing");
	refuses("path,fall,fall_start_ms,fall_end_ms\na,1,20,10\n",
		":2: fall_end_ms lies before fall_start_ms");
}

static void test_nul_bytes_are_not_text(void **state)
{
	(void)state;
	struct trial_index index = {0};
	char error[INDEX_ERROR_MAX] = "";
	static const char text[] = "path,fall\na\0b,1\n";

	assert_int_equal(read_text(text, sizeof(text) - 1, &index, error), -EBADMSG);
	assert_non_null(strstr(error, ":2: a NUL byte"));
}

static void test_texts_at_their_bound(void **state)
{
	(void)state;
	char text[1024], error[INDEX_ERROR_MAX], path[INDEX_PATH_MAX + 1];
	struct trial_index index = {0};

	memset(path, 'p', sizeof(path));
	path[INDEX_PATH_MAX - 1] = 0;
	(void)snprintf(text, sizeof(text), "path,fall\n%s,1\n", path);
	assert_int_equal(read_text(text, strlen(text), &index, error), 0);
	assert_string_equal(index.trials[0].path, path);
	trial_index_done(&index);
	path[INDEX_PATH_MAX - 1] = 'p';
	path[INDEX_PATH_MAX] = 0;
	(void)snprintf(text, sizeof(text), "path,fall\n%s,1\n", path);
	refuses(text, ":2: path is longer than 255 bytes");
}

static void test_more_trials_than_the_first_room(void **state)
{
	(void)state;
	enum { TRIALS = 5000 };
	_cleanup_(free_p) char *text = malloc(TRIALS * 16 + 32);
	struct trial_index index = {0};
	char error[INDEX_ERROR_MAX], *at = text;

	assert_non_null(text);
	at += snprintf(at, 32, "path,fall\n");
	for (int i = 0; i < TRIALS; i++)
		at += snprintf(at, 16, "%d.csv,%d\n", i, i % 2);
	assert_int_equal(read_text(text, strlen(text), &index, error), 0);
	assert_int_equal(index.count, TRIALS);
	assert_string_equal(index.trials[TRIALS - 1].path, "4999.csv");
	trial_index_done(&index);
}

static void test_an_absent_index_is_named(void **state)
{
	(void)state;
	struct trial_index index = {0};
	char error[INDEX_ERROR_MAX];

	assert_int_equal(trial_index_read("/nonexistent/index.csv", &index, error), -ENOENT);
	assert_string_equal(error, "/nonexistent/index.csv: No such file or directory");
}

static int make_file(void **state)
{
	(void)state;
	int fd = mkstemp(name);

	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_usual_columns),
		cmocka_unit_test(test_other_peoples_columns),
		cmocka_unit_test(test_damaged_lines_are_named),
		cmocka_unit_test(test_nul_bytes_are_not_text),
		cmocka_unit_test(test_texts_at_their_bound),
		cmocka_unit_test(test_more_trials_than_the_first_room),
		cmocka_unit_test(test_an_absent_index_is_named),
	};

	return cmocka_run_group_tests_name("trial index", tests, make_file, remove_file);
}
