/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One trial put through the shipped fall model, as a hub would hear it.
 */
#pragma once

#include "models/eval/trial_index.h"
#include "models/fall.h"

#define ALARM_APART_S 10 /* two calls of a fall nearer than this are one alarm */

#define FALL_CURVE_POINTS 21 /* of the operating curve */

/* Threshold of a point: 0.01 to 0.99, evenly in log-odds. */
double fall_curve_threshold(int point);

struct fall_result {
	bool is_called;         /* any answer of the trial was "a fall" */
	bool is_called_in_time; /* … with the impact within the fall's own times, where known */
	uint32_t alarms;
	uint32_t alarms_at[FALL_CURVE_POINTS]; /* had first answers alone been called from there on
						*/
	uint32_t impacts;                      /* judged */
	double seconds;             /* heard; pauses of the recording over 10 s left out */
	double delay_s;             /* of the first call after its impact */
	float probability;          /* the highest of all answers */
	float probability_at_first; /* … of the first answers */
};

/* `model` is fall_size() bytes; `weights` NULL: the shipped ones. 0; −errno with "FILE:LINE: …" in
 * ret_error. */
int fall_trial_run(struct fall *model, const struct fall_weights *weights, const char *path,
	const struct trial *trial, enum wear_place place, struct fall_result *ret,
	char ret_error[INDEX_ERROR_MAX]);
