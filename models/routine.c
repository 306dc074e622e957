/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rhythm of one home: takes signs of life in, keeps the silence under way, and judges it.
 */
#include "models/routine_state.h"

#include <errno.h>
#include <string.h>

#define NIGHT_FROM_DEFAULT_H  22
#define NIGHT_UNTIL_DEFAULT_H 6
#define GONE_MS               300000       /* at night, door used, nobody inside since */
#define CONFIDENT_DAYS        7.0f         /* half sure */
#define JUST_LEFT_MS          180000       /* the door used within it, and nobody inside since */
#define LONG_ABSENCE_S        (3 * HOUR_S) /* … and ended by the door: nobody was on a mat */
#define ABSENT_LEAST_S        900          /* shorter silences after the door are life at home */

size_t routine_size(void)
{
	return sizeof(struct routine);
}

int routine_init(struct routine *r, const struct routine_options *options)
{
	struct routine_options o = {0};

	if (options)
		o = *options;
	if (o.night_from_h >= ROUTINE_HOURS || o.night_until_h >= ROUTINE_HOURS)
		return -EINVAL;
	if (o.night_from_h == 0 && o.night_until_h == 0) {
		o.night_from_h = NIGHT_FROM_DEFAULT_H;
		o.night_until_h = NIGHT_UNTIL_DEFAULT_H;
	}
	memset(r, 0, sizeof(*r));
	r->options = o;
	return 0;
}

float routine_confidence(const struct routine *r)
{
	float days = (float)r->known_s / DAY_S;

	return days / (days + CONFIDENT_DAYS);
}

/* Times that go back: see the header. 1: adopted as the clock's new time. */
static int take_back(struct routine *r, struct routine_time t)
{
	r->back_count = t.utc_ms >= r->back_ms ? (uint8_t)(r->back_count + 1) : 1;
	r->back_ms = t.utc_ms;
	if (r->back_count < ROUTINE_BACK_EVENTS) {
		bool is_late = r->last.utc_ms - t.utc_ms <= ROUTINE_LATE_MS;

		r->counters.late += is_late;
		r->counters.refused += !is_late;
		return is_late ? -EAGAIN : -ESTALE;
	}
	r->counters.clock_set++;
	pauses_start_anew(r, t);
	return 1;
}

/* A state that was known and is only said again: an "off", or that a door or a mat still is as it
 * was. A motion sensor's "on" again is motion. */
static bool is_said_again(const struct sensor *s, bool is_on)
{
	if (!is_on)
		return !s->is_on;
	return s->is_on && s->has_been_off &&
	       (s->sign == ROUTINE_CONTACT || s->sign == ROUTINE_MAT);
}

static bool is_chatter(struct routine *r, struct sensor *s, int64_t minute)
{
	if (s->minute != minute) {
		s->minute = minute;
		s->in_minute = 0;
	}
	s->in_minute = (uint16_t)(s->in_minute + (s->in_minute < UINT16_MAX));
	if (s->in_minute <= ROUTINE_CHATTER_MIN)
		return false;
	r->counters.chatter++;
	return true;
}

/* Whether the event says that somebody is there: neither chatter nor a state only repeated. */
static bool is_sign(struct routine *r, struct sensor *s, const struct routine_event *e)
{
	bool is_repeated = s->is_on && e->is_on && s->has_been_off;
	bool is_news = !is_said_again(s, e->is_on);

	if (!e->is_on)
		s->has_been_off = true;
	if (!s->is_on && e->is_on)
		s->on_since_ms = e->time.utc_ms;
	s->is_on = e->is_on;
	s->is_stuck &= is_repeated;
	if (is_chatter(r, s, e->time.utc_ms / MINUTE_MS))
		return false;
	if (is_news && is_repeated && e->time.utc_ms - s->on_since_ms > ROUTINE_STUCK_MS) {
		r->counters.stuck += !s->is_stuck;
		s->is_stuck = true;
		return false;
	}
	return is_news;
}

/* Away by what was known, or by what is known now: the door ends it, or nobody rests so long. */
static bool is_absence(const struct routine *r, uint32_t length_s, uint8_t ended_by)
{
	return r->presence.now == ROUTINE_AWAY || (r->by_door && length_s > ABSENT_LEAST_S) ||
	       length_s > ROUTINE_REST_MAX_S ||
	       (length_s > HOUR_S && r->sensors[ended_by].role == ROUTINE_OUTER_DOOR);
}

