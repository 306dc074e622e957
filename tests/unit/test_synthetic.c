/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recordings the package ships: what the generator makes is what lies in the tree, the fall is
 * called a fall, the daily life is not, and the home's day reads to its end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "models/eval/fall_trial.h"
#include "models/recordings/synthetic.h"
#include "sensors/recording.h"

#include <stdlib.h>
#include <string.h>

#define SHIPPED_MOST 102400 /* bytes */

/* Unit tests run from the top of the tree, or find it from where they were built. */
static FILE *open_shipped(const char *name, char ret_path[512])
{
	static const char *const tops[] = {"", "../", "../../../../"};
	FILE *file = NULL;

	for (size_t i = 0; i < 3 && !file; i++) {
		(void)snprintf(ret_path, 512, "%smodels/recordings/%s", tops[i], name);
		file = fopen(ret_path, "re");
	}
	assert_non_null(file);
	return file;
}

static void test_files_are_what_the_generator_makes(void **state)
{
	(void)state;
	for (int i = 0; i < SYNTHETICS; i++) {
		char path[512];
		FILE *shipped = open_shipped(synthetics[i].name, path);
		_cleanup_(free_p) char *made = NULL;
		_cleanup_(free_p) char *found = malloc(SHIPPED_MOST);
		size_t made_bytes = 0;
		FILE *to = open_memstream(&made, &made_bytes);

		assert_non_null(found);
		assert_non_null(to);
		synthetics[i].write(to);
		assert_int_equal(fclose(to), 0);
		assert_in_range(made_bytes, 1000, SHIPPED_MOST - 1);
		assert_int_equal(fread(found, 1, SHIPPED_MOST, shipped), made_bytes);
		assert_memory_equal(found, made, made_bytes);
		assert_int_equal(fclose(shipped), 0);
	}
}

static void judge(const char *name, enum wear_place place, struct fall_result *ret)
{
	char path[512], error[INDEX_ERROR_MAX] = "";
	struct trial trial = {.is_fall = true};
	_cleanup_(free_p) struct fall *model = malloc(fall_size());

	assert_non_null(model);
	(void)snprintf(trial.path, sizeof(trial.path), "%s", name);
	assert_int_equal(fclose(open_shipped(name, path)), 0);
	if (fall_trial_run(model, NULL, path, &trial, place, ret, error) < 0)
		fail_msg("%s", error);
}

static void test_the_fall_is_called_once(void **state)
{
	(void)state;
	struct fall_result r;

	judge("fall.csv", WEAR_WRIST, &r);
	assert_true(r.is_called);
	assert_int_equal(r.alarms, 1);
	assert_true(r.delay_s <= FALL_FIRST_ANSWER_S);
	assert_true(r.seconds > 17.9 && r.seconds < 18.1);
	judge("fall.csv", WEAR_UNKNOWN, &r);
	assert_true(r.is_called);
}

static void test_the_daily_life_is_not(void **state)
{
	(void)state;
	struct fall_result r;

	for (int place = WEAR_UNKNOWN; place <= WEAR_TRUNK; place++) {
		judge("daily.csv", (enum wear_place)place, &r);
		assert_false(r.is_called);
		assert_int_equal(r.alarms, 0);
		assert_in_range(r.impacts, 1, 50); /* there was something to judge */
	}
}

static void test_the_home_reads_to_its_end(void **state)
{
	(void)state;
	char path[512], error[RECORDING_ERROR_MAX];
	struct recording *r = NULL;
	struct recording_record record = {0};
	uint64_t offset_us = 0;
	int64_t calendar_us = 0;
	int more, count = 0;

	assert_int_equal(fclose(open_shipped("home.csv", path)), 0);
	assert_int_equal(recording_open(&r, path, NULL, error), 0);
	assert_int_equal(recording_format(r), RECORDING_HOME_LOG);
	while ((more = recording_next(r, &record)) > 0) {
		assert_true(record.calendar_us >= calendar_us);
		calendar_us = record.calendar_us;
		offset_us = record.offset_us;
		count++;
	}
	if (more < 0)
		fail_msg("%s", recording_error(r));
	assert_in_range(count, 300, 3000);
	assert_true(offset_us > UINT64_C(20) * 3600 * 1000000);
	(void)recording_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_are_what_the_generator_makes),
		cmocka_unit_test(test_the_fall_is_called_once),
		cmocka_unit_test(test_the_daily_life_is_not),
		cmocka_unit_test(test_the_home_reads_to_its_end),
	};

	return cmocka_run_group_tests_name("synthetic", tests, NULL, NULL);
}
