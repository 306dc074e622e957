/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was learned, as a table people can read: silences by room and hour, and mornings.
 */
#include "models/routine_state.h"

#include <string.h>

#define HALF_HOUR_S (HOUR_S / 2)

/* In its place, shortest first. */
static void insert(uint16_t *sorted, uint16_t count, uint16_t value)
{
	uint16_t at = count;

	while (at > 0 && sorted[at - 1] > value)
		at--;
	memmove(&sorted[at + 1], &sorted[at], (size_t)(count - at) * sizeof(sorted[0]));
	sorted[at] = value;
}

static uint8_t hour_of(const struct silence *s)
{
	int64_t began_s = (int64_t)s->start_min * 60 + s->offset_15min * 900;

	return (uint8_t)(began_s % DAY_S / HOUR_S);
}

void routine_cell(const struct routine *r, struct routine_time now, uint8_t room, uint8_t hour,
	struct routine_cell *ret)
{
	uint16_t sorted[SILENCES_MAX];
	struct routine_cell c = {0};
	struct routine_answer limit;

	if (room >= r->room_count || hour >= ROUTINE_HOURS || !is_possible_time(now)) {
		*ret = c;
		return;
	}
	for (uint16_t i = 0; i < r->silences.count; i++)
		if (r->silences.ring[i].room == room && hour_of(&r->silences.ring[i]) == hour)
			insert(sorted, c.count++, r->silences.ring[i].length_10s);
	if (c.count) {
		c.median_s = sorted[c.count / 2] * 10U;
		c.longest_s = sorted[c.count - 1] * 10U;
	}
	now.utc_ms += ((int64_t)hour * HOUR_S + HALF_HOUR_S - local_second(now)) * 1000;
	silences_limit(r, &(struct silence_place){now, room, false, SETTLED_COMING_IN}, 0, &limit);
	c.limit_s = limit.limit_s;
	*ret = c;
}

uint16_t routine_mornings(
	const struct routine *r, uint16_t *ret_usual_min, uint16_t *ret_latest_min)
{
	uint16_t sorted[DAYS_MAX], count = 0;

	for (uint16_t i = 0; i < r->days.count; i++)
		if (r->days.ring[i].up_min && r->days.ring[i].up_min != UP_UNKNOWN)
			insert(sorted, count++, r->days.ring[i].up_min);
	*ret_usual_min = count ? sorted[count / 2] : 0;
	*ret_latest_min = count ? sorted[count - 1] : 0;
	return count;
}
