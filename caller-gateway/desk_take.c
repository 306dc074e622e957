/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a hub says of an incident meets what the centre knows. The hub owns what happened (class,
 * room, reasons, seq) and may cancel; how far help has come is the centre's. Repetitions and older
 * messages are acknowledged again and change nothing. A call that comes after its incident was
 * closed opens it anew: whoever closed it had not heard that one.
 */
#include "caller-gateway/desk_private.h"

#include <errno.h>
#include <string.h>

/* A fault that the hub itself found to be over. Of an alarm only people can say so. */
static bool is_mended(const struct incident *said)
{
	return said->class == INCIDENT_TECHNICAL && said->state == INCIDENT_CANCELLED;
}

/* What a hub's first word of an incident means here. An open one that another centre had already
 * answered is received anew: rather said twice than not at all. */
static enum incident_state first_state(const struct incident *said)
{
	if (is_mended(said))
		return INCIDENT_CLOSED;
	if (said->state == INCIDENT_SUSPECTED || said->state == INCIDENT_VERIFYING ||
		incident_is_over(said->state))
		return said->state;
	return INCIDENT_RECEIVED;
}

static bool is_called_again(const struct stored_incident *known, const struct incident *said)
{
	return known->incident.state == INCIDENT_CLOSED && said->class == INCIDENT_HELP &&
	       said->said != INCIDENT_SAID_FINE && first_state(said) == INCIDENT_RECEIVED;
}

/* A later word: raised after verifying, cancelled; a class that changed is received anew, and so is
 * a call over which it was closed. */
static enum incident_state next_state(
	const struct stored_incident *known, const struct incident *said)
{
	enum incident_state now = known->incident.state;

	if (is_called_again(known, said))
		return INCIDENT_RECEIVED;
	if (incident_is_over(now))
		return now;
	if (said->state == INCIDENT_CANCELLED)
		return first_state(said);
	if (now == INCIDENT_SUSPECTED || now == INCIDENT_VERIFYING)
		return first_state(said);
	return said->class != known->incident.class ? INCIDENT_RECEIVED : now;
}

static void pend_receipt(struct desk *d, const struct incident *said)
{
	d->pending[d->pending_count++] = (struct desk_pending){
		.incident = *said, .has_receipt = true, .receipt_seq = said->seq};
}

static int take_first(struct desk *d, const struct incident *said, struct desk_moment at)
{
	struct stored_incident row = {.incident = *said,
		.received_ms = at.wall_ms,
		.again_s = d->policy.again_s,
		.follow_up_s = d->policy.follow_up_s};
	struct ladder ladder = {.class = said->class,
		.state = INCIDENT_STATES, /* none yet */
		.again_s = row.again_s,
		.follow_up_s = row.follow_up_s};

	/* a whole department without power must not take the room of those who call */
	if (d->count + d->pending_count >=
		(said->class == INCIDENT_TECHNICAL ? DESK_FAULTS_MAX : DESK_CASES_MAX))
		return -ENOSPC;
	if (is_mended(said))
		row.incident.outcome = INCIDENT_OUTCOME_REPAIRED;
	struct desk_change change = {.state = first_state(said),
		.enters = true,
		.by = said->by,
		.why = said->why,
		.told = is_mended(said) ? "closed" : "committed",
		.has_receipt = true};
	return desk_write(d, &row, &ladder, &change, at);
}

/* What the hub says now, with what the centre made of it. */
static void merge(struct incident *known, const struct incident *said)
{
	struct incident before = *known;

	*known = *said;
	known->state = before.state;
	known->outcome = before.outcome;
	known->changed_ms = before.changed_ms;
	memcpy(known->by, before.by, sizeof(before.by));
	memcpy(known->why, before.why, sizeof(before.why));
}

static int take_next(struct desk *d, struct stored_incident *known, const struct incident *said,
	struct desk_moment at)
{
	const struct desk_case *c = desk_case_of(d, said->id);
	enum incident_state before = known->incident.state, state = next_state(known, said);
	bool is_cancelled = state == INCIDENT_CANCELLED && before != state;
	bool is_over_now = is_mended(said) && !incident_is_over(before);
	struct desk_change change = {.state = state,
		.enters = state != before || said->class != known->incident.class,
		.by = said->by,
		.why = said->why,
		.told = is_cancelled  ? "cancelled"
			: is_over_now ? "closed"
				      : "committed",
		.has_receipt = true};
	struct ladder ladder;

	if (is_called_again(known, said) && d->count + d->pending_count >= DESK_CASES_MAX)
		return -ENOSPC;
	if (c)
		ladder = c->ladder;
	else
		desk_ladder_of(known, at, &ladder);
	if (strcmp(d->in_voice, said->id) == 0)
		ladder.has_been_said = true; /* half heard is heard */
	if (is_called_again(known, said))
		ladder.has_been_said = false; /* to be said as what it is: new */
	else if (incident_is_over(before))
		change.enters = false;
	ladder.class = said->class;
	if (said->said == INCIDENT_SAID_FINE && known->incident.said != INCIDENT_SAID_FINE &&
		!change.enters)
		ladder_said_fine(&ladder, strcmp(d->in_voice, said->id) == 0, at.now_us);
	else if ((said->class == INCIDENT_HELP || said->said == INCIDENT_SAID_HELP) &&
		 said->said != INCIDENT_SAID_FINE && !change.enters)
		ladder_called_again(&ladder, at.now_us);
	merge(&known->incident, said);
	if (!incident_is_over(state))
		known->incident.outcome = INCIDENT_OUTCOME_NONE;
	if (is_over_now)
		known->incident.outcome = INCIDENT_OUTCOME_REPAIRED;
	return desk_write(d, known, &ladder, &change, at);
}

int desk_take(struct desk *d, const struct incident *incident, struct desk_moment at)
{
	struct stored_incident known;

	if (strcmp(incident->home, DESK_OWN_HOME) == 0)
		return -EXDEV;
	if (d->pending_count == DESK_GROUP_MAX) {
		int full = desk_flush(d, at);
		if (full < 0)
			return full;
	}
	int r = d->store->ops->get(d->store, incident->id, &known);
	if (r == -ENOENT)
		r = take_first(d, incident, at);
	else if (r == 0 && strcmp(known.incident.home, incident->home) != 0)
		return -EXDEV;
	else if (r == 0 && incident->seq <= known.incident.seq)
		(void)pend_receipt(d, incident);
	else if (r == 0)
		r = take_next(d, &known, incident, at);
	if (r >= 0)
		return r;
	if (first_state(incident) == INCIDENT_RECEIVED && incident->class != INCIDENT_TECHNICAL)
		desk_say_unkept(d, incident);
	return r == -ENOSPC ? r : desk_abandon(d, r);
}

void desk_compare(struct desk *d, const struct heartbeat *heartbeat)
{
	for (unsigned int i = 0; i < heartbeat->open_count; i++) {
		const struct heartbeat_open *theirs = &heartbeat->open[i];
		struct stored_incident ours;

		if (d->store->ops->get(d->store, theirs->incident, &ours) < 0 ||
			strcmp(ours.incident.home, heartbeat->home) != 0 ||
			ours.incident.state == theirs->state)
			continue;
		if (ours.incident.state >= INCIDENT_ANNOUNCED &&
			ours.incident.state <= INCIDENT_CLOSED)
			d->ports.send_progress(&ours.incident, d->ports.userdata);
	}
}
