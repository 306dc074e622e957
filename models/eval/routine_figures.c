/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts and quantiles over trials of the routine model.
 */
#include "models/eval/routine_figures.h"

#include "common/cleanup.h"
#include "models/eval/statistics.h"

#include <errno.h>
#include <math.h>

#define FIXED_H      8
#define FIXED_MAX    288 /* steps of five minutes: a day */
#define FIXED_STEP_H (1 / 12.0)
#define FACTOR_MAX   400 /* steps */
#define FACTOR_STEP  0.05
#define DAY_FROM_H   9
#define DAY_UNTIL_H  21

const char *const routine_judge_names[JUDGES] = {
	"model", "fixed_8h", "fixed_tuned", "longest_by_hour_tuned", "hindsight", "oracle"};

struct sums {
	double *delays_s, *day_s;
	size_t count, day_count;
	double sum_s, hour_sum_s[24];
};

bool routine_group_has(enum routine_group group, const struct routine_trial *t)
{
	return group == GROUP_ALL || t->home->has_motion;
}

static enum rival rival_of(enum routine_judge judge)
{
	return judge == JUDGE_LONGEST_TUNED ? RIVAL_LONGEST_BY_HOUR : RIVAL_FIXED;
}

static uint64_t false_alarms(const struct routine_trial *t, const int64_t *alarm_ms)
{
	uint64_t count = 0;

	for (size_t i = t->scored_from; i < t->count; i++) {
		const struct trial_silence *s = &t->silences[i];

		if (!alarm_ms)
			count += s->alarm_ms != 0;
		else
			count += !s->is_away && alarm_ms[i - t->scored_from] < s->until_ms;
	}
	return count;
}

static double delay_of(
	const struct routine_trial *t, const struct injection *j, const int64_t *alarm_ms)
{
	double delay_s;

	if (!alarm_ms)
		return j->delay_s;
	if (j->is_away)
		return DELAY_MAX_S;
	delay_s = ((double)alarm_ms[j->silence - t->scored_from] - (double)j->at_ms) / 1000;
	return fmin(fmax(delay_s, 0), DELAY_MAX_S);
}

static void add_delays(const struct routine_trial *t, const int64_t *alarm_ms, struct sums *sums,
	struct routine_figures *ret)
{
	for (size_t i = 0; i < t->injected; i++) {
		const struct injection *j = &t->injections[i];
		double delay_s = delay_of(t, j, alarm_ms);
		size_t hour = (size_t)(j->at_ms / 3600000 % 24);

		sums->delays_s[sums->count++] = delay_s;
		if (hour >= DAY_FROM_H && hour < DAY_UNTIL_H)
			sums->day_s[sums->day_count++] = delay_s;
		sums->sum_s += delay_s;
		sums->hour_sum_s[hour] += delay_s;
		ret->hour_injected[hour]++;
		ret->alarmed += delay_s < DELAY_MAX_S;
	}
	ret->injected += t->injected;
	ret->days_scored += t->days_scored;
	ret->false_alarms += false_alarms(t, alarm_ms);
}

static int add_trial(const struct routine_measure *m, enum routine_judge judge,
	const struct routine_trial *t, struct sums *sums, struct routine_figures *ret)
{
	_cleanup_(free_p) int64_t *alarm_ms = NULL;

	if (judge == JUDGE_MODEL) {
		add_delays(t, NULL, sums, ret);
		return 0;
	}
	alarm_ms = calloc(t->count - t->scored_from + 1, sizeof(*alarm_ms));
	if (!alarm_ms)
		return -ENOMEM;
	if (routine_is_floor(judge))
		floor_alarms(t, judge == JUDGE_ORACLE ? FLOOR_ORACLE : FLOOR_HINDSIGHT, alarm_ms);
	else
		rival_alarms(t, rival_of(judge), m->settings[judge], alarm_ms);
	add_delays(t, alarm_ms, sums, ret);
	return 0;
}

