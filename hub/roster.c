/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of installed sensors, found by binary search over their rows' numbers. Pure.
 */
#include "hub/roster.h"

#include "common/clock.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *name;
	uint32_t stale_s;
} roles[ROLES] = {
	[ROLE_WEARABLE] = {"wearable", 3600},
	[ROLE_BUTTON] = {"button", 86400},
	[ROLE_MOTION] = {"motion", 86400},
	[ROLE_CONTACT] = {"contact", 86400},
	[ROLE_PRESSURE] = {"pressure", 86400},
	[ROLE_ENVIRONMENT] = {"environment", 3600},
	[ROLE_BEACON] = {"beacon", 600},
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

uint32_t sensor_role_stale_s(enum sensor_role role)
{
	return roles[role].stale_s;
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

enum sensor_state roster_state(const struct roster_sensor *sensor, uint64_t now_us)
{
	if (sensor->is_failed)
		return SENSOR_FAILED;
	if (sensor->heard_us == 0)
		return SENSOR_NEVER;
	if (now_us > sensor->heard_us && now_us - sensor->heard_us > sensor->stale_s * US_PER_S)
		return SENSOR_STALE;
	return SENSOR_FRESH;
}

struct roster_counts roster_count(const struct roster *r, uint64_t now_us)
{
	unsigned int by_state[SENSOR_STATES] = {0};

	for (const struct roster_sensor *s = NULL; (s = roster_following(r, s));)
		by_state[roster_state(s, now_us)]++;
	return (struct roster_counts){.fresh = by_state[SENSOR_FRESH],
		.stale = by_state[SENSOR_STALE] + by_state[SENSOR_NEVER],
		.failed = by_state[SENSOR_FAILED]};
}
