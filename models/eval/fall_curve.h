/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operating curve: what other thresholds on the first answer's probability would have found and
 * wrongly called, per set, as a table and as a drawing (SVG).
 */
#pragma once

#include "models/eval/fall_tally.h"

#include <stdio.h>

struct fall_point {
	double threshold, sensitivity, specificity;
	double per_hour; /* false alarms, at most one in ALARM_APART_S; NAN without daily life */
};

/* Points of the trials that pass, by rising threshold. */
void fall_curve_of(const struct fall_measure *m, const struct trial_filter *filter,
	struct fall_point ret[FALL_CURVE_POINTS]);
/* Sets that hold both falls and daily life. 0 or −errno. */
int fall_curve_table(const struct fall_measure *m, FILE *to);
/* Writes PATH whole or not at all. */
int fall_curve_draw(const struct fall_measure *m, const char *path);
