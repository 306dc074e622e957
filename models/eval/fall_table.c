/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of vigie-eval falls.
 */
#include "models/eval/fall_report.h"
#include "models/eval/statistics.h"

#include <math.h>

static void print_share(FILE *to, uint64_t hits, uint64_t of)
{
	struct interval i = wilson_interval(hits, of);

	if (of == 0)
		(void)fprintf(to, "  %-20s", "    -");
	else
		(void)fprintf(to, "  %.3f (%.3f-%.3f)", (double)hits / (double)of, i.low, i.high);
}

static void print_alarms(FILE *to, const struct fall_tally *t)
{
	struct interval i = poisson_interval(t->false_alarms);

	if (t->hours <= 0) {
		(void)fprintf(to, "\n");
		return;
	}
	(void)fprintf(to, " %7llu %7.2f  %7.3f (%.3f-%.3f) <= %.3f\n",
		(unsigned long long)t->false_alarms, t->hours, (double)t->false_alarms / t->hours,
		i.low / t->hours, i.high / t->hours, poisson_upper(t->false_alarms) / t->hours);
}

static void print_row(FILE *to, const char *indent, const char *name, const struct fall_tally *t)
{
	double f1 = f1_score(t->found, t->falls - t->found, t->wrong);
	int width = 20 - (int)(indent[0] != 0) * 2;

	(void)fprintf(to, "%s%-*.*s %5llu %5llu", indent, width, width, name,
		(unsigned long long)t->falls, (unsigned long long)t->found);
	print_share(to, t->found, t->falls);
	(void)fprintf(
		to, " %5llu %5llu", (unsigned long long)t->daily, (unsigned long long)t->wrong);
	print_share(to, t->daily - t->wrong, t->daily);
	if (t->falls && !isnan(f1))
		(void)fprintf(to, "  %.3f", f1);
	else
		(void)fprintf(to, "  %-5s", "  -");
	print_alarms(to, t);
}

static int print_rows(const struct fall_measure *m, struct trial_filter filter,
	enum trial_field field, size_t least, const char *indent, FILE *to)
{
	const char *values[TALLY_VALUES_MAX];
	size_t count = trial_values(m, &filter, field, values);

	for (size_t i = 0; i < count && count >= least; i++) {
		struct fall_tally t;

		filter.text[field] = values[i];

		int error = fall_tally_of(m, &filter, &t);

		if (error < 0)
			return error;
		print_row(to, indent, values[i], &t);
	}
	return 0;
}

static void print_week(FILE *to, const struct fall_tally *t)
{
	struct interval i = poisson_interval(t->false_alarms);
	double weeks = t->hours / WORN_HOURS_A_WEEK;

	if (weeks > 0)
		(void)fprintf(to,
			"  false alarms per person-week, %d h of such days worn: %.1f (%.1f-%.1f)\n",
			WORN_HOURS_A_WEEK, (double)t->false_alarms / weeks, i.low / weeks,
			i.high / weeks);
}

static int print_set(const struct fall_measure *m, const char *set, FILE *to)
{
	struct trial_filter filter = {.text[TRIAL_SET] = set};
	struct fall_tally t;
	int error = fall_tally_of(m, &filter, &t);

	if (error < 0)
		return error;
	print_row(to, "", set, &t);
	error = print_rows(m, filter, TRIAL_PLACE, 2, "  ", to);
	if (error == 0)
		error = print_rows(m, filter, TRIAL_GROUP, 2, "  ", to);
	if (error == 0)
		error = print_rows(m, filter, TRIAL_ACTIVITY, 2, "  ", to);
	if (error < 0)
		return error;
	if (t.found)
		(void)fprintf(to, "  called after the impact: median %.2f s, 95 %% within %.2f s\n",
			t.answer_median_s, t.answer_p95_s);
	print_week(to, &t);
	if (t.falls_with_times)
		(void)fprintf(to, "  called where the fall was marked: %llu of %llu\n",
			(unsigned long long)t.found_in_time,
			(unsigned long long)t.falls_with_times);
	(void)fprintf(to, "\n");
	return 0;
}

int fall_report_table(const struct fall_measure *m, FILE *to)
{
	struct trial_filter all = {0};
	const char *sets[TALLY_VALUES_MAX];
	size_t count = trial_values(m, &all, TRIAL_SET, sets);
	struct fall_tally t;
	int error;

	(void)fprintf(to, "%-20s %5s %5s  %-20s %5s %5s  %-20s  %-5s %7s %7s  %s\n", "", "falls",
		"found", "sensitivity (95 %)", "daily", "wrong", "specificity (95 %)", "F1",
		"alarms", "hours", "false alarms per hour (95 %), bound");
	for (size_t i = 0; i < count; i++) {
		error = print_set(m, sets[i], to);
		if (error < 0)
			return error;
	}
	error = print_rows(m, all, TRIAL_PLACE, 1, "", to);
	if (error == 0)
		error = print_rows(m, all, TRIAL_GROUP, 1, "", to);
	if (error == 0)
		error = fall_tally_of(m, &all, &t);
	if (error == 0)
		print_row(to, "", "all", &t);
	return error;
}
