/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Days and nights: stays in each room, the room slept in, walks at night, when the day begins, and
 * how lively nights are. Each judgement gives twice what was ever seen and more, since it comes on
 * top of the judgement of silence.
 */
#include "models/routine_state.h"

#include <string.h>

#define LEAST_COUNT      10        /* stays, walks or mornings known before any is judged */
#define BRIEF_S          (90 * 60) /* a room stayed in for longer is one to rest in: not judged */
#define STAY_MORE_S      3600
#define WALK_MORE_S      2700
#define WALK_LEAST_S     5400
#define UP_MORE_MIN      90
#define NIGHT_ROOM_S     (10 * HOUR_S) /* of nightly silence, before a room is the one slept in */
#define NIGHT_ROOM_MAX_S (400 * HOUR_S)
#define WEEK             7
#define FORGET_EACH      64 /* the longest ones lose an eighth each so many */

void lasting_add(struct lasting *l, uint32_t length_s)
{
	l->count = (uint16_t)(l->count + (l->count < UINT16_MAX));
	if (l->count % FORGET_EACH == 0)
		for (int i = 0; i < TOP; i++)
			l->s[i] -= l->s[i] / 8;
	for (int i = 0; i < TOP; i++)
		if (length_s > l->s[i]) {
			memmove(&l->s[i + 1], &l->s[i], sizeof(l->s[0]) * (size_t)(TOP - 1 - i));
			l->s[i] = length_s;
			return;
		}
}

static bool is_night(struct routine_time t)
{
	return local_second(t) < NIGHT_UNTIL_H * HOUR_S;
}

static struct night *night_of(struct day_book *b, uint16_t day)
{
	struct night *last = &b->ring[(b->at + DAYS_MAX - 1) % DAYS_MAX];

	if (b->count && last->day == day)
		return last;
	last = &b->ring[b->at];
	*last = (struct night){.day = day};
	b->at = (uint16_t)((b->at + 1) % DAYS_MAX);
	b->count = (uint16_t)(b->count + (b->count < DAYS_MAX));
	return last;
}

void days_sign(struct routine *r, struct routine_time t, bool is_moving_about)
{
	struct night *n = night_of(&r->days, local_day(t));
	uint32_t minute = local_second(t) / 60;

	if (is_night(t))
		n->signs = (uint16_t)(n->signs + (n->signs < UINT16_MAX));
	if (n->up_min || minute < MORNING_FROM_H * 60)
		return;
	if (r->presence.now == ROUTINE_AWAY)
		n->up_min = UP_UNKNOWN;
	else if (is_moving_about)
		n->up_min = (uint16_t)minute;
}

void days_unheard(struct routine *r, struct routine_time t)
{
	struct night *n = night_of(&r->days, local_day(t));

	if (!n->up_min && local_second(t) >= MORNING_FROM_H * HOUR_S)
		n->up_min = UP_UNKNOWN;
}

/* How much of a silence lies between 0 and 5 h: to find the room slept in. */
void days_silence(struct routine *r, const struct silence *one)
{
	uint32_t length_s = one->length_10s * 10U;
	uint32_t began =
		(uint32_t)(((int64_t)one->start_min * 60 + one->offset_15min * 900) % DAY_S);
	uint32_t until = began + length_s, night_s = 0;

	if (began < NIGHT_UNTIL_H * HOUR_S)
		night_s = (until < NIGHT_UNTIL_H * HOUR_S ? until : NIGHT_UNTIL_H * HOUR_S) - began;
	else if (until > DAY_S)
		night_s = until - DAY_S < NIGHT_UNTIL_H * HOUR_S ? until - DAY_S
								 : NIGHT_UNTIL_H * HOUR_S;
	r->rooms[one->room].night_s += night_s;
	if (r->rooms[one->room].night_s > NIGHT_ROOM_MAX_S)
		for (uint8_t i = 0; i < r->room_count; i++)
			r->rooms[i].night_s /= 2;
}

int days_bedroom(const struct routine *r)
{
	uint64_t all_s = 0;
	int best = -1;

	for (uint8_t i = 0; i < r->room_count; i++) {
		all_s += r->rooms[i].night_s;
		if (best < 0 || r->rooms[i].night_s > r->rooms[best].night_s)
			best = i;
	}
	if (best < 0 || r->rooms[best].night_s < NIGHT_ROOM_S ||
		2ULL * r->rooms[best].night_s < all_s)
		return -1;
	return best;
}

/* The resident was heard in `room`: closes the stay and the walk where it is another. */
void days_room(struct routine *r, struct routine_time t, uint8_t room)
{
	int bedroom = days_bedroom(r);

	if (room == r->room && r->stay_since_ms)
		return;
	if (r->stay_since_ms && t.utc_ms > r->stay_since_ms)
		lasting_add(
			&r->rooms[r->room].stays, (uint32_t)((t.utc_ms - r->stay_since_ms) / 1000));
	r->stay_since_ms = t.utc_ms;
	forget_told(r, ROUTINE_LONG_STAY);
	if (bedroom >= 0 && room == bedroom && r->walk_since_ms) {
		lasting_add(&r->days.walks, (uint32_t)((t.utc_ms - r->walk_since_ms) / 1000));
		r->walk_since_ms = 0;
		forget_told(r, ROUTINE_NOT_BACK);
	}
	if (bedroom >= 0 && r->room == bedroom && room != bedroom && is_night(t))
		r->walk_since_ms = t.utc_ms;
}