static void finish(struct sums *s, struct routine_figures *ret)
{
	ret->mean_s = s->count ? s->sum_s / (double)s->count : NAN;
	ret->median_s = quantile(s->delays_s, s->count, 0.5);
	ret->p95_s = quantile(s->delays_s, s->count, 0.95);
	ret->day_median_s = quantile(s->day_s, s->day_count, 0.5);
	for (size_t h = 0; h < 24; h++)
		ret->hour_mean_s[h] = ret->hour_injected[h]
					      ? s->hour_sum_s[h] / (double)ret->hour_injected[h]
					      : NAN;
}

int routine_figures_of(const struct routine_measure *m, enum routine_judge judge, size_t first,
	size_t count, enum routine_group group, struct routine_figures *ret)
{
	_cleanup_(free_p) double *delays_s = NULL, *day_s = NULL;
	struct routine_figures f = {0};
	struct sums sums = {0};
	size_t all = 1;
	int error = 0;

	for (size_t i = first; i < first + count; i++)
		all += m->trials[i].injected;
	delays_s = calloc(all, sizeof(*delays_s));
	day_s = calloc(all, sizeof(*day_s));
	if (!delays_s || !day_s)
		return -ENOMEM;
	sums.delays_s = delays_s;
	sums.day_s = day_s;
	for (size_t i = first; i < first + count && error == 0; i++)
		if (routine_group_has(group, &m->trials[i]))
			error = add_trial(m, judge, &m->trials[i], &sums, &f);
	if (error < 0)
		return error;
	finish(&sums, &f);
	*ret = f;
	return 0;
}

/* False alarms of a rival over the group; UINT64_MAX where memory is short. */
static uint64_t rival_false_alarms(
	const struct routine_measure *m, enum rival rival, enum routine_group group, double setting)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < m->count; i++) {
		const struct routine_trial *t = &m->trials[i];
		_cleanup_(free_p) int64_t *alarm_ms = NULL;

		if (!routine_group_has(group, t))
			continue;
		alarm_ms = calloc(t->count - t->scored_from + 1, sizeof(*alarm_ms));
		if (!alarm_ms)
			return UINT64_MAX;
		rival_alarms(t, rival, setting, alarm_ms);
		sum += false_alarms(t, alarm_ms);
	}
	return sum;
}

/* The least setting, down from the highest, that still alarms no more often than allowed. */
static int tune(const struct routine_measure *m, enum rival rival, enum routine_group group,
	uint64_t allowed, double *ret)
{
	int steps = rival == RIVAL_FIXED ? FIXED_MAX : FACTOR_MAX;
	double step = rival == RIVAL_FIXED ? FIXED_STEP_H : FACTOR_STEP;
	double found = steps * step;

	for (int i = steps; i > 0; i--) {
		uint64_t count = rival_false_alarms(m, rival, group, i * step);

		if (count == UINT64_MAX)
			return -ENOMEM;
		if (count > allowed)
			break;
		found = i * step;
	}
	*ret = found;
	return 0;
}

int routine_measure_tune(struct routine_measure *m)
{
	enum routine_group group = GROUP_ALL;
	uint64_t allowed = 0;
	int error;

	for (size_t i = 0; i < m->count; i++)
		if (m->trials[i].home->has_motion)
			group = GROUP_MOTION;
	for (size_t i = 0; i < m->count; i++)
		if (routine_group_has(group, &m->trials[i]))
			allowed += false_alarms(&m->trials[i], NULL);
	m->settings[JUDGE_FIXED_8H] = FIXED_H;
	error = tune(m, RIVAL_FIXED, group, allowed, &m->settings[JUDGE_FIXED_TUNED]);
	return error < 0 ? error
			 : tune(m, RIVAL_LONGEST_BY_HOUR, group, allowed,
				   &m->settings[JUDGE_LONGEST_TUNED]);
}
