/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hub that is no longer heard, as a technical incident of its home (HS-13): said once, after
 * every alarm, and closed as repaired when the hub is back. The home's row is written in the same
 * commit, so that a gateway that is killed between neither forgets the incident nor makes a second
 * one.
 */
#include "caller-gateway/desk_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int write_lost(struct desk *d, const struct stored_home *home, struct desk_moment at)
{
	struct stored_incident row = {
		.incident = {.seq = 1,
			.class = INCIDENT_TECHNICAL,
			.event_ms = home->last_seen_ms,
			.probability = 1,
			.sensor = DESK_LINK},
		.received_ms = at.wall_ms,
		.again_s = d->policy.again_s,
		.follow_up_s = d->policy.follow_up_s,
	};
	struct ladder ladder = {.class = INCIDENT_TECHNICAL, .state = INCIDENT_STATES};
	struct desk_change change = {.state = INCIDENT_RECEIVED,
		.enters = true,
		.by = "gateway",
		.why = "the hub is no longer heard",
		.told = "lost"};

	memcpy(row.incident.id, home->lost, sizeof(row.incident.id));
	memcpy(row.incident.home, home->home, sizeof(row.incident.home));
	return desk_write(d, &row, &ladder, &change, at);
}

static int write_back(struct desk *d, const struct desk_case *c, struct desk_moment at)
{
	struct stored_incident row;
	struct ladder ladder = c->ladder;
	int r = d->store->ops->get(d->store, c->id, &row);

	if (r < 0)
		return r;
	row.incident.outcome = INCIDENT_OUTCOME_REPAIRED;
	struct desk_change change = {.state = INCIDENT_CLOSED,
		.enters = true,
		.by = "gateway",
		.why = "the hub is heard again",
		.told = "closed"};
	return desk_write(d, &row, &ladder, &change, at);
}

static int keep_home(struct desk *d, const struct stored_home *home)
{
	int r = desk_begin(d);

	return r == 0 ? d->store->ops->put_home(d->store, home) : r;
}

int desk_lose_home(struct desk *d, struct stored_home *home, struct desk_moment at)
{
	struct stored_home lost = *home;

	if (d->count + d->pending_count >= DESK_FAULTS_MAX)
		return -ENOBUFS;
	incident_new_id(lost.lost);
	int r = keep_home(d, &lost);
	if (r == 0)
		r = write_lost(d, &lost, at);
	if (r < 0)
		return desk_abandon(d, r);
	*home = lost;
	return 0;
}

int desk_find_home(struct desk *d, struct stored_home *home, struct desk_moment at)
{
	const struct desk_case *c = desk_case_of(d, home->lost);
	struct stored_home found = *home;

	found.lost[0] = '\0';
	int r = keep_home(d, &found);
	if (r == 0 && c && !incident_is_over(c->ladder.state)) /* else an operator has closed it */
		r = write_back(d, c, at);
	if (r < 0)
		return desk_abandon(d, r);
	*home = found;
	return 0;
}
