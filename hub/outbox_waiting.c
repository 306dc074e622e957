/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A suspicion is kept as the incident that it would become.
 */
#include "hub/outbox_waiting.h"

#include "hub/outbox_store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int put(struct outbox *o, const struct suspicion *w)
{
	sqlite3_stmt *s = o->statements[STATEMENT_PUT_WAITING];
	char json[INCIDENT_JSON_MAX];
	struct incident i = {.home = "waiting", /* there must be one, and nobody reads it */
		.seq = 1,
		.class = w->class,
		.state = INCIDENT_SUSPECTED,
		.event_ms = w->event_ms,
		.changed_ms = w->event_ms,
		.probability = w->probability,
		.reasons_count = w->reasons_count};

	incident_new_id(i.id);
	memcpy(i.sensor, w->name, sizeof(i.sensor));
	memcpy(i.room, w->room, sizeof(i.room));
	memcpy(i.by, w->by, sizeof(i.by));
	memcpy(i.why, w->why, sizeof(i.why));
	memcpy(i.reasons, w->reasons, sizeof(i.reasons));
	if (incident_to_json(&i, json) < 0)
		return -EINVAL;
	(void)sqlite3_bind_text(s, 1, w->sensor.text, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(s, 2, (sqlite3_int64)w->mark);
	(void)sqlite3_bind_text(s, 3, json, -1, SQLITE_STATIC);
	return outbox_store_run(o, STATEMENT_PUT_WAITING);
}

int outbox_put_waiting(struct outbox *o, const struct suspicion waiting[], unsigned int count)
{
	int r = outbox_store_begin(o);

	if (r < 0)
		return r;
	r = outbox_store_run(o, STATEMENT_FORGET_WAITING);
	for (unsigned int n = 0; r == 0 && n < count; n++)
		r = put(o, &waiting[n]);
	return outbox_store_end(o, r);
}

static int take(sqlite3_stmt *row, struct suspicion *ret)
{
	const char *json = outbox_store_text(row, 2);
	struct incident i;
	char error[128];
	int r = incident_from_json(json, strlen(json), &i, error, sizeof(error));

	if (r < 0)
		return r;
	*ret = (struct suspicion){.class = i.class,
		.mark = (uint64_t)sqlite3_column_int64(row, 1),
		.event_ms = i.event_ms,
		.probability = i.probability,
		.reasons_count = i.reasons_count};
	(void)snprintf(ret->sensor.text, sizeof(ret->sensor.text), "%s", outbox_store_text(row, 0));
	memcpy(ret->name, i.sensor, sizeof(ret->name));
	memcpy(ret->room, i.room, sizeof(ret->room));
	memcpy(ret->by, i.by, sizeof(ret->by));
	memcpy(ret->why, i.why, sizeof(ret->why));
	memcpy(ret->reasons, i.reasons, sizeof(ret->reasons));
	return 0;
}

int outbox_load_waiting(struct outbox *o, struct suspicion ret[OUTBOX_WAITING_MAX])
{
	sqlite3_stmt *row = o->statements[STATEMENT_WAITING];
	int count = 0, code = SQLITE_DONE;

	if (!o->db)
		return -EIO;
	while (count < OUTBOX_WAITING_MAX && (code = sqlite3_step(row)) == SQLITE_ROW)
		if (take(row, &ret[count]) == 0)
			count++;
	(void)sqlite3_reset(row);
	return code == SQLITE_ROW || code == SQLITE_DONE ? count : outbox_store_error(o, code);
}
