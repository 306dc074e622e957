/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Silences remembered, and the limit of one that begins: how long it may last before it is unlike
 * this home. Every remembered silence is shortened by how little it resembles the new one (hour of
 * day, room and mat, how long the resident had been in that room, kind of day, age); the second
 * longest of what is left, and a margin, is the limit. The second, so that one odd evening does not
 * blunt the model for weeks; of a home known for longer the third and so on, for the second longest
 * of a hundred days is exceeded more seldom than that of ten. In a room that is often gone into and
 * never rested in (bathroom, kitchen, hall) it is at most what was silent there, and a margin: what
 * resembles it elsewhere, an evening in the chair, says little of it.
 */
#include "models/routine_state.h"

#include <math.h>
#include <string.h>

/* Found on the recordings of MODEL.md, which says what a home gets from the others' constants. */
#define SAME_SPREAD_H  4.2f  /* hours of day apart, same room and mat: spread of the likeness */
#define OTHER_SPREAD_H 3.1f  /* … another room or mat */
#define OTHER_SHARE    0.65f /* likeness of another room at the same hour */
#define OTHER_SETTLED  0.65f /* … where one had just come in and the other been there a while */
#define OTHER_KIND     0.95f /* a weekend's silence for a weekday, and the reverse */
#define SPREADS        3.0f  /* further apart is not alike at all */
#define SHIFT_SHARE    0.55f /* a long silence's end belongs half to the clock, half to its start */
#define SHIFT_FROM_H   2.9f
#define MARGIN_DAY     0.9f /* · hours^MARGIN_POWER */
#define MARGIN_NIGHT   1.1f
#define MARGIN_H       0.45f
#define MARGIN_POWER   0.2f
#define DAY_FROM_H     7.0f
#define DAY_UNTIL_H    22.0f
#define DAWN_H         2.0f  /* between the two margins */
#define FULL_DAYS      60.0f /* remembered wholly, then less and less … */
#define FORGOTTEN_DAYS 120.0f
#define PRIOR_DAYS     4.0f /* the cautious prior is let go of between the first day and this one */
#define VISITS_LEAST   60   /* of a room, before it counts as one not rested in … */
#define RESTED_H       0.75f /* … which the second longest silence there must not reach */
#define ROOM_H         1.0f  /* its limit: this and ROOM_TIMES that second longest */
#define ROOM_TIMES     1.5f
#define WARM_DAYS      7.0f /* until then limits are longer, by WARM_MORE at PRIOR_DAYS */
#define WARM_MORE      0.5f
#define COMPARABLE     0.5f /* alike enough to be shown to a person */
#define SHORT_H        (1.0f / 12)
#define RANKS          6     /* longest ones kept in sight */
#define RANK_FROM_DAYS 14.0f /* known for so long the second counts … */
#define RANK_DAYS      20.0f /* … and for each so long more one further down */

void silences_add(struct silences *s, const struct silence *one)
{
	s->ring[s->at] = *one;
	s->at = (uint16_t)((s->at + 1) % SILENCES_MAX);
	if (s->count < SILENCES_MAX)
		s->count++;
}

static bool is_weekend(int64_t day)
{
	return (day + 3) % 7 >= 5; /* 1970 began on a Thursday */
}

/* 1: remembered wholly, 0: forgotten. */
static float remembered(const struct silence *s, struct routine_time now)
{
	float days = (float)(now.utc_ms / 1000 - (int64_t)s->start_min * 60) / DAY_S;

	if (days <= FULL_DAYS)
		return 1;
	return days >= FORGOTTEN_DAYS ? 0 : 1 - (days - FULL_DAYS) / (FORGOTTEN_DAYS - FULL_DAYS);
}

/* From −12 to 12: how much later in its day the first began. */
static float hours_apart(uint32_t a_s, uint32_t b_s)
{
	int32_t apart_s = (int32_t)a_s - (int32_t)b_s;

	if (apart_s > DAY_S / 2)
		apart_s -= DAY_S;
	if (apart_s < -DAY_S / 2)
		apart_s += DAY_S;
	return (float)apart_s / HOUR_S;
}

struct asked {
	const struct silence_place *at;
	uint32_t second; /* of its day */
	bool is_weekend;
};

static float settled_share(uint8_t a, uint8_t b)
{
	static const float shares[] = {1, OTHER_SETTLED, OTHER_SETTLED * OTHER_SETTLED};

	return shares[a > b ? a - b : b - a];
}

/* The remembered silence's length in hours as far as it resembles the asked one; ret_like 0..1 is
 * how far, for those of the same room. */
