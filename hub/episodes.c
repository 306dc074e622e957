/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commit, adopt, publish, tell: in this order, for every change.
 */
#include "hub/episodes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void episodes_init(struct episodes *e, const char *home, uint32_t ask_s, struct outbox *outbox,
	struct device_keys *keys, const struct episodes_listener *listener)
{
	*e = (struct episodes){.outbox = outbox, .keys = keys, .listener = *listener};
	e->table.ask_s = ask_s;
	(void)snprintf(e->table.home, sizeof(e->table.home), "%s", home);
}

static void tell(struct episodes *e, uint64_t time_us, const char *what, const char *incident,
	const char *text)
{
	e->listener.tell(time_us, what, incident, text, e->listener.userdata);
}

/* The store is damaged: a fresh one, and all that memory holds is to be written again. */
static int begin_anew(struct episodes *e)
{
	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++)
		e->table.episodes[row].is_unsaved = e->table.episodes[row].incident.id[0] != '\0';
	return outbox_begin_anew(e->outbox);
}

/* Writes one episode: false when the store refused it, to be tried again soon. */
static bool save(struct episodes *e, const struct episode *episode,
	const struct transition transitions[], unsigned int count, struct moment at)
{
	int r = outbox_commit(e->outbox, episode, transitions, count, e->keys, at);

	if (r == -EUCLEAN && begin_anew(e) == 0) {
		e->unsaved_next_us = at.now_us;
		r = outbox_commit(e->outbox, episode, NULL, 0, e->keys, at);
	}
	if (r < 0)
		e->unsaved_next_us = at.now_us + EPISODES_UNSAVED_US;
	return r == 0;
}

/* To the wire, when it is owed, due and possible: true when it took it. */
static bool publish(struct episodes *e, unsigned int row, struct moment at)
{
	struct episode *episode = &e->table.episodes[row];
	struct incident wire;

	if (!e->is_link_up || !escalate_is_owed(episode) || at.now_us < episode->send_at_us)
		return false;
	wire = escalate_wire(episode);
	escalate_sent(episode, at.now_us);
	if (e->listener.publish(&wire, e->listener.userdata) < 0)
		return false;
	e->publishes++;
	return true;
}

static void tell_published(struct episodes *e, unsigned int row, uint64_t time_us)
{
	const struct episode *episode = &e->table.episodes[row];
	char text[32];

	(void)snprintf(text, sizeof(text), "attempt %u", episode->sends);
	tell(e, time_us, "published", episode->incident.id, text);
}

static void send(struct episodes *e, unsigned int row, struct moment at)
{
	if (publish(e, row, at))
		tell_published(e, row, 0);
}

/* The step that a transition is on the straight line; more evidence of the same state is none. */
static void tell_transition(struct episodes *e, const struct transition *t, struct moment at)
{
	bool is_by_centre = t->to > INCIDENT_RECEIVED && !incident_is_over(t->to);

	if (t->from == t->to && t->to != INCIDENT_SUSPECTED)
		return;
	if (t->to == INCIDENT_RECEIVED)
		tell(e, at.now_us, "receipt", t->incident, t->why);
	else if (is_by_centre)
		tell(e, at.now_us, "progress", t->incident, incident_state_text(t->to));
	else
		tell(e, at.now_us, incident_state_text(t->to), t->incident, t->why);
}

/* Commits, adopts, publishes, tells: an alarm does not wait for its narration. */
static void take(struct episodes *e, struct change *change, struct moment at)
{
	const char *id = change->after.incident.id;
	bool is_owed = escalate_is_owed(&change->after), is_published;
	uint64_t committed_us, published_us;

	change->after.is_unsaved = false;
	change->after.is_unsaved = !save(e, &change->after, change->transitions, change->count, at);
	committed_us = e->listener.now_us(e->listener.userdata);
	escalate_adopt(&e->table, change);
	is_published = publish(e, change->row, at);
	published_us = e->listener.now_us(e->listener.userdata);
	for (unsigned int n = 0; n < change->count; n++) {
		tell_transition(e, &change->transitions[n], at);
		if (e->listener.moved)
			e->listener.moved(
				&change->after, &change->transitions[n], at, e->listener.userdata);
	}
	if (is_owed)
		tell(e, committed_us, change->after.is_unsaved ? "unsaved" : "committed", id, NULL);
	if (is_published)
		tell_published(e, change->row, published_us);
	if (e->listener.changed)
		e->listener.changed(&change->after, e->listener.userdata);
}

unsigned int episodes_resume(struct episodes *e, struct moment at)
{
	unsigned int max = 2 * ESCALATE_OPEN_MAX, resumed = 0;
	struct episode *found;
	int count;

	if (escalate_free_rows(&e->table) == 0)
		return 0;
	found = calloc(max, sizeof(*found));
	count = found ? outbox_load_open(e->outbox, at, found, max) : 0;
	for (int n = 0; n < count && escalate_free_rows(&e->table) > 0; n++)
		if (escalate_find(&e->table, found[n].incident.id) < 0 &&
			escalate_restore(&e->table, &found[n], at.now_us) >= 0)
			resumed++;
	free(found);
	return resumed;
}

