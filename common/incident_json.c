/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What crosses the wire between home and centre about one incident: its full state (hub →
 * gateway), the receipt and the progress (gateway → hub); and that the hub's link is up or lost.
 * docs/PROTOCOL.md has an example of each.
 * Strict both ways: what would be refused is not written.
 */
#include "common/incident.h"
#include "common/json_fields.h"
#include "common/utf8.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define WALL_MS_MAX       INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define REASON_WEIGHT_MAX 20.0

static bool is_wall_ms(int64_t ms)
{
	return ms >= 0 && ms <= WALL_MS_MAX;
}

/* Told by the gateway: what happens after its receipt. */
static bool is_progress_state(enum incident_state state)
{
	return state == INCIDENT_CLOSED ||
	       (state >= INCIDENT_ANNOUNCED && state <= INCIDENT_ESCALATED);
}

static bool has_sendable_reasons(const struct incident *i)
{
	if (i->reasons_count > INCIDENT_REASONS_MAX)
		return false;
	for (unsigned int n = 0; n < i->reasons_count; n++)
		if (!utf8_is_plain_within(i->reasons[n].text, sizeof i->reasons[n].text) ||
			!(fabs(i->reasons[n].weight) <= REASON_WEIGHT_MAX))
			return false;
	return true;
}

static bool is_sendable(const struct incident *i)
{
	return incident_id_is_valid(i->id) && incident_home_is_valid(i->home) && i->seq > 0 &&
	       i->class < INCIDENT_CLASSES && i->state < INCIDENT_STATES &&
	       i->outcome < INCIDENT_OUTCOMES && i->said < INCIDENT_SAID_WORDS &&
	       (i->outcome == INCIDENT_OUTCOME_NONE || incident_is_over(i->state)) &&
	       is_wall_ms(i->event_ms) && is_wall_ms(i->changed_ms) && i->probability >= 0 &&
	       i->probability <= 1 && utf8_is_plain_within(i->sensor, sizeof i->sensor) &&
	       utf8_is_plain_within(i->room, sizeof i->room) &&
	       utf8_is_plain_within(i->by, sizeof i->by) &&
	       utf8_is_plain_within(i->why, sizeof i->why) && has_sendable_reasons(i);
}

static json_t *pack_reasons(const struct incident *i)
{
	json_t *reasons = json_array();

	for (unsigned int n = 0; n < i->reasons_count; n++)
		if (json_array_append_new(
			    reasons, json_pack("{s:s, s:f}", "text", i->reasons[n].text, "weight",
					     i->reasons[n].weight)) < 0) {
			json_decref(reasons);
			return NULL;
		}
	return reasons;
}

int incident_to_json(const struct incident *incident, char ret_json[INCIDENT_JSON_MAX])
{
	const struct incident *i = incident;

	if (!is_sendable(i))
		return -EINVAL;
	return json_fields_write(
		json_pack(
			"{s:i, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:f, s:s, s:s, s:s, "
			"s:s, s:o}",
			"v", INCIDENT_VERSION, "id", i->id, "home", i->home, "seq",
			(json_int_t)i->seq, "class", incident_class_text(i->class), "state",
			incident_state_text(i->state), "outcome", incident_outcome_text(i->outcome),
			"said", incident_said_text(i->said), "test", (int)i->is_test, "event_ms",
			(json_int_t)i->event_ms, "changed_ms", (json_int_t)i->changed_ms,
			"probability", i->probability, "sensor", i->sensor, "room", i->room, "by",
			i->by, "why", i->why, "reasons", pack_reasons(i)),
		ret_json, INCIDENT_JSON_MAX);
}

static enum incident_class read_class(struct json_fields *f)
{
	enum incident_class class = INCIDENT_HELP;

	if (incident_class_from_text(json_fields_word(f, "class"), &class) < 0)
		json_fields_refuse(f, -EINVAL, "class", "is not a known class");
	return class;
}

static enum incident_state read_state(struct json_fields *f)
{
	enum incident_state state = INCIDENT_SUSPECTED;

	if (incident_state_from_text(json_fields_word(f, "state"), &state) < 0)
		json_fields_refuse(f, -EINVAL, "state", "is not a known state");
	return state;
}

