/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What moves an incident at the centre: the ladder's deadlines, the voice, the operators.
 */
#include "caller-gateway/desk_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define US_A_SECOND UINT64_C(1000000)

/* One change of one case into the group; `ladder` is a copy of its own. */
static int write_move(struct desk *d, const struct desk_case *c, struct ladder *ladder,
	const struct desk_change *change, enum incident_outcome outcome, struct desk_moment at)
{
	struct stored_incident row;
	int r = d->store->ops->get(d->store, c->id, &row);

	if (r < 0)
		return r;
	if (change->state == INCIDENT_ESCALATED && change->enters)
		row.escalations++;
	row.incident.outcome = outcome;
	return desk_write(d, &row, ladder, change, at);
}

static int finish(struct desk *d, int r, struct desk_moment at)
{
	return r < 0 ? desk_abandon(d, r) : desk_flush(d, at);
}

static const char *why_escalated(const struct ladder *l)
{
	switch (l->state) {
	case INCIDENT_RECEIVED:
		return "not announced in time";
	case INCIDENT_ACCEPTED:
	case INCIDENT_ON_THE_WAY:
	case INCIDENT_ON_SITE:
		return "not closed in time";
	case INCIDENT_SUSPECTED:
	case INCIDENT_VERIFYING:
	case INCIDENT_RAISED:
	case INCIDENT_ANNOUNCED:
	case INCIDENT_ESCALATED:
	case INCIDENT_CLOSED:
	case INCIDENT_CANCELLED:
	case INCIDENT_STATES:
		break;
	}
	return "not acknowledged in time";
}

static bool is_in_voice(const struct desk *d, const struct desk_case *c)
{
	return strcmp(d->in_voice, c->id) == 0;
}

static bool is_due(const struct desk *d, const struct desk_case *c, uint64_t now_us)
{
	return !is_in_voice(d, c) && ladder_next(&c->ladder, now_us) == LADDER_ESCALATE;
}

static int write_escalation(struct desk *d, const struct desk_case *c, struct desk_moment at)
{
	struct ladder ladder = c->ladder;
	struct desk_change change = {.state = INCIDENT_ESCALATED,
		.enters = true,
		.by = "gateway",
		.why = why_escalated(&ladder),
		.told = "escalated",
		.has_progress = true};

	return write_move(d, c, &ladder, &change, INCIDENT_OUTCOME_NONE, at);
}

/* Everything due escalates in as few commits as can be; from memory where the store fails: an alarm
 * goes on, and its next change that can be written brings the store up to date. */
static void escalate(struct desk *d, struct desk_moment at)
{
	int r = 0;

	for (unsigned int i = 0; r >= 0 && i < d->count; i++) {
		if (!is_due(d, &d->cases[i], at.now_us))
			continue;
		if (d->pending_count == DESK_GROUP_MAX)
			r = desk_flush(d, at);
		if (r >= 0)
			r = write_escalation(d, &d->cases[i], at);
	}
	if (finish(d, r, at) >= 0)
		return;
	for (unsigned int i = 0; i < d->count; i++)
		if (is_due(d, &d->cases[i], at.now_us))
			ladder_enter(&d->cases[i].ladder, INCIDENT_ESCALATED, at.now_us);
}

static bool goes_before(const struct desk_case *a, const struct desk_case *b)
{
	unsigned int rank_a = ladder_rank(&a->ladder), rank_b = ladder_rank(&b->ladder);

	if (rank_a != rank_b)
		return rank_a < rank_b;
	return a->ladder.say_from_us < b->ladder.say_from_us;
}

static struct desk_case *next_to_say(struct desk *d, uint64_t now_us)
{
	struct desk_case *next = NULL;

	for (unsigned int i = 0; i < d->count; i++) {
		struct desk_case *c = &d->cases[i];
		if (!c->is_own && ladder_next(&c->ladder, now_us) == LADDER_SAY &&
			(!next || goes_before(c, next)))
			next = c;
	}
	return next;
}

static void feed_voice(struct desk *d, struct desk_moment at)
{
	struct stored_incident row;

	if (d->in_voice[0])
		return;
	struct desk_case *c = next_to_say(d, at.now_us);
	if (!c)
		return;
	int r = d->store->ops->get(d->store, c->id, &row);
	if (r == 0)
		r = d->ports.say(c->id, &row.incident, c->ladder.say, c->ladder.has_been_said,
			d->ports.userdata);
	if (r < 0) {
		ladder_not_said(&c->ladder, at.now_us);
		return;
	}
	memcpy(d->in_voice, c->id, sizeof(d->in_voice));
	d->voice_say = c->ladder.say;
	d->voice_since_us = at.now_us;
}

