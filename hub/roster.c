/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of installed sensors, found by binary search over their rows' numbers. Pure.
 */
#include "hub/roster.h"

#include <errno.h>
#include <string.h>

/* In seconds: never sooner; while nothing is known; never later. What is worn goes out with who
 * wears it. What people set off may rest for days (a washing machine, a guest room) until its sign
 * of life is known; 72 h is telecare's bound. */
static const struct {
	const char *name;
	struct cadence_bounds bounds;
} roles[ROLES] = {
	[ROLE_WEARABLE] = {"wearable", {3600, 86400, 86400, false}},
	[ROLE_BUTTON] = {"button", {3600, 259200, 259200, false}},
	[ROLE_MOTION] = {"motion", {600, 604800, 604800, false}},
	[ROLE_CONTACT] = {"contact", {600, 604800, 604800, false}},
	[ROLE_PRESSURE] = {"pressure", {600, 604800, 604800, false}},
	[ROLE_ENVIRONMENT] = {"environment", {600, 259200, 259200, true}},
	[ROLE_BEACON] = {"beacon", {60, 3600, 3600, true}},
};

static const char *const states[SENSOR_STATES] = {
	[SENSOR_NEVER] = "never",
	[SENSOR_FRESH] = "fresh",
	[SENSOR_STALE] = "stale",
	[SENSOR_FAILED] = "failed",
};

const char *sensor_role_text(enum sensor_role role)
{
	return roles[role].name;
}

int sensor_role_from_text(const char *text, enum sensor_role *ret)
{
	for (unsigned int i = 0; i < ROLES; i++)
		if (strcmp(text, roles[i].name) == 0) {
			*ret = (enum sensor_role)i;
			return 0;
		}
	return -EINVAL;
}

const char *sensor_state_text(enum sensor_state state)
{
	return states[state];
}

struct cadence_bounds sensor_bounds(const struct roster_sensor *sensor)
{
	struct cadence_bounds b = roles[sensor->role].bounds;

	if (sensor->stale_min_s)
		b.least_s = sensor->stale_min_s;
	if (sensor->stale_s)
		b.first_s = b.most_s = sensor->stale_s;
	if (sensor->is_canary)
		b.first_s = b.most_s = sensor->stale_s ? sensor->stale_s : ROSTER_CANARY_S;
	if (sensor->is_canary || b.least_s > b.most_s)
		b.least_s = b.most_s;
	if (b.first_s < b.least_s)
		b.first_s = b.least_s;
	return b;
}

/* Where in the order the first id is that is not below `id`. */
static unsigned int lower_bound(const struct roster *r, const struct sensor_id *id)
{
	unsigned int low = 0, high = r->installed;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (strcmp(r->sensors[r->order[middle]].id.text, id->text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct roster_sensor *roster_find(struct roster *r, const struct sensor_id *id)
{
	unsigned int at = lower_bound(r, id);

	if (at == r->installed || strcmp(r->sensors[r->order[at]].id.text, id->text) != 0)
		return NULL;
	return &r->sensors[r->order[at]];
}

const struct roster_sensor *roster_following(
	const struct roster *r, const struct roster_sensor *previous)
{
	for (unsigned int row = previous ? roster_row(r, previous) + 1 : 0;
		row < ROSTER_SENSORS_MAX; row++)
		if (r->sensors[row].id.text[0])
			return &r->sensors[row];
	return NULL;
}

struct roster_sensor *roster_next(struct roster *r, const struct roster_sensor *previous)
{
	const struct roster_sensor *next = roster_following(r, previous);

	return next ? &r->sensors[roster_row(r, next)] : NULL;
}

/* There is one. */
static unsigned int free_row(const struct roster *r)
{
	unsigned int row = 0;

	while (r->sensors[row].id.text[0])
		row++;
	return row;
}

int roster_add(struct roster *r, const struct roster_sensor *sensor)
{
	unsigned int at, row;

	if (roster_find(r, &sensor->id))
		return -EEXIST;
	if (r->installed == ROSTER_SENSORS_MAX)
		return -ENOSPC;
	if (sensor->role == ROLE_WEARABLE && r->wearables == ROSTER_WEARABLES_MAX)
		return -EMFILE;
	at = lower_bound(r, &sensor->id);
	row = free_row(r);
	memmove(&r->order[at + 1], &r->order[at], (r->installed - at) * sizeof(r->order[0]));
	r->order[at] = (uint8_t)row;
	r->sensors[row] = *sensor;
	r->installed++;
	r->wearables += sensor->role == ROLE_WEARABLE;
	return 0;
}

int roster_remove(struct roster *r, const struct sensor_id *id)
{
	struct roster_sensor *sensor = roster_find(r, id);
	unsigned int at;

	if (!sensor)
		return -ENOENT;
	at = lower_bound(r, id);
	r->installed--;
	memmove(&r->order[at], &r->order[at + 1], (r->installed - at) * sizeof(r->order[0]));
	r->wearables -= sensor->role == ROLE_WEARABLE;
	*sensor = (struct roster_sensor){.heard_us = 0};
	return 0;
}

struct roster_sensor *roster_hear(struct roster *r, const struct sensor_id *id, uint64_t now_us)
{
	struct roster_sensor *sensor = roster_find(r, id);

	if (!sensor)
		return NULL;
	sensor->heard_us = now_us;
	sensor->readings++;
	sensor->is_failed = false;
	return sensor;
}

enum movement_word sensor_moved(const struct roster_sensor *sensor, const struct reading *reading)
{
	switch (sensor->movement) {
	case MOVEMENT_TRUSTED:
		return MOVEMENT_ANSWERS;
	case MOVEMENT_USUAL:
		return !reading->is_forgeable || reading->repeats > 0 ? MOVEMENT_ANSWERS
								      : MOVEMENT_WAITS;
	case MOVEMENT_SEALED:
		return reading->is_forgeable ? MOVEMENT_DOUBTED : MOVEMENT_ANSWERS;
	case MOVEMENT_SHARED:
	case MOVEMENTS:
		break;
	}
	return MOVEMENT_DOUBTED;
}
