/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts over the trials of one kind: of a set, a place, a group, an activity, or several of these.
 */
#pragma once

#include "models/eval/fall_trial.h"

#define TALLY_VALUES_MAX  256
#define WORN_HOURS_A_WEEK 112 /* of a person who wears it by day */

struct fall_measure {
	const struct trial *trials;
	const struct fall_result *results; /* one for each */
	size_t count;
};

enum trial_field { TRIAL_SET, TRIAL_PLACE, TRIAL_GROUP, TRIAL_ACTIVITY, TRIAL_FIELDS };

/* The text each field must have; NULL: any. */
struct trial_filter {
	const char *text[TRIAL_FIELDS];
};

struct fall_tally {
	uint64_t trials;
	uint64_t falls, found;
	uint64_t falls_with_times, found_in_time; /* called with the impact where the fall was */
	uint64_t daily, wrong;
	double hours;                         /* of daily-life recordings */
	uint64_t false_alarms;                /* in them, at most one in ALARM_APART_S */
	uint64_t impacts;                     /* judged in them */
	double answer_median_s, answer_p95_s; /* first call after its impact; NAN where nothing was
						 found */
};

bool trial_passes(const struct trial *t, const struct trial_filter *filter);
const char *trial_text(const struct trial *t, enum trial_field field);
/* The different texts of a field among the trials that pass, in order of appearance; at most
 * TALLY_VALUES_MAX. */
size_t trial_values(const struct fall_measure *m, const struct trial_filter *filter,
	enum trial_field field, const char *ret[TALLY_VALUES_MAX]);
/* 0 or −ENOMEM. */
int fall_tally_of(
	const struct fall_measure *m, const struct trial_filter *filter, struct fall_tally *ret);
