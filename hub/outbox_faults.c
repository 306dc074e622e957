/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of faults in and out of the store.
 */
#include "hub/outbox_faults.h"

#include "common/clock.h"
#include "hub/outbox_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_MAX 64 /* incidents: alarms and faults that one home may have open */

static void bind_text(sqlite3_stmt *s, int n, const char *text)
{
	(void)sqlite3_bind_text(s, n, text, -1, SQLITE_STATIC);
}

static int put_fault(struct outbox *o, const struct fault *f, struct moment at)
{
	sqlite3_stmt *s = o->statements[STATEMENT_PUT_FAULT];
	uint64_t ago_us = at.now_us > f->told_us ? at.now_us - f->told_us : 0;

	bind_text(s, 1, fault_kind_text(f->kind));
	bind_text(s, 2, f->subject.text);
	(void)sqlite3_bind_int(s, 3, (int)f->told);
	(void)sqlite3_bind_int(s, 4, f->is_on);
	bind_text(s, 5, f->incident);
	(void)sqlite3_bind_int64(s, 6, f->since_ms);
	(void)sqlite3_bind_int64(s, 7, at.wall_ms - (int64_t)(ago_us / US_PER_MS));
	bind_text(s, 8, f->name);
	bind_text(s, 9, f->room);
	bind_text(s, 10, f->what);
	return outbox_store_run(o, STATEMENT_PUT_FAULT);
}

int outbox_put_faults(struct outbox *o, const struct faults *f, struct moment at)
{
	int r = outbox_store_begin(o);

	if (r < 0)
		return r;
	r = outbox_store_run(o, STATEMENT_FORGET_FAULTS);
	for (unsigned int n = 0; r == 0 && n < FAULTS_MAX; n++)
		if (fault_is_kept(&f->rows[n]))
			r = put_fault(o, &f->rows[n], at);
	return outbox_store_end(o, r);
}

/* By the wall clock, which may have been set since: within the hour that damps it. */
static uint64_t told_us(int64_t told_ms, struct moment at)
{
	int64_t ago_ms = at.wall_ms - told_ms;
	uint64_t ago_us;

	if (ago_ms < 0)
		ago_ms = 0;
	if (ago_ms > FAULTS_AGAIN_S * 1000)
		ago_ms = FAULTS_AGAIN_S * 1000;
	ago_us = (uint64_t)ago_ms * US_PER_MS;
	return at.now_us > ago_us ? at.now_us - ago_us : 1;
}

static void copy_text(char to[INCIDENT_TEXT_MAX], const char *from)
{
	(void)snprintf(to, INCIDENT_TEXT_MAX, "%s", from);
}

/* False for a row that makes no sense. */
static bool take_fault(struct outbox *o, sqlite3_stmt *row, struct moment at, struct fault *ret)
{
	int told = sqlite3_column_int(row, 2);
	struct fault f = {.is_on = sqlite3_column_int(row, 3),
		.told = (enum fault_told)told,
		.changed_us = at.now_us,
		.since_ms = sqlite3_column_int64(row, 5),
		.told_us = told_us(sqlite3_column_int64(row, 6), at)};
	struct episode e;

	if (fault_kind_from_text(outbox_store_text(row, 0), &f.kind) < 0 || told < FAULT_UNTOLD ||
		told > FAULT_TOLD_TOGETHER || !outbox_store_text(row, 1)[0])
		return false;
	(void)snprintf(f.subject.text, sizeof(f.subject.text), "%s", outbox_store_text(row, 1));
	(void)snprintf(f.incident, sizeof(f.incident), "%s", outbox_store_text(row, 4));
	copy_text(f.name, outbox_store_text(row, 7));
	copy_text(f.room, outbox_store_text(row, 8));
	copy_text(f.what, outbox_store_text(row, 9));
	/* killed after its end was committed and before that was kept here */
	if (f.told == FAULT_TOLD && outbox_find(o, f.incident, at, &e) == 0 &&
		e.incident.state == INCIDENT_CANCELLED) {
		f.told = FAULT_UNTOLD;
		f.is_on = false;
	}
	*ret = f;
	return true;
}

/* An open incident: known already, or taken up from itself. */
static void adopt(struct faults *f, const struct episode *e, struct moment at)
{
	struct fault fault = {.subject = e->sensor,
		.is_on = true,
		.told = FAULT_TOLD,
		.changed_us = at.now_us,
		.since_ms = e->incident.event_ms,
		.told_us = at.now_us > 0 ? at.now_us : 1};
	const struct fault *known;

	if (e->mark == FAULTS_TOGETHER_MARK)
		memcpy(f->others, e->incident.id, sizeof(f->others));
	if (e->mark == 0 || e->mark > FAULT_KINDS)
		return;
	fault.kind = (enum fault_kind)(e->mark - 1);
	known = faults_find(f, fault.kind, &fault.subject);
	if (known && known->told == FAULT_TOLD)
		return;
	memcpy(fault.incident, e->incident.id, sizeof(fault.incident));
	memcpy(fault.name, e->incident.sensor, sizeof(fault.name));
	memcpy(fault.room, e->incident.room, sizeof(fault.room));
	memcpy(fault.what, e->incident.why, sizeof(fault.what));
	(void)faults_restore(f, &fault);
}

static void adopt_open(struct outbox *o, struct faults *f, struct moment at)
{
	struct episode *open = calloc(OPEN_MAX, sizeof(*open));
	int count = open ? outbox_load_open(o, at, open, OPEN_MAX) : 0;

	for (int n = 0; n < count; n++)
		if (open[n].incident.class == INCIDENT_TECHNICAL &&
			!incident_is_over(open[n].incident.state))
			adopt(f, &open[n], at);
	free(open);
}

int outbox_load_faults(struct outbox *o, struct faults *f, struct moment at)
{
	sqlite3_stmt *row = o->statements[STATEMENT_FAULTS];
	int count = 0, code;

	if (!o->db)
		return -EIO;
	while ((code = sqlite3_step(row)) == SQLITE_ROW) {
		struct fault fault;

		if (take_fault(o, row, at, &fault) && faults_restore(f, &fault) == 0)
			count++;
	}
	(void)sqlite3_reset(row);
	if (code != SQLITE_DONE)
		return outbox_store_error(o, code);
	adopt_open(o, f, at);
	return count;
}

static int put_start(struct outbox *o, uint32_t within_s, struct moment at)
{
	sqlite3_stmt *forget = o->statements[STATEMENT_FORGET_STARTS];
	int r;

	(void)sqlite3_bind_int64(forget, 1, at.wall_ms - (int64_t)within_s * 1000);
	(void)sqlite3_bind_int64(forget, 2, at.wall_ms); /* before the clock was set back */
	r = outbox_store_run(o, STATEMENT_FORGET_STARTS);
	if (r < 0)
		return r;
	(void)sqlite3_bind_int64(o->statements[STATEMENT_PUT_START], 1, at.wall_ms);
	return outbox_store_run(o, STATEMENT_PUT_START);
}

int outbox_put_start(struct outbox *o, uint32_t within_s, struct moment at)
{
	sqlite3_stmt *starts = o->statements[STATEMENT_STARTS];
	int r = outbox_store_begin(o), count = 0;

	if (r < 0)
		return r;
	r = put_start(o, within_s, at);
	if (r == 0 && sqlite3_step(starts) == SQLITE_ROW)
		count = sqlite3_column_int(starts, 0);
	(void)sqlite3_reset(starts);
	r = outbox_store_end(o, r);
	return r < 0 ? r : count;
}
