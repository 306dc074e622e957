/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A home's own rhythm: signs of life in, "today is not like its other days" out. Learns from
 * motion, contacts, mats and places how long silences and stays last in each room and hour, when
 * the day starts, nights and absences; says what is unlike them, and how much it knows.
 * models/training/MODEL.md has the card: what it assumes, how often it is wrong, what it cannot
 * see.
 *
 * Pure: no clock, no I/O, no allocation; memory of routine_size() bytes. Whoever calls passes the
 * time: UTC, and the home's offset to it. Lengths are UTC's; hours and weekdays are the home's, so
 * October's second 02:30 is another half hour of the same night and March's is never waited for.
 *
 * Bad input, each defined: an event at most ROUTINE_LATE_MS late is left out (−EAGAIN); one that is
 * older too (−ESTALE), until ROUTINE_BACK_EVENTS in a row, none before the other, say that the
 * clock was set back: then silence starts anew. More than ROUTINE_CHATTER_MIN events of a sensor
 * within a minute are no signs of life, nor is an "on" repeated by a sensor that has been on for
 * ROUTINE_STUCK_MS; both are counted. A state only said again ("off", "still open") is none either.
 * Rooms beyond ROUTINE_ROOMS_MAX share one.
 */
#pragma once

#include "sensors/reading.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROUTINE_SENSORS_MAX     128
#define ROUTINE_ROOMS_MAX       32
#define ROUTINE_STATE_MAX_BYTES 32768
#define ROUTINE_ANSWERS_MAX     5
#define ROUTINE_HOURS           24

#define ROUTINE_LATE_MS     60000
#define ROUTINE_BACK_EVENTS 5
#define ROUTINE_CHATTER_MIN 300          /* events of one sensor in a minute */
#define ROUTINE_STUCK_MS    (30 * 60000) /* on for longer, and only repeated */
#define ROUTINE_LEAST_S     600          /* shorter silences are not kept */
#define ROUTINE_REST_MAX_S  (14 * 3600)  /* longer ones are absences that no door told */
#define ROUTINE_AGAIN_S     (6 * 3600)
#define ROUTINE_PRIOR_S     (12 * 3600)        /* limit of the first day, for a home nobody knows */
#define ROUTINE_AHEAD_MS    (366LL * 86400000) /* further ahead is no event but a wrong clock */

enum routine_sign {
	ROUTINE_MOTION,
	ROUTINE_CONTACT, /* door, drawer, flush */
	ROUTINE_MAT,     /* bed or chair: on while somebody is on it */
	ROUTINE_USE,     /* anything else that only a person does */
	ROUTINE_PLACE    /* on: the resident is now in this sensor's room */
};

/* What the installer, or routine_role_of(), says of a sensor. */
enum routine_role {
	ROUTINE_INSIDE,
	ROUTINE_OUTER_DOOR, /* a contact of the door to the street or the stairs */
	ROUTINE_AT_DOOR,    /* hears who passes the outer door, from either side */
	ROUTINE_OUTSIDE     /* a ROUTINE_PLACE that is not the home */
};

struct routine_time {
	int64_t utc_ms;
	int32_t offset_s; /* local − UTC */
};

struct routine_event {
	struct routine_time time;
	uint8_t sensor; /* as routine_sensor() numbered it */
	bool is_on;
};

enum routine_presence { ROUTINE_HOME, ROUTINE_AWAY };

enum routine_what {
	ROUTINE_LONG_SILENCE, /* at home, and nothing heard for longer than in comparable hours */
	ROUTINE_LONG_STAY,    /* in a room that is never stayed in so long, silent or not */
	ROUTINE_NOT_BACK,     /* up at night and not back in the room slept in */
	ROUTINE_NOT_UP,       /* later than any of the known mornings */
	ROUTINE_GONE_AT_NIGHT /* outer door at night, nobody inside since; by configuration */
};

struct routine_answer {
	enum routine_what what;
	uint8_t room;        /* routine_room_name() */
	uint32_t lasted_s;   /* silence, stay, time since … */
	uint32_t limit_s;    /* how long it was given … */
	bool is_by_room;     /* … as in a room that is never rested in */
	uint32_t longest_s;  /* the longest comparable one known, 0 for none */
	uint16_t comparable; /* how many are known … */
	uint16_t longer;     /* … and how many of them lasted longer */
	uint16_t known_days;
	float confidence; /* 0..1: how much of this home is known */
};

struct routine_options {
	bool tells_gone_at_night;
	uint8_t night_from_h, night_until_h; /* local hours, 0..23; both 0: 22 and 6 */
};

/* A week of nights, for the weekly summary; no alarm. */
struct routine_week {
	uint16_t nights; /* known, of the last seven */
	uint16_t nights_before;
	float signs_a_night; /* signs of life between 0 and 5 h, the last seven nights */
	float signs_before;  /* … and the four weeks before */
	bool is_far_more;    /* more than double, and at least ten more */
};

struct routine_counters {
	uint64_t events;
	uint32_t late, refused, clock_set, chatter, stuck;
};

struct routine;

size_t routine_size(void);
/* −EINVAL for hours that are none, r untouched. options NULL: the defaults. */
int routine_init(struct routine *r, const struct routine_options *options);

