/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gateway's own fault as an incident of its own home: kept like any other, so that the console
 * shows it and the story says when it began and ended. It is not said aloud: what fails is the
 * voice.
 */
#include "caller-gateway/desk_private.h"

#include <stdio.h>
#include <string.h>

static struct desk_case *own_case(struct desk *d)
{
	for (unsigned int i = 0; i < d->count; i++)
		if (d->cases[i].is_own)
			return &d->cases[i];
	return NULL;
}

static int open_fault(struct desk *d, const char *why, struct desk_moment at)
{
	struct stored_incident row = {
		.incident = {.home = DESK_OWN_HOME,
			.seq = 1,
			.class = INCIDENT_TECHNICAL,
			.event_ms = at.wall_ms,
			.probability = 1,
			.sensor = "sound"},
		.received_ms = at.wall_ms,
		.again_s = d->policy.again_s,
		.follow_up_s = d->policy.follow_up_s,
	};
	struct ladder ladder = {.class = INCIDENT_TECHNICAL, .state = INCIDENT_STATES};

	if (d->count == DESK_CASES_MAX)
		return 0;
	incident_new_id(row.incident.id);
	struct desk_change change = {
		.state = INCIDENT_RECEIVED, .enters = true, .by = "gateway", .why = why};
	return desk_write(d, &row, &ladder, &change, at);
}

static int close_fault(struct desk *d, const struct desk_case *c, struct desk_moment at)
{
	struct stored_incident row;
	struct ladder ladder = c->ladder;
	int r = d->store->ops->get(d->store, c->id, &row);

	if (r < 0)
		return r;
	row.incident.outcome = INCIDENT_OUTCOME_REPAIRED;
	struct desk_change change = {
		.state = INCIDENT_CLOSED, .enters = true, .by = "gateway", .why = "works again"};
	return desk_write(d, &row, &ladder, &change, at);
}

void desk_set_fault(struct desk *d, bool is_faulty, const char *why, struct desk_moment at)
{
	struct desk_case *c = own_case(d);

	if (is_faulty == (c != NULL))
		return;
	int r = is_faulty ? open_fault(d, why, at) : close_fault(d, c, at);
	if (r < 0)
		(void)desk_abandon(d, r);
	else
		(void)desk_flush(d, at);
}
