/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of open episodes: finding, joining, giving up rows, what is due next. Pure.
 */
#include "hub/escalate_rows.h"

#include <errno.h>
#include <string.h>

static bool is_open(const struct episode *e)
{
	return e->incident.id[0] && !incident_is_over(e->incident.state);
}

static bool is_of(const struct episode *e, const struct sensor_id *sensor)
{
	return strcmp(e->sensor.text, sensor->text) == 0;
}

/* Somebody at the centre has taken it on: a later, separate event must be announced anew. */
static bool is_taken_on(enum incident_state state)
{
	return state >= INCIDENT_ACCEPTED && state <= INCIDENT_ON_SITE;
}

static bool is_more_of(const struct episode *e, const struct suspicion *s, uint64_t now_us)
{
	bool is_recent = now_us < e->evidence_us + ESCALATE_JOIN_S * US_PER_S;

	if (!is_open(e) || e->incident.is_test != s->is_test)
		return false;
	if (s->is_update)
		return is_of(e, &s->sensor) && e->mark == s->mark;
	if (s->class == INCIDENT_HELP && e->incident.state <= INCIDENT_VERIFYING)
		return true;
	if (s->class == INCIDENT_TECHNICAL)
		return is_of(e, &s->sensor) && e->incident.class == s->class && e->mark == s->mark;
	return is_of(e, &s->sensor) && e->incident.class == s->class &&
	       (is_recent || !is_taken_on(e->incident.state));
}

int escalate_row_to_join(const struct escalation *t, const struct suspicion *s, uint64_t now_us)
{
	int found = -ENOENT;

	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++) {
		const struct episode *e = &t->episodes[row];

		if (is_more_of(e, s, now_us) &&
			(found < 0 || e->evidence_us >= t->episodes[found].evidence_us))
			found = (int)row;
	}
	return found;
}

/* How readily a row is given up: 0 never; 5 free, 4 cancelled and in the store, 3 a fault known to
 * the centre, 2 an alarm known to the centre, both in the store; 1 a fault that is in the store and
 * owed, and what is cancelled and not in the store. A fault takes no row of an alarm. */
static int spare_rank(const struct episode *e, bool is_for_fault)
{
	bool is_fault = e->incident.class == INCIDENT_TECHNICAL;

	if (!e->incident.id[0])
		return 5;
	if (incident_is_over(e->incident.state))
		return e->is_unsaved ? !is_for_fault : 4;
	if (e->incident.state <= INCIDENT_VERIFYING || e->is_unsaved)
		return 0;
	if (is_fault)
		return escalate_is_owed(e) ? !is_for_fault : 3;
	return escalate_is_owed(e) || is_for_fault ? 0 : 2;
}

static unsigned int faults_held(const struct escalation *t)
{
	unsigned int count = 0;

	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++)
		count += is_open(&t->episodes[row]) &&
			 t->episodes[row].incident.class == INCIDENT_TECHNICAL;
	return count;
}

int escalate_row_to_use(const struct escalation *t, enum incident_class class)
{
	bool is_for_fault = class == INCIDENT_TECHNICAL;
	int found = -ENOSPC, best = 0;

	if (is_for_fault && faults_held(t) >= ESCALATE_TECHNICAL_MAX)
		return -ENOBUFS;
	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++) {
		const struct episode *e = &t->episodes[row];
		int rank = spare_rank(e, is_for_fault);

		if (rank > best || (rank == best && rank > 0 &&
					   e->evidence_us < t->episodes[found].evidence_us)) {
			best = rank;
			found = (int)row;
		}
	}
	return found < 0 && is_for_fault ? -ENOBUFS : found;
}

unsigned int escalate_row_latest(const struct escalation *t, enum incident_class class)
{
	unsigned int found = 0;
	bool is_class_found = t->episodes[0].incident.class == class;

	for (unsigned int row = 1; row < ESCALATE_OPEN_MAX; row++) {
		const struct episode *e = &t->episodes[row];
		bool is_class = e->incident.class == class;

		if (is_class < is_class_found)
			continue;
		if (is_class > is_class_found || e->evidence_us >= t->episodes[found].evidence_us) {
			found = row;
			is_class_found = is_class;
		}
	}
	return found;
}

int escalate_find(const struct escalation *t, const char *incident)
{
	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++)
		if (t->episodes[row].incident.id[0] &&
			strcmp(t->episodes[row].incident.id, incident) == 0)
			return (int)row;
	return -ENOENT;
}

int escalate_row_of_sensor(
	const struct escalation *t, const struct sensor_id *sensor, enum incident_class class)
{
	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++) {
		const struct episode *e = &t->episodes[row];

		if (is_open(e) && is_of(e, sensor) && e->incident.class == class)
			return (int)row;
	}
	return -ENOENT;
}

static int newest_of(
	const struct escalation *t, enum incident_state first, enum incident_state last)
{
	int found = -ENOENT;

	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++) {
		const struct episode *e = &t->episodes[row];

		if (is_open(e) && e->incident.state >= first && e->incident.state <= last &&
			(found < 0 || e->evidence_us >= t->episodes[found].evidence_us))
			found = (int)row;
	}
	return found;
}

int escalate_asked(const struct escalation *t)
{
	return newest_of(t, INCIDENT_VERIFYING, INCIDENT_VERIFYING);
}

int escalate_newest(const struct escalation *t)
{
	return newest_of(t, INCIDENT_SUSPECTED, INCIDENT_ESCALATED);
}

void escalate_adopt(struct escalation *t, const struct change *change)
{
	struct episode *e = &t->episodes[change->row];

	*e = change->after;
	if (escalate_is_done(e) && !e->is_unsaved)
		*e = (struct episode){.evidence_us = 0};
}

int escalate_restore(struct escalation *t, const struct episode *episode, uint64_t now_us)
{
	int row = escalate_row_to_use(t, episode->incident.class);

	if (row < 0)
		return row;
	t->episodes[row] = *episode;
	t->episodes[row].send_at_us = now_us;
	t->episodes[row].sends = 0;
	return row;
}

unsigned int escalate_free_rows(const struct escalation *t)
{
	unsigned int count = 0;

	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++)
		count += t->episodes[row].incident.id[0] == '\0';
	return count;
}

uint64_t escalate_next_us(const struct escalation *t, bool is_link_up)
{
	uint64_t next_us = UINT64_MAX;

	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++) {
		const struct episode *e = &t->episodes[row];

		if (is_open(e) && e->incident.state <= INCIDENT_VERIFYING &&
			e->verify_until_us < next_us)
			next_us = e->verify_until_us;
		if (is_link_up && escalate_is_owed(e) && e->send_at_us < next_us)
			next_us = e->send_at_us;
	}
	return next_us;
}

unsigned int escalate_owed_count(const struct escalation *t)
{
	unsigned int count = 0;

	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++)
		count += escalate_is_owed(&t->episodes[row]);
	return count;
}
