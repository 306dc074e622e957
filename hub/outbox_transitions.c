/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transitions out of the store.
 */
#include "hub/outbox_transitions.h"

#include "hub/outbox_store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void take_text(sqlite3_stmt *s, int column, char ret[INCIDENT_TEXT_MAX])
{
	const unsigned char *text = sqlite3_column_text(s, column);

	(void)snprintf(ret, INCIDENT_TEXT_MAX, "%s", text ? (const char *)text : "");
}

static bool take_transition(sqlite3_stmt *s, const char *incident, struct transition *ret)
{
	char from[INCIDENT_TEXT_MAX], to[INCIDENT_TEXT_MAX];

	*ret = (struct transition){
		.seq = (uint32_t)sqlite3_column_int64(s, 0), .at_ms = sqlite3_column_int64(s, 3)};
	(void)snprintf(ret->incident, sizeof(ret->incident), "%s", incident);
	take_text(s, 1, from);
	take_text(s, 2, to);
	take_text(s, 4, ret->by);
	take_text(s, 5, ret->why);
	return incident_state_from_text(from, &ret->from) == 0 &&
	       incident_state_from_text(to, &ret->to) == 0;
}

int outbox_transitions(struct outbox *o, const char *incident,
	void (*on_transition)(const struct transition *t, void *userdata), void *userdata)
{
	sqlite3_stmt *s = o->statements[STATEMENT_TRANSITIONS];
	struct transition t;
	int count = 0, code = SQLITE_DONE;

	if (o->db) {
		(void)sqlite3_bind_text(s, 1, incident, -1, SQLITE_STATIC);
		(void)sqlite3_bind_int64(s, 2, OUTBOX_TRANSITIONS_MAX);
		errno = 0;
		while ((code = sqlite3_step(s)) == SQLITE_ROW)
			if (take_transition(s, incident, &t)) {
				on_transition(&t, userdata);
				count++;
			}
	}
	for (unsigned int n = 0; n < o->unsaved_count; n++)
		if (strcmp(o->unsaved[n].incident, incident) == 0) {
			on_transition(&o->unsaved[n], userdata);
			count++;
		}
	if (code != SQLITE_DONE)
		count = outbox_store_error(o, code);
	if (o->db) {
		(void)sqlite3_reset(s);
		(void)sqlite3_clear_bindings(s);
	}
	return count;
}
