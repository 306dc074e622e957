/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sensors into signs of life, time into looks, what was learned into its store.
 */
#include "hub/rhythm.h"

#include "hub/rhythm_heard.h"
#include "hub/rhythm_words.h"
#include "hub/store_rhythm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rhythm {
	const struct supervision *supervision; /* borrowed from the hub */
	struct routine *routine;
	struct store_rhythm *store;
	const struct roster_sensor *sign; /* borrowed: told the last sign of life, NULL for none */
	uint64_t look_us, save_us;        /* when due */
	enum routine_presence kept_presence; /* as saved … */
	int64_t kept_door_ms;
	int64_t deaf_from_ms; /* nobody can hear since; 0: not so */
	int64_t ahead_ms;     /* of the wall clock before the other one, when last looked */
	char fault[STORE_RHYTHM_FAULT_MAX]; /* what is wrong beside the store, "" for nothing */
	/* a recording's hours */
	double speed; /* 0: the real ones */
	int64_t played_from_ms;
	uint64_t played_from_us;
};

static int64_t utc_of(const struct rhythm *r, struct moment at)
{
	if (r->speed <= 0)
		return at.wall_ms;
	return r->played_from_ms +
	       (int64_t)((double)(at.now_us - r->played_from_us) * r->speed / US_PER_MS);
}

static struct routine_time time_of(const struct rhythm *r, struct moment at)
{
	int64_t utc_ms = utc_of(r, at);

	return (struct routine_time){utc_ms, local_time_offset_s(utc_ms)};
}

/* In how much of the loop's time so much of the home's passes. */
static uint64_t paced(const struct rhythm *r, uint64_t us)
{
	return r->speed > 0 ? (uint64_t)((double)us / r->speed) : us;
}

static int64_t ahead_of(struct moment at)
{
	return at.wall_ms - (int64_t)(at.now_us / US_PER_MS);
}

/* NTP's first word after a start, or a hand: what lies behind keeps its distance. */
static void follow_clock(struct rhythm *r, struct moment at)
{
	int64_t moved_ms = ahead_of(at) - r->ahead_ms;

	if (r->speed > 0 || (moved_ms < RHYTHM_CLOCK_MS && moved_ms > -RHYTHM_CLOCK_MS))
		return;
	r->ahead_ms += moved_ms;
	if (routine_clock_set(r->routine, moved_ms) < 0)
		(void)routine_not_heard(r->routine, time_of(r, at));
}

static enum routine_sign sign_of_role(enum sensor_role role)
{
	if (role == ROLE_CONTACT)
		return ROUTINE_CONTACT;
	return role == ROLE_PRESSURE ? ROUTINE_MAT : ROUTINE_MOTION;
}

static int number_of(struct rhythm *r, const struct roster_sensor *s)
{
	enum routine_sign sign = sign_of_role(s->role);

	return routine_sensor(r->routine, s->id.text, s->room, sign,
		s->is_outer ? ROUTINE_OUTER_DOOR : routine_role_of(s->name, s->room, sign));
}

/* What else such a sensor says (daylight, a plug, a spare bit) is no sign of life. */
static bool is_said_of_life(const struct roster_sensor *sensor, enum reading_kind kind)
{
	enum routine_sign sign;

	return rhythm_is_of_rooms(sensor) && routine_sign_of(kind, &sign) == 0 &&
	       sign != ROUTINE_USE;
}

/* All that are installed, before the first of them is heard: rooms have names, doors a side. */
static void make_known(struct rhythm *r)
{
	for (const struct roster_sensor *s = NULL;
		(s = roster_following(r->supervision->roster, s));)
		if (rhythm_is_of_rooms(s))
			(void)number_of(r, s);
}

/* What was saved, or the cautious beginning. */
static void take_up(struct rhythm *r, struct moment at)
{
	uint8_t bytes[ROUTINE_STATE_MAX_BYTES];
	int count = store_rhythm_load(r->store, bytes, sizeof(bytes));
	int error = count == -ENOBUFS ? -EBADMSG : 0;

	if (count > 0)
		error = routine_load(r->routine, bytes, (size_t)count, time_of(r, at));
	if (error < 0)
		store_rhythm_set_aside(
			r->store, error == -ENOTSUP ? "of a newer version" : "damaged");
}

static void remember_kept(struct rhythm *r)
{
	r->kept_presence = routine_presence(r->routine);
	r->kept_door_ms = routine_door_ms(r->routine);
}

static void save(struct rhythm *r, struct moment at)
{
	uint8_t bytes[ROUTINE_STATE_MAX_BYTES];
	int count = routine_save(r->routine, bytes, sizeof(bytes));
	uint64_t again_us = paced(r, RHYTHM_SAVE_US);

	if (count > 0)
		(void)store_rhythm_save(r->store, bytes, (size_t)count, at.wall_ms);
	remember_kept(r);
	r->save_us = at.now_us + (again_us > RHYTHM_SAVE_MIN_US ? again_us : RHYTHM_SAVE_MIN_US);
}

