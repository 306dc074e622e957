/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens to the silence under way when nobody listens, the clock is set, or the resident
 * answers without being heard in a room.
 */
#include "models/routine_state.h"

#include <errno.h>

#define CLOCK_MOST_MS (INT64_C(200) * 366 * DAY_S * 1000)

/* Silence, stay and walk begin at `t`; nothing of what went on until then is learned. */
static void start_anew_here(struct routine *r, struct routine_time t)
{
	r->last = t;
	r->is_cut = true;
	r->by_door = false;
	r->stay_since_ms = 0;
	r->walk_since_ms = 0;
}

void pauses_start_anew(struct routine *r, struct routine_time t)
{
	start_anew_here(r, t);
	r->limit_s = 0;
	r->told = 0;
	r->presence.recent_count = 0;
	/* who was away may have come back unheard, and a fall at home must not be taken for that */
	r->presence.now = ROUTINE_HOME;
	if (r->presence.door_ms > t.utc_ms)
		r->presence.door_ms = 0;
	r->presence.mat_ms = 0;
	days_unheard(r, t);
}

int routine_not_heard(struct routine *r, struct routine_time until)
{
	if (!is_possible_time(until))
		return -EINVAL;
	if (r->last.utc_ms)
		pauses_start_anew(r, until);
	r->heard_ms = until.utc_ms;
	return 0;
}

int routine_answered(struct routine *r, struct routine_time at, bool is_fine)
{
	if (!is_possible_time(at))
		return -EINVAL;
	if (r->last.utc_ms == 0 || at.utc_ms < quiet_since(r).utc_ms)
		return 0;
	if (is_fine)
		r->fine = at;
	else
		start_anew_here(r, at);
	r->heard_ms = at.utc_ms;
	r->limit_s = 0;
	forget_told(r, ROUTINE_LONG_SILENCE);
	forget_told(r, ROUTINE_LONG_STAY);
	forget_told(r, ROUTINE_NOT_BACK);
	return 0;
}

int routine_worn(struct routine *r, struct routine_time now, const struct routine_worn *worn)
{
	if (!is_possible_time(now))
		return -EINVAL;
	return presence_worn(r, now.utc_ms, worn) ? routine_answered(r, now, false) : 0;
}

void routine_missed(struct routine *r)
{
	r->is_cut = true;
}

static void move_stamp(int64_t *stamp_ms, int64_t by_ms)
{
	if (*stamp_ms)
		*stamp_ms = *stamp_ms + by_ms > 0 ? *stamp_ms + by_ms : 0;
}

int routine_clock_set(struct routine *r, int64_t by_ms)
{
	struct routine_time last = r->last;
	struct presence *p = &r->presence;

	if (r->last.utc_ms == 0)
		return 0;
	if (by_ms > CLOCK_MOST_MS || by_ms < -CLOCK_MOST_MS)
		return -EINVAL;
	last.utc_ms += by_ms;
	if (!is_possible_time(last))
		return -EINVAL;
	r->last = last;
	r->is_cut = true;
	r->limit_s = 0;
	r->back_count = 0;
	days_unheard(r, last);
	move_stamp(&r->fine.utc_ms, by_ms);
	move_stamp(&r->heard_ms, by_ms);
	move_stamp(&r->stay_since_ms, by_ms);
	move_stamp(&r->walk_since_ms, by_ms);
	move_stamp(&p->door_ms, by_ms);
	move_stamp(&p->inside_ms, by_ms);
	move_stamp(&p->mat_ms, by_ms);
	for (uint8_t i = 0; i < p->recent_count; i++)
		move_stamp(&p->recent_ms[i], by_ms);
	for (uint8_t i = 0; i < r->sensor_count; i++)
		move_stamp(&r->sensors[i].on_since_ms, by_ms);
	r->counters.clock_set++;
	return 0;
}
