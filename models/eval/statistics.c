/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intervals and quantiles for vigie-eval.
 */
#include "models/eval/statistics.h"

#include <math.h>
#include <stdlib.h>

#define Z_95       1.959963984540054
#define BISECTIONS 80

struct interval wilson_interval(uint64_t hits, uint64_t of)
{
	double n = (double)of, z2 = Z_95 * Z_95;

	if (of == 0)
		return (struct interval){0, 1};

	double share = (double)hits / n;
	double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
	double half = Z_95 / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n));

	return (struct interval){fmax(0, middle - half), fmin(1, middle + half)};
}

static double poisson_term(uint64_t k, double mean)
{
	return exp((double)k * log(mean) - mean - lgamma((double)k + 1));
}

/* P(X ≤ count) of a Poisson variable, by the tail that does not hold the mean: its terms shrink. */
static double poisson_cdf(uint64_t count, double mean)
{
	double sum = 0;

	if ((double)count < mean) {
		double term = poisson_term(count, mean);

		for (uint64_t k = count; term > sum * 1e-17; term *= (double)k-- / mean)
			sum += term;
		return sum;
	}

	double term = poisson_term(count + 1, mean);

	for (uint64_t k = count + 2; term > sum * 1e-17; term *= mean / (double)k++)
		sum += term;
	return 1 - sum;
}

/* The mean at which P(X ≤ count) has fallen to `tail`. */
static double mean_at_tail(uint64_t count, double tail)
{
	double low = 1e-12, high = (double)count + 10 * sqrt((double)count) + 20;

	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2;

		if (poisson_cdf(count, middle) > tail)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

struct interval poisson_interval(uint64_t count)
{
	return (struct interval){
		count ? mean_at_tail(count - 1, 0.975) : 0, mean_at_tail(count, 0.025)};
}

double poisson_upper(uint64_t count)
{
	return mean_at_tail(count, 0.05);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double quantile(double *values, size_t count, double share)
{
	if (count == 0)
		return NAN;
	qsort(values, count, sizeof(values[0]), compare);

	double rank = ceil(share * (double)count);

	return values[rank < 1 ? 0 : (size_t)rank - 1];
}

double f1_score(uint64_t found, uint64_t missed, uint64_t wrong)
{
	uint64_t all = 2 * found + missed + wrong;

	return all ? 2 * (double)found / (double)all : NAN;
}