static struct routine_answer answer(const struct routine *r, enum routine_what what,
	uint32_t lasted_s, uint32_t limit_s, const struct lasting *known)
{
	struct routine_answer a = {.what = what,
		.room = r->room,
		.lasted_s = lasted_s,
		.limit_s = limit_s,
		.longest_s = known->s[0],
		.comparable = known->count,
		.known_days = known_days(r),
		.confidence = routine_confidence(r)};

	for (int i = 0; i < TOP; i++)
		a.longer = (uint16_t)(a.longer + (known->s[i] > lasted_s));
	return a;
}

bool days_long_stay(const struct routine *r, struct routine_time now, struct routine_answer *ret)
{
	const struct lasting *known = &r->rooms[r->room].stays;
	int64_t since_ms = judged_from_ms(r, r->stay_since_ms);
	uint32_t lasted_s, limit_s = 2 * known->s[1] + STAY_MORE_S;

	if (!r->stay_since_ms || now.utc_ms < since_ms || known->count < LEAST_COUNT ||
		known->s[1] > BRIEF_S || known_days(r) < 4)
		return false;
	lasted_s = (uint32_t)((now.utc_ms - since_ms) / 1000);
	if (lasted_s < limit_s)
		return false;
	*ret = answer(r, ROUTINE_LONG_STAY, lasted_s, limit_s, known);
	return true;
}

bool days_not_back(const struct routine *r, struct routine_time now, struct routine_answer *ret)
{
	const struct lasting *known = &r->days.walks;
	int64_t since_ms = judged_from_ms(r, r->walk_since_ms);
	uint32_t lasted_s, limit_s = 2 * known->s[1] + WALK_MORE_S;

	if (!r->walk_since_ms || now.utc_ms < since_ms || known->count < LEAST_COUNT ||
		!is_night(now))
		return false;
	if (limit_s < WALK_LEAST_S)
		limit_s = WALK_LEAST_S;
	lasted_s = (uint32_t)((now.utc_ms - since_ms) / 1000);
	if (lasted_s < limit_s)
		return false;
	*ret = answer(r, ROUTINE_NOT_BACK, lasted_s, limit_s, known);
	return true;
}

/* Minutes of the day of the known mornings but today's, the latest first. */
static struct lasting mornings(const struct day_book *b, uint16_t today)
{
	struct lasting known = {0};

	for (uint16_t i = 0; i < b->count; i++)
		if (b->ring[i].up_min && b->ring[i].up_min != UP_UNKNOWN && b->ring[i].day != today)
			lasting_add(&known, b->ring[i].up_min);
	return known;
}

bool days_not_up(const struct routine *r, struct routine_time now, struct routine_answer *ret)
{
	const struct day_book *b = &r->days;
	const struct night *last = &b->ring[(b->at + DAYS_MAX - 1) % DAYS_MAX];
	uint32_t minute = local_second(now) / 60;
	struct lasting known;
	uint32_t latest;

	if (minute < MORNING_FROM_H * 60 || b->count == 0 ||
		(last->day == local_day(now) && last->up_min) || last->day + 1 < local_day(now))
		return false;
	known = mornings(b, local_day(now));
	latest = known.s[0] + UP_MORE_MIN;
	if (known.count < LEAST_COUNT || minute < latest)
		return false;
	*ret = answer(r, ROUTINE_NOT_UP, 0, 60 * latest, &known);
	ret->lasted_s = 60 * minute;
	ret->longest_s *= 60;
	ret->longer = 0;
	return true;
}

void routine_week(const struct routine *r, struct routine_time now, struct routine_week *ret)
{
	uint32_t signs = 0, before = 0;
	struct routine_week w = {0};

	if (!is_possible_time(now))
		return;
	for (uint16_t i = 0; i < r->days.count; i++) {
		const struct night *n = &r->days.ring[i];
		int ago = (int)local_day(now) - n->day;

		if (ago >= 0 && ago < WEEK) {
			w.nights++;
			signs += n->signs;
		} else if (ago >= WEEK && ago < DAYS_MAX) {
			w.nights_before++;
			before += n->signs;
		}
	}
	w.signs_a_night = w.nights ? (float)signs / w.nights : 0;
	w.signs_before = w.nights_before ? (float)before / w.nights_before : 0;
	w.is_far_more = w.nights >= 4 && w.nights_before >= WEEK &&
			w.signs_a_night > 2 * w.signs_before &&
			w.signs_a_night >= w.signs_before + 10;
	*ret = w;
}
