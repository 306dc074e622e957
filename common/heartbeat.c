/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The heartbeat's JSON. When to send one and what to do with one is the hub's and the gateway's.
 */
#include "common/heartbeat.h"

#include "common/json_fields.h"
#include "common/utf8.h"

#include <errno.h>
#include <string.h>

#define UPTIME_S_MAX INT64_C(3155760000)      /* a century */
#define WALL_MS_MAX  INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define SENSORS_MAX  65535
#define OUTBOX_MAX   INT64_C(1000000000)

static bool has_sendable_lists(const struct heartbeat *h)
{
	if (h->faults_count > HEARTBEAT_FAULTS_MAX || h->open_count > HEARTBEAT_OPEN_MAX)
		return false;
	for (unsigned int n = 0; n < h->faults_count; n++)
		if (!utf8_is_plain_within(h->faults[n], sizeof h->faults[n]))
			return false;
	for (unsigned int n = 0; n < h->open_count; n++)
		if (!incident_id_is_valid(h->open[n].incident) || h->open[n].seq == 0 ||
			h->open[n].state >= INCIDENT_STATES)
			return false;
	return true;
}

static bool is_sendable(const struct heartbeat *h)
{
	return incident_home_is_valid(h->home) &&
	       utf8_is_plain_within(h->release, sizeof h->release) &&
	       h->uptime_s <= (uint64_t)UPTIME_S_MAX && h->wall_ms >= 0 &&
	       h->wall_ms <= WALL_MS_MAX && h->suspended_until_ms >= 0 &&
	       h->suspended_until_ms <= WALL_MS_MAX && h->outbox <= OUTBOX_MAX &&
	       h->sensors_fresh <= SENSORS_MAX && h->sensors_stale <= SENSORS_MAX &&
	       h->sensors_failed <= SENSORS_MAX && has_sendable_lists(h);
}

static json_t *pack_faults(const struct heartbeat *h)
{
	json_t *list = json_array();

	for (unsigned int n = 0; n < h->faults_count; n++)
		if (json_array_append_new(list, json_string(h->faults[n])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *pack_open(const struct heartbeat *h)
{
	json_t *list = json_array();

	for (unsigned int n = 0; n < h->open_count; n++)
		if (json_array_append_new(
			    list, json_pack("{s:s, s:I, s:s}", "incident", h->open[n].incident,
					  "seq", (json_int_t)h->open[n].seq, "state",
					  incident_state_text(h->open[n].state))) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

int heartbeat_to_json(const struct heartbeat *heartbeat, char ret_json[HEARTBEAT_JSON_MAX])
{
	const struct heartbeat *h = heartbeat;

	if (!is_sendable(h))
		return -EINVAL;
	return json_fields_write(
		json_pack("{s:i, s:s, s:s, s:I, s:I, s:I, s:I, s:{s:I, s:I, s:I}, s:o, s:o}", "v",
			HEARTBEAT_VERSION, "home", h->home, "version", h->release, "uptime_s",
			(json_int_t)h->uptime_s, "wall_ms", (json_int_t)h->wall_ms,
			"suspended_until_ms", (json_int_t)h->suspended_until_ms, "outbox",
			(json_int_t)h->outbox, "sensors", "fresh", (json_int_t)h->sensors_fresh,
			"stale", (json_int_t)h->sensors_stale, "failed",
			(json_int_t)h->sensors_failed, "faults", pack_faults(h), "open",
			pack_open(h)),
		ret_json, HEARTBEAT_JSON_MAX);
}

static void read_sensors(struct json_fields *f, struct heartbeat *h)
{
	struct json_fields sensors;

	json_fields_begin_at(&sensors, json_fields_object(f, "sensors"), f->refusal, "sensors");
	h->sensors_fresh = (uint32_t)json_fields_integer(&sensors, "fresh", 0, SENSORS_MAX);
	h->sensors_stale = (uint32_t)json_fields_integer(&sensors, "stale", 0, SENSORS_MAX);
	h->sensors_failed = (uint32_t)json_fields_integer(&sensors, "failed", 0, SENSORS_MAX);
	json_fields_end(&sensors);
}

static void read_faults(struct json_fields *f, struct heartbeat *h)
{
	const json_t *list = json_fields_list(f, "faults", HEARTBEAT_FAULTS_MAX);

	h->faults_count = (unsigned int)json_array_size(list);
	for (unsigned int n = 0; n < h->faults_count; n++)
		json_fields_list_text(f, "faults", list, n, h->faults[n], sizeof h->faults[n]);
}

static void read_open_one(struct json_fields *f, struct heartbeat_open *open)
{
	json_fields_text_if(
		f, "incident", incident_id_is_valid, open->incident, sizeof open->incident);
	open->seq = (uint32_t)json_fields_integer(f, "seq", 1, UINT32_MAX);
	if (incident_state_from_text(json_fields_word(f, "state"), &open->state) < 0)
		json_fields_refuse(f, -EINVAL, "state", "is not a known state");
	json_fields_end(f);
}

static void read_open(struct json_fields *f, struct heartbeat *h)
{
	const json_t *list = json_fields_list(f, "open", HEARTBEAT_OPEN_MAX);
	struct json_fields one;

	h->open_count = (unsigned int)json_array_size(list);
	for (unsigned int n = 0; n < h->open_count; n++) {
		json_fields_begin_at(&one, json_array_get(list, n), f->refusal, "open[%u]", n);
		read_open_one(&one, &h->open[n]);
	}
}

static void read_heartbeat(struct json_fields *f, struct heartbeat *h)
{
	json_fields_version(f, HEARTBEAT_VERSION);
	json_fields_text_if(f, "home", incident_home_is_valid, h->home, sizeof h->home);
	json_fields_text(f, "version", h->release, sizeof h->release);
	h->uptime_s = (uint64_t)json_fields_integer(f, "uptime_s", 0, UPTIME_S_MAX);
	h->wall_ms = json_fields_integer(f, "wall_ms", 0, WALL_MS_MAX);
	h->suspended_until_ms = json_fields_integer(f, "suspended_until_ms", 0, WALL_MS_MAX);
	h->outbox = (uint32_t)json_fields_integer(f, "outbox", 0, OUTBOX_MAX);
	read_sensors(f, h);
	read_faults(f, h);
	read_open(f, h);
	json_fields_end(f);
}

int heartbeat_from_json(
	const char *json, size_t bytes, struct heartbeat *ret, char *ret_error, size_t error_bytes)
{
	struct json_refusal refusal = {.text = ret_error, .bytes = error_bytes};
	json_t *object = json_fields_parse(json, bytes, HEARTBEAT_JSON_MAX - 1, &refusal);
	struct heartbeat heartbeat = {0};
	struct json_fields f;

	if (!object)
		return refusal.result;
	json_fields_begin(&f, object, &refusal);
	read_heartbeat(&f, &heartbeat);
	json_decref(object);
	if (refusal.result == 0)
		*ret = heartbeat;
	return refusal.result;
}
