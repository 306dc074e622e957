/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a technician asks on the control socket: the table of verbs at the end. Larger families of
 * requests have files of their own and a line in that table.
 */
#include "hub/requests.h"
#include "common/cleanup.h"
#include "hub/discovery.h"
#include "hub/hub.h"
#include "hub/pausing.h"
#include "hub/press.h"
#include "hub/prompts.h"
#include "hub/walk.h"
#include "hub/watch.h"
#include "sensors/receiver.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define INCIDENTS_LISTED_MAX 200 /* of those that are over */

int request_refuse(json_t *answer, int error, const char *text)
{
	request_put(answer, "error", json_string(text));
	return error;
}

void request_put(json_t *object, const char *key, json_t *value)
{
	(void)json_object_set_new(object, key, value);
}

void request_put_count(json_t *object, const char *key, uint64_t count)
{
	request_put(object, key, json_integer((json_int_t)count));
}

json_t *request_sensor_json(const struct hub *h, const struct roster_sensor *s, uint64_t now_us)
{
	json_t *object = json_object();

	request_put(object, "id", json_string(s->id.text));
	request_put(object, "name", json_string(s->name));
	request_put(object, "room", json_string(s->room));
	request_put(object, "role", json_string(sensor_role_text(s->role)));
	request_put(object, "state",
		json_string(sensor_state_text(supervision_state(&h->supervision, s, now_us))));
	request_put(object, "last_s",
		s->heard_us ? json_integer((json_int_t)((now_us - s->heard_us) / US_PER_S))
			    : json_null());
	request_put(object, "deadline_s",
		s->is_unsupervised ? json_null()
				   : json_integer(supervision_deadline_s(&h->supervision, s)));
	request_put(object, "learned", json_boolean(supervision_is_learned(&h->supervision, s)));
	request_put(object, "battery_pct",
		s->battery_pct >= 0 ? json_integer(s->battery_pct) : json_null());
	request_put_count(object, "readings", s->readings);
	return object;
}

static json_t *sensors_json(const struct hub *h)
{
	json_t *list = json_array();
	uint64_t now_us = clock_boot_us();

	for (const struct roster_sensor *s = NULL; (s = roster_following(&h->config.roster, s));)
		(void)json_array_append_new(list, request_sensor_json(h, s, now_us));
	return list;
}

static json_t *faults_json(const struct hub *h)
{
	char faults[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX];
	unsigned int count = hub_faults(h, faults);
	json_t *list = json_array();

	for (unsigned int n = 0; n < count; n++)
		(void)json_array_append_new(list, json_string(faults[n]));
	return list;
}

/* As stored, or as in memory where the store fails. */
static unsigned int open_count(const struct hub *h)
{
	unsigned int stored = outbox_open_count(h->outbox);
	unsigned int held = ESCALATE_OPEN_MAX - escalate_free_rows(&h->episodes.table);

	return held > stored ? held : stored;
}

/* Of wires and recordings, and those that a radio's receiver dropped unread. */
static uint64_t strangers(const struct hub *h)
{
	uint64_t count = h->strangers;

	for (unsigned int n = 0; n < h->sources_count; n++) {
		const struct receiver *r = source_receiver(h->sources[n].source);

		count += r ? r->hci.counters.strangers : 0;
	}
	return count;
}

/* What is known of the home's rhythm, for the status: `routine show` has the table. */
static json_t *routine_json(const struct hub *h)
{
	struct routine_counters counters;
	struct rhythm_where where;
	json_t *object;

	if (!h->rhythm)
		return json_null();
	rhythm_where(h->rhythm, hub_now(), &where);
	rhythm_counters(h->rhythm, &counters);
	object = json_object();
	request_put_count(object, "known_days", where.known_days);
	request_put(object, "confidence", json_real((double)where.confidence));
	request_put(object, "presence",
		json_string(!where.is_heard ? "unknown"
			    : where.is_away ? "away"
					    : "home"));
	request_put_count(object, "silent_s", where.silent_s);
	request_put_count(object, "limit_s", where.limit_s);
	request_put_count(object, "events", counters.events);
	request_put_count(object, "chatter", counters.chatter);
	request_put_count(object, "stuck", counters.stuck);
	return object;
}

