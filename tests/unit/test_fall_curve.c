/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operating curve on a handful of made-up results.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/eval/fall_curve.h"
#include "models/eval/fall_report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct trial trials[] = {
	{.set = "a<b", .is_fall = true},
	{.set = "a<b", .is_fall = true},
	{.set = "a<b"},
	{.set = "a<b"},
	{.set = "quiet"},
};
static const struct fall_result results[] = {
	{.probability_at_first = 0.95F},
	{.probability_at_first = 0.30F},
	{.probability_at_first = 0.60F, .alarms_at = {4, 3, 3, 2}, .alarms = 3, .seconds = 5400},
	{.probability_at_first = 0.02F, .seconds = 1800},
	{.probability_at_first = 0.0F},
};
static const struct fall_measure measured = {trials, results, 5};

static void test_points_follow_the_threshold(void **state)
{
	static const struct trial_filter all = {0};
	struct fall_point points[FALL_CURVE_POINTS];

	(void)state;
	fall_curve_of(&measured, &all, points);
	assert_true(points[0].sensitivity == 1.0 && points[0].specificity < 0.5);
	assert_true(points[10].threshold > 0.499 && points[10].threshold < 0.501);
	assert_true(points[10].sensitivity == 0.5);
	assert_true(points[10].specificity > 0.66 && points[10].specificity < 0.67);
	assert_true(points[20].sensitivity == 0.0 && points[20].specificity == 1.0);
	assert_true(points[0].per_hour == 2.0 && points[1].per_hour == 1.5 &&
		    points[3].per_hour == 1.0 && points[4].per_hour == 0.0);
	for (int i = 1; i < FALL_CURVE_POINTS; i++)
		assert_true(points[i].sensitivity <= points[i - 1].sensitivity &&
			    points[i].specificity >= points[i - 1].specificity);
}

static void test_table_and_drawing_hold_sets_with_falls(void **state)
{
	char dir[] = "/tmp/test-curve-XXXXXX", path[64], text[8192] = "";
	FILE *f = tmpfile();

	(void)state;
	assert_non_null(f);
	assert_int_equal(fall_curve_table(&measured, f), 0);
	rewind(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 100);
	(void)fclose(f);
	assert_non_null(strstr(text, "a<b"));
	assert_null(strstr(text, "quiet"));

	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/c.svg", dir);
	assert_int_equal(fall_curve_draw(&measured, path), 0);
	f = fopen(path, "re");
	assert_non_null(f);
	memset(text, 0, sizeof(text));
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 100);
	(void)fclose(f);
	assert_non_null(strstr(text, ">a_b</text>"));
	assert_non_null(strstr(text, "</svg>"));
	(void)unlink(path);
	(void)rmdir(dir);
	(void)snprintf(path, sizeof(path), "%s/c.svg", dir);
	assert_true(fall_curve_draw(&measured, path) < 0);
}

/* Three in the two hours of the set: 1.5 an hour, and so 168 in a week of 112 hours. */
static void test_HS_17_false_alarms_are_told_by_person_week(void **state)
{
	char text[16384] = "";
	FILE *f = tmpfile();

	(void)state;
	assert_non_null(f);
	assert_int_equal(fall_report_table(&measured, f), 0);
	rewind(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 100);
	(void)fclose(f);
	assert_non_null(
		strstr(text, "per person-week, 112 h of such days worn: 168.0 (34.6-491.0)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_points_follow_the_threshold),
		cmocka_unit_test(test_HS_17_false_alarms_are_told_by_person_week),
		cmocka_unit_test(test_table_and_drawing_hold_sets_with_falls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
