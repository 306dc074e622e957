/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON of vigie-eval routine.
 */
#include "common/cleanup.h"
#include "models/eval/routine_report.h"
#include "models/eval/statistics.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>

#define JSON_FORMAT_VERSION 1

DEFINE_CLEANUP(json_t *, json_decref_p, json_decref)

/* JSON has no "not a number": what could not be measured is null. */
static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *per_day(const struct routine_figures *f)
{
	struct interval i = poisson_interval(f->false_alarms);

	if (f->days_scored <= 0)
		return json_null();
	return json_pack("{s:f, s:f, s:f, s:f}", "value", (double)f->false_alarms / f->days_scored,
		"low_95", i.low / f->days_scored, "high_95", i.high / f->days_scored, "bound_95",
		poisson_upper(f->false_alarms) / f->days_scored);
}

static json_t *hours(const struct routine_figures *f)
{
	json_t *list = json_array();

	for (size_t h = 0; h < 24; h++)
		(void)json_array_append_new(list, number(f->hour_mean_s[h]));
	return list;
}

static json_t *figures(const struct routine_figures *f)
{
	return json_pack("{s:f, s:I, s:I, s:o, s:o, s:o, s:o, s:I, s:o, s:o}", "days_scored",
		f->days_scored, "injected", (json_int_t)f->injected, "alarmed",
		(json_int_t)f->alarmed, "mean_s", number(f->mean_s), "median_s",
		number(f->median_s), "p95_s", number(f->p95_s), "day_median_s",
		number(f->day_median_s), "false_alarms", (json_int_t)f->false_alarms,
		"false_alarms_per_day", per_day(f), "mean_s_by_hour", hours(f));
}

/* The model's figures, with the rivals' under "rivals" and the floors' under "floors"; NULL where
 * memory is short. */
static json_t *all_judges(
	const struct routine_measure *m, size_t first, size_t count, enum routine_group group)
{
	_cleanup_(json_decref_p) json_t *rivals = json_object(), *floors = json_object();
	struct routine_figures f;
	json_t *own;

	for (int j = JUDGE_MODEL + 1; j < JUDGES; j++) {
		json_t *one;

		if (routine_figures_of(m, (enum routine_judge)j, first, count, group, &f) < 0)
			return NULL;
		one = figures(&f);
		if (!routine_is_floor((enum routine_judge)j))
			(void)json_object_set_new(one, "setting", json_real(m->settings[j]));
		if (json_object_set_new(routine_is_floor((enum routine_judge)j) ? floors : rivals,
			    routine_judge_names[j], one) < 0)
			return NULL;
	}
	if (routine_figures_of(m, JUDGE_MODEL, first, count, group, &f) < 0)
		return NULL;
	own = figures(&f);
	if (own) {
		(void)json_object_set(own, "rivals", rivals);
		(void)json_object_set(own, "floors", floors);
	}
	return own;
}

static json_t *home(const struct routine_measure *m, size_t i)
{
	const struct routine_trial *t = &m->trials[i];
	json_t *one = all_judges(m, i, 1, GROUP_ALL);

	if (one) {
		(void)json_object_set_new(one, "home", json_string(t->home->name));
		(void)json_object_set_new(one, "days_learned", json_real(t->known_days));
		(void)json_object_set_new(
			one, "has_motion_sensors", json_boolean(t->home->has_motion));
	}
	return one;
}

int routine_report_json(const struct routine_measure *m, uint32_t seed, const char *path)
{
	_cleanup_(json_decref_p) json_t *top = NULL;
	char partial[PATH_MAX];
	json_t *homes = json_array();
	int n = snprintf(partial, sizeof(partial), "%s.partial", path);

	for (size_t i = 0; i < m->count; i++)
		(void)json_array_append_new(homes, home(m, i));
	top = json_pack("{s:s, s:i, s:s, s:I, s:o, s:o, s:o}", "what", "routine", "format",
		JSON_FORMAT_VERSION, "version", VIGIE_VERSION, "seed", (json_int_t)seed, "homes",
		homes, "motion_homes", all_judges(m, 0, m->count, GROUP_MOTION), "all_homes",
		all_judges(m, 0, m->count, GROUP_ALL));
	if (!top || json_array_size(homes) != m->count)
		return -ENOMEM;
	if (n < 0 || n >= (int)sizeof(partial))
		return -ENAMETOOLONG;
	if (json_dump_file(top, partial, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) < 0 ||
		rename(partial, path) < 0) {
		int error = errno ? -errno : -EIO;

		(void)remove(partial);
		return error;
	}
	return 0;
}
