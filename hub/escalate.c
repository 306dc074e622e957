/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of an incident: which state follows which, and why. Which row of the table evidence
 * belongs to is hub/escalate_rows.c.
 */
#include "hub/escalate.h"

#include "hub/escalate_rows.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MOVED_BY "movement"

/* Copies what fits, never half a character: the centre refuses text that is not UTF-8. */
static void put_text(char to[INCIDENT_TEXT_MAX], const char *from)
{
	size_t bytes = strnlen(from, INCIDENT_TEXT_MAX);

	if (bytes == INCIDENT_TEXT_MAX) {
		bytes--;
		while (bytes > 0 && ((unsigned char)from[bytes] & 0xC0) == 0x80)
			bytes--;
	}
	memmove(to, from, bytes);
	to[bytes] = '\0';
}

/* Writes one transition of ret->after down. The seq grows with what the home decides; what the
 * centre told does not make a new version for the centre. */
static void move(struct change *ret, enum incident_state to, bool is_ours, const char *by,
	const char *why, int64_t at_ms)
{
	struct incident *i = &ret->after.incident;
	struct transition *t = &ret->transitions[ret->count++];

	*t = (struct transition){.from = i->state, .to = to, .at_ms = at_ms};
	if (is_ours) {
		i->seq++;
		ret->after.send_at_us = 0;
		ret->after.sends = 0;
	}
	i->state = to;
	i->changed_ms = at_ms;
	put_text(i->by, by);
	put_text(i->why, why);
	t->seq = i->seq;
	memcpy(t->incident, i->id, sizeof(t->incident));
	put_text(t->by, by);
	put_text(t->why, why);
	if (to != INCIDENT_VERIFYING)
		ret->after.verify_until_us = 0;
	if (to == INCIDENT_RAISED && is_ours && i->class == INCIDENT_HELP)
		ret->after.call_seq = i->seq;
}

static struct change change_of(const struct escalation *t, unsigned int row)
{
	return (struct change){.row = row, .after = t->episodes[row]};
}

/* The resident is asked; where nobody is, it is raised for `why`. */
static void ask(
	uint32_t ask_s, const char *by, const char *why, struct moment at, struct change *ret)
{
	if (ask_s == 0) {
		move(ret, INCIDENT_RAISED, true, by, why, at.wall_ms);
		return;
	}
	move(ret, INCIDENT_VERIFYING, true, "hub", "le résident est interrogé", at.wall_ms);
	ret->after.verify_until_us = at.now_us + ask_s * US_PER_S;
}

static void begin(const struct escalation *t, const struct suspicion *s, const char *new_id,
	struct moment at, struct change *ret)
{
	struct episode *e = &ret->after;
	struct incident *i = &e->incident;

	*e = (struct episode){.sensor = s->sensor,
		.mark = s->mark,
		.evidence_us = at.now_us,
		.presses = s->class == INCIDENT_HELP};
	*i = (struct incident){.class = s->class,
		.is_test = s->is_test,
		.event_ms = s->event_ms,
		.probability = s->probability,
		.reasons_count = s->reasons_count};
	(void)snprintf(i->id, sizeof(i->id), "%s", new_id);
	(void)snprintf(i->home, sizeof(i->home), "%s", t->home);
	put_text(i->sensor, s->name);
	put_text(i->room, s->room);
	memcpy(i->reasons, s->reasons, sizeof(i->reasons));
	if (s->class == INCIDENT_HELP)
		i->said = INCIDENT_SAID_HELP;
	move(ret, INCIDENT_SUSPECTED, true, s->by, s->why, at.wall_ms);
	if (s->is_unconfirmed)
		e->verify_until_us = at.now_us + ESCALATE_CONFIRM_US;
	else
		ask(s->is_certain ? 0 : t->ask_s, s->by, s->why, at, ret);
}

/* More reasons, as many as fit; those of an update are the whole judgement of its event and take
 * the place of what was known. A fall's certainty only grows (HS-10). */
static void add_reasons(struct incident *i, const struct suspicion *s)
{
	if (s->is_update)
		i->reasons_count = 0;
	for (unsigned int n = 0; n < s->reasons_count && i->reasons_count < INCIDENT_REASONS_MAX;
		n++)
		i->reasons[i->reasons_count++] = s->reasons[n];
	if (s->probability > i->probability)
		i->probability = s->probability;
}

static void join_phrase(
	const struct episode *e, const struct suspicion *s, char ret[INCIDENT_TEXT_MAX])
{
	bool is_same = strcmp(e->sensor.text, s->sensor.text) == 0;
	char phrase[3 * INCIDENT_TEXT_MAX];

	if (s->is_confirmation)
		(void)snprintf(phrase, sizeof(phrase), "%s", s->why);
	else if (s->class == INCIDENT_HELP && is_same && e->incident.class == INCIDENT_HELP)
		(void)snprintf(phrase, sizeof(phrase), "appelé %u fois", e->presses);
	else
		(void)snprintf(phrase, sizeof(phrase), "%s%s%s%s", is_same ? "" : "aussi ",
			is_same ? "" : s->room, is_same ? "" : " : ", s->why);
	put_text(ret, phrase);
}

