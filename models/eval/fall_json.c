/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON of vigie-eval falls.
 */
#include "common/cleanup.h"
#include "models/eval/fall_curve.h"
#include "models/eval/fall_report.h"
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

static json_t *share(uint64_t hits, uint64_t of)
{
	struct interval i = wilson_interval(hits, of);

	if (of == 0)
		return json_null();
	return json_pack("{s:f, s:f, s:f}", "value", (double)hits / (double)of, "low_95", i.low,
		"high_95", i.high);
}

/* Of a Poisson count in that many hours or weeks. */
static json_t *rate(uint64_t count, double over)
{
	struct interval i = poisson_interval(count);

	if (over <= 0)
		return json_null();
	return json_pack("{s:f, s:f, s:f, s:f}", "value", (double)count / over, "low_95",
		i.low / over, "high_95", i.high / over, "bound_95", poisson_upper(count) / over);
}

static json_t *paths(const struct fall_measure *m, const struct trial_filter *filter, bool is_fall,
	bool is_called)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->count; i++)
		if (m->trials[i].is_fall == is_fall && m->results[i].is_called == is_called &&
			trial_passes(&m->trials[i], filter))
			(void)json_array_append_new(list, json_string(m->trials[i].path));
	return list;
}

static json_t *tally(const struct fall_measure *m, const struct trial_filter *filter)
{
	struct fall_tally t;

	if (fall_tally_of(m, filter, &t) < 0)
		return NULL;
	return json_pack("{s:I, s:I, s:I, s:o, s:I, s:I, s:o, s:o, s:f, s:I, s:o, s:o, s:I, s:I, "
			 "s:I, s:o, s:o, s:o, s:o}",
		"trials", (json_int_t)t.trials, "falls", (json_int_t)t.falls, "found",
		(json_int_t)t.found, "sensitivity", share(t.found, t.falls), "daily",
		(json_int_t)t.daily, "wrong", (json_int_t)t.wrong, "specificity",
		share(t.daily - t.wrong, t.daily), "f1",
		t.falls ? number(f1_score(t.found, t.falls - t.found, t.wrong)) : json_null(),
		"hours", t.hours, "false_alarms", (json_int_t)t.false_alarms,
		"false_alarms_per_hour", rate(t.false_alarms, t.hours), "false_alarms_per_week",
		rate(t.false_alarms, t.hours / WORN_HOURS_A_WEEK), "impacts", (json_int_t)t.impacts,
		"falls_with_times", (json_int_t)t.falls_with_times, "found_in_time",
		(json_int_t)t.found_in_time, "answer_median_s", number(t.answer_median_s),
		"answer_p95_s", number(t.answer_p95_s), "misses", paths(m, filter, true, false),
		"alarms", paths(m, filter, false, true));
}

/* One object: each text of the field with its tally. */
static json_t *by_field(
	const struct fall_measure *m, struct trial_filter filter, enum trial_field field)
{
	const char *values[TALLY_VALUES_MAX];
	size_t count = trial_values(m, &filter, field, values);
	json_t *all = json_object();

	for (size_t i = 0; i < count; i++) {
		filter.text[field] = values[i];
		if (json_object_set_new(all, values[i], tally(m, &filter)) < 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

static json_t *curve(const struct fall_measure *m, const struct trial_filter *filter)
{
	struct fall_point points[FALL_CURVE_POINTS];
	json_t *list = json_array();

	fall_curve_of(m, filter, points);
	for (int i = 0; i < FALL_CURVE_POINTS; i++)
		(void)json_array_append_new(
			list, json_pack("{s:f, s:o, s:o, s:o}", "threshold", points[i].threshold,
				      "sensitivity", number(points[i].sensitivity), "specificity",
				      number(points[i].specificity), "false_alarms_per_hour",
				      number(points[i].per_hour)));
	return list;
}

static json_t *sets(const struct fall_measure *m)
{
	struct trial_filter filter = {0};
	json_t *all = by_field(m, filter, TRIAL_SET);
	const char *name;
	json_t *set;

	json_object_foreach (all, name, set) {
		filter.text[TRIAL_SET] = name;
		if (json_object_set_new(set, "places", by_field(m, filter, TRIAL_PLACE)) < 0 ||
			json_object_set_new(set, "groups", by_field(m, filter, TRIAL_GROUP)) < 0 ||
			json_object_set_new(
				set, "activities", by_field(m, filter, TRIAL_ACTIVITY)) < 0 ||
			json_object_set_new(set, "curve", curve(m, &filter)) < 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

int fall_report_json(const struct fall_measure *m, const char *path)
{
	struct trial_filter all = {0};
	char partial[PATH_MAX];
	_cleanup_(json_decref_p) json_t *root =
		json_pack("{s:s, s:i, s:s, s:i, s:o, s:o, s:o, s:o}", "what", "falls", "format",
			JSON_FORMAT_VERSION, "version", VIGIE_VERSION, "alarm_apart_s",
			ALARM_APART_S, "all", tally(m, &all), "sets", sets(m), "places",
			by_field(m, all, TRIAL_PLACE), "groups", by_field(m, all, TRIAL_GROUP));
	int n = snprintf(partial, sizeof(partial), "%s.partial", path);

	if (!root)
		return -ENOMEM;
	if (n < 0 || n >= (int)sizeof(partial))
		return -ENAMETOOLONG;
	if (json_dump_file(root, partial, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) < 0 ||
		rename(partial, path) < 0) {
		int error = errno ? -errno : -EIO;

		(void)remove(partial);
		return error;
	}
	return 0;
}
