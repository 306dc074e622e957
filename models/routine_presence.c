/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Home or away. The outer door used, then ten silent minutes: away, unless somebody has been on a
 * mat since before, which was not on in a long absence lately, or a wearable is worn and heard
 * since: then a visitor left. Away, only somebody moving about (RECENT_MAX activations inside
 * within ten minutes), one activation soon after the door, be it of the sensor at the door a minute
 * later, a mat pressed and kept, a wearable worn and heard for long, or a place that says so brings
 * home: other lone activations do not (a recording with absences of 10-16 h has some in each).
 * Which contact is the outer door is said by the installer; where nobody said, it shows by what it
 * begins and ends.
 */
#include "models/routine_state.h"

#include <string.h>

#define LEARNED_USES 4    /* long silences by day that must begin and end with a contact */
#define LEARNED_S    7200 /* how long they must be */
#define DAY_FROM_H   8    /* … and within which hours begin */
#define DAY_UNTIL_H  20
#define COUNTED_MAX  250
/* On through a long absence: doubted until sat on and left so often (a chair's week), and at most
 * so often, however many absences it was. Some mats stick again: 20 cost one false alarm more in
 * the recorded homes, 10 cost two (MODEL.md). */
#define DOUBT_SITS 30
#define DOUBT_MAX  120

bool presence_is_inside(const struct sensor *s)
{
	return s->role == ROUTINE_INSIDE;
}

static void keep_recent(struct presence *p, int64_t utc_ms)
{
	uint8_t kept = 0;

	for (uint8_t i = 0; i < p->recent_count; i++)
		if (p->recent_ms[i] > utc_ms - ROUTINE_SUSTAINED_MS)
			p->recent_ms[kept++] = p->recent_ms[i];
	if (kept == RECENT_MAX) {
		memmove(p->recent_ms, p->recent_ms + 1, sizeof(p->recent_ms[0]) * (RECENT_MAX - 1));
		kept--;
	}
	p->recent_ms[kept++] = utc_ms;
	p->recent_count = kept;
}

/* Away, the door used, and soon somebody inside. */
static bool came_by_door(const struct presence *p)
{
	return p->recent_count >= ROUTINE_CAME_SIGNS &&
	       p->recent_ms[p->recent_count - ROUTINE_CAME_SIGNS] > p->door_ms &&
	       p->recent_ms[p->recent_count - ROUTINE_CAME_SIGNS] - p->door_ms <
		       ROUTINE_SUSTAINED_MS;
}

/* Away, the door used, and somebody stays in the hall: other rooms may have no sensor. */
static bool came_into_the_hall(const struct presence *p, const struct sensor *s, int64_t utc_ms)
{
	return s->role == ROUTINE_AT_DOOR && p->now == ROUTINE_AWAY && !p->is_place_known &&
	       p->door_ms && utc_ms - p->door_ms >= ROUTINE_HALL_MS &&
	       utc_ms - p->door_ms < ROUTINE_SUSTAINED_MS;
}

static void place(struct presence *p, const struct sensor *s, bool is_on)
{
	if (!is_on)
		return;
	p->is_place_known = true;
	p->now = s->role == ROUTINE_OUTSIDE ? ROUTINE_AWAY : ROUTINE_HOME;
}

/* Pressed for as long as somebody sits, and left: it does not stick now. */
static void sat_on(struct sensor *s, int64_t utc_ms)
{
	int64_t on_ms = utc_ms - s->on_since_ms;

	if (s->doubt && on_ms >= ROUTINE_MAT_MS && on_ms < ROUTINE_REST_MAX_S * 1000LL)
		s->doubt--;
}

void presence_sign(struct routine *r, struct sensor *s, bool is_on, int64_t utc_ms)
{
	struct presence *p = &r->presence;

	if (s->sign == ROUTINE_PLACE) {
		place(p, s, is_on);
		return;
	}
	if (s->role == ROUTINE_OUTER_DOOR) {
		p->door_ms = utc_ms;
		p->is_worn_here = false;
	}
	if (s->sign == ROUTINE_MAT)
		p->mat_ms = is_on ? utc_ms : 0;
	if (s->sign == ROUTINE_MAT && !is_on && p->now == ROUTINE_HOME)
		sat_on(s, utc_ms);
	if (is_on && came_into_the_hall(p, s, utc_ms)) {
		p->now = ROUTINE_HOME;
		p->inside_ms = utc_ms;
	}
	if (!presence_is_inside(s) || !is_on)
		return;
	keep_recent(p, utc_ms);
	p->inside_ms = utc_ms;
	if (p->now == ROUTINE_AWAY && !p->is_place_known &&
		(p->recent_count == RECENT_MAX || came_by_door(p)))
		p->now = ROUTINE_HOME;
}

