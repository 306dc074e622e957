/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The faults of a home: what is wrong now, what of it the centre was told, and what is to be told
 * next (HS-12). Whoever finds a fault reports each time it looks whether it is there; here it is
 * decided when that is worth an incident. Pure; time comes in, turns come out.
 *
 * A fault must last hold_s before it is told, is told at most once an hour however often it comes
 * and goes, and, where it is not urgent, not at night. Of the faults of sensors FAULTS_SENSORS_MAX
 * are incidents of their own, of the home's FAULTS_HOME_MAX; what is more is one incident together
 * ("5 autres pannes"), so that faults never crowd out alarms.
 */
#pragma once

#include "hub/suspicion.h"

#define FAULTS_MAX         192
#define FAULTS_SENSORS_MAX 4
#define FAULTS_HOME_MAX    3
#define FAULTS_AGAIN_S     3600 /* from one telling of a fault to the next */
#define FAULTS_OTHERS_S    600  /* from one word of those told together to the next */
#define FAULTS_DAY_FROM_H  8    /* what is not urgent is told from then … */
#define FAULTS_DAY_UNTIL_H 20   /* … until then, local time */
#define FAULTS_HOME_PREFIX \
	"vigie-hub/" /* subjects that are no sensor; no sensor's id begins so \
		      */

#define FAULTS_TOGETHER_MARK 1000 /* of the incident of those told together */

/* In the order of their weight: the first is told first. */
enum fault_kind {
	FAULT_DEAF,     /* a way by which sensors are heard: the radio, a bus */
	FAULT_JAMMED,   /* the radio is flooded */
	FAULT_MAINS,    /* the home's power, by the hub's own supply or a sensor's word */
	FAULT_STORE,    /* nothing can be kept */
	FAULT_ROSTER,   /* enrolled sensors are missing: their file cannot be used */
	FAULT_RESTARTS, /* the hub starts again and again */
	FAULT_VOICE,    /* nobody can be asked aloud */
	FAULT_SILENT,   /* a sensor that calls for help, or is worn */
	FAULT_FAILED,   /* its source says that it is broken */
	FAULT_TAMPER,
	FAULT_QUIET, /* any other sensor's silence */
	FAULT_BATTERY,
	FAULT_UNSTABLE, /* a contact that chatters */
	FAULT_UNWORN,
	FAULT_KINDS
};

enum fault_told { FAULT_UNTOLD, FAULT_TOLD, FAULT_TOLD_TOGETHER };

struct fault {
	enum fault_kind kind;
	struct sensor_id subject; /* "": a free row */
	bool is_on;
	enum fault_told told;
	uint64_t changed_us; /* since when is_on is so */
	uint64_t told_us;    /* when it was last told, or was over; 0: never */
	int64_t since_ms;    /* UTC, of a fault that is on */
	char incident[INCIDENT_ID_MAX];
	char name[INCIDENT_TEXT_MAX], room[INCIDENT_TEXT_MAX];
	char what[INCIDENT_TEXT_MAX]; /* one phrase for operators, in French */
};

struct faults {
	struct fault rows[FAULTS_MAX];
	char others[INCIDENT_ID_MAX]; /* the incident of those told together; "" */
	uint64_t others_us;           /* its last word */
	bool is_day;                  /* as faults_next() was last asked */
};

struct fault_report {
	enum fault_kind kind;
	bool is_on;
	struct sensor_id subject;
	const char *name, *room; /* borrowed for the call */
	const char *what;        /* of one that is on */
};

/* How it is now. 1 when that is news, 0 when it is not, −ENOSPC for one fault too many. */
int faults_report(struct faults *f, const struct fault_report *r, struct moment at);
/* NULL: not there, and not of late. */
const struct fault *faults_find(
	const struct faults *f, enum fault_kind kind, const struct sensor_id *subject);
bool faults_is_on(const struct faults *f, enum fault_kind kind, const struct sensor_id *subject);

enum faults_turn {
	FAULTS_REST,
	FAULTS_TELL,     /* this one begins an incident */
	FAULTS_END,      /* this one's incident is over */
	FAULTS_TOGETHER, /* those that share one: a first or another word about them */
	FAULTS_END_TOGETHER
};
/* What to do next; the row in ret_row where it is about one. is_day: what is not urgent may be
 * told. Asked again after each answer that was followed. */
enum faults_turn faults_next(
	struct faults *f, struct moment at, bool is_day, unsigned int *ret_row);
/* The suspicion that tells it. */
struct suspicion faults_suspicion(const struct faults *f, unsigned int row);
struct suspicion faults_together(const struct faults *f, struct moment at);
/* Followed: the incident it was told by. */
void faults_told(struct faults *f, unsigned int row, const char *incident, struct moment at);
void faults_told_together(struct faults *f, const char *incident, struct moment at);
void faults_ended(struct faults *f, unsigned int row);
void faults_ended_together(struct faults *f);

/* What the store kept of one that the centre was told of: on until it is reported otherwise.
 * −ENOSPC.
 */
int faults_restore(struct faults *f, const struct fault *fault);
/* Whether a restart must know of it: it was told, or was so within the hour. */
bool fault_is_kept(const struct fault *fault);
bool fault_is_of_home(enum fault_kind kind);

/* Why a fault is over: "de nouveau entendu". */
const char *fault_over_text(enum fault_kind kind);
/* "silent", "battery" …: the store's and the control socket's word. Never NULL. */
const char *fault_kind_text(enum fault_kind kind);
int fault_kind_from_text(const char *text, enum fault_kind *ret);
