/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sensors installed in this home: where each is, what it is for and when it was last heard.
 * A plain table of fixed size. Whether a sensor is fresh, stale or failed is supervision's matter.
 *
 * A sensor keeps its row from being added until it is removed, whatever else is added or removed
 * meanwhile: pointers to it and what others keep beside it by roster_row() stay good. A row that
 * became free is given to the next sensor: whoever keeps something by row begins anew with it when
 * told of that (judge_add). Read them with roster_next(), which skips free rows.
 */
#pragma once

#include "common/incident.h"
#include "hub/cadence.h"
#include "models/fall.h"
#include "sensors/adapter.h"
#include "sensors/gatt_socket.h"
#include "sensors/reading.h"

#include <stdbool.h>
#include <stdint.h>

#define ROSTER_SENSORS_MAX   128
#define ROSTER_WEARABLES_MAX 8
#define ROSTER_STALE_MIN_S   10
#define ROSTER_STALE_MAX_S   604800
#define ROSTER_CANARY_S      30 /* a canary's deadline where none is configured */

enum sensor_role {
	ROLE_WEARABLE,
	ROLE_BUTTON,
	ROLE_MOTION,
	ROLE_CONTACT,
	ROLE_PRESSURE,
	ROLE_ENVIRONMENT,
	ROLE_BEACON,
	ROLES
};

/* What a press on it means. BOTH: while asked, a short press is "fine" and a long one help; at any
 * other time every press is help. PAUSE: begins and ends the pause, and is no call. */
enum button_use {
	BUTTON_USE_HELP,
	BUTTON_USE_FINE,
	BUTTON_USE_BOTH,
	BUTTON_USE_PAUSE,
	BUTTON_USES
};

/* What the movement that a motion sensor, contact or mat tells says of the resident. USUAL: a sign
 * of life, which also answers for inactivity; told in the open, at its second hearing. TRUSTED: at
 * its first. SEALED: not where it is told in the open. SHARED: others move there (the hall of a
 * house), it says nothing. */
enum sensor_movement {
	MOVEMENT_USUAL,
	MOVEMENT_TRUSTED,
	MOVEMENT_SEALED,
	MOVEMENT_SHARED,
	MOVEMENTS
};

/* What movement is worth as an answer. WAITS: for the second hearing. */
enum movement_word { MOVEMENT_WAITS, MOVEMENT_DOUBTED, MOVEMENT_ANSWERS };

enum sensor_state { SENSOR_NEVER, SENSOR_FRESH, SENSOR_STALE, SENSOR_FAILED, SENSOR_STATES };

struct roster_sensor {
	struct sensor_id id;
	char name[INCIDENT_TEXT_MAX];
	char room[INCIDENT_TEXT_MAX];
	enum sensor_role role;
	enum wear_place place; /* wearables */
	enum button_use button;
	bool is_double_social; /* a double press asks for company, not for help */
	uint8_t resident;      /* whose: 1.., 0: nobody's in particular */
	bool is_outer;         /* a contact of the door to the street or the stairs */
	enum sensor_movement movement;
	enum reading_kind fall_kind; /* the reading by which it tells a fall itself, or NONE */
	bool has_link;               /* a wearable that the hub connects to */
	enum gatt_address address_type;
	char adapter[ADAPTER_NAME_MAX]; /* over which; "": the receiver's */
	uint32_t stale_s;       /* configured: silent at the most; 0: by role and what is learned */
	uint32_t stale_min_s;   /* configured: never too long below that; 0: by role */
	bool is_canary;         /* a beacon whose silence is the receiver's */
	bool is_unsupervised;   /* speaks only when it is used: its silence says nothing */
	bool is_added;          /* enrolled with vigie-ctl, in the hub's own file */
	bool is_failed;         /* its source says that it is broken */
	uint64_t heard_us;      /* 0: never */
	uint64_t readings;      /* heard since start */
	int8_t battery_pct;     /* −1: not known */
	char device[60];        /* what a wearable says it is, as read from it; "": not known */
	uint8_t asked_at_press; /* hub/press.h: what was asked when its last press was first heard
				 */
};

/* All zero is an empty one. */
struct roster {
	unsigned int installed, wearables;
	uint8_t order[ROSTER_SENSORS_MAX]; /* the rows of those installed, by id, ascending */
	struct roster_sensor sensors[ROSTER_SENSORS_MAX]; /* id "": a free row */
};

struct roster_counts {
	unsigned int fresh, stale, failed; /* never heard counts as stale */
};

const char *sensor_role_text(enum sensor_role role);
/* −EINVAL for an unknown word, ret untouched. */
int sensor_role_from_text(const char *text, enum sensor_role *ret);
const char *sensor_state_text(enum sensor_state state);
/* Whether movement told so answers for inactivity and ends what a pause withheld. */
enum movement_word sensor_moved(const struct roster_sensor *sensor, const struct reading *reading);
/* Within what its deadline is learned: by its role, narrowed by its configuration. A canary's is
 * not learned. */
struct cadence_bounds sensor_bounds(const struct roster_sensor *sensor);

/* 0; −EEXIST the id is there already; −ENOSPC at ROSTER_SENSORS_MAX + 1; −EMFILE at
 * ROSTER_WEARABLES_MAX + 1 wearables. */
int roster_add(struct roster *r, const struct roster_sensor *sensor);
/* Its row is free from now on: 0, or −ENOENT. */
int roster_remove(struct roster *r, const struct sensor_id *id);
/* NULL when it is not installed here. */
struct roster_sensor *roster_find(struct roster *r, const struct sensor_id *id);
/* The sensors by row: the first of NULL, NULL after the last. The one last given may be removed
 * in between. */
struct roster_sensor *roster_next(struct roster *r, const struct roster_sensor *previous);
/* The same of a roster that is only read. */
const struct roster_sensor *roster_following(
	const struct roster *r, const struct roster_sensor *previous);
/* 0..ROSTER_SENSORS_MAX − 1: where to keep something beside it. */
static inline unsigned int roster_row(const struct roster *r, const struct roster_sensor *sensor)
{
	return (unsigned int)(sensor - r->sensors);
}
/* The sensor of a reading or batch, marked as heard; NULL for a stranger. */
struct roster_sensor *roster_hear(struct roster *r, const struct sensor_id *id, uint64_t now_us);
