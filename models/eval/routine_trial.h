/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One home through the routine model and its rivals: the first half is learned, in the second half
 * silence is injected at random times while the resident is home, and its untouched days are
 * listened to for false alarms. What is learned goes on in the second half, as it would.
 */
#pragma once

#include "models/eval/home_log.h"

#define DELAY_MAX_S    86400 /* not alarmed within it: counts as this long, and as not alarmed */
#define TRIALS_DEFAULT 1000

/* Silence between two events of the second half, and what happened in it. */
struct trial_silence {
	int64_t from_ms, until_ms;
	uint8_t room;
	bool is_on_mat;
	bool is_home;     /* by the truth, see routine_truth.c */
	bool is_away;     /* by the model, in the end */
	bool is_learned;  /* home by the model: rivals learn from the same ones */
	int64_t alarm_ms; /* of the model, on the untouched day: a false one; 0 none */
	enum routine_what what;
	uint32_t limit_s; /* of the model's long silence */
};

struct injection {
	int64_t at_ms;
	uint32_t silence; /* which one it fell into */
	bool is_away;     /* the model thought so: no alarm can come */
	double delay_s;
	enum routine_what what;
};

struct routine_trial {
	const struct home_log *home;    /* borrowed */
	struct trial_silence *silences; /* of all the home, the first half first; owned */
	size_t count, scored_from;
	struct injection *injections; /* owned, in order of time */
	size_t injected;
	double days_scored, known_days;
	struct routine *model; /* as learned at the end; owned */
};

int routine_trial_run(
	const struct home_log *home, uint32_t seed, size_t injections, struct routine_trial *ret);
void routine_trial_done(struct routine_trial *t);

/*
 * Who was home, told without the model. Out is: where a place says so; at least half of a silence
 * under a label of leaving; and a silence of 15 min or more that begins within 3 min of an outer
 * door's use with nobody heard inside since, until that door is used again or somebody moves about
 * (ten activations inside within ten minutes): lone activations in between are not a return.
 */
#define TRUTH_RECENT 10
struct truth {
	int64_t door_ms, inside_ms;
	int64_t recent_ms[TRUTH_RECENT]; /* a ring */
	size_t recent;
	bool is_out, is_placed_out;
	size_t door; /* 1 + the sensor found by truth_begin(), 0: none, or the names tell it */
};
/* Where no name tells an outer door: the contact between whose uses long silences by day lie, four
 * at least and no fewer than by night, over the whole recording. The model is not told. */
struct truth truth_begin(const struct home_log *home);
/* Event i was heard: is the resident home in the silence that it begins? */
bool truth_step(struct truth *t, const struct home_log *home, size_t i);

/* Rivals: when a silence of the second half would alarm, in ms; INT64_MAX for never. */
enum rival { RIVAL_FIXED, RIVAL_LONGEST_BY_HOUR, RIVALS };
/* One number each: hours for the fixed timer, the factor on the longest silence for the other. */
void rival_alarms(
	const struct routine_trial *t, enum rival rival, double setting, int64_t *ret_alarm_ms);

/* Floors know what no home can: the same of them. */
enum floor {
	/* one limit for each room, mat and three hours of the day, over all the second half: its
	 * own longest silence there; the model's false alarms are granted */
	FLOOR_HINDSIGHT,
	FLOOR_ORACLE /* how long each silence will last */
};
void floor_alarms(const struct routine_trial *t, enum floor floor, int64_t *ret_alarm_ms);
