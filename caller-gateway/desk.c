/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The desk's life and its groups: what a hub says is written, made pending, and takes effect with
 * the commit. Where the store fails, an alert is said all the same, once, without a receipt: the
 * hub goes on sending it.
 */
#include "caller-gateway/desk_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct desk_case *desk_case_of(struct desk *d, const char *id)
{
	for (unsigned int i = 0; i < d->count; i++)
		if (strcmp(d->cases[i].id, id) == 0)
			return &d->cases[i];
	return NULL;
}

void desk_ladder_of(const struct stored_incident *row, struct desk_moment at, struct ladder *ret)
{
	*ret = (struct ladder){.class = row->incident.class,
		.state = row->incident.state,
		.say = row->say,
		.has_been_said = row->has_been_said,
		.again_s = row->again_s,
		.follow_up_s = row->follow_up_s};
	ladder_resume(ret, row->deadline_ms, at.now_us, at.wall_ms);
}

static bool is_own(const struct incident *incident)
{
	return strcmp(incident->home, DESK_OWN_HOME) == 0;
}

/* Raised here and not by a hub: no hub is told what becomes of it. */
static bool is_ours(const struct incident *incident)
{
	return is_own(incident) ||
	       (incident->class == INCIDENT_TECHNICAL && strcmp(incident->sensor, DESK_LINK) == 0);
}

/* Puts it on the desk, changes it there or takes it away. */
static int set_case(struct desk *d, const struct incident *incident, const struct ladder *ladder)
{
	struct desk_case *c = desk_case_of(d, incident->id);

	if (ladder_is_over(ladder)) {
		if (c)
			*c = d->cases[--d->count];
		return 0;
	}
	if (!c) {
		if (d->count == DESK_CASES_MAX)
			return -ENOSPC;
		c = &d->cases[d->count++];
		*c = (struct desk_case){.number = ++d->numbered, .is_own = is_own(incident)};
		memcpy(c->id, incident->id, sizeof(c->id));
	}
	c->ladder = *ladder;
	return 0;
}

struct taking_up {
	struct desk *desk;
	struct desk_moment at;
};

static int take_up(const struct stored_incident *row, void *userdata)
{
	struct taking_up *t = userdata;
	struct ladder ladder;

	desk_ladder_of(row, t->at, &ladder);
	return set_case(t->desk, &row->incident, &ladder);
}

int desk_new(struct desk **ret, struct store *store, const struct desk_policy *policy,
	const struct desk_ports *ports, struct desk_moment at)
{
	struct desk *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	*d = (struct desk){
		.store = store, .policy = *policy, .ports = *ports, .is_store_well = true};
	d->cases = calloc(DESK_CASES_MAX, sizeof(d->cases[0]));
	d->pending = calloc(DESK_GROUP_MAX, sizeof(d->pending[0]));
	struct taking_up t = {d, at};
	int r = d->cases && d->pending ? store->ops->each_open(store, take_up, &t) : -ENOMEM;
	if (r < 0) {
		(void)desk_free(d);
		return r;
	}
	*ret = d;
	return 0;
}

struct desk *desk_free(struct desk *d)
{
	if (!d)
		return NULL;
	if (d->is_in_group)
		d->store->ops->rollback(d->store);
	free(d->cases);
	free(d->pending);
	free(d);
	return NULL;
}

int desk_begin(struct desk *d)
{
	if (d->is_in_group)
		return 0;
	int r = d->store->ops->begin(d->store);
	d->is_in_group = r == 0;
	return r;
}

void desk_say_unkept(struct desk *d, const struct incident *incident)
{
	char key[INCIDENT_ID_MAX + 2];

	if (desk_case_of(d, incident->id))
		return; /* kept before: on its ladder */
	for (unsigned int i = 0; i < DESK_SAID_UNKEPT_MAX; i++)
		if (strcmp(d->unkept[i], incident->id) == 0)
			return;
	(void)snprintf(key, sizeof(key), "u:%s", incident->id);
	if (d->ports.say(key, incident, LADDER_SAY_ALERT, false, d->ports.userdata) < 0)
		return;
	memcpy(d->unkept[d->unkept_next], incident->id, sizeof(d->unkept[0]));
	d->unkept_next = (d->unkept_next + 1) % DESK_SAID_UNKEPT_MAX;
}