/* Few times a day, and what a kill must not undo: who came home and falls is not away. */
static bool has_come_or_gone(const struct rhythm *r)
{
	return routine_presence(r->routine) != r->kept_presence ||
	       routine_door_ms(r->routine) != r->kept_door_ms;
}

static int init(struct rhythm *r, const struct rhythm_config *config)
{
	const struct routine_options options = {.tells_gone_at_night = config->tells_wandering,
		.night_from_h = config->night_from_h,
		.night_until_h = config->night_until_h};

	if (local_time_set_zone(config->zone[0] ? config->zone : LOCAL_TIME_USUAL) < 0)
		(void)snprintf(r->fault, sizeof(r->fault),
			"rhythm: tzdata is missing, hours are not local");
	return routine_init(r->routine, &options);
}

int rhythm_new(struct rhythm **ret, const struct rhythm_config *config,
	const struct supervision *supervision, const char *state_dir, struct moment at)
{
	struct rhythm *r = calloc(1, sizeof(*r));
	int error = -ENOMEM;

	if (!r)
		return error;
	r->supervision = supervision;
	r->ahead_ms = ahead_of(at);
	r->look_us = at.now_us + RHYTHM_LOOK_US;
	r->save_us = at.now_us + RHYTHM_SAVE_US;
	r->routine = calloc(1, routine_size());
	if (r->routine)
		error = init(r, config);
	if (error == 0)
		error = store_rhythm_new(&r->store, state_dir);
	if (error < 0) {
		free(r->routine);
		free(r);
		return error;
	}
	take_up(r, at);
	make_known(r);
	remember_kept(r);
	*ret = r;
	return 0;
}

struct rhythm *rhythm_free(struct rhythm *r, struct moment at)
{
	if (!r)
		return NULL;
	save(r, at);
	r->store = store_rhythm_free(r->store);
	free(r->routine);
	free(r);
	return NULL;
}

void rhythm_play(struct rhythm *r, int64_t calendar_ms, double speed, struct moment at)
{
	struct routine_time since;
	bool is_on_mat;
	uint8_t room;

	r->speed = speed;
	r->played_from_ms = calendar_ms;
	r->played_from_us = at.now_us;
	r->look_us = at.now_us;
	r->save_us = at.now_us + paced(r, RHYTHM_SAVE_US);
	/* a recording of before what was learned, or of long after it */
	if (routine_where(r->routine, &since, &room, &is_on_mat) &&
		(calendar_ms < since.utc_ms || calendar_ms > since.utc_ms + ROUTINE_PAUSE_MS))
		(void)routine_not_heard(r->routine, time_of(r, at));
}

bool rhythm_reading(struct rhythm *r, const struct roster_sensor *sensor,
	const struct reading *reading, struct moment at)
{
	struct routine_time now, heard;
	bool is_on_mat;
	uint8_t room;
	int number;

	if (!is_said_of_life(sensor, reading->kind))
		return false;
	if (reading->repeats > 0)
		return sensor == r->sign;
	follow_clock(r, at);
	now = time_of(r, at);
	number = number_of(r, sensor);
	if (number < 0)
		return false;
	r->sign = NULL;
	if (routine_push(r->routine,
		    &(struct routine_event){now, (uint8_t)number, reading->value != 0}) < 0)
		return false;
	if (!routine_is_inside(r->routine, (uint8_t)number) ||
		!routine_where(r->routine, &heard, &room, &is_on_mat) || heard.utc_ms != now.utc_ms)
		return false;
	r->sign = sensor;
	return true;
}

void rhythm_answered(struct rhythm *r, bool is_fine, struct moment at)
{
	follow_clock(r, at);
	(void)routine_answered(r->routine, time_of(r, at), is_fine);
}

static const char *last_room(const struct rhythm *r)
{
	struct routine_time since;
	bool is_on_mat;
	uint8_t room;

	return routine_where(r->routine, &since, &room, &is_on_mat)
		       ? routine_room_name(r->routine, room)
		       : "";
}

static bool can_hear(struct rhythm *r, struct moment at)
{
	int64_t now_ms = utc_of(r, at);

	if (!rhythm_is_deaf(r->supervision) &&
		rhythm_is_audible(r->supervision, last_room(r), at.now_us) &&
		rhythm_is_audible(r->supervision, "", at.now_us)) {
		r->deaf_from_ms = 0;
		return true;
	}
	if (r->deaf_from_ms == 0)
		r->deaf_from_ms = now_ms;
	routine_missed(r->routine);
	if (now_ms - r->deaf_from_ms > ROUTINE_PAUSE_MS)
		(void)routine_not_heard(r->routine, time_of(r, at));
	return false;
}