int episodes_suspect(
	struct episodes *e, const struct suspicion *s, struct moment at, unsigned int *ret_row)
{
	struct change change;
	char id[INCIDENT_ID_MAX];
	int r;

	incident_new_id(id);
	r = escalate_suspect(&e->table, s, id, at, &change);
	if (r != 1)
		return r;
	take(e, &change, at);
	if (ret_row)
		*ret_row = change.row;
	return 1;
}

void episodes_moved(struct episodes *e, const char *where, bool answers, struct moment at)
{
	struct change change;

	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++)
		if (escalate_moved(&e->table, row, where, answers, at, &change) == 1)
			take(e, &change, at);
}

bool episodes_is_asking(const struct episodes *e)
{
	return escalate_asked(&e->table) >= 0;
}

enum asked episodes_asked(const struct episodes *e)
{
	int row = escalate_asked(&e->table);

	if (row < 0)
		return ASKED_NOTHING;
	return incident_is_call(e->table.episodes[row].incident.class) ? ASKED_WHETHER_CALLED
								       : ASKED_WHETHER_WELL;
}

/* The row of an incident, brought back from the store when it had to leave memory. */
static int row_of(struct episodes *e, const char *incident, struct moment at)
{
	struct episode found;
	int row = escalate_find(&e->table, incident);

	if (row >= 0)
		return row;
	if (outbox_find(e->outbox, incident, at, &found) < 0 || escalate_is_done(&found))
		return -ENOENT;
	row = escalate_restore(&e->table, &found, at.now_us);
	return row < 0 ? -ENOENT : row;
}

int episodes_answer(struct episodes *e, const char *incident, enum answer answer, struct moment at)
{
	int row = incident ? row_of(e, incident, at) : escalate_asked(&e->table), r;
	struct change change;

	if (row < 0)
		return -ENOENT;
	r = escalate_answer(&e->table, (unsigned int)row, answer, at, &change);
	if (r < 0)
		return r;
	take(e, &change, at);
	return 0;
}

int episodes_repaired(struct episodes *e, const char *incident, const char *why, struct moment at)
{
	int row = row_of(e, incident, at), r;
	struct change change;

	if (row < 0)
		return -ENOENT;
	r = escalate_repaired(&e->table, (unsigned int)row, why, at, &change);
	if (r < 0)
		return r;
	take(e, &change, at);
	return 0;
}

int episodes_receipt(struct episodes *e, const struct receipt *receipt, struct moment at)
{
	int row = row_of(e, receipt->incident, at), r;
	struct change change;

	if (row < 0)
		return row;
	r = escalate_receipt(&e->table, (unsigned int)row, receipt->seq, at, &change);
	if (r == 1)
		take(e, &change, at);
	return r;
}

int episodes_progress(struct episodes *e, const struct progress *progress, struct moment at)
{
	int row = row_of(e, progress->incident, at), r;
	struct suspicion call;
	struct change change;
	bool is_call_left;

	if (row < 0)
		return row;
	is_call_left = escalate_outlives(&e->table.episodes[row], progress, &call);
	r = escalate_progress(&e->table, (unsigned int)row, progress, at, &change);
	if (r != 1)
		return r;
	take(e, &change, at);
	if (is_call_left)
		(void)episodes_suspect(e, &call, at, NULL);
	return r;
}

void episodes_link(struct episodes *e, bool is_up, struct moment at)
{
	e->is_link_up = is_up;
	if (!is_up)
		return;
	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++) {
		e->table.episodes[row].send_at_us = at.now_us;
		e->table.episodes[row].sends = 0;
		send(e, row, at);
	}
}

static void save_unsaved(struct episodes *e, struct moment at)
{
	if (!e->unsaved_next_us || at.now_us < e->unsaved_next_us)
		return;
	e->unsaved_next_us = 0;
	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++) {
		struct episode *episode = &e->table.episodes[row];

		if (!episode->is_unsaved)
			continue;
		if (!save(e, episode, NULL, 0, at))
			return;
		episode->is_unsaved = false;
		tell(e, 0, "committed", episode->incident.id, "late");
		if (escalate_is_done(episode))
			*episode = (struct episode){.evidence_us = 0};
	}
}

void episodes_turn(struct episodes *e, struct moment at)
{
	struct change change;

	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++) {
		if (escalate_time(&e->table, row, at, &change) == 1)
			take(e, &change, at);
		else
			send(e, row, at);
	}
	save_unsaved(e, at);
}

uint64_t episodes_next_us(const struct episodes *e)
{
	uint64_t next_us = escalate_next_us(&e->table, e->is_link_up);

	if (e->unsaved_next_us && e->unsaved_next_us < next_us)
		next_us = e->unsaved_next_us;
	return next_us;
}
