/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What rooms, doors, beds and the hour contribute. Movement in another room speaks against a fall
 * only where it must be the resident's: nobody else lives here, visits or has been let in, and no
 * animal can have done it.
 */
#include "models/fusion_state.h"

#include <math.h>

/* The card in models/training/MODEL.md gives each one's source. */
#define ELSEWHERE_SOON    (-3.5F)
#define ELSEWHERE_LATER   (-2.5F)
#define NO_ELSEWHERE_SOON 0.4F
#define NO_ELSEWHERE_LONG 0.7F
#define MAT_AT_ONCE       (-3.5F)
#define MAT_LATER         (-2.0F)
#define ON_MAT            (-1.5F)
#define MAT_LEFT          1.0F
#define DOOR_AFTER        (-1.0F)
#define NIGHT             0.3F
#define BED_SILENCE       (-0.7F)
#define DOOR_IN_SILENCE   (-1.5F)
#define DEAF              (-6.0F)
#define GROWS_MOST        3.0F

#define REACTION_US  (4 * US_A_SECOND)  /* sensors go on telling what was before the fall */
#define HOLD_US      (30 * US_A_SECOND) /* said yes and not heard for so long: is over */
#define SOON_US      US_A_MINUTE
#define LONG_US      (5 * US_A_MINUTE)
#define SAT_US       (10 * US_A_SECOND)
#define LEFT_US      (15 * US_A_SECOND)
#define ROOM_US      (30 * US_A_MINUTE)
#define LISTENED_US  (24 * US_AN_HOUR)
#define NIGHT_FROM_H 22
#define NIGHT_TO_H   6

#define MS_A_DAY INT64_C(86400000)

static bool has(const struct fusion_event *e, enum fusion_what what)
{
	return e->weights[what] != 0;
}

static uint32_t seconds_since(const struct fusion *f, uint64_t then_us)
{
	return f->now.now_us > then_us ? (uint32_t)((f->now.now_us - then_us) / US_A_SECOND) : 0;
}

static int64_t day_of(int64_t local_ms)
{
	return (local_ms - (local_ms < 0 ? MS_A_DAY - 1 : 0)) / MS_A_DAY;
}

static unsigned int hour_of(int64_t local_ms)
{
	return (unsigned int)((local_ms - day_of(local_ms) * MS_A_DAY) / 3600000);
}

static bool is_night(const struct fusion *f)
{
	unsigned int hour = hour_of(f->now.local_ms);

	return hour >= NIGHT_FROM_H || hour < NIGHT_TO_H;
}

static bool is_visiting_hour(const struct fusion *f)
{
	/* 1 January 1970 was a Thursday */
	int64_t weekday = ((day_of(f->now.local_ms) + 4) % 7 + 7) % 7;
	unsigned int hour = hour_of(f->now.local_ms);

	for (unsigned int n = 0; n < f->home.visits_count; n++)
		if (f->home.visits[n].weekday == weekday && hour >= f->home.visits[n].from_h &&
			hour < f->home.visits[n].until_h)
			return true;
	return false;
}

/* May what this sensor tells be somebody else than the one who may have fallen? */
static bool may_be_others(
	const struct fusion *f, const struct fusion_event *e, const struct fusion_sensor *s)
{
	if (s->resident && f->home.residents > 1)
		return s->resident != e->resident;
	if (f->home.residents > 1 || is_visiting_hour(f) ||
		(f->home.has_pets && s->role == FUSION_MOTION))
		return true;
	return f->outer_door_us && f->now.now_us < f->outer_door_us + FUSION_VISIT_US;
}

static bool is_on_mat(const struct fusion *f, const struct fusion_event *e, bool is_now)
{
	for (unsigned int n = 0; n < FUSION_SENSORS_MAX; n++) {
		const struct fusion_sensed *s = &f->sensors[n];
		bool was_left = s->off_us && f->now.now_us < s->off_us + LEFT_US;

		if (s->sensor.role == FUSION_MAT && !may_be_others(f, e, &s->sensor) &&
			(is_now ? s->is_on : was_left))
			return true;
	}
	return false;
}

/* Is there anybody listening in another room who would have heard the resident? */
static bool is_listening(const struct fusion *f, const struct fusion_event *e)
{
	if (f->is_deaf || (f->heard_again_us && f->heard_again_us > e->began_us))
		return false;
	/* the last sign of life was the door: who went out is not heard inside */
	if (f->outer_door_us && f->outer_door_us >= f->moved_us)
		return false;
	for (unsigned int n = 0; n < FUSION_SENSORS_MAX; n++) {
		const struct fusion_sensed *s = &f->sensors[n];

		if (s->sensor.role == FUSION_MOTION && s->is_heard && s->sensor.room &&
			s->sensor.room != e->room && f->now.now_us < s->heard_us + LISTENED_US)
			return true;
	}
	return false;
}

