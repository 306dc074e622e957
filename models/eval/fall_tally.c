/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts trials by kind.
 */
#include "models/eval/fall_tally.h"
#include "common/cleanup.h"
#include "models/eval/statistics.h"

#include <errno.h>
#include <string.h>

const char *trial_text(const struct trial *t, enum trial_field field)
{
	switch (field) {
	case TRIAL_SET:
		return t->set;
	case TRIAL_PLACE:
		return t->place;
	case TRIAL_GROUP:
		return t->group;
	case TRIAL_ACTIVITY:
		return t->activity;
	case TRIAL_FIELDS:
		break;
	}
	return "";
}

bool trial_passes(const struct trial *t, const struct trial_filter *filter)
{
	for (int f = 0; f < TRIAL_FIELDS; f++)
		if (filter->text[f] &&
			strcmp(filter->text[f], trial_text(t, (enum trial_field)f)) != 0)
			return false;
	return true;
}

size_t trial_values(const struct fall_measure *m, const struct trial_filter *filter,
	enum trial_field field, const char *ret[TALLY_VALUES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < m->count && count < TALLY_VALUES_MAX; i++) {
		const char *text = trial_text(&m->trials[i], field);
		bool is_new = trial_passes(&m->trials[i], filter);

		for (size_t v = 0; is_new && v < count; v++)
			is_new = strcmp(ret[v], text) != 0;
		if (is_new)
			ret[count++] = text;
	}
	return count;
}

static void count_fall(struct fall_tally *t, const struct trial *trial, const struct fall_result *r)
{
	t->falls++;
	t->found += r->is_called;
	t->falls_with_times += trial->has_times;
	t->found_in_time += r->is_called_in_time;
}

static void count_daily(struct fall_tally *t, const struct fall_result *r)
{
	t->daily++;
	t->wrong += r->is_called;
	t->hours += r->seconds / 3600;
	t->false_alarms += r->alarms;
	t->impacts += r->impacts;
}

int fall_tally_of(
	const struct fall_measure *m, const struct trial_filter *filter, struct fall_tally *ret)
{
	_cleanup_(free_p) double *delays_s = calloc(m->count + 1, sizeof(*delays_s));
	struct fall_tally t = {0};

	if (!delays_s)
		return -ENOMEM;
	for (size_t i = 0; i < m->count; i++) {
		const struct fall_result *r = &m->results[i];

		if (!trial_passes(&m->trials[i], filter))
			continue;
		t.trials++;
		if (!m->trials[i].is_fall) {
			count_daily(&t, r);
			continue;
		}
		if (r->is_called)
			delays_s[t.found] = r->delay_s;
		count_fall(&t, &m->trials[i], r);
	}
	t.answer_median_s = quantile(delays_s, t.found, 0.5);
	t.answer_p95_s = quantile(delays_s, t.found, 0.95);
	*ret = t;
	return 0;
}