static enum incident_outcome read_outcome(struct json_fields *f)
{
	enum incident_outcome outcome = INCIDENT_OUTCOME_NONE;

	if (incident_outcome_from_text(json_fields_word(f, "outcome"), &outcome) < 0)
		json_fields_refuse(f, -EINVAL, "outcome", "is not a known outcome");
	return outcome;
}

static enum incident_said read_said(struct json_fields *f)
{
	enum incident_said said = INCIDENT_SAID_NOTHING;

	if (incident_said_from_text(json_fields_word(f, "said"), &said) < 0)
		json_fields_refuse(f, -EINVAL, "said", "is not a known word");
	return said;
}

static void read_reasons(struct json_fields *f, struct incident *i)
{
	const json_t *list = json_fields_list(f, "reasons", INCIDENT_REASONS_MAX);
	struct json_fields reason;

	i->reasons_count = (unsigned int)json_array_size(list);
	for (unsigned int n = 0; n < i->reasons_count; n++) {
		struct incident_reason *r = &i->reasons[n];

		json_fields_begin_at(
			&reason, json_array_get(list, n), f->refusal, "reasons[%u]", n);
		json_fields_text(&reason, "text", r->text, sizeof r->text);
		r->weight = json_fields_number(
			&reason, "weight", -REASON_WEIGHT_MAX, REASON_WEIGHT_MAX);
		json_fields_end(&reason);
	}
}

static void read_incident(struct json_fields *f, struct incident *i)
{
	json_fields_version(f, INCIDENT_VERSION);
	json_fields_text_if(f, "id", incident_id_is_valid, i->id, sizeof i->id);
	json_fields_text_if(f, "home", incident_home_is_valid, i->home, sizeof i->home);
	i->seq = (uint32_t)json_fields_integer(f, "seq", 1, UINT32_MAX);
	i->class = read_class(f);
	i->state = read_state(f);
	i->outcome = read_outcome(f);
	if (i->outcome != INCIDENT_OUTCOME_NONE && !incident_is_over(i->state))
		json_fields_refuse(f, -EINVAL, "outcome", "is set on an open incident");
	i->said = read_said(f);
	i->is_test = json_fields_bool(f, "test");
	i->event_ms = json_fields_integer(f, "event_ms", 0, WALL_MS_MAX);
	i->changed_ms = json_fields_integer(f, "changed_ms", 0, WALL_MS_MAX);
	i->probability = json_fields_number(f, "probability", 0, 1);
	json_fields_text(f, "sensor", i->sensor, sizeof i->sensor);
	json_fields_text(f, "room", i->room, sizeof i->room);
	json_fields_text(f, "by", i->by, sizeof i->by);
	json_fields_text(f, "why", i->why, sizeof i->why);
	read_reasons(f, i);
	json_fields_end(f);
}

int incident_from_json(
	const char *json, size_t bytes, struct incident *ret, char *ret_error, size_t error_bytes)
{
	struct json_refusal refusal = {.text = ret_error, .bytes = error_bytes};
	json_t *object = json_fields_parse(json, bytes, INCIDENT_JSON_MAX - 1, &refusal);
	struct incident incident = {0};
	struct json_fields f;

	if (!object)
		return refusal.result;
	json_fields_begin(&f, object, &refusal);
	read_incident(&f, &incident);
	json_decref(object);
	if (refusal.result == 0)
		*ret = incident;
	return refusal.result;
}

int receipt_to_json(const struct receipt *receipt, char ret_json[INCIDENT_JSON_MAX])
{
	if (!incident_id_is_valid(receipt->incident) || receipt->seq == 0)
		return -EINVAL;
	return json_fields_write(json_pack("{s:i, s:s, s:I}", "v", INCIDENT_VERSION, "incident",
					 receipt->incident, "seq", (json_int_t)receipt->seq),
		ret_json, INCIDENT_JSON_MAX);
}