void fusion_look_around(const struct fusion *f, struct fusion_event *e)
{
	if (e->sensor < FUSION_SENSORS_MAX)
		e->room = f->sensors[e->sensor].sensor.room;
	if (!e->room && f->home.residents == 1 && f->moved_us &&
		f->now.now_us < f->moved_us + ROOM_US)
		e->room = f->last_room;
	if (e->class == FUSION_FALL && is_night(f))
		fusion_put(e, FUSION_NIGHT, NIGHT, 0, FUSION_SENSORS_MAX);
	if (e->class == FUSION_FALL && is_on_mat(f, e, false))
		fusion_put(e, FUSION_MAT_LEFT, MAT_LEFT, 0, FUSION_SENSORS_MAX);
	else if (is_on_mat(f, e, true))
		fusion_put(e, FUSION_ON_MAT, e->class == FUSION_FALL ? ON_MAT : BED_SILENCE, 0,
			FUSION_SENSORS_MAX);
	e->is_listened = is_listening(f, e);
	fusion_wait(f, e);
}

/* The outer door: somebody came or went, and who moves from now on may be they. */
static void door_used(const struct fusion *f, struct fusion_event *e, uint8_t sensor)
{
	if (f->home.residents == 1 && !has(e, FUSION_DOOR))
		fusion_put(e, FUSION_DOOR, DOOR_AFTER, seconds_since(f, e->began_us), sensor);
}

/* Whoever sits down within seconds of it is the one who bumped. */
static void mat_used(const struct fusion *f, struct fusion_event *e, uint8_t sensor, bool is_on)
{
	bool is_at_once = f->now.now_us < e->began_us + SAT_US;

	if (!(is_at_once && f->home.residents == 1) &&
		may_be_others(f, e, &f->sensors[sensor].sensor))
		return;
	if (is_on && !has(e, FUSION_MAT_PRESSED)) {
		fusion_put(e, FUSION_MAT_PRESSED, is_at_once ? MAT_AT_ONCE : MAT_LATER,
			seconds_since(f, e->began_us), sensor);
		fusion_put(e, FUSION_NO_ELSEWHERE, 0, 0, sensor);
	} else if (!is_on && f->now.now_us < e->began_us + LEFT_US) {
		fusion_put(e, FUSION_ON_MAT, 0, 0, sensor);
		fusion_put(e, FUSION_MAT_LEFT, MAT_LEFT, 0, sensor);
	}
}

static void room_used(const struct fusion *f, struct fusion_event *e, uint8_t sensor)
{
	const struct fusion_sensor *s = &f->sensors[sensor].sensor;
	bool is_soon = f->now.now_us < e->began_us + SOON_US;

	if (!s->room || f->now.now_us < e->began_us + REACTION_US || may_be_others(f, e, s))
		return;
	if (!e->room)
		e->room = s->room; /* the first to hear somebody after it may be the very room */
	if (e->room == s->room || has(e, FUSION_ELSEWHERE))
		return;
	fusion_put(e, FUSION_ELSEWHERE, is_soon ? ELSEWHERE_SOON : ELSEWHERE_LATER,
		seconds_since(f, e->began_us), sensor);
	fusion_put(e, FUSION_NO_ELSEWHERE, 0, 0, sensor);
}

/* Signs of life end a silence; what is no such sign for this surprise does not. */
static void life_seen(const struct fusion *f, struct fusion_event *e, uint8_t sensor, bool is_on)
{
	const struct fusion_sensor *s = &f->sensors[sensor].sensor;
	bool is_over = true;

	if (s->role == FUSION_OUTER_DOOR) {
		fusion_put(e, FUSION_DOOR, DOOR_IN_SILENCE, seconds_since(f, e->began_us), sensor);
		if (e->surprise == ROUTINE_NOT_BACK && is_night(f))
			e->class = FUSION_WANDERING;
		return;
	}
	if (e->surprise == ROUTINE_NOT_BACK)
		is_over = s->role == FUSION_MAT && is_on;
	else if (e->surprise == ROUTINE_LONG_STAY)
		is_over = s->room && s->room != e->room;
	if (is_over && !e->is_due)
		e->is_open = false;
}

void fusion_used(const struct fusion *f, struct fusion_event *e, uint8_t sensor, bool is_on)
{
	const struct fusion_sensor *s = &f->sensors[sensor].sensor;

	if (e->class != FUSION_FALL)
		life_seen(f, e, sensor, is_on);
	else if (s->role == FUSION_OUTER_DOOR)
		door_used(f, e, sensor);
	else if (s->role == FUSION_MAT)
		mat_used(f, e, sensor, is_on);
	else
		room_used(f, e, sensor);
}

