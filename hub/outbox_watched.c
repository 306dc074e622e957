/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of watched sensors in and out of the store.
 */
#include "hub/outbox_watched.h"

#include "common/clock.h"
#include "hub/outbox_store.h"

#include <errno.h>
#include <string.h>

static int put_sensor(struct outbox *o, const struct watched *w, const char *id, uint64_t silent_us)
{
	sqlite3_stmt *s = o->statements[STATEMENT_PUT_WATCHED];
	char cadence[CADENCE_TEXT_MAX], battery[BATTERY_TEXT_MAX];

	cadence_to_text(&w->cadence, cadence);
	battery_to_text(&w->battery, battery);
	(void)sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(s, 2, (sqlite3_int64)(silent_us / US_PER_S));
	(void)sqlite3_bind_text(s, 3, cadence, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int(s, 4, w->has_been_heard);
	(void)sqlite3_bind_text(s, 5, battery, -1, SQLITE_STATIC);
	return outbox_store_run(o, STATEMENT_PUT_WATCHED);
}

int outbox_put_watched(struct outbox *o, const struct supervision *s, uint64_t now_us)
{
	int r = outbox_store_begin(o);

	if (r < 0)
		return r;
	r = outbox_store_run(o, STATEMENT_FORGET_WATCHED);
	for (const struct roster_sensor *n = NULL;
		r == 0 && (n = roster_following(s->roster, n));) {
		const struct watched *w = &s->sensors[roster_row(s->roster, n)];

		if (strcmp(w->id.text, n->id.text) == 0)
			r = put_sensor(o, w, n->id.text, supervision_silent_us(s, n, now_us));
	}
	return outbox_store_end(o, r);
}

static bool take_sensor(sqlite3_stmt *row, struct supervision *s, uint64_t now_us)
{
	const char *id = outbox_store_text(row, 0);
	sqlite3_int64 silent_s = sqlite3_column_int64(row, 1);
	struct watched kept = {.has_been_heard = sqlite3_column_int(row, 3)};
	const struct roster_sensor *sensor = NULL;

	while ((sensor = roster_following(s->roster, sensor)))
		if (strcmp(sensor->id.text, id) == 0)
			break;
	if (!sensor || silent_s < 0 || silent_s > UINT32_MAX ||
		cadence_from_text(outbox_store_text(row, 2), &kept.cadence) < 0)
		return false;
	kept.silent_us = (uint64_t)silent_s * US_PER_S;
	(void)battery_from_text(
		outbox_store_text(row, 4), &kept.battery); /* "": of an older store */
	supervision_recall(s, sensor, &kept, now_us);
	return true;
}

int outbox_load_watched(struct outbox *o, struct supervision *s, uint64_t now_us)
{
	sqlite3_stmt *row = o->statements[STATEMENT_WATCHED];
	int count = 0, code;

	if (!o->db)
		return -EIO;
	while ((code = sqlite3_step(row)) == SQLITE_ROW)
		count += take_sensor(row, s, now_us);
	(void)sqlite3_reset(row);
	return code == SQLITE_DONE ? count : outbox_store_error(o, code);
}