/* What is still waiting is raised by a certain word, and by a second one, although in the open, of
 * the sensor that it began with. */
static bool is_raising(const struct episode *e, const struct suspicion *s)
{
	bool is_second = s->is_unconfirmed && s->class == e->incident.class &&
			 strcmp(e->sensor.text, s->sensor.text) == 0;

	return e->incident.state <= INCIDENT_VERIFYING && (s->is_certain || is_second);
}

static int join(const struct suspicion *s, struct moment at, struct change *ret)
{
	struct episode *e = &ret->after;
	bool is_raised = is_raising(e, s);
	char why[INCIDENT_TEXT_MAX];

	if (s->is_confirmation && !is_raised)
		return 0;
	if (!s->is_update && !is_raised && strcmp(e->sensor.text, s->sensor.text) == 0 &&
		at.now_us < e->evidence_us + ESCALATE_PRESS_GAP_S * US_PER_S)
		return 0;
	e->evidence_us = at.now_us;
	e->presses += s->class == INCIDENT_HELP && !s->is_confirmation;
	if (s->mark)
		e->mark = s->mark;
	if (s->class == INCIDENT_HELP)
		e->incident.said = INCIDENT_SAID_HELP;
	join_phrase(e, s, why);
	/* what a fault is now replaces what it was */
	if (s->class == INCIDENT_TECHNICAL)
		e->incident.reasons_count = 0;
	add_reasons(&e->incident, s);
	move(ret, is_raised ? INCIDENT_RAISED : e->incident.state, true, s->by, why, at.wall_ms);
	if (s->class == INCIDENT_HELP)
		e->call_seq = e->incident.seq;
	return 1;
}

/* Makes no incident. The second hearing of a press that was answered in between (fine) is one, but
 * smoke heard again is smoke. */
static bool is_mere_addition(const struct suspicion *s)
{
	return s->is_update || (s->is_confirmation && incident_is_call(s->class));
}

int escalate_suspect(const struct escalation *t, const struct suspicion *s, const char *new_id,
	struct moment at, struct change *ret)
{
	int row = escalate_row_to_join(t, s, at.now_us);
	struct change change;
	int r = 1;

	if (row == -ENOENT && is_mere_addition(s))
		return 0;
	if (row >= 0) {
		change = change_of(t, (unsigned int)row);
		r = join(s, at, &change);
	} else {
		row = escalate_row_to_use(t, s->class);
		if (s->class == INCIDENT_TECHNICAL && row < 0)
			return row;
		if (row >= 0) {
			change = change_of(t, (unsigned int)row);
			begin(t, s, new_id, at, &change);
		} else {
			change = change_of(t, escalate_row_latest(t, s->class));
			r = join(s, at, &change);
		}
	}
	if (r == 1)
		*ret = change;
	return r;
}

int escalate_time(
	const struct escalation *t, unsigned int row, struct moment at, struct change *ret)
{
	const struct episode *e = &t->episodes[row];
	char why[INCIDENT_TEXT_MAX];

	if (!e->incident.id[0] || e->incident.state > INCIDENT_VERIFYING)
		return 0;
	if (at.now_us < e->verify_until_us)
		return 0;
	*ret = change_of(t, row);
	if (e->incident.state == INCIDENT_SUSPECTED) {
		ask(t->ask_s, "hub", "entendu une seule fois", at, ret);
		return 1;
	}
	(void)snprintf(why, sizeof(why), "pas de réponse en %u s", t->ask_s);
	move(ret, INCIDENT_RAISED, true, "hub", why, at.wall_ms);
	return 1;
}

int escalate_answer(const struct escalation *t, unsigned int row, enum answer answer,
	struct moment at, struct change *ret)
{
	enum incident_state state = t->episodes[row].incident.state;
	bool is_fine = answer == ANSWER_FINE;

	if (!t->episodes[row].incident.id[0] || incident_is_over(state))
		return -EALREADY;
	if (state <= INCIDENT_VERIFYING)
		state = is_fine ? INCIDENT_CANCELLED : INCIDENT_RAISED;
	*ret = change_of(t, row);
	ret->after.incident.said = is_fine ? INCIDENT_SAID_FINE : INCIDENT_SAID_HELP;
	move(ret, state, true, "resident",
		is_fine ? "le résident dit aller bien" : "le résident demande de l’aide",
		at.wall_ms);
	return 1;
}

int escalate_moved(const struct escalation *t, unsigned int row, const char *where, bool answers,
	struct moment at, struct change *ret)
{
	const struct episode *e = &t->episodes[row];
	enum incident_state state = e->incident.state;
	char why[2 * INCIDENT_TEXT_MAX];

	if (!e->incident.id[0] || incident_is_over(state) ||
		(e->incident.class != INCIDENT_INACTIVITY &&
			e->incident.class != INCIDENT_WANDERING) ||
		strcmp(e->incident.by, MOVED_BY) == 0 || (!answers && state <= INCIDENT_VERIFYING))
		return 0;
	if (state <= INCIDENT_VERIFYING)
		state = INCIDENT_CANCELLED;
	(void)snprintf(
		why, sizeof(why), answers ? "mouvement : %s" : "mouvement peut-être : %s", where);
	*ret = change_of(t, row);
	move(ret, state, true, MOVED_BY, why, at.wall_ms);
	return 1;
}

