/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests about the home's life: its rhythm, and what is kept of it.
 */
#include "hub/requests.h"

#include <errno.h>
#include <stdlib.h>

/* The hours that a room's row begins with hold nothing where it was never heard then. */
static json_t *room_json(const struct rhythm_room *room)
{
	json_t *object = json_object(), *counts = json_array(), *limits = json_array();

	request_put(object, "name", json_string(room->name));
	for (unsigned int hour = 0; hour < ROUTINE_HOURS; hour++) {
		(void)json_array_append_new(counts, json_integer(room->hours[hour].count));
		(void)json_array_append_new(limits, json_integer(room->hours[hour].limit_s));
	}
	request_put(object, "counts", counts);
	request_put(object, "limits_s", limits);
	return object;
}

int request_routine(struct hub *h, const json_t *request, json_t *answer)
{
	struct rhythm_table *table;
	json_t *rooms;

	(void)request;
	if (!h->rhythm)
		return request_refuse(answer, -ENOTSUP, "the routine is switched off");
	table = calloc(1, sizeof(*table)); /* 16 kB, and rarely asked for */
	if (!table)
		return -ENOMEM;
	rhythm_table(h->rhythm, hub_now(), table);
	rooms = json_array();
	for (unsigned int n = 0; n < table->rooms_count; n++)
		(void)json_array_append_new(rooms, room_json(&table->rooms[n]));
	request_put(answer, "rooms", rooms);
	request_put_count(answer, "known_days", table->where.known_days);
	request_put(answer, "confidence", json_real((double)table->where.confidence));
	request_put_count(answer, "mornings", table->mornings);
	request_put_count(answer, "usual_up_min", table->usual_up_min);
	request_put_count(answer, "latest_up_min", table->latest_up_min);
	request_put(answer, "away", json_boolean(table->where.is_away));
	request_put(answer, "room", json_string(table->where.room));
	request_put_count(answer, "silent_s", table->where.silent_s);
	request_put_count(answer, "limit_s", table->where.limit_s);
	free(table);
	return 0;
}
