/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The home's own rhythm in the hub: readings of installed sensors become signs of life for
 * models/routine, its answers become suspicions with reasons a person can read, and what it learned
 * is kept (hub/store_rhythm). Decides in the home's local time, keeps UTC. Knows no loop and no
 * clock; what it says is asked about first like any suspicion (HS-01).
 *
 * A silent radio is not a silent person: while nobody can hear (see rhythm_turn) no alarm follows.
 * After at most ROUTINE_PAUSE_MS of it the silence goes on, so that an adapter that comes and goes
 * does not hide who lies there; after more it begins anew. A sensor of another room that is silent
 * is said among the reasons.
 *
 * What was learned is kept each RHYTHM_SAVE_US, and within a look (RHYTHM_LOOK_US) of the outer
 * door's use or of somebody coming home: a kill at any instant leaves nobody thought away who is
 * there.
 */
#pragma once

#include "hub/escalate.h"
#include "hub/local_time.h"
#include "hub/supervision.h"
#include "models/routine.h"

#define RHYTHM_SAVE_US     (15 * 60 * US_PER_S) /* flash is precious */
#define RHYTHM_LOOK_US     (60 * US_PER_S)
#define RHYTHM_CLOCK_MS    120000 /* the wall clock moved by more against the other one: was set */
#define RHYTHM_SENSOR      "routine"
#define RHYTHM_TURN_MAX    ROUTINE_ANSWERS_MAX
#define RHYTHM_SPEED_MAX   1e6
#define RHYTHM_SAVE_MIN_US US_PER_S /* of real time, where a recording is played faster */

struct rhythm_config {
	bool is_off;
	bool tells_wandering;
	uint8_t night_from_h, night_until_h;
	char zone[LOCAL_TIME_ZONE_MAX];
};

/* What is thought of now. */
struct rhythm_where {
	struct routine_time now;
	uint16_t known_days;
	float confidence; /* 0..1 */
	bool is_away;
	bool is_heard;                /* somebody was heard at all … */
	char room[INCIDENT_TEXT_MAX]; /* … last here … */
	uint32_t silent_s, limit_s;   /* … so long ago, and may be silent so long */
};

/* What was learned, for people: a plain value. Rooms that hold nothing are named apart. */
struct rhythm_table {
	struct rhythm_where where;
	uint16_t mornings, usual_up_min, latest_up_min;
	unsigned int rooms_count;
	struct rhythm_room {
		char name[INCIDENT_TEXT_MAX];
		struct routine_cell
			hours[ROUTINE_HOURS]; /* by the local hour in which they began */
	} rooms[ROUTINE_ROOMS_MAX];
	unsigned int empty_count;
	char empty[ROUTINE_ROOMS_MAX][INCIDENT_TEXT_MAX];
};

struct rhythm;

/* The supervision, and its roster, are borrowed. Takes up what was saved in state_dir. −ENOMEM;
 * −EINVAL for a configuration that hub/config would have refused. */
int rhythm_new(struct rhythm **ret, const struct rhythm_config *config,
	const struct supervision *supervision, const char *state_dir, struct moment at);
/* Saves what was learned until then. */
struct rhythm *rhythm_free(struct rhythm *r, struct moment at);
/* From `at` on its hours are those of a recording that is played: they begin at calendar_ms (UTC)
 * and pass `speed` times faster. */
void rhythm_play(struct rhythm *r, int64_t calendar_ms, double speed, struct moment at);

/* A reading of an installed sensor: true when it is a sign of life inside the home. A second
 * hearing is true where the first was, and nothing new. */
bool rhythm_reading(struct rhythm *r, const struct roster_sensor *sensor,
	const struct reading *reading, struct moment at);
/* The resident pressed or answered: not silent, wherever; fine: what was asked about was usual. */
void rhythm_answered(struct rhythm *r, bool is_fine, struct moment at);
/*
 * Time passed: 0..RHYTHM_TURN_MAX suspicions, and the answers behind them. Nobody can hear while a
 * way in by which rooms are heard is deaf or jammed, or where all motion sensors of the room of the
 * last sign of life (all its sensors, where it has none), or all of the home, have failed or are
 * stale.
 */
int rhythm_turn(struct rhythm *r, struct moment at, struct suspicion ret[RHYTHM_TURN_MAX],
	struct routine_answer ret_answers[RHYTHM_TURN_MAX]);
/* When rhythm_turn() is due next. */
uint64_t rhythm_next_us(const struct rhythm *r);

/* "" or a phrase for a technician: what was learned could not be taken up, or cannot be saved. */
const char *rhythm_fault(const struct rhythm *r);
void rhythm_where(const struct rhythm *r, struct moment at, struct rhythm_where *ret);
void rhythm_table(const struct rhythm *r, struct moment at, struct rhythm_table *ret);
/* The slow signals of the last week, for the weekly summary. */
void rhythm_week(const struct rhythm *r, struct moment at, struct routine_week *ret);
void rhythm_counters(const struct rhythm *r, struct routine_counters *ret);