/* The silence that ends with an event of `sensor` at `t`. */
static void end_silence(struct routine *r, struct routine_time t, uint8_t sensor)
{
	uint64_t length_s = (uint64_t)(t.utc_ms - r->last.utc_ms) / 1000;
	struct silence one = {.start_min = (uint32_t)(r->last.utc_ms / MINUTE_MS),
		.length_10s = (uint16_t)(length_s / 10),
		.room = r->room,
		.offset_15min = (int8_t)(r->last.offset_s / 900),
		.is_on_mat = r->is_on_mat,
		.settled = r->settled};

	presence_silence(r, t.utc_ms);
	if (r->is_cut)
		return;
	r->known_s += (uint32_t)(length_s < DAY_S ? length_s : DAY_S);
	if (length_s / 10 > UINT16_MAX || length_s < ROUTINE_LEAST_S)
		return;
	presence_learn_door(r, sensor, r->last, (uint32_t)length_s);
	if (is_absence(r, (uint32_t)length_s, sensor)) {
		if (length_s > LONG_ABSENCE_S && r->sensors[sensor].role == ROUTINE_OUTER_DOOR)
			presence_learn_mats(r, r->last.utc_ms);
		return;
	}
	silences_add(&r->silences, &one);
	days_silence(r, &one);
}

static bool is_on_mat_in(const struct routine *r, uint8_t room)
{
	for (uint8_t i = 0; i < r->sensor_count; i++)
		if (r->sensors[i].sign == ROUTINE_MAT && r->sensors[i].room == room &&
			r->sensors[i].is_on)
			return true;
	return false;
}

static uint8_t settled(const struct routine *r, int64_t utc_ms)
{
	int64_t stay_ms = r->stay_since_ms ? utc_ms - r->stay_since_ms : 0;

	if (stay_ms >= SETTLED_LONG_MS)
		return SETTLED_LONG;
	return stay_ms >= SETTLED_MS ? SETTLED_A_WHILE : SETTLED_COMING_IN;
}

/* Where that was heard. Motion elsewhere ends, or what was used switches itself off, when whoever
 * did it already sits or lies on a mat. */
static uint8_t room_of(
	const struct routine *r, const struct routine_event *e, const struct sensor *s)
{
	bool is_over = !e->is_on && (s->sign == ROUTINE_MOTION || s->sign == ROUTINE_USE);

	return is_over && r->last.utc_ms && is_on_mat_in(r, r->room) ? r->room : s->room;
}

static void begin_silence(struct routine *r, const struct routine_event *e, const struct sensor *s)
{
	const struct presence *p = &r->presence;
	uint8_t room = room_of(r, e, s);

	days_room(r, e->time, room);
	days_sign(r, e->time, p->recent_count == RECENT_MAX && p->now == ROUTINE_HOME);
	r->last = e->time;
	r->room = room;
	r->is_on_mat = is_on_mat_in(r, room);
	r->settled = settled(r, e->time.utc_ms);
	r->by_sensor = e->sensor;
	r->is_cut = false;
	r->limit_s = 0;
	forget_told(r, ROUTINE_LONG_SILENCE);
	forget_told(r, ROUTINE_GONE_AT_NIGHT);
	r->by_door = p->door_ms && e->time.utc_ms - p->door_ms < JUST_LEFT_MS &&
		     p->inside_ms <= p->door_ms;
}

int routine_push(struct routine *r, const struct routine_event *e)
{
	struct sensor *s = &r->sensors[e->sensor < ROUTINE_SENSORS_MAX ? e->sensor : 0];

	if (e->sensor >= r->sensor_count || !is_possible_time(e->time))
		return -EINVAL;
	if (r->last.utc_ms && e->time.utc_ms < r->last.utc_ms) {
		int back = take_back(r, e->time);

		if (back < 0)
			return back;
	} else {
		r->back_count = 0;
	}
	if (r->last.utc_ms && e->time.utc_ms - r->last.utc_ms > ROUTINE_AHEAD_MS)
		pauses_start_anew(r, e->time);
	r->counters.events++;
	r->heard_ms = e->time.utc_ms;
	if (!is_sign(r, s, e))
		return 0;
	if (r->last.utc_ms)
		end_silence(r, e->time, e->sensor);
	presence_sign(r, s, e->is_on, e->time.utc_ms);
	begin_silence(r, e, s);
	return 0;
}

static bool is_within(uint32_t hour, uint8_t from, uint8_t until)
{
	return from <= until ? hour >= from && hour < until : hour >= from || hour < until;
}

