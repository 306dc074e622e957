/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The statistics of vigie-eval against published values: Wilson intervals from Newcombe (Statistics
 * in Medicine 1998, 17, 857, table I), Poisson bounds from the usual tables of Garwood's intervals.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/eval/statistics.h"

#include <math.h>

static void near(double value, double expected, double off)
{
	if (!(fabs(value - expected) <= off))
		fail_msg("%.6f is not %.6f", value, expected);
}

static void test_wilson_intervals_of_newcombe(void **state)
{
	(void)state;
	static const struct {
		uint64_t hits, of;
		double low, high;
	} rows[] = {{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611},
		{1, 29, 0.0061, 0.1718}, {20, 20, 1 - 0.1611, 1}, {0, 0, 0, 1}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct interval w = wilson_interval(rows[i].hits, rows[i].of);

		near(w.low, rows[i].low, 0.00006);
		near(w.high, rows[i].high, 0.00006);
	}
}

static void test_exact_poisson_intervals(void **state)
{
	(void)state;
	static const struct {
		uint64_t count;
		double low, high, upper;
	} rows[] = {{0, 0, 3.6889, 2.9957}, {1, 0.0253, 5.5716, 4.7439},
		{5, 1.6235, 11.6683, 10.5130}, {10, 4.7954, 18.3904, 16.9622},
		{100, 81.3640, 121.6275, 118.0790}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct interval p = poisson_interval(rows[i].count);

		near(p.low, rows[i].low, 0.001);
		near(p.high, rows[i].high, 0.001);
		near(poisson_upper(rows[i].count), rows[i].upper, 0.005);
	}
}

static void test_large_counts_near_the_normal_limit(void **state)
{
	(void)state;
	struct interval p = poisson_interval(1000000);

	near(p.low, 1000000 - 1.96 * 1000, 5);
	near(p.high, 1000000 + 1.96 * 1000, 5);
}

static void test_quantiles_by_nearest_rank(void **state)
{
	(void)state;
	double values[] = {5, 1, 4, 2, 3, 6, 8, 7, 10, 9};

	near(quantile(values, 10, 0.5), 5, 0);
	near(quantile(values, 10, 0.95), 10, 0);
	near(quantile(values, 10, 0), 1, 0);
	near(quantile(values, 1, 0.95), 1, 0);
	assert_true(isnan(quantile(values, 0, 0.5)));
}

static void test_f1(void **state)
{
	(void)state;
	near(f1_score(90, 10, 20), 180.0 / 210, 1e-12);
	near(f1_score(0, 3, 0), 0, 0);
	assert_true(isnan(f1_score(0, 0, 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wilson_intervals_of_newcombe),
		cmocka_unit_test(test_exact_poisson_intervals),
		cmocka_unit_test(test_large_counts_near_the_normal_limit),
		cmocka_unit_test(test_quantiles_by_nearest_rank),
		cmocka_unit_test(test_f1),
	};

	return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
