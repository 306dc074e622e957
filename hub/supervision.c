/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Silence, counted in listened time.
 */
#include "hub/supervision.h"

#include "common/clock.h"
#include "sensors/keys.h"

#include <string.h>

#define DEAF_US UINT64_MAX

static uint64_t silent_us(const struct watched *w, uint64_t now_us)
{
	bool is_counting = w->from_us != DEAF_US && now_us > w->from_us;

	return w->silent_us + (is_counting ? now_us - w->from_us : 0);
}

static void count_from_now(struct supervision *s, struct watched *w, uint64_t now_us)
{
	w->silent_us = silent_us(w, now_us);
	w->from_us = s->is_deaf[w->way] ? DEAF_US : now_us;
}

static unsigned int way_of(const struct roster_sensor *sensor)
{
	uint8_t address[6];

	return device_address_from_text(sensor->id.text, address) == 0 ? WAY_RADIO : WAY_NONE;
}

void supervision_add(struct supervision *s, const struct roster_sensor *sensor, uint64_t now_us)
{
	struct watched *w = &s->sensors[roster_row(s->roster, sensor)];

	*w = (struct watched){.id = sensor->id, .way = way_of(sensor)};
	w->from_us = s->is_deaf[w->way] ? DEAF_US : now_us;
}

/* The sensor's row, begun anew where it is another's. */
static struct watched *watched_of(
	struct supervision *s, const struct roster_sensor *sensor, uint64_t now_us)
{
	struct watched *w = &s->sensors[roster_row(s->roster, sensor)];

	if (strcmp(w->id.text, sensor->id.text) != 0)
		supervision_add(s, sensor, now_us);
	return w;
}

/* The same for reading: NULL where nothing is known. */
static const struct watched *known_of(
	const struct supervision *s, const struct roster_sensor *sensor)
{
	const struct watched *w = &s->sensors[roster_row(s->roster, sensor)];

	return strcmp(w->id.text, sensor->id.text) == 0 ? w : NULL;
}

void supervision_init(struct supervision *s, const struct roster *roster, uint64_t now_us)
{
	memset(s, 0, sizeof(*s));
	s->roster = roster;
	for (unsigned int way = WAY_NONE + 1; way < SUPERVISION_WAYS_MAX; way++)
		s->is_deaf[way] = true;
	for (const struct roster_sensor *r = NULL; (r = roster_following(roster, r));)
		supervision_add(s, r, now_us);
}

void supervision_set_way(struct supervision *s, const struct roster_sensor *sensor,
	unsigned int way, uint64_t now_us)
{
	struct watched *w = watched_of(s, sensor, now_us);

	count_from_now(s, w, now_us);
	w->way = way;
	count_from_now(s, w, now_us);
}

void supervision_recall(struct supervision *s, const struct roster_sensor *sensor,
	const struct cadence *cadence, uint64_t silent_s, uint64_t now_us)
{
	struct watched *w = watched_of(s, sensor, now_us);

	w->cadence = *cadence;
	w->has_been_heard = true;
	w->silent_us = silent_s * US_PER_S;
}

void supervision_hear(struct supervision *s, const struct roster_sensor *sensor, uint64_t now_us)
{
	struct watched *w = watched_of(s, sensor, now_us);

	if (w->has_been_heard)
		cadence_learn(&w->cadence, silent_us(w, now_us));
	w->has_been_heard = true;
	w->silent_us = 0;
	w->from_us = s->is_deaf[w->way] ? DEAF_US : now_us;
}

void supervision_listen(struct supervision *s, unsigned int way, bool is_listening, uint64_t now_us)
{
	if (s->is_deaf[way] == !is_listening)
		return;
	s->is_deaf[way] = !is_listening;
	for (unsigned int row = 0; row < ROSTER_SENSORS_MAX; row++)
		if (s->sensors[row].id.text[0] && s->sensors[row].way == way)
			count_from_now(s, &s->sensors[row], now_us);
}

uint64_t supervision_silent_us(
	const struct supervision *s, const struct roster_sensor *sensor, uint64_t now_us)
{
	const struct watched *w = known_of(s, sensor);

	return w ? silent_us(w, now_us) : 0;
}

uint32_t supervision_deadline_s(const struct supervision *s, const struct roster_sensor *sensor)
{
	const struct watched *w = known_of(s, sensor);
	const struct cadence_bounds bounds = sensor_bounds(sensor);

	return w ? cadence_deadline_s(&w->cadence, &bounds) : bounds.first_s;
}

bool supervision_is_learned(const struct supervision *s, const struct roster_sensor *sensor)
{
	const struct watched *w = known_of(s, sensor);
	const struct cadence_bounds bounds = sensor_bounds(sensor);

	return w && cadence_is_learned(&w->cadence, &bounds);
}

enum sensor_state supervision_state(
	const struct supervision *s, const struct roster_sensor *sensor, uint64_t now_us)
{
	const struct watched *w = known_of(s, sensor);

	if (sensor->is_failed)
		return SENSOR_FAILED;
	if (!w || !w->has_been_heard)
		return SENSOR_NEVER;
	if (s->is_deaf[w->way])
		return SENSOR_STALE;
	if (sensor->is_unsupervised)
		return SENSOR_FRESH;
	return silent_us(w, now_us) > supervision_deadline_s(s, sensor) * US_PER_S ? SENSOR_STALE
										   : SENSOR_FRESH;
}

struct roster_counts supervision_count(const struct supervision *s, uint64_t now_us)
{
	unsigned int by_state[SENSOR_STATES] = {0};

	for (const struct roster_sensor *r = NULL; (r = roster_following(s->roster, r));)
		by_state[supervision_state(s, r, now_us)]++;
	return (struct roster_counts){.fresh = by_state[SENSOR_FRESH],
		.stale = by_state[SENSOR_STALE] + by_state[SENSOR_NEVER],
		.failed = by_state[SENSOR_FAILED]};
}

bool supervision_hears_room(const struct supervision *s, const char *room, uint64_t now_us)
{
	bool is_heard = false;

	for (const struct roster_sensor *r = NULL; (r = roster_following(s->roster, r));) {
		bool is_set_off = r->role == ROLE_MOTION || r->role == ROLE_CONTACT ||
				  r->role == ROLE_PRESSURE;

		if (!is_set_off || (room[0] && strcmp(room, r->room) != 0))
			continue;
		if (supervision_state(s, r, now_us) != SENSOR_FRESH)
			return false;
		is_heard = true;
	}
	return is_heard;
}