/* By name, in French and English: "front door", "Porte d'entrée", "MainEntryway"; else inside. */
enum routine_role routine_role_of(const char *sensor, const char *room, enum routine_sign sign);
/* What a reading of that kind says of life; −EINVAL for kinds that say nothing, ret untouched. */
int routine_sign_of(enum reading_kind kind, enum routine_sign *ret);
/*
 * Makes a sensor known: its number (the same for the same name, room and sign), or −ENOSPC for the
 * 129th. Without any outer door among them, a contact that behaves like one is taken for it
 * (silences of hours by day begin and end with it).
 */
int routine_sensor(struct routine *r, const char *sensor, const char *room, enum routine_sign sign,
	enum routine_role role);
/* Hears life inside the home: neither a door to the outside nor what can be passed from there. */
bool routine_is_inside(const struct routine *r, uint8_t sensor);
/* "" for none, or for one learned before a restart and not installed any more. */
const char *routine_room_name(const struct routine *r, uint8_t room);

/* 0; −EINVAL for an unknown sensor or an impossible time, −EAGAIN late, −ESTALE far too late. */
int routine_push(struct routine *r, const struct routine_event *event);
/* Nobody was listening until now (restart, deaf radio): silence starts anew and is not learned; who
 * was away may be back, and is judged as at home. */
int routine_not_heard(struct routine *r, struct routine_time until);
/*
 * The resident said something without being heard in a room: the silence begins anew where it was.
 * "I am fine": so do the stay and the nightly walk, and all of it, before and after, is learned in
 * one, so that who is well and asked each evening is soon not asked any more. Anything else (a call
 * for help after hours on the floor) is not learned from. −EINVAL for an impossible time.
 */
int routine_answered(struct routine *r, struct routine_time at, bool is_fine);
/*
 * What is heard of wearables that those who live here wear, told before each routine_judge(): UTC,
 * all 0 where none is within hearing. Worn since the outer door was last used, it was not its
 * wearer who went out: no "away" as long as it is heard; heard so for ROUTINE_STAYED_MS since, that
 * door counts no more, whatever becomes of the wearable, and whoever was thought away is at home
 * (the silence begins anew). It is no sign of life, and where a ROUTINE_PLACE speaks that one is
 * believed. −EINVAL for an impossible time.
 */
struct routine_worn {
	int64_t from_ms;  /* within hearing since */
	int64_t worn_ms;  /* last shown to be worn; 0: not shown */
	int64_t heard_ms; /* last heard */
};
int routine_worn(struct routine *r, struct routine_time now, const struct routine_worn *worn);
/* Some of the silence under way was not listened to: it is judged and not learned. */
void routine_missed(struct routine *r);
/* The clock that gave the times was set, by so much: the silence under way keeps its length.
 * −EINVAL where that leads nowhere. */
int routine_clock_set(struct routine *r, int64_t by_ms);
/* What is unlike this home now; each is told once until it is over, a silence again after each
 * ROUTINE_AGAIN_S (or its limit, where that is longer) of it: whoever closed it may have erred.
 * Call it each minute. 0..n; −EINVAL for an impossible time. */
int routine_judge(
	struct routine *r, struct routine_time now, struct routine_answer ret[ROUTINE_ANSWERS_MAX]);

enum routine_presence routine_presence(const struct routine *r);
/* UTC: when the outer door was last used, 0 for never. */
int64_t routine_door_ms(const struct routine *r);
/* What the silence under way is given, with how it was found; routine_where() must have said yes.
 */
void routine_limit_now(const struct routine *r, struct routine_answer *ret);
/* What a silence of somebody just come in there, beginning then, would be given. */
void routine_limit(const struct routine *r, struct routine_time start, uint8_t room, bool is_on_mat,
	struct routine_answer *ret);
/* The room of the last sign of life, whether on a mat there, and when: false when none yet. */
bool routine_where(const struct routine *r, struct routine_time *ret_since, uint8_t *ret_room,
	bool *ret_on_mat);
uint8_t routine_rooms(const struct routine *r);
bool routine_has_mat(const struct routine *r, uint8_t room);
/* What is known of silences that began in that room (any state of its mats) and local hour, and the
 * limit one that begins in the middle of that hour of now's day would be given. */
struct routine_cell {
	uint16_t count;
	uint32_t median_s, longest_s, limit_s;
};
void routine_cell(const struct routine *r, struct routine_time now, uint8_t room, uint8_t hour,
	struct routine_cell *ret);
/* Minute of the day of the usual (median) and the latest known morning: how many are known. */
uint16_t routine_mornings(
	const struct routine *r, uint16_t *ret_usual_min, uint16_t *ret_latest_min);
void routine_week(const struct routine *r, struct routine_time now, struct routine_week *ret);
void routine_counters(const struct routine *r, struct routine_counters *ret);

/*
 * What was learned, in the same bytes on every machine: how many, at most ROUTINE_STATE_MAX_BYTES.
 * −ENOBUFS where `size` is less than needed.
 */
int routine_save(const struct routine *r, uint8_t *ret_bytes, size_t size);
/*
 * Takes it up again, at `now`, into a state just initialised, before its sensors are made known.
 * −EBADMSG damaged, −ENOTSUP written by a newer version, −EINVAL not at the start, r untouched:
 * keep those bytes aside and tell it. Silence goes on where at most ROUTINE_PAUSE_MS have passed
 * since the last event, look or routine_not_heard() before the saving, else it starts anew.
 */
#define ROUTINE_PAUSE_MS (20 * 60000)
int routine_load(struct routine *r, const uint8_t *bytes, size_t count, struct routine_time now);