static void wait_after_fall(const struct fusion *f, struct fusion_event *e)
{
	bool is_long = f->now.now_us >= e->began_us + LONG_US;
	bool is_silent = !has(e, FUSION_ELSEWHERE) && !has(e, FUSION_MAT_PRESSED) &&
			 !has(e, FUSION_LAID_DOWN) && !has(e, FUSION_ON_MAT) && is_listening(f, e);

	if (f->now.now_us < e->began_us + SOON_US) {
		e->turn_us = e->began_us + SOON_US;
		return;
	}
	e->turn_us = is_long ? UINT64_MAX : e->began_us + LONG_US;
	fusion_put(e, FUSION_NO_ELSEWHERE,
		!is_silent ? 0
		: is_long  ? NO_ELSEWHERE_LONG
			   : NO_ELSEWHERE_SOON,
		is_silent ? seconds_since(f, e->began_us) : 0, FUSION_SENSORS_MAX);
}

/* The longer it lasts beyond what this home is given, the more it says: looked at anew each eighth
 * of that, until it has lasted three times as long. */
static void wait_in_silence(const struct fusion *f, struct fusion_event *e)
{
	uint64_t limit_us = (e->limit_s ? e->limit_s : 1) * US_A_SECOND;
	uint64_t lasted_us = f->now.now_us > e->since_us ? f->now.now_us - e->since_us : 0;
	float times = (float)lasted_us / (float)limit_us;
	float grows = fusion_clamp(2 * log2f(times > 1 ? times : 1), 0, GROWS_MOST);

	fusion_put(e, FUSION_SURPRISE, e->shock + grows, (uint32_t)(lasted_us / US_A_MINUTE),
		FUSION_SENSORS_MAX);
	fusion_put(e, FUSION_DEAF, f->is_deaf ? DEAF : 0, 0, FUSION_SENSORS_MAX);
	fusion_look_at_all_worn(f, e);
	e->turn_us = UINT64_MAX;
	if (grows < GROWS_MOST)
		e->turn_us =
			f->now.now_us + (limit_us / 8 > US_A_MINUTE ? limit_us / 8 : US_A_MINUTE);
}

void fusion_wait(const struct fusion *f, struct fusion_event *e)
{
	if (e->class == FUSION_FALL)
		wait_after_fall(f, e);
	else
		wait_in_silence(f, e);
}

static bool is_use(enum fusion_role role, enum reading_kind kind)
{
	switch ((int)kind) {
	case READING_MOTION:
	case READING_MOVING:
	case READING_OCCUPANCY:
	case READING_PRESENCE:
		return role == FUSION_MOTION;
	case READING_DOOR:
	case READING_OPENING:
	case READING_WINDOW:
	case READING_LOCK:
	case READING_GARAGE_DOOR:
		return role == FUSION_CONTACT || role == FUSION_OUTER_DOOR;
	case READING_PRESSURE_MAT:
		return role == FUSION_MAT;
	default:
		return false;
	}
}

static void tell_all(struct fusion *f, uint8_t sensor, bool is_on)
{
	const struct fusion_sensor *s = &f->sensors[sensor].sensor;

	for (unsigned int n = 0; n < FUSION_EVENTS_MAX; n++)
		if (f->events[n].is_open)
			fusion_used(f, &f->events[n], sensor, is_on);
	if (s->role == FUSION_OUTER_DOOR) {
		f->outer_door_us = f->now.now_us;
		return;
	}
	if (is_on || s->role != FUSION_MAT)
		f->moved_us = f->now.now_us;
	if (s->room)
		f->last_room = s->room;
}

int fusion_home_reading(struct fusion *f, uint8_t sensor, enum reading_kind kind, double value)
{
	struct fusion_sensed *s = &f->sensors[sensor];
	bool is_on = value >= 0.5, was_heard = s->is_heard;
	bool was_on = s->is_on &&
		      (s->sensor.role != FUSION_MOTION || f->now.now_us < s->heard_us + HOLD_US);

	if (!is_use(s->sensor.role, kind))
		return 0;
	s->is_heard = true;
	s->heard_us = f->now.now_us;
	s->is_on = is_on;
	if (is_on)
		s->on_us = f->now.now_us;
	if (was_on && !is_on)
		s->off_us = f->now.now_us;
	/* a contact is used by opening and by closing; the first word only tells how it stands */
	if (s->sensor.role == FUSION_MOTION ? is_on && !was_on : was_heard && is_on != was_on)
		tell_all(f, sensor, is_on);
	return 1;
}
