/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of vigie-eval routine.
 */
#include "models/eval/routine_report.h"
#include "models/eval/statistics.h"

#include <errno.h>
#include <math.h>

static const char *const what_names[] = {
	"long silence", "long stay", "not back in bed", "not up", "gone at night"};
static const char *const group_names[GROUPS] = {"homes with motion sensors", "all homes"};

static void in_hours(FILE *to, double s)
{
	if (isfinite(s))
		(void)fprintf(to, " %7.2f", s / 3600);
	else
		(void)fprintf(to, " %7s", "-");
}

static void row(FILE *to, const char *name, const struct routine_figures *f)
{
	struct interval i = poisson_interval(f->false_alarms);
	double days = f->days_scored;

	(void)fprintf(to, "%-22s %5.1f %8llu %7llu", name, days, (unsigned long long)f->injected,
		(unsigned long long)f->alarmed);
	in_hours(to, f->mean_s);
	in_hours(to, f->median_s);
	in_hours(to, f->p95_s);
	if (isfinite(f->day_median_s))
		(void)fprintf(to, " %8.0f", f->day_median_s / 60);
	else
		(void)fprintf(to, " %8s", "-");
	(void)fprintf(to, " %5llu", (unsigned long long)f->false_alarms);
	if (days > 0)
		(void)fprintf(to, "  %.3f (%.3f-%.3f) <%.3f", (double)f->false_alarms / days,
			i.low / days, i.high / days, poisson_upper(f->false_alarms) / days);
	(void)fprintf(to, "\n");
}

static void head(FILE *to, const char *first)
{
	(void)fprintf(to, "\n%-22s %5s %8s %7s %7s %7s %7s %8s %5s  %s\n", first, "days",
		"injected", "alarmed", "mean h", "median", "95 %", "day min", "false",
		"false a day (95 %) <bound");
}

static int judges(const struct routine_measure *m, enum routine_group group, FILE *to)
{
	struct routine_figures f;
	char name[40];

	head(to, group_names[group]);
	for (int j = 0; j < JUDGES; j++) {
		if (routine_figures_of(m, (enum routine_judge)j, 0, m->count, group, &f) < 0)
			return -ENOMEM;
		if (f.injected == 0)
			(void)snprintf(name, sizeof(name), "none");
		else if (j == JUDGE_MODEL)
			(void)snprintf(name, sizeof(name), "this model");
		else if (j == JUDGE_HINDSIGHT)
			(void)snprintf(name, sizeof(name), "floor: hindsight");
		else if (j == JUDGE_ORACLE)
			(void)snprintf(name, sizeof(name), "floor: oracle");
		else if (j == JUDGE_LONGEST_TUNED)
			(void)snprintf(name, sizeof(name), "longest by hour x%.2f", m->settings[j]);
		else
			(void)snprintf(name, sizeof(name), "timer %.2f h", m->settings[j]);
		row(to, name, &f);
	}
	return 0;
}

static int by_hour(const struct routine_measure *m, enum routine_group group, FILE *to)
{
	struct routine_figures f;

	if (routine_figures_of(m, JUDGE_MODEL, 0, m->count, group, &f) < 0)
		return -ENOMEM;
	(void)fprintf(to, "\nthis model, %s: mean hours to the alarm by hour of day\n",
		group_names[group]);
	for (size_t h = 0; h < 24; h++)
		(void)fprintf(to, " %02zu h", h);
	(void)fprintf(to, "\n");
	for (size_t h = 0; h < 24; h++)
		(void)fprintf(to, isfinite(f.hour_mean_s[h]) ? "%5.1f" : "    -",
			f.hour_mean_s[h] / 3600);
	(void)fprintf(to, "\n");
	return 0;
}

static void list_false(const struct routine_trial *t, FILE *to)
{
	for (size_t i = t->scored_from; i < t->count; i++) {
		const struct trial_silence *s = &t->silences[i];

		if (s->alarm_ms)
			(void)fprintf(to,
				"false alarm: %s, day %.1f, %s, %s: silent for %.1f h%s\n",
				t->home->name,
				(double)(s->from_ms - t->silences[0].from_ms) / 86400e3,
				what_names[s->what], routine_room_name(t->model, s->room),
				(double)(s->until_ms - s->from_ms) / 3600e3,
				s->is_home ? "" : " (the resident was out)");
	}
}

int routine_report_table(const struct routine_measure *m, FILE *to)
{
	struct routine_figures f;

	head(to, "home");
	for (size_t i = 0; i < m->count; i++) {
		if (routine_figures_of(m, JUDGE_MODEL, i, 1, GROUP_ALL, &f) < 0)
			return -ENOMEM;
		row(to, m->trials[i].home->name, &f);
	}
	if (judges(m, GROUP_MOTION, to) < 0 || judges(m, GROUP_ALL, to) < 0 ||
		by_hour(m, GROUP_MOTION, to) < 0)
		return -ENOMEM;
	(void)fprintf(to, "\n");
	for (size_t i = 0; i < m->count; i++)
		list_false(&m->trials[i], to);
	return 0;
}
