/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who was home, by hindsight and labels.
 */
#include "models/eval/routine_trial.h"

#define OUT_LEAST_MS   900000
#define DOOR_BEFORE_MS 180000
#define MOVING_MS      600000
#define FOUND_MS       7200000 /* a silence that tells an outer door … */
#define FOUND_LEAST    4       /* … so many of them by day, and no more by night */
#define DAY_FROM_H     8
#define DAY_UNTIL_H    20
#define HOUR_MS        3600000

struct truth truth_begin(const struct home_log *home)
{
	size_t by_day[ROUTINE_SENSORS_MAX] = {0}, by_night[ROUTINE_SENSORS_MAX] = {0};
	struct truth t = {0};

	for (size_t i = 0; i < home->sensor_count; i++)
		if (home->sensors[i].role == ROUTINE_OUTER_DOOR ||
			home->sensors[i].role == ROUTINE_OUTSIDE)
			return t;
	for (size_t i = 0; i + 1 < home->count; i++) {
		const struct home_event *e = &home->events[i];
		int64_t hour = e->at_ms / HOUR_MS % 24;

		if (e[1].sensor != e->sensor || e[1].at_ms - e->at_ms < FOUND_MS ||
			home->sensors[e->sensor].sign != ROUTINE_CONTACT)
			continue;
		if (hour >= DAY_FROM_H && hour < DAY_UNTIL_H)
			by_day[e->sensor]++;
		else
			by_night[e->sensor]++;
	}
	for (size_t i = 0; i < home->sensor_count; i++)
		if (by_day[i] >= FOUND_LEAST && by_day[i] >= by_night[i] &&
			(t.door == 0 || by_day[i] > by_day[t.door - 1]))
			t.door = i + 1;
	return t;
}

static void hear(struct truth *t, const struct home_log *home, const struct home_event *e)
{
	const struct home_sensor *s = &home->sensors[e->sensor];
	bool is_found = t->door == e->sensor + 1U;

	if (s->sign == ROUTINE_PLACE) {
		if (e->is_on)
			t->is_placed_out = s->role == ROUTINE_OUTSIDE;
		return;
	}
	if (s->role == ROUTINE_OUTER_DOOR || is_found) {
		t->door_ms = e->at_ms;
		t->is_out = false;
	}
	if (s->role != ROUTINE_INSIDE || is_found || !e->is_on)
		return;
	t->inside_ms = e->at_ms;

	int64_t *oldest = &t->recent_ms[t->recent++ % TRUTH_RECENT];

	*oldest = e->at_ms;
	if (t->recent >= TRUTH_RECENT &&
		e->at_ms - t->recent_ms[t->recent % TRUTH_RECENT] <= MOVING_MS)
		t->is_out = false;
}

static int64_t labelled_ms(const struct home_log *home, int64_t from_ms, int64_t until_ms)
{
	int64_t sum_ms = 0;

	for (size_t i = 0; i < home->out_count; i++) {
		int64_t from = home->out[i].from_ms > from_ms ? home->out[i].from_ms : from_ms;
		int64_t until = home->out[i].until_ms < until_ms ? home->out[i].until_ms : until_ms;

		sum_ms += until > from ? until - from : 0;
	}
	return sum_ms;
}

bool truth_step(struct truth *t, const struct home_log *home, size_t i)
{
	const struct home_event *e = &home->events[i];
	int64_t length_ms = i + 1 < home->count ? e[1].at_ms - e->at_ms : 0;

	hear(t, home, e);
	if (length_ms >= OUT_LEAST_MS && t->door_ms && t->door_ms >= t->inside_ms &&
		e->at_ms - t->door_ms <= DOOR_BEFORE_MS)
		t->is_out = true;
	if (t->is_placed_out || t->is_out)
		return false;
	return length_ms < OUT_LEAST_MS ||
	       2 * labelled_ms(home, e->at_ms, e->at_ms + length_ms) < length_ms;
}