int desk_abandon(struct desk *d, int error)
{
	if (d->is_in_group)
		d->store->ops->rollback(d->store);
	d->is_in_group = false;
	d->is_store_well = false;
	for (unsigned int i = 0; i < d->pending_count; i++)
		if (d->pending[i].has_receipt && d->pending[i].ladder.say == LADDER_SAY_ALERT)
			desk_say_unkept(d, &d->pending[i].incident);
	d->pending_count = 0;
	return error;
}

static void take_effect(struct desk *d, const struct desk_pending *p)
{
	struct receipt receipt = {.seq = p->receipt_seq};

	if (p->has_changed)
		(void)set_case(d, &p->incident, &p->ladder); /* its room was looked at before */
	if (p->told)
		d->ports.tell(p->told, p->incident.id, NULL, d->ports.userdata);
	if (p->has_receipt) {
		memcpy(receipt.incident, p->incident.id, sizeof(receipt.incident));
		d->ports.send_receipt(p->incident.home, &receipt, d->ports.userdata);
	}
	if (p->has_progress && !is_ours(&p->incident))
		d->ports.send_progress(&p->incident, d->ports.userdata);
}

int desk_flush(struct desk *d, struct desk_moment at)
{
	(void)at;
	if (d->is_in_group) {
		int r = d->store->ops->commit(d->store);
		if (r < 0)
			return desk_abandon(d, r);
		d->is_in_group = false;
		d->is_store_well = true;
	}
	for (unsigned int i = 0; i < d->pending_count; i++)
		take_effect(d, &d->pending[i]);
	d->pending_count = 0;
	return 0;
}

static void enter(struct stored_incident *row, struct ladder *ladder,
	const struct desk_change *change, struct desk_moment at)
{
	struct incident *i = &row->incident;

	ladder_enter(ladder, change->state, at.now_us);
	i->state = change->state;
	i->changed_ms = at.wall_ms;
	(void)snprintf(i->by, sizeof(i->by), "%s", change->by);
	(void)snprintf(i->why, sizeof(i->why), "%s", change->why);
}

int desk_write(struct desk *d, struct stored_incident *row, struct ladder *ladder,
	const struct desk_change *change, struct desk_moment at)
{
	struct transition t = {
		.state = change->state, .seq = row->incident.seq, .at_ms = at.wall_ms};
	int r = desk_begin(d);

	if (r == 0 && d->pending_count == DESK_GROUP_MAX)
		r = -ENOSPC;
	if (r < 0)
		return r;
	memcpy(t.incident, row->incident.id, sizeof(t.incident));
	(void)snprintf(t.by, sizeof(t.by), "%s", change->by);
	(void)snprintf(t.why, sizeof(t.why), "%s", change->why);
	if (change->enters)
		enter(row, ladder, change, at);
	row->say = ladder->say;
	row->has_been_said = ladder->has_been_said;
	row->deadline_ms = ladder_deadline_ms(ladder, at.now_us, at.wall_ms);
	r = d->store->ops->put(d->store, row);
	if (r == 0)
		r = d->store->ops->append(d->store, &t);
	d->pending[d->pending_count++] = (struct desk_pending){.incident = row->incident,
		.ladder = *ladder,
		.has_changed = true,
		.has_receipt = change->has_receipt,
		.receipt_seq = row->incident.seq,
		.has_progress = change->has_progress,
		.told = change->told};
	return r;
}

unsigned int desk_open_count(const struct desk *d)
{
	return d->count;
}

bool desk_is_store_well(const struct desk *d)
{
	return d->is_store_well;
}

bool desk_is_voice_stuck(const struct desk *d, uint64_t now_us)
{
	return d->in_voice[0] && now_us > d->voice_since_us + DESK_VOICE_S * UINT64_C(1000000);
}