static bool gone_at_night(
	const struct routine *r, struct routine_time now, struct routine_answer *ret)
{
	const struct presence *p = &r->presence;
	struct routine_time door = {p->door_ms, now.offset_s};

	if (!r->options.tells_gone_at_night || !presence_nobody_since_door(p) ||
		!is_within(local_second(door) / HOUR_S, r->options.night_from_h,
			r->options.night_until_h) ||
		now.utc_ms - p->door_ms < GONE_MS || quiet_since(r).utc_ms > p->door_ms + GONE_MS)
		return false;
	*ret = (struct routine_answer){.what = ROUTINE_GONE_AT_NIGHT,
		.room = r->room,
		.lasted_s = (uint32_t)((now.utc_ms - p->door_ms) / 1000),
		.limit_s = GONE_MS / 1000,
		.known_days = known_days(r),
		.confidence = routine_confidence(r)};
	return true;
}

static struct silence_place under_way(const struct routine *r)
{
	return (struct silence_place){quiet_since(r), r->room, r->is_on_mat, r->settled};
}

static bool long_silence(struct routine *r, struct routine_time now, struct routine_answer *ret)
{
	struct silence_place at = under_way(r);
	uint32_t lasted_s = (uint32_t)((now.utc_ms - at.start.utc_ms) / 1000);
	bool is_told = (r->told & (1U << ROUTINE_LONG_SILENCE)) != 0;

	if (lasted_s < ROUTINE_LEAST_S || (is_told && lasted_s < r->again_s))
		return false;
	if (r->limit_s == 0) {
		silences_limit(r, &at, 0, ret);
		r->limit_s = ret->limit_s;
	}
	if (lasted_s < r->limit_s)
		return false;
	silences_limit(r, &at, lasted_s, ret);
	forget_told(r, ROUTINE_LONG_SILENCE);
	r->again_s = lasted_s + (ret->limit_s > ROUTINE_AGAIN_S ? ret->limit_s : ROUTINE_AGAIN_S);
	return true;
}

static int tell(struct routine *r, bool is_so, const struct routine_answer *one, int count,
	struct routine_answer *ret)
{
	uint8_t bit = (uint8_t)(1U << one->what);

	if (!is_so || (r->told & bit))
		return count;
	r->told |= bit;
	ret[count] = *one;
	return count + 1;
}

int routine_judge(
	struct routine *r, struct routine_time now, struct routine_answer ret[ROUTINE_ANSWERS_MAX])
{
	struct routine_answer one = {0};
	int count = 0;

	if (!is_possible_time(now))
		return -EINVAL;
	if (r->last.utc_ms == 0 || now.utc_ms < quiet_since(r).utc_ms)
		return 0;
	r->heard_ms = now.utc_ms;
	if (local_second(now) < MORNING_FROM_H * HOUR_S)
		forget_told(r, ROUTINE_NOT_UP);
	count = tell(r, gone_at_night(r, now, &one), &one, count, ret);
	presence_silence(r, now.utc_ms);
	if (r->presence.now == ROUTINE_AWAY)
		return count;
	count = tell(r, long_silence(r, now, &one), &one, count, ret);
	count = tell(r, days_long_stay(r, now, &one), &one, count, ret);
	count = tell(r, days_not_back(r, now, &one), &one, count, ret);
	return tell(r, days_not_up(r, now, &one), &one, count, ret);
}

enum routine_presence routine_presence(const struct routine *r)
{
	return r->presence.now;
}

int64_t routine_door_ms(const struct routine *r)
{
	return r->presence.door_ms;
}

void routine_limit(const struct routine *r, struct routine_time start, uint8_t room, bool is_on_mat,
	struct routine_answer *ret)
{
	struct silence_place at = {start, room, is_on_mat, SETTLED_COMING_IN};

	silences_limit(r, &at, 0, ret);
}

void routine_limit_now(const struct routine *r, struct routine_answer *ret)
{
	struct silence_place at = under_way(r);

	silences_limit(r, &at, 0, ret);
}

bool routine_where(const struct routine *r, struct routine_time *ret_since, uint8_t *ret_room,
	bool *ret_on_mat)
{
	if (r->last.utc_ms == 0)
		return false;
	*ret_since = quiet_since(r);
	*ret_room = r->room;
	*ret_on_mat = r->is_on_mat;
	return true;
}

uint8_t routine_rooms(const struct routine *r)
{
	return r->room_count;
}

void routine_counters(const struct routine *r, struct routine_counters *ret)
{
	*ret = r->counters;
}