static int status(struct hub *h, const json_t *request, json_t *answer)
{
	unsigned int owed = escalate_owed_count(&h->episodes.table);
	unsigned int depth = outbox_depth(h->outbox);
	struct history_counts history = history_counts(h->keep.history);

	(void)request;
	request_put(answer, "home", json_string(h->config.home));
	request_put(answer, "version", json_string(VIGIE_VERSION));
	request_put_count(answer, "uptime_s", (clock_boot_us() - h->started_us) / US_PER_S);
	request_put(answer, "broker", json_string(uplink_is_up(h->uplink) ? "up" : "down"));
	request_put_count(answer, "outbox", owed > depth ? owed : depth);
	request_put(answer, "sensors", sensors_json(h));
	request_put(answer, "faults", faults_json(h));
	request_put(answer, "found", watch_faults_json(h));
	request_put(answer, "routine", routine_json(h));
	request_put_count(answer, "incidents_open", open_count(h));
	request_put(answer, "suspended_until_ms",
		json_integer(pause_is_on(&h->pause, clock_boot_us()) ? h->pause.until_ms : 0));
	request_put(answer, "asking", json_boolean(episodes_is_asking(&h->episodes)));
	request_put_count(answer, "readings", h->readings);
	request_put_count(answer, "batches", h->batches);
	request_put_count(answer, "strangers", strangers(h));
	request_put_count(answer, "malformed", h->malformed);
	request_put_count(answer, "refused", uplink_refused(h->uplink));
	request_put_count(answer, "answers_unknown", h->unknown_receipts);
	request_put_count(answer, "published", h->episodes.publishes);
	request_put_count(answer, "commits", outbox_commits(h->outbox));
	request_put_count(answer, "history_commits", history.commits);
	request_put_count(answer, "history_lost", history.lost + history.dropped);
	request_put(answer, "windows", json_string(h->keep.windows_state));
	request_put_count(answer, "windows_kept", history.windows);
	return 0;
}

json_t *request_incident_json(const struct incident *incident)
{
	char json[INCIDENT_JSON_MAX];

	return incident_to_json(incident, json) < 0 ? NULL : json_loads(json, 0, NULL);
}

static void append(json_t *list, const struct incident *incident)
{
	json_t *object = request_incident_json(incident);

	if (object)
		(void)json_array_append_new(list, object);
}

/* Those of memory, oldest first. */
static void append_open(const struct hub *h, json_t *list)
{
	const struct episode *rows = h->episodes.table.episodes;
	bool is_told[ESCALATE_OPEN_MAX] = {false};

	for (unsigned int n = 0; n < ESCALATE_OPEN_MAX; n++) {
		int next = -1;

		for (int row = 0; row < ESCALATE_OPEN_MAX; row++)
			if (!is_told[row] && rows[row].incident.id[0] &&
				(next < 0 ||
					rows[row].incident.event_ms < rows[next].incident.event_ms))
				next = row;
		if (next < 0)
			return;
		is_told[next] = true;
		append(list, &rows[next].incident);
	}
}

static void append_over(const struct episode *e, void *userdata)
{
	if (escalate_is_done(e))
		append(userdata, &e->incident);
}

static int incidents(struct hub *h, const json_t *request, json_t *answer)
{
	json_t *list = json_array();

	if (json_is_true(json_object_get(request, "all")))
		(void)outbox_list(h->outbox, INCIDENTS_LISTED_MAX, append_over, list);
	append_open(h, list);
	request_put(answer, "incidents", list);
	return 0;
}

/* Raises, and answers with the incident's id: the open one's where this adds nothing to it. */
static int raise_call(struct hub *h, const struct suspicion *s, struct moment at, json_t *answer)
{
	int row = hub_suspect(h, s, at);

	if (row == -EALREADY)
		row = escalate_row_of_sensor(&h->episodes.table, &s->sensor, s->class);
	if (row < 0)
		return row;
	request_put(answer, "incident", json_string(h->episodes.table.episodes[row].incident.id));
	return 0;
}

/* A call marked as a test, from nowhere in the home: the whole way to the centre is tried. */
static int test(struct hub *h, const json_t *request, json_t *answer)
{
	struct moment at = hub_now();
	struct roster_sensor nobody = {.room = ""};
	struct suspicion s;

	(void)request;
	(void)snprintf(nobody.id.text, sizeof(nobody.id.text), "test-%u", ++h->tests);
	(void)snprintf(nobody.name, sizeof(nobody.name), "vigie-ctl");
	s = press_call(&nobody, "essai", true, at.wall_ms);
	(void)snprintf(s.by, sizeof(s.by), "technician");
	return raise_call(h, &s, at, answer);
}