uint64_t desk_tick(struct desk *d, struct desk_moment at)
{
	uint64_t due_us = LADDER_NEVER_US;

	escalate(d, at);
	feed_voice(d, at);
	for (unsigned int i = 0; i < d->count; i++) {
		const struct desk_case *c = &d->cases[i];
		uint64_t case_us = ladder_due_us(&c->ladder);
		if (c->is_own || is_in_voice(d, c))
			continue;
		/* What only waits for the voice is looked at when the voice is free again. */
		if (ladder_next(&c->ladder, at.now_us) == LADDER_SAY && d->in_voice[0])
			case_us = c->ladder.deadline_us;
		if (case_us <= at.now_us) /* never at once: no change can make the loop spin */
			case_us = at.now_us + US_A_SECOND;
		due_us = case_us < due_us ? case_us : due_us;
	}
	return due_us;
}

static struct desk_case *leave_voice(struct desk *d, const char *key)
{
	if (strcmp(d->in_voice, key) == 0)
		d->in_voice[0] = '\0';
	return desk_case_of(d, key);
}

static const char *why_announced(enum ladder_say say)
{
	static const char *const whys[LADDER_SAYS] = {[LADDER_SAY_NOTHING] = "",
		[LADDER_SAY_ALERT] = "said aloud",
		[LADDER_SAY_CANCELLED] = "cancellation said aloud",
		[LADDER_SAY_FINE] = "\"all is well\" said aloud"};

	return whys[say];
}

void desk_announced(struct desk *d, const char *key, struct desk_moment at)
{
	struct desk_case *c = leave_voice(d, key);

	/* While it was being said somebody may have taken, closed or cancelled it. */
	if (!c || c->ladder.say != d->voice_say)
		return;
	struct ladder ladder = c->ladder;
	bool is_first = ladder_said(&ladder, at.now_us);
	struct desk_change change = {.state = is_first ? INCIDENT_ANNOUNCED : ladder.state,
		.enters = is_first,
		.by = "gateway",
		.why = why_announced(d->voice_say),
		.told = "announced",
		.has_progress = is_first};
	int r = finish(d, write_move(d, c, &ladder, &change, INCIDENT_OUTCOME_NONE, at), at);
	c = desk_case_of(d, key);
	if (r < 0 && c) /* said it was: not again before its time */
		(void)ladder_said(&c->ladder, at.now_us);
}

void desk_not_announced(struct desk *d, const char *key, struct desk_moment at)
{
	struct desk_case *c = leave_voice(d, key);

	if (c)
		ladder_not_said(&c->ladder, at.now_us);
}

static bool is_wanted(const struct desk_case *c, const char *id, bool is_last)
{
	if (incident_is_over(c->ladder.state))
		return false;
	return is_last ? !c->is_own : strncmp(c->id, id, strlen(id)) == 0;
}

static int find_case(struct desk *d, const char *id, struct desk_case **ret)
{
	bool is_last = strcmp(id, "last") == 0;
	struct desk_case *found = NULL;

	for (unsigned int i = 0; *id && i < d->count; i++) {
		struct desk_case *c = &d->cases[i];
		if (!is_wanted(c, id, is_last))
			continue;
		if (found && !is_last)
			return -ENOTUNIQ;
		if (!found || c->number > found->number)
			found = c;
	}
	if (!found)
		return -ENOENT;
	*ret = found;
	return 0;
}

int desk_move(struct desk *d, const char *id, enum incident_state state,
	enum incident_outcome outcome, const char *by, const char *why, struct desk_moment at,
	char ret_id[INCIDENT_ID_MAX])
{
	struct desk_case *c = NULL;
	bool is_closing = state == INCIDENT_CLOSED;

	if ((state < INCIDENT_ACCEPTED || state > INCIDENT_ON_SITE) && !is_closing)
		return -EINVAL;
	if (is_closing != (outcome != INCIDENT_OUTCOME_NONE) || !*by)
		return -EINVAL;
	int r = find_case(d, id, &c);
	if (r < 0)
		return r;
	if (c->ladder.state == state)
		return -EALREADY;
	memcpy(ret_id, c->id, INCIDENT_ID_MAX);
	struct ladder ladder = c->ladder;
	struct desk_change change = {.state = state,
		.enters = true,
		.by = by,
		.why = why,
		.told = incident_state_text(state),
		.has_progress = true};
	return finish(d, write_move(d, c, &ladder, &change, outcome, at), at);
}