/* In the home's hours, what was so long ago on the loop's clock; 0 stays 0. */
static int64_t utc_then(const struct rhythm *r, uint64_t then_us, struct moment at)
{
	uint64_t ago_us = at.now_us - then_us;

	return then_us == 0 ? 0
			    : utc_of(r, at) - (int64_t)((double)ago_us *
							(r->speed > 0 ? r->speed : 1) / US_PER_MS);
}

static void tell_worn(struct rhythm *r, struct moment at)
{
	struct supervision_near near = {0};
	struct routine_worn worn = {0};

	if (rhythm_worn(r->supervision, at.now_us, &near))
		worn = (struct routine_worn){.from_ms = utc_then(r, near.from_us, at),
			.worn_ms = utc_then(r, near.worn_us, at),
			.heard_ms = utc_then(r, near.heard_us, at)};
	(void)routine_worn(r->routine, time_of(r, at), &worn);
}

static int look(struct rhythm *r, struct moment at, struct suspicion ret[RHYTHM_TURN_MAX],
	struct routine_answer answers[RHYTHM_TURN_MAX])
{
	struct routine_time now = time_of(r, at);
	int count;

	tell_worn(r, at);
	count = routine_judge(r->routine, now, answers);
	for (int n = 0; n < count; n++) {
		ret[n] = rhythm_suspicion(&answers[n],
			routine_room_name(r->routine, answers[n].room),
			rhythm_mute(r->supervision, at.now_us), now);
		/* people read the real time, whatever is played */
		ret[n].event_ms = at.wall_ms;
	}
	return count > 0 ? count : 0;
}

int rhythm_turn(struct rhythm *r, struct moment at, struct suspicion ret[RHYTHM_TURN_MAX],
	struct routine_answer ret_answers[RHYTHM_TURN_MAX])
{
	int count = 0;

	if (at.now_us < r->look_us)
		return 0;
	r->look_us = at.now_us + paced(r, RHYTHM_LOOK_US);
	follow_clock(r, at);
	if (can_hear(r, at))
		count = look(r, at, ret, ret_answers);
	if (at.now_us >= r->save_us || has_come_or_gone(r))
		save(r, at);
	return count;
}

uint64_t rhythm_next_us(const struct rhythm *r)
{
	return r->look_us;
}

const char *rhythm_fault(const struct rhythm *r)
{
	return r->fault[0] ? r->fault : store_rhythm_fault(r->store);
}

static bool take_room(
	const struct rhythm *r, uint8_t room, struct routine_time now, struct rhythm_room *ret)
{
	bool is_known = false;

	for (uint8_t hour = 0; hour < ROUTINE_HOURS; hour++) {
		routine_cell(r->routine, now, room, hour, &ret->hours[hour]);
		is_known |= ret->hours[hour].count > 0;
	}
	(void)snprintf(ret->name, sizeof(ret->name), "%s", routine_room_name(r->routine, room));
	return is_known;
}

void rhythm_where(const struct rhythm *r, struct moment at, struct rhythm_where *ret)
{
	struct routine_time now = time_of(r, at), since;
	struct routine_answer limit;
	bool is_on_mat;
	uint8_t room;

	*ret = (struct rhythm_where){
		.now = now, .is_away = routine_presence(r->routine) == ROUTINE_AWAY};
	ret->is_heard = routine_where(r->routine, &since, &room, &is_on_mat);
	if (!ret->is_heard)
		return;
	routine_limit_now(r->routine, &limit);
	ret->known_days = limit.known_days;
	ret->confidence = limit.confidence;
	ret->limit_s = limit.limit_s;
	(void)snprintf(ret->room, sizeof(ret->room), "%s", routine_room_name(r->routine, room));
	if (now.utc_ms > since.utc_ms)
		ret->silent_s = (uint32_t)((now.utc_ms - since.utc_ms) / 1000);
}

void rhythm_table(const struct rhythm *r, struct moment at, struct rhythm_table *ret)
{
	*ret = (struct rhythm_table){0};
	rhythm_where(r, at, &ret->where);
	ret->mornings = routine_mornings(r->routine, &ret->usual_up_min, &ret->latest_up_min);
	for (uint8_t n = 0; n < routine_rooms(r->routine); n++) {
		const char *name = routine_room_name(r->routine, n);

		if (take_room(r, n, ret->where.now, &ret->rooms[ret->rooms_count]))
			ret->rooms_count++;
		else if (name[0])
			(void)snprintf(
				ret->empty[ret->empty_count++], INCIDENT_TEXT_MAX, "%s", name);
	}
}

void rhythm_week(const struct rhythm *r, struct moment at, struct routine_week *ret)
{
	*ret = (struct routine_week){0};
	routine_week(r->routine, time_of(r, at), ret);
}

void rhythm_counters(const struct rhythm *r, struct routine_counters *ret)
{
	routine_counters(r->routine, ret);
}
