/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Silence, counted in listened time.
 */
#include "hub/supervision.h"

#include "common/clock.h"
#include "sensors/keys.h"

#include <string.h>

#define DEAF_US    UINT64_MAX
#define UNKNOWN_US UINT64_MAX

#define WORN_APART_US (60 * US_PER_S) /* movements further apart than that are two */

static uint64_t silent_us(const struct watched *w, uint64_t now_us)
{
	bool is_counting = w->from_us != DEAF_US && now_us > w->from_us;

	return w->silent_us + (is_counting ? now_us - w->from_us : 0);
}

static bool is_deaf(const struct supervision *s, unsigned int way)
{
	return s->ways[way].is_deaf || s->ways[way].is_jammed;
}

static void count_from_now(struct supervision *s, struct watched *w, uint64_t now_us)
{
	w->silent_us = silent_us(w, now_us);
	w->from_us = is_deaf(s, w->way) ? DEAF_US : now_us;
}

static unsigned int way_of(const struct roster_sensor *sensor)
{
	uint8_t address[6];

	return device_address_from_text(sensor->id.text, address) == 0 ? WAY_RADIO : WAY_NONE;
}

void supervision_add(struct supervision *s, const struct roster_sensor *sensor, uint64_t now_us)
{
	struct watched *w = &s->sensors[roster_row(s->roster, sensor)];

	*w = (struct watched){.id = sensor->id,
		.way = way_of(sensor),
		.tampered_us = UNKNOWN_US,
		.unworn_us = UNKNOWN_US,
		.mains_lost_us = UNKNOWN_US,
		.stuck_us = UNKNOWN_US,
		.chatter_us = UNKNOWN_US};
	w->from_us = is_deaf(s, w->way) ? DEAF_US : now_us;
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
		s->ways[way].is_deaf = true;
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
	const struct watched *kept, uint64_t now_us)
{
	struct watched *w = watched_of(s, sensor, now_us);

	w->cadence = kept->cadence;
	w->battery = kept->battery;
	w->has_been_heard = kept->has_been_heard;
	w->silent_us = kept->silent_us;
}

void supervision_hear(struct supervision *s, const struct roster_sensor *sensor, uint64_t now_us)
{
	struct watched *w = watched_of(s, sensor, now_us);

	if (w->has_been_heard)
		cadence_learn(&w->cadence, silent_us(w, now_us));
	if (w->near_us == 0 || silent_us(w, now_us) > SUPERVISION_NEAR_US)
		w->near_us = now_us > 0 ? now_us : 1;
	/* what said so goes on being worn until it says otherwise, or was not heard in between */
	if (w->says_worn && w->unworn_us == 0 && w->worn_us >= w->near_us)
		w->worn_us = now_us;
	w->has_been_heard = true;
	w->heard_us = now_us > 0 ? now_us : 1;
	w->silent_us = 0;
	w->from_us = is_deaf(s, w->way) ? DEAF_US : now_us;
}

static void count_again(struct supervision *s, unsigned int way, uint64_t now_us)
{
	for (unsigned int row = 0; row < ROSTER_SENSORS_MAX; row++)
		if (s->sensors[row].id.text[0] && s->sensors[row].way == way)
			count_from_now(s, &s->sensors[row], now_us);
}

void supervision_listen(struct supervision *s, unsigned int way, bool is_listening, uint64_t now_us)
{
	if (s->ways[way].is_deaf == !is_listening)
		return;
	s->ways[way].is_deaf = !is_listening;
	count_again(s, way, now_us);
}

void supervision_jam(struct supervision *s, unsigned int way, bool is_jammed, uint64_t now_us)
{
	if (s->ways[way].is_jammed == is_jammed)
		return;
	s->ways[way].is_jammed = is_jammed;
	count_again(s, way, now_us);
}

void supervision_hear_any(struct supervision *s, unsigned int way, uint64_t now_us)
{
	s->ways[way].any_us = now_us > 0 ? now_us : 1;
}

/* Since when it is so: the first word of it counts. */
static void set_since(uint64_t *since_us, bool is_so, uint64_t now_us)
{
	if (!is_so)
		*since_us = 0;
	else if (*since_us == 0 || *since_us == UNKNOWN_US)
		*since_us = now_us > 0 ? now_us : 1;
}

void supervision_reading(struct supervision *s, const struct roster_sensor *sensor,
	enum reading_kind kind, double value, uint64_t now_us)
{
	struct watched *w = watched_of(s, sensor, now_us);

	if (kind == READING_BATTERY && value >= 0 && value <= 100)
		battery_hear_pct(&w->battery, (uint8_t)value, now_us);
	else if (kind == READING_BATTERY_LOW)
		battery_hear_low(&w->battery, value != 0);
	else if (kind == READING_VOLTAGE && value >= 0 && value < 60)
		battery_hear_mv(&w->battery, (uint16_t)(value * 1000));
	else if (kind == READING_TAMPER)
		set_since(&w->tampered_us, value != 0, now_us);
	else if (kind == READING_MAINS)
		set_since(&w->mains_lost_us, value == 0, now_us);
	if (kind != READING_WORN)
		return;
	w->says_worn = true;
	set_since(&w->unworn_us, value == 0, now_us);
	if (value != 0)
		w->worn_us = now_us;
}

void supervision_wear(struct supervision *s, const struct roster_sensor *sensor,
	enum wear_state state, uint64_t now_us)
{
	struct watched *w = watched_of(s, sensor, now_us);

	if (state == WEAR_UNHEARD)
		return;
	set_since(&w->stuck_us, state == WEAR_STUCK, now_us);
	if (!w->says_worn)
		set_since(&w->unworn_us, state == WEAR_STILL, now_us);
}

void supervision_moves(
	struct supervision *s, const struct roster_sensor *sensor, uint32_t moves, uint64_t now_us)
{
	struct watched *w = watched_of(s, sensor, now_us);
	/* fewer: a stream that began anew */
	bool is_moved = moves > (moves < w->moves ? 0 : w->moves);

	w->moves = moves;
	if (!is_moved || now_us < w->moved_us[WORN_MOVES - 1] + WORN_APART_US)
		return;
	memmove(w->moved_us, w->moved_us + 1, sizeof(w->moved_us) - sizeof(w->moved_us[0]));
	w->moved_us[WORN_MOVES - 1] = now_us;
	if (!w->says_worn && w->moved_us[0] && now_us - w->moved_us[0] <= WORN_WITHIN_US)
		w->worn_us = w->moved_us[0];
}

bool supervision_near(const struct supervision *s, const struct roster_sensor *sensor,
	uint64_t now_us, struct supervision_near *ret)
{
	const struct watched *w = known_of(s, sensor);

	if (!w || sensor->role != ROLE_WEARABLE || sensor->is_failed || w->heard_us == 0 ||
		silent_us(w, now_us) > SUPERVISION_NEAR_US)
		return false;
	*ret = (struct supervision_near){w->near_us, w->worn_us, w->heard_us};
	return true;
}

void supervision_chatters(
	struct supervision *s, const struct roster_sensor *sensor, uint64_t now_us)
{
	watched_of(s, sensor, now_us)->chatter_us = now_us;
}

bool supervision_is_deaf(const struct supervision *s, const struct roster_sensor *sensor)
{
	const struct watched *w = known_of(s, sensor);

	return w && is_deaf(s, w->way);
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
	if (is_deaf(s, w->way))
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
