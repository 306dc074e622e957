/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests about the home's life: its rhythm, and what is kept of it.
 */
#include "hub/requests.h"

#include "common/cleanup.h"
#include "hub/local_day.h"
#include "hub/week.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
	json_t *rooms, *empty;

	(void)request;
	if (!h->rhythm)
		return request_refuse(answer, -ENOTSUP, "the routine is switched off");
	table = calloc(1, sizeof(*table)); /* 20 kB, and rarely asked for */
	if (!table)
		return -ENOMEM;
	rhythm_table(h->rhythm, hub_now(), table);
	rooms = json_array();
	for (unsigned int n = 0; n < table->rooms_count; n++)
		(void)json_array_append_new(rooms, room_json(&table->rooms[n]));
	request_put(answer, "rooms", rooms);
	empty = json_array();
	for (unsigned int n = 0; n < table->empty_count; n++)
		(void)json_array_append_new(empty, json_string(table->empty[n]));
	request_put(answer, "empty", empty);
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

/* The newest week of which there is a summary, "" for none. */
static void newest_week(const char *dir, char ret[LOCAL_WEEK_MAX])
{
	const struct dirent *entry;
	DIR *d = opendir(dir);

	ret[0] = '\0';
	while (d && (entry = readdir(d))) {
		char week[LOCAL_WEEK_MAX];

		(void)snprintf(week, sizeof(week), "%.8s", entry->d_name);
		if (strcmp(entry->d_name + strlen(week), ".fr.txt") == 0 &&
			local_week_monday(week) > 0 && strcmp(week, ret) > 0)
			memcpy(ret, week, sizeof(week));
	}
	if (d)
		(void)closedir(d);
}

int request_summary(struct hub *h, const json_t *request, json_t *answer)
{
	const char *asked = json_string_value(json_object_get(request, "week"));
	const char *language = json_string_value(json_object_get(request, "language"));
	char week[LOCAL_WEEK_MAX], dir[HUB_PATH_MAX + 16], path[HUB_PATH_MAX + 48];
	char text[WEEK_TEXT_MAX] = "";
	_cleanup_(fclose_p) FILE *file = NULL;

	(void)snprintf(dir, sizeof(dir), "%s/summaries", h->config.state_dir);
	if (asked && local_week_monday(asked) < 0)
		return request_refuse(answer, -EINVAL, "week is not like 2026-W48");
	if (asked)
		(void)snprintf(week, sizeof(week), "%s", asked);
	else
		newest_week(dir, week);
	(void)snprintf(path, sizeof(path), "%s/%s.%s.txt", dir, week,
		language && strcmp(language, "fr") == 0 ? "fr" : "en");
	file = fopen(path, "re");
	if (!week[0] || !file || fread(text, 1, sizeof(text) - 1, file) == 0)
		return request_refuse(answer, -ENOENT, "there is no summary of that week");
	request_put(answer, "week", json_string(week));
	request_put(answer, "text", json_string(text));
	return 0;
}