int escalate_repaired(const struct escalation *t, unsigned int row, const char *why,
	struct moment at, struct change *ret)
{
	const struct incident *i = &t->episodes[row].incident;

	if (!i->id[0] || incident_is_over(i->state))
		return -EALREADY;
	if (i->class != INCIDENT_TECHNICAL)
		return -EINVAL;
	*ret = change_of(t, row);
	move(ret, INCIDENT_CANCELLED, true, "hub", why, at.wall_ms);
	return 1;
}

int escalate_receipt(const struct escalation *t, unsigned int row, uint32_t seq, struct moment at,
	struct change *ret)
{
	const struct episode *e = &t->episodes[row];
	enum incident_state to = e->incident.state;

	if (seq == 0 || seq > e->incident.seq || to <= INCIDENT_VERIFYING)
		return -ERANGE;
	if (seq <= e->delivered_seq)
		return 0;
	if (to == INCIDENT_RAISED)
		to = INCIDENT_RECEIVED;
	*ret = change_of(t, row);
	ret->after.delivered_seq = seq;
	move(ret, to, false, "gateway", "reçu", at.wall_ms);
	/* what is known of it stays what was decided here: its state alone has changed */
	memcpy(ret->after.incident.by, e->incident.by, sizeof(e->incident.by));
	memcpy(ret->after.incident.why, e->incident.why, sizeof(e->incident.why));
	return 1;
}

/* May what the centre tells follow what is known? From escalated the ladder begins again. */
static bool may_follow(enum incident_state from, enum incident_state to)
{
	if (incident_is_over(from))
		return false;
	if (to == INCIDENT_CLOSED || to == INCIDENT_ESCALATED || from == INCIDENT_ESCALATED)
		return from != to;
	return to > from;
}

static bool is_closed_over_a_call(const struct episode *e, const struct progress *progress)
{
	return progress->state == INCIDENT_CLOSED && !incident_is_over(e->incident.state) &&
	       e->call_seq > e->delivered_seq;
}

int escalate_progress(const struct escalation *t, unsigned int row, const struct progress *progress,
	struct moment at, struct change *ret)
{
	const struct episode *e = &t->episodes[row];

	if (e->incident.state <= INCIDENT_VERIFYING || progress->state < INCIDENT_ANNOUNCED ||
		progress->state >= INCIDENT_CANCELLED)
		return -EINVAL;
	if (progress->changed_ms < e->progress_ms ||
		!may_follow(e->incident.state, progress->state))
		return 0;
	if (is_closed_over_a_call(e, progress) && e->incident.class == INCIDENT_HELP) {
		if (e->incident.state == INCIDENT_RAISED)
			return 0;
		*ret = change_of(t, row);
		ret->after.progress_ms = progress->changed_ms;
		move(ret, INCIDENT_RAISED, false, "hub", "appelé de nouveau", at.wall_ms);
		return 1;
	}
	*ret = change_of(t, row);
	ret->after.progress_ms = progress->changed_ms;
	move(ret, progress->state, false, progress->by[0] ? progress->by : "gateway", progress->why,
		at.wall_ms);
	ret->after.incident.changed_ms = progress->changed_ms;
	ret->after.incident.outcome = progress->outcome;
	return 1;
}

bool escalate_outlives(
	const struct episode *e, const struct progress *progress, struct suspicion *ret)
{
	if (e->incident.class == INCIDENT_HELP || !is_closed_over_a_call(e, progress))
		return false;
	*ret = (struct suspicion){.class = INCIDENT_HELP,
		.sensor = e->sensor,
		.by = "resident",
		.is_certain = true,
		.is_test = e->incident.is_test,
		.event_ms = e->incident.changed_ms,
		.probability = 1};
	put_text(ret->name, e->incident.sensor);
	put_text(ret->room, e->incident.room);
	put_text(ret->why, "appelé de nouveau");
	return true;
}

bool escalate_is_owed(const struct episode *e)
{
	enum incident_state state = e->incident.state;

	return e->incident.id[0] && state > INCIDENT_VERIFYING && state != INCIDENT_CLOSED &&
	       e->delivered_seq < e->incident.seq;
}

bool escalate_is_done(const struct episode *e)
{
	return incident_is_over(e->incident.state) && !escalate_is_owed(e);
}

struct incident escalate_wire(const struct episode *e)
{
	struct incident wire = e->incident;

	if (wire.state > INCIDENT_RAISED && !incident_is_over(wire.state))
		wire.state = INCIDENT_RAISED;
	return wire;
}

void escalate_sent(struct episode *e, uint64_t now_us)
{
	uint64_t wait_us = ESCALATE_RETRY_MAX_US;

	if (e->sends < 6)
		wait_us = ESCALATE_RETRY_MIN_US << e->sends;
	e->sends++;
	e->send_at_us =
		now_us + (wait_us < ESCALATE_RETRY_MAX_US ? wait_us : ESCALATE_RETRY_MAX_US);
}
