/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows as they are; what cannot be is refused by who weighs it.
 */
#include "hub/outbox_lately.h"

#include "hub/outbox_store.h"

#include <errno.h>
#include <stdio.h>

static int put(struct outbox *o, const struct evidence_lately *l)
{
	sqlite3_stmt *s = o->statements[STATEMENT_PUT_LATELY];

	(void)sqlite3_bind_text(s, 1, l->sensor.text, -1, SQLITE_STATIC);
	(void)sqlite3_bind_double(s, 2, l->amount);
	(void)sqlite3_bind_int64(s, 3, l->count);
	(void)sqlite3_bind_int64(s, 4, l->at_ms);
	return outbox_store_run(o, STATEMENT_PUT_LATELY);
}

int outbox_put_lately(struct outbox *o, const struct evidence_lately rows[], unsigned int count)
{
	int r = outbox_store_begin(o);

	if (r < 0)
		return r;
	r = outbox_store_run(o, STATEMENT_FORGET_LATELY);
	for (unsigned int n = 0; r == 0 && n < count; n++)
		r = put(o, &rows[n]);
	return outbox_store_end(o, r);
}

int outbox_load_lately(struct outbox *o, struct evidence_lately ret[FUSION_LATELY_MAX])
{
	sqlite3_stmt *row = o->statements[STATEMENT_LATELY];
	int count = 0, code = SQLITE_DONE;

	if (!o->db)
		return -EIO;
	while (count < FUSION_LATELY_MAX && (code = sqlite3_step(row)) == SQLITE_ROW) {
		struct evidence_lately *l = &ret[count++];

		*l = (struct evidence_lately){.amount = sqlite3_column_double(row, 1),
			.count = (uint32_t)sqlite3_column_int64(row, 2),
			.at_ms = sqlite3_column_int64(row, 3)};
		(void)snprintf(
			l->sensor.text, sizeof(l->sensor.text), "%s", outbox_store_text(row, 0));
	}
	(void)sqlite3_reset(row);
	return code == SQLITE_ROW || code == SQLITE_DONE ? count : outbox_store_error(o, code);
}