/* The installed sensor named in the request, else the first button, else the first wearable. */
static const struct roster_sensor *pressed(struct hub *h, const json_t *request)
{
	const char *text = json_string_value(json_object_get(request, "sensor"));
	const enum sensor_role roles[] = {ROLE_BUTTON, ROLE_WEARABLE};
	struct roster *roster = &h->config.roster;
	struct sensor_id id = {.text = ""};

	if (text) {
		(void)snprintf(id.text, sizeof(id.text), "%s", text);
		return roster_find(roster, &id);
	}
	for (unsigned int n = 0; n < 2; n++)
		for (const struct roster_sensor *s = NULL; (s = roster_following(roster, s));)
			if (s->role == roles[n])
				return s;
	return NULL;
}

/* As if somebody pressed: the same path as a press by radio, and no test. */
static int press(struct hub *h, const json_t *request, json_t *answer)
{
	const struct roster_sensor *sensor = pressed(h, request);
	struct moment at = hub_now();
	struct suspicion s;

	if (json_object_get(request, "sensor") &&
		!json_is_string(json_object_get(request, "sensor")))
		return request_refuse(answer, -EINVAL, "sensor is no text");
	if (!sensor)
		return request_refuse(answer, -ENOENT, "no such sensor is installed");
	if (sensor->role != ROLE_BUTTON && sensor->role != ROLE_WEARABLE)
		return request_refuse(answer, -EINVAL, "that sensor has no button");
	s = press_call(sensor, PRESS_CALLED, false, at.wall_ms);
	request_put(answer, "sensor", json_string(sensor->id.text));
	return raise_call(h, &s, at, answer);
}

/* "last" is the one being asked about, else the newest that is open. */
static int row_meant(const struct escalation *t, const char *incident)
{
	int row;

	if (incident && strcmp(incident, "last") != 0)
		return escalate_find(t, incident);
	row = escalate_asked(t);
	return row >= 0 ? row : escalate_newest(t);
}

static int answer_for_resident(struct hub *h, const json_t *request, json_t *answer)
{
	const char *said = json_string_value(json_object_get(request, "said"));
	const char *incident = json_string_value(json_object_get(request, "incident"));
	int row = row_meant(&h->episodes.table, incident), r;
	bool is_fine = said && strcmp(said, "fine") == 0;
	struct incident before;

	if (!said || (!is_fine && strcmp(said, "help") != 0))
		return request_refuse(answer, -EINVAL, "said is not fine or help");
	if (row < 0)
		return request_refuse(answer, -ENOENT, "no such incident");
	before = h->episodes.table.episodes[row].incident;
	r = episodes_answer(
		&h->episodes, before.id, is_fine ? ANSWER_FINE : ANSWER_HELP, hub_now());
	hub_answered(h, is_fine, hub_now());
	hub_arm(h);
	if (r == -EALREADY)
		return request_refuse(answer, r, "that incident is over");
	request_put(answer, "incident", json_string(before.id));
	request_put(answer, "state",
		json_string(incident_state_text(h->episodes.table.episodes[row].incident.state)));
	return r;
}

static const struct {
	const char *name;
	int (*answer)(struct hub *h, const json_t *request, json_t *answer);
} verbs[] = {
	{"status", status},
	{"sensors", request_sensors},
	{"discover", request_discover},
	{"enrol", request_enrol},
	{"remove", request_remove},
	{"walk_test", request_walk_test},
	{"incidents", incidents},
	{"why", request_why},
	{"test", test},
	{"press", press},
	{"answer", answer_for_resident},
	{"output", outputs_request},
	{"say", prompts_request_say},
	{"routine", request_routine},
	{"summary", request_summary},
	{"export", request_export},
	{"export_next", request_export_next},
	{"pause", pausing_request_pause},
	{"resume", pausing_request_resume},
};

int hub_on_request(const char *verb, const json_t *request, json_t *answer, void *userdata)
{
	_cleanup_(stint_end) struct stint stint = stint_begin("request");

	(void)stint;
	for (size_t n = 0; n < sizeof(verbs) / sizeof(verbs[0]); n++)
		if (strcmp(verb, verbs[n].name) == 0)
			return verbs[n].answer(userdata, request, answer);
	return request_refuse(answer, -ENOSYS, "unknown request");
}
