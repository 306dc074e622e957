/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rooms that are listened to, wearables that are worn.
 */
#include "hub/rhythm_heard.h"

#include "models/routine.h"

#include <string.h>

bool rhythm_is_of_rooms(const struct roster_sensor *sensor)
{
	return sensor->movement != MOVEMENT_SHARED &&
	       (sensor->role == ROLE_MOTION || sensor->role == ROLE_CONTACT ||
		       sensor->role == ROLE_PRESSURE);
}

bool rhythm_has_outer_door(const struct roster *r)
{
	for (const struct roster_sensor *s = NULL; (s = roster_following(r, s));)
		if (s->role == ROLE_CONTACT && s->movement != MOVEMENT_SHARED &&
			(s->is_outer || routine_role_of(s->name, s->room, ROUTINE_CONTACT) ==
						ROUTINE_OUTER_DOOR))
			return true;
	return false;
}

bool rhythm_is_audible(const struct supervision *s, const char *room, uint64_t now_us)
{
	bool has_motion = false, has_any = false, hears_motion = false, hears_any = false;

	for (const struct roster_sensor *r = NULL; (r = roster_following(s->roster, r));) {
		bool is_motion = r->role == ROLE_MOTION, is_heard;

		if (!rhythm_is_of_rooms(r) || (room[0] && strcmp(r->room, room) != 0))
			continue;
		is_heard = supervision_state(s, r, now_us) == SENSOR_FRESH;
		has_any = true;
		has_motion |= is_motion;
		hears_any |= is_heard;
		hears_motion |= is_heard && is_motion;
	}
	return has_motion ? hears_motion : !has_any || hears_any;
}

bool rhythm_is_deaf(const struct supervision *s)
{
	for (const struct roster_sensor *r = NULL; (r = roster_following(s->roster, r));)
		if (rhythm_is_of_rooms(r) && supervision_is_deaf(s, r))
			return true;
	return false;
}

const char *rhythm_mute(const struct supervision *s, uint64_t now_us)
{
	for (const struct roster_sensor *r = NULL; (r = roster_following(s->roster, r));)
		if (rhythm_is_of_rooms(r) && supervision_state(s, r, now_us) >= SENSOR_STALE)
			return r->name;
	return "";
}

bool rhythm_worn(const struct supervision *s, uint64_t now_us, struct supervision_near *ret)
{
	struct supervision_near best = {0}, one;

	for (const struct roster_sensor *r = NULL; (r = roster_following(s->roster, r));)
		if (supervision_near(s, r, now_us, &one) && one.worn_us > best.worn_us)
			best = one;
	if (best.worn_us == 0)
		return false;
	*ret = best;
	return true;
}
