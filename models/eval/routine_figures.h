/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of the routine model and its rivals over one home or several.
 */
#pragma once

#include "models/eval/routine_trial.h"

enum routine_judge {
	JUDGE_MODEL,
	JUDGE_FIXED_8H,
	JUDGE_FIXED_TUNED,   /* a timer, as short as it can be with no more false alarms than the
				model */
	JUDGE_LONGEST_TUNED, /* the longest silence of each hour, tuned alike */
	JUDGE_HINDSIGHT,     /* floors: enum floor */
	JUDGE_ORACLE,
	JUDGES
};

static inline bool routine_is_floor(enum routine_judge judge)
{
	return judge == JUDGE_HINDSIGHT || judge == JUDGE_ORACLE;
}

extern const char *const routine_judge_names[JUDGES]; /* "model", "fixed_8h", … */

struct routine_figures {
	double days_scored;
	uint64_t injected, alarmed; /* within DELAY_MAX_S */
	double mean_s, median_s, p95_s,
		day_median_s; /* day: silence from 09 to 21 h; NAN for none */
	uint64_t false_alarms;
	double hour_mean_s[24]; /* by the hour in which silence began; NAN for none */
	uint64_t hour_injected[24];
};

/* Which of the homes: all that have motion sensors, or all. */
enum routine_group { GROUP_MOTION, GROUP_ALL, GROUPS };

struct routine_measure {
	const struct routine_trial *trials; /* borrowed */
	size_t count;
	double settings[JUDGES]; /* of rivals: hours, or the factor */
};

bool routine_group_has(enum routine_group group, const struct routine_trial *t);
/* Finds the rivals' settings, over the homes with motion sensors (all where none has). 0, −ENOMEM.
 */
int routine_measure_tune(struct routine_measure *m);
/* Over `count` trials from `first` that are in the group. 0 or −ENOMEM. */
int routine_figures_of(const struct routine_measure *m, enum routine_judge judge, size_t first,
	size_t count, enum routine_group group, struct routine_figures *ret);