/* Somebody sits or lies there, whoever went out by the door: a visitor. */
static bool is_on_a_mat(const struct routine *r, int64_t utc_ms)
{
	for (uint8_t i = 0; i < r->sensor_count; i++) {
		const struct sensor *s = &r->sensors[i];

		if (s->sign == ROUTINE_MAT && s->is_known && s->is_on && s->doubt == 0 &&
			s->on_since_ms < r->presence.door_ms &&
			utc_ms - s->on_since_ms < ROUTINE_REST_MAX_S * 1000LL)
			return true;
	}
	return false;
}

void presence_learn_mats(struct routine *r, int64_t from_ms)
{
	/* the door came between two visits, and she was there all the while */
	if (r->presence.is_worn_here)
		return;
	for (uint8_t i = 0; i < r->sensor_count; i++) {
		struct sensor *s = &r->sensors[i];

		if (s->sign == ROUTINE_MAT && s->is_on && s->on_since_ms <= from_ms)
			s->doubt = s->doubt < DOUBT_MAX - DOUBT_SITS
					   ? (uint8_t)(s->doubt + DOUBT_SITS)
					   : DOUBT_MAX;
	}
}

bool presence_nobody_since_door(const struct presence *p)
{
	return p->door_ms && p->inside_ms <= p->door_ms + ROUTINE_LEAVING_MS;
}

static bool left_by_door(const struct presence *p, int64_t last_ms)
{
	return presence_nobody_since_door(p) && last_ms - p->door_ms <= ROUTINE_DOOR_MS;
}

void presence_silence(struct routine *r, int64_t utc_ms)
{
	struct presence *p = &r->presence;

	if (p->is_place_known || r->last.utc_ms == 0)
		return;
	if (p->now == ROUTINE_AWAY) {
		if (p->mat_ms && utc_ms - p->mat_ms >= ROUTINE_MAT_MS)
			p->now = ROUTINE_HOME;
		return;
	}
	if (utc_ms - quiet_since(r).utc_ms < ROUTINE_GONE_MS ||
		!left_by_door(p, quiet_since(r).utc_ms) || p->is_worn_here ||
		is_on_a_mat(r, utc_ms))
		return;
	p->now = ROUTINE_AWAY;
	p->recent_count = 0;
	p->mat_ms = 0;
	r->stay_since_ms = 0;
	r->walk_since_ms = 0;
}

bool presence_worn(struct routine *r, int64_t utc_ms, const struct routine_worn *worn)
{
	struct presence *p = &r->presence;
	int64_t since_ms = worn->from_ms > p->door_ms ? worn->from_ms : p->door_ms;
	bool was_away = p->now == ROUTINE_AWAY;

	p->is_worn_here = worn->worn_ms > p->door_ms + ROUTINE_LEAVING_MS &&
			  worn->worn_ms <= utc_ms && worn->heard_ms <= utc_ms;
	if (p->is_place_known || !p->is_worn_here || worn->heard_ms - since_ms < ROUTINE_STAYED_MS)
		return false;
	p->door_ms = 0;
	p->now = ROUTINE_HOME;
	return was_away;
}

static bool has_outer_door(const struct routine *r)
{
	for (uint8_t i = 0; i < r->sensor_count; i++)
		if (r->sensors[i].is_known && (r->sensors[i].role == ROUTINE_OUTER_DOOR ||
						      r->sensors[i].role == ROUTINE_OUTSIDE))
			return true;
	return false;
}

void presence_learn_door(
	struct routine *r, uint8_t next_sensor, struct routine_time start, uint32_t length_s)
{
	struct sensor *s = &r->sensors[next_sensor];
	uint32_t hour = local_second(start) / HOUR_S;

	if (length_s < LEARNED_S || r->by_sensor != next_sensor || s->sign != ROUTINE_CONTACT ||
		has_outer_door(r))
		return;
	if (hour >= DAY_FROM_H && hour < DAY_UNTIL_H)
		s->began_and_ended =
			(uint8_t)(s->began_and_ended + (s->began_and_ended < COUNTED_MAX));
	else
		s->at_night = (uint8_t)(s->at_night + (s->at_night < COUNTED_MAX));
	/* The door of a bedroom or a bathroom begins and ends nights as well. */
	if (s->began_and_ended >= LEARNED_USES && s->at_night * 3 <= s->began_and_ended) {
		s->role = ROUTINE_OUTER_DOOR;
		s->is_learned = true;
	}
}
