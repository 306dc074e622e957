/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether each installed sensor is still heard: how long it has been silent, against a deadline
 * learned from its own cadence (cadence.h) within the bounds of its role and configuration. Silence
 * is counted only while the way it would come by is listened to: while the receiver is deaf, or its
 * bus unplugged, no sensor behind it grows more silent, and nothing is learned. What is known
 * outlives a restart through the store, silence included, so that a hub that starts anew each hour
 * still notices. Pure: time comes in, states come out; hub/watch.c wires it.
 */
#pragma once

#include "hub/battery.h"
#include "hub/cadence.h"
#include "hub/config_modbus.h"
#include "hub/roster.h"

/* The ways by which sensors are heard. NONE: a recording; always listened to. */
#define WAY_NONE             0
#define WAY_RADIO            1
#define WAY_BUS(bus)         (2 + (bus))
#define SUPERVISION_WAYS_MAX WAY_BUS(HUB_BUSES_MAX)

/* A wearable silent for longer is out of hearing: its deadline as a sensor is longer, for it goes
 * out with who wears it. */
#define SUPERVISION_NEAR_US (600 * US_PER_S)
/* Moved in so many different minutes within WORN_WITHIN_US: is worn. Somebody awake never rested
 * for more than 224 s (models/fall_wear.h); what lies somewhere and is knocked against moves once.
 */
#define WORN_MOVES     3
#define WORN_WITHIN_US (600 * US_PER_S)

/* One sensor, in the row that the roster gives it. */
struct watched {
	struct sensor_id id; /* whose this is; "": nobody's */
	unsigned int way;
	struct cadence cadence;
	struct battery battery;
	bool has_been_heard; /* ever: before the last restart counts */
	uint64_t heard_us;   /* in this run; 0: not yet */
	uint64_t silent_us;  /* listened to before from_us without a sign of it */
	uint64_t from_us;    /* listened to since; UINT64_MAX: its way is deaf */
	/* what it last said of itself; UINT64_MAX: nothing */
	uint64_t tampered_us, unworn_us, mains_lost_us; /* since when; 0: it is not so */
	uint64_t stuck_us;                              /* its accelerometer */
	bool says_worn;      /* by a reading of its own, which counts more than its stream */
	uint64_t chatter_us; /* last, UINT64_MAX: never */
	/* a wearable near and on somebody */
	uint64_t near_us; /* since when heard without SUPERVISION_NEAR_US of silence; 0: not yet */
	uint64_t worn_us; /* last shown to be worn; 0: never */
	uint32_t moves;   /* of its stream, as last told */
	uint64_t moved_us[WORN_MOVES]; /* the last ones in different minutes, oldest first */
};

/* What sensors are heard by. */
struct way {
	bool is_used;             /* something listens by it */
	bool is_deaf;             /* that says so itself */
	bool is_jammed;           /* the radio is flooded */
	bool is_mute;             /* it says it hears, and all of its sensors are silent together */
	uint64_t muted_us;        /* since when */
	uint64_t any_us;          /* when anything at all was last heard, strangers too; 0: never */
	struct sensor_id subject; /* of its faults */
	char name[INCIDENT_TEXT_MAX]; /* for operators, in French */
};

struct supervision {
	const struct roster *roster; /* borrowed from the hub's configuration */
	struct way ways[SUPERVISION_WAYS_MAX];
	struct watched sensors[ROSTER_SENSORS_MAX];
};

/* Watches every sensor of the roster from now on; all ways but NONE begin deaf. */
void supervision_init(struct supervision *s, const struct roster *roster, uint64_t now_us);
/* By which way a sensor is heard, where it is not what its id says (a radio address: the radio). */
void supervision_set_way(struct supervision *s, const struct roster_sensor *sensor,
	unsigned int way, uint64_t now_us);
/* A sensor that was added to the roster, or whose row was given to another. Known by itself when it
 * is first heard. */
void supervision_add(struct supervision *s, const struct roster_sensor *sensor, uint64_t now_us);
/* What the store kept of a sensor: its cadence, battery, silence and whether it was ever heard. */
void supervision_recall(struct supervision *s, const struct roster_sensor *sensor,
	const struct watched *kept, uint64_t now_us);

/* A sign of life of a sensor, understood or not. */
void supervision_hear(struct supervision *s, const struct roster_sensor *sensor, uint64_t now_us);
/* A way is listened to from now on, or is not. */
void supervision_listen(
	struct supervision *s, unsigned int way, bool is_listening, uint64_t now_us);

/* What it says of itself: battery, tamper, worn, mains. */
void supervision_reading(struct supervision *s, const struct roster_sensor *sensor,
	enum reading_kind kind, double value, uint64_t now_us);
/* How a wearable's stream looks. */
void supervision_wear(struct supervision *s, const struct roster_sensor *sensor,
	enum wear_state state, uint64_t now_us);
/* In how many seconds of its stream it moved until now (models/fall.h). */
void supervision_moves(
	struct supervision *s, const struct roster_sensor *sensor, uint32_t moves, uint64_t now_us);
/* Its contact flutters. */
void supervision_chatters(
	struct supervision *s, const struct roster_sensor *sensor, uint64_t now_us);
/* Something was heard by that way, whoever said it. */
void supervision_hear_any(struct supervision *s, unsigned int way, uint64_t now_us);
/* The radio is flooded from now on, or no longer: nobody is silent meanwhile. */
void supervision_jam(struct supervision *s, unsigned int way, bool is_jammed, uint64_t now_us);

enum sensor_state supervision_state(
	const struct supervision *s, const struct roster_sensor *sensor, uint64_t now_us);
struct roster_counts supervision_count(const struct supervision *s, uint64_t now_us);
/* The way by which it would be heard is not listened to, or jammed. */
bool supervision_is_deaf(const struct supervision *s, const struct roster_sensor *sensor);
/* How long it has been silent while it was listened to. */
uint64_t supervision_silent_us(
	const struct supervision *s, const struct roster_sensor *sensor, uint64_t now_us);
uint32_t supervision_deadline_s(const struct supervision *s, const struct roster_sensor *sensor);
bool supervision_is_learned(const struct supervision *s, const struct roster_sensor *sensor);

/* A wearable within hearing. */
struct supervision_near {
	uint64_t from_us; /* so long without SUPERVISION_NEAR_US of silence */
	uint64_t worn_us; /* last shown to be worn, by its own word or by moving; 0: never */
	uint64_t heard_us;
};
/* False for what is no wearable, has failed or was not heard for SUPERVISION_NEAR_US in which it
 * was listened to, ret untouched. One that moves is shown to be worn since the first of WORN_MOVES
 * movements, so that what happened before them proves nothing; its own word counts more. */
bool supervision_near(const struct supervision *s, const struct roster_sensor *sensor,
	uint64_t now_us, struct supervision_near *ret);
