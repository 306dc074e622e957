/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operators' and technicians' requests on the control socket (docs/PROTOCOL.md).
 */
#include "caller-gateway/gateway.h"
#include "common/clock.h"

#include <errno.h>
#include <string.h>

#define RECENT_MAX    200
#define SUSPENDED_MAX 64 /* named in a status */

static void add_suspended(const char *home, int64_t until_ms, void *userdata)
{
	if (json_array_size(userdata) < SUSPENDED_MAX)
		(void)json_array_append_new(userdata,
			json_pack("{s:s, s:I}", "home", home, "until_ms", (json_int_t)until_ms));
}

static int status(struct gateway *g, json_t *answer)
{
	json_t *suspended = json_array();
	unsigned int suspended_count =
		seen_each_suspended(g->seen, clock_wall_ms(), add_suspended, suspended);
	json_t *faults = json_array();
	uint64_t uptime_us = clock_boot_us() - g->started_us;

	if (!faults)
		return -ENOMEM;
	if (g->sound_fault[0])
		(void)json_array_append_new(faults, json_string(g->sound_fault));
	if (!desk_is_store_well(g->desk))
		(void)json_array_append_new(faults, json_string("store: the last commit failed"));
	if (g->store->damaged > 0)
		(void)json_array_append_new(faults, json_string("store: damaged incidents"));
	json_t *told = json_pack("{s:s, s:I, s:s, s:I, s:I, s:I, s:o, s:I, s:s, s:I, s:o}",
		"version", VIGIE_VERSION, "uptime_s", (json_int_t)(uptime_us / US_PER_S), "broker",
		gateway_links_up(g) > 0 ? "up" : "down", "homes", (json_int_t)g->config.homes_count,
		"homes_lost", (json_int_t)seen_lost_count(g->seen, clock_boot_us()),
		"homes_suspended", (json_int_t)suspended_count, "suspended", suspended,
		"incidents_open", (json_int_t)desk_open_count(g->desk), "sound",
		g->sound_fault[0] ? g->sound_fault : "ok", "refused", (json_int_t)g->inbox.refused,
		"faults", faults);
	int r = told ? json_object_update(answer, told) : -1;
	json_decref(told);
	return r < 0 ? -ENOMEM : 0;
}

static int add_incident(const struct stored_incident *row, void *userdata)
{
	char json[INCIDENT_JSON_MAX];
	int bytes = incident_to_json(&row->incident, json);

	if (bytes < 0)
		return bytes;
	json_t *incident = json_loadb(json, (size_t)bytes, 0, NULL);
	return incident && json_array_append_new(userdata, incident) == 0 ? 0 : -ENOMEM;
}

static int incidents(struct gateway *g, const json_t *request, json_t *answer)
{
	json_t *list = json_array();

	if (!list || json_object_set_new(answer, "incidents", list) < 0)
		return -ENOMEM;
	if (json_is_true(json_object_get(request, "all")))
		return g->store->ops->each_recent(g->store, RECENT_MAX, add_incident, list);
	return g->store->ops->each_open(g->store, add_incident, list);
}

static int wrong(json_t *answer, const char *error)
{
	(void)json_object_set_new(answer, "error", json_string(error));
	return -EINVAL;
}

/* A text of the request that an incident may carry: at most so long, no control characters. */
static bool has_text(const json_t *request, const char *field, const char **ret)
{
	const char *text = json_string_value(json_object_get(request, field));

	if (!text || strlen(text) >= INCIDENT_TEXT_MAX)
		return false;
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	*ret = text;
	return true;
}

static int told(json_t *answer, int result)
{
	if (result == -ENOENT)
		return wrong(answer, "no such open incident");
	if (result == -ENOTUNIQ)
		return wrong(answer, "more than one open incident begins so");
	if (result == -EALREADY)
		return wrong(answer, "it is in that state already");
	return result;
}

static int move(struct gateway *g, enum incident_state state, const json_t *request, json_t *answer)
{
	const char *id = "", *by = "", *why = "", *outcome_word = "";
	enum incident_outcome outcome = INCIDENT_OUTCOME_NONE;
	char whole_id[INCIDENT_ID_MAX];

	if (!has_text(request, "incident", &id) || !*id)
		return wrong(answer, "incident is missing");
	if (!has_text(request, "by", &by) || !*by)
		return wrong(answer, "by is missing or too long");
	if (json_object_get(request, "why") && !has_text(request, "why", &why))
		return wrong(answer, "why is no text or too long");
	if (state == INCIDENT_CLOSED &&
		(!has_text(request, "outcome", &outcome_word) ||
			incident_outcome_from_text(outcome_word, &outcome) < 0 ||
			outcome == INCIDENT_OUTCOME_NONE))
		return wrong(answer, "outcome is none of helped, emergency, false_alarm, test, "
				     "social, repaired");
	int r = desk_move(g->desk, id, state, outcome, by, why, gateway_moment(), whole_id);
	gateway_tick(g);
	if (r < 0)
		return told(answer, r);
	(void)json_object_set_new(answer, "incident", json_string(whole_id));
	(void)json_object_set_new(answer, "state", json_string(incident_state_text(state)));
	return 0;
}

int gateway_on_request(const char *verb, const json_t *request, json_t *answer, void *userdata)
{
	static const struct {
		const char *verb;
		enum incident_state state;
	} moves[] = {
		{"acknowledge", INCIDENT_ACCEPTED},
		{"on_the_way", INCIDENT_ON_THE_WAY},
		{"on_site", INCIDENT_ON_SITE},
		{"close", INCIDENT_CLOSED},
	};

	if (strcmp(verb, "status") == 0)
		return status(userdata, answer);
	if (strcmp(verb, "incidents") == 0)
		return incidents(userdata, request, answer);
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (strcmp(verb, moves[i].verb) == 0)
			return move(userdata, moves[i].state, request, answer);
	return -EOPNOTSUPP;
}