static float resembling_h(const struct silence *s, const struct asked *a, float *ret_like)
{
	int64_t began_s = (int64_t)s->start_min * 60 + s->offset_15min * 900;
	float apart_h = hours_apart((uint32_t)(began_s % DAY_S), a->second);
	bool is_same = s->room == a->at->room && s->is_on_mat == a->at->is_on_mat;
	float spread_h = is_same ? SAME_SPREAD_H : OTHER_SPREAD_H;
	float length_h = (float)s->length_10s / 360;
	float like = remembered(s, a->at->start) * (is_same ? 1 : OTHER_SHARE) *
		     (is_weekend(began_s / DAY_S) == a->is_weekend ? 1 : OTHER_KIND);

	like *= settled_share(s->settled, a->at->settled);
	if (apart_h > SPREADS * spread_h || apart_h < -SPREADS * spread_h)
		like = 0;
	if (like > 0)
		like *= expf(-0.5f * (apart_h / spread_h) * (apart_h / spread_h));
	*ret_like = is_same ? like : 0;
	return like * (length_h + (length_h > SHIFT_FROM_H ? SHIFT_SHARE * apart_h : 0));
}

static float prior_h(uint32_t known_s)
{
	float days = (float)known_s / DAY_S, prior = (float)ROUTINE_PRIOR_S / HOUR_S;

	if (days <= 1)
		return prior;
	return days >= PRIOR_DAYS ? 0 : prior * (PRIOR_DAYS - days) / (PRIOR_DAYS - 1);
}

/* Few nights known are seldom the longest there will be: who was just moved in with is not to be
 * asked each day. */
static float warming(uint32_t known_s)
{
	float days = fmaxf((float)known_s / DAY_S, PRIOR_DAYS);

	return 1 + WARM_MORE * fmaxf((WARM_DAYS - days) / (WARM_DAYS - PRIOR_DAYS), 0);
}

/* Evenings and nights are less alike than days: their margin is larger. */
static float margin_of(uint32_t second)
{
	float h = (float)second / HOUR_S;
	float day = fminf(fminf((h - DAY_FROM_H) / DAWN_H, (DAY_UNTIL_H - h) / DAWN_H), 1);

	day = fmaxf(day, 0);
	return day * MARGIN_DAY + (1 - day) * MARGIN_NIGHT;
}

static void insert(float longest_h[RANKS], float h)
{
	int at = RANKS;

	while (at > 0 && longest_h[at - 1] < h)
		at--;
	if (at == RANKS)
		return;
	memmove(&longest_h[at + 1], &longest_h[at],
		sizeof(longest_h[0]) * (size_t)(RANKS - 1 - at));
	longest_h[at] = h;
}

/* The one that counts, between two where the days say so. */
static float typical_h(const float longest_h[RANKS], uint32_t known_s)
{
	float days = (float)known_s / DAY_S;
	float rank = 1 + fmaxf(days - RANK_FROM_DAYS, 0) / RANK_DAYS;
	int at = rank < RANKS - 2 ? (int)rank : RANKS - 2;
	float share = fminf(rank - (float)at, 1);

	return longest_h[at] + share * (longest_h[at + 1] - longest_h[at]);
}

/* What somebody on no mat may be silent in a room that is not rested in; of others, for ever. */
static float room_limit_h(const struct routine *r, const struct silence_place *at)
{
	float longest_h[RANKS] = {0};

	if (at->is_on_mat || r->rooms[at->room].stays.count < VISITS_LEAST ||
		r->known_s < (uint32_t)PRIOR_DAYS * DAY_S)
		return INFINITY;
	for (uint16_t i = 0; i < r->silences.count; i++) {
		const struct silence *s = &r->silences.ring[i];

		if (s->room == at->room && !s->is_on_mat)
			insert(longest_h, remembered(s, at->start) * (float)s->length_10s / 360);
	}
	return longest_h[1] < RESTED_H ? ROOM_H + ROOM_TIMES * longest_h[1] : INFINITY;
}

void silences_limit(const struct routine *r, const struct silence_place *at, uint32_t lasted_s,
	struct routine_answer *ret)
{
	struct asked asked = {at, local_second(at->start), is_weekend(local_s(at->start) / DAY_S)};
	struct routine_answer a = {.what = ROUTINE_LONG_SILENCE,
		.room = at->room,
		.lasted_s = lasted_s,
		.known_days = known_days(r),
		.confidence = routine_confidence(r)};
	float longest_h[RANKS], base_h, limit_h, room_h = room_limit_h(r, at);

	for (int i = 0; i < RANKS; i++)
		longest_h[i] = SHORT_H;
	for (uint16_t i = 0; i < r->silences.count; i++) {
		const struct silence *s = &r->silences.ring[i];
		float like, h = resembling_h(s, &asked, &like);

		insert(longest_h, h);
		if (like < COMPARABLE)
			continue;
		a.comparable++;
		a.longer = (uint16_t)(a.longer + (s->length_10s * 10U > lasted_s));
		a.longest_s = a.longest_s > s->length_10s * 10U ? a.longest_s : s->length_10s * 10U;
	}
	base_h = typical_h(longest_h, r->known_s);
	limit_h = base_h + margin_of(asked.second) * powf(base_h, MARGIN_POWER) + MARGIN_H;
	limit_h = fmaxf(limit_h * warming(r->known_s), prior_h(r->known_s));
	a.is_by_room = room_h < limit_h;
	a.limit_s = (uint32_t)(fminf(limit_h, room_h) * HOUR_S);
	*ret = a;
}
