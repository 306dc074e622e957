/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why an incident was made: all that spoke for and against it, and what happened to it since, from
 * memory or from the store. Phrases are as the centre gets them, in French.
 */
#include "hub/outbox_transitions.h"
#include "hub/requests.h"

#include <errno.h>
#include <string.h>

static void take_newest(const struct episode *e, void *userdata)
{
	*(struct episode *)userdata = *e;
}

/* "last" is the one being asked about, else the newest open one, else the newest of all. */
static int find_meant(struct hub *h, const char *incident, struct episode *ret)
{
	const struct escalation *t = &h->episodes.table;
	bool is_last = strcmp(incident, "last") == 0;
	int row = is_last ? escalate_asked(t) : escalate_find(t, incident);

	if (is_last && row < 0)
		row = escalate_newest(t);
	if (row >= 0) {
		*ret = t->episodes[row];
		return 0;
	}
	if (is_last)
		return outbox_list(h->outbox, 1, take_newest, ret) == 1 ? 0 : -ENOENT;
	return outbox_find(h->outbox, incident, hub_now(), ret);
}

static void append_transition(const struct transition *t, void *userdata)
{
	json_t *object = json_object();

	request_put_count(object, "seq", t->seq);
	request_put(object, "from", json_string(incident_state_text(t->from)));
	request_put(object, "to", json_string(incident_state_text(t->to)));
	request_put(object, "at_ms", json_integer((json_int_t)t->at_ms));
	request_put(object, "by", json_string(t->by));
	request_put(object, "why", json_string(t->why));
	(void)json_array_append_new(userdata, object);
}

int request_why(struct hub *h, const json_t *request, json_t *answer)
{
	const char *incident = json_string_value(json_object_get(request, "incident"));
	json_t *transitions;
	struct episode e;

	if (!incident)
		return request_refuse(answer, -EINVAL, "incident is missing");
	if (find_meant(h, incident, &e) < 0)
		return request_refuse(answer, -ENOENT, "no such incident");
	transitions = json_array();
	(void)outbox_transitions(h->outbox, e.incident.id, append_transition, transitions);
	request_put(answer, "incident", request_incident_json(&e.incident));
	request_put(answer, "transitions", transitions);
	return 0;
}