int receipt_from_json(
	const char *json, size_t bytes, struct receipt *ret, char *ret_error, size_t error_bytes)
{
	struct json_refusal refusal = {.text = ret_error, .bytes = error_bytes};
	json_t *object = json_fields_parse(json, bytes, INCIDENT_JSON_MAX - 1, &refusal);
	struct receipt receipt = {0};
	struct json_fields f;

	if (!object)
		return refusal.result;
	json_fields_begin(&f, object, &refusal);
	json_fields_version(&f, INCIDENT_VERSION);
	json_fields_text_if(
		&f, "incident", incident_id_is_valid, receipt.incident, sizeof receipt.incident);
	receipt.seq = (uint32_t)json_fields_integer(&f, "seq", 1, UINT32_MAX);
	json_fields_end(&f);
	json_decref(object);
	if (refusal.result == 0)
		*ret = receipt;
	return refusal.result;
}

int progress_to_json(const struct progress *progress, char ret_json[INCIDENT_JSON_MAX])
{
	const struct progress *p = progress;

	if (!incident_id_is_valid(p->incident) || !is_progress_state(p->state) ||
		p->outcome >= INCIDENT_OUTCOMES ||
		(p->state == INCIDENT_CLOSED) != (p->outcome != INCIDENT_OUTCOME_NONE) ||
		!is_wall_ms(p->changed_ms) || !utf8_is_plain_within(p->by, sizeof p->by) ||
		!utf8_is_plain_within(p->why, sizeof p->why))
		return -EINVAL;
	return json_fields_write(
		json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:I}", "v", INCIDENT_VERSION, "incident",
			p->incident, "state", incident_state_text(p->state), "by", p->by, "why",
			p->why, "outcome", incident_outcome_text(p->outcome), "changed_ms",
			(json_int_t)p->changed_ms),
		ret_json, INCIDENT_JSON_MAX);
}

static void read_progress(struct json_fields *f, struct progress *p)
{
	json_fields_version(f, INCIDENT_VERSION);
	json_fields_text_if(f, "incident", incident_id_is_valid, p->incident, sizeof p->incident);
	p->state = read_state(f);
	if (!is_progress_state(p->state))
		json_fields_refuse(f, -EINVAL, "state", "is not one the gateway brings about");
	p->outcome = read_outcome(f);
	if ((p->state == INCIDENT_CLOSED) != (p->outcome != INCIDENT_OUTCOME_NONE))
		json_fields_refuse(f, -EINVAL, "outcome", "belongs to a closed incident");
	p->changed_ms = json_fields_integer(f, "changed_ms", 0, WALL_MS_MAX);
	json_fields_text(f, "by", p->by, sizeof p->by);
	json_fields_text(f, "why", p->why, sizeof p->why);
	json_fields_end(f);
}

int progress_from_json(
	const char *json, size_t bytes, struct progress *ret, char *ret_error, size_t error_bytes)
{
	struct json_refusal refusal = {.text = ret_error, .bytes = error_bytes};
	json_t *object = json_fields_parse(json, bytes, INCIDENT_JSON_MAX - 1, &refusal);
	struct progress progress = {0};
	struct json_fields f;

	if (!object)
		return refusal.result;
	json_fields_begin(&f, object, &refusal);
	read_progress(&f, &progress);
	json_decref(object);
	if (refusal.result == 0)
		*ret = progress;
	return refusal.result;
}

int link_to_json(const struct link *link, char ret_json[INCIDENT_JSON_MAX])
{
	return json_fields_write(json_pack("{s:i, s:s}", "v", INCIDENT_VERSION, "state",
					 link->is_up ? "up" : "lost"),
		ret_json, INCIDENT_JSON_MAX);
}

int link_from_json(
	const char *json, size_t bytes, struct link *ret, char *ret_error, size_t error_bytes)
{
	struct json_refusal refusal = {.text = ret_error, .bytes = error_bytes};
	json_t *object = json_fields_parse(json, bytes, INCIDENT_JSON_MAX - 1, &refusal);
	struct json_fields f;

	if (!object)
		return refusal.result;
	json_fields_begin(&f, object, &refusal);
	json_fields_version(&f, INCIDENT_VERSION);
	const char *state = json_fields_word(&f, "state");
	struct link link = {.is_up = strcmp(state, "up") == 0};
	if (!link.is_up && strcmp(state, "lost") != 0)
		json_fields_refuse(&f, -EINVAL, "state", "is neither up nor lost");
	json_fields_end(&f);
	json_decref(object);
	if (refusal.result == 0)
		*ret = link;
	return refusal.result;
}
