/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Columns to fields and back. What is read is checked like anything from outside: a file can be
 * damaged.
 */
#include "caller-gateway/store_sqlite_rows.h"

#include <errno.h>
#include <stdio.h>

static int text_of(sqlite3_stmt *row, int column, char *ret, size_t bytes)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	if (!text || snprintf(ret, bytes, "%s", text) >= (int)bytes)
		return -EBADMSG;
	return 0;
}

static uint32_t number_of(sqlite3_stmt *row, int column)
{
	return (uint32_t)sqlite3_column_int64(row, column);
}

static int state_of(sqlite3_stmt *row, int column, enum incident_state *ret)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return text && incident_state_from_text(text, ret) == 0 ? 0 : -EBADMSG;
}

int row_to_incident(sqlite3_stmt *row, struct stored_incident *ret)
{
	struct stored_incident v = {0};
	const char *json = (const char *)sqlite3_column_text(row, 0);
	size_t bytes = (size_t)sqlite3_column_bytes(row, 0);
	const char *outcome = (const char *)sqlite3_column_text(row, 2);
	char error[256];

	if (!json || !outcome ||
		incident_from_json(json, bytes, &v.incident, error, sizeof(error)) < 0 ||
		state_of(row, 1, &v.incident.state) < 0 ||
		incident_outcome_from_text(outcome, &v.incident.outcome) < 0 ||
		text_of(row, 4, v.incident.by, sizeof(v.incident.by)) < 0 ||
		text_of(row, 5, v.incident.why, sizeof(v.incident.why)) < 0 ||
		number_of(row, 8) >= LADDER_SAYS)
		return -EBADMSG;
	v.incident.changed_ms = sqlite3_column_int64(row, 3);
	v.received_ms = sqlite3_column_int64(row, 6);
	v.deadline_ms = sqlite3_column_int64(row, 7);
	v.say = number_of(row, 8);
	v.has_been_said = number_of(row, 9) != 0;
	v.again_s = number_of(row, 10);
	v.follow_up_s = number_of(row, 11);
	v.escalations = number_of(row, 12);
	*ret = v;
	return 0;
}

static void bind_text(sqlite3_stmt *statement, int column, const char *text)
{
	(void)sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
}

int row_from_incident(
	sqlite3_stmt *statement, const struct stored_incident *value, char json[INCIDENT_JSON_MAX])
{
	const struct incident *i = &value->incident;
	bool is_open = !incident_is_over(i->state) || value->say != LADDER_SAY_NOTHING;
	const int64_t numbers[] = {value->received_ms, value->deadline_ms, value->say,
		value->has_been_said, value->again_s, value->follow_up_s, value->escalations};

	int r = incident_to_json(i, json);
	if (r < 0)
		return r;
	bind_text(statement, 1, json);
	bind_text(statement, 2, incident_state_text(i->state));
	bind_text(statement, 3, incident_outcome_text(i->outcome));
	(void)sqlite3_bind_int64(statement, 4, i->changed_ms);
	bind_text(statement, 5, i->by);
	bind_text(statement, 6, i->why);
	for (int n = 0; n < (int)(sizeof(numbers) / sizeof(numbers[0])); n++)
		(void)sqlite3_bind_int64(statement, 7 + n, numbers[n]);
	bind_text(statement, 14, i->id);
	bind_text(statement, 15, i->home);
	(void)sqlite3_bind_int64(statement, 16, i->seq);
	(void)sqlite3_bind_int(statement, 17, is_open);
	return 0;
}

int row_to_transition(sqlite3_stmt *row, struct transition *ret)
{
	struct transition v = {.seq = number_of(row, 2), .at_ms = sqlite3_column_int64(row, 3)};

	if (text_of(row, 0, v.incident, sizeof(v.incident)) < 0 || state_of(row, 1, &v.state) < 0 ||
		text_of(row, 4, v.by, sizeof(v.by)) < 0 ||
		text_of(row, 5, v.why, sizeof(v.why)) < 0)
		return -EBADMSG;
	*ret = v;
	return 0;
}

void row_from_transition(sqlite3_stmt *statement, const struct transition *value)
{
	bind_text(statement, 1, value->incident);
	bind_text(statement, 2, incident_state_text(value->state));
	(void)sqlite3_bind_int64(statement, 3, value->seq);
	(void)sqlite3_bind_int64(statement, 4, value->at_ms);
	bind_text(statement, 5, value->by);
	bind_text(statement, 6, value->why);
}

int row_to_home(sqlite3_stmt *row, struct stored_home *ret)
{
	struct stored_home v = {.last_seen_ms = sqlite3_column_int64(row, 2)};

	if (text_of(row, 0, v.home, sizeof(v.home)) < 0 ||
		text_of(row, 1, v.release, sizeof(v.release)) < 0 ||
		text_of(row, 3, v.lost, sizeof(v.lost)) < 0 ||
		(v.lost[0] && !incident_id_is_valid(v.lost)))
		return -EBADMSG;
	*ret = v;
	return 0;
}

void row_from_home(sqlite3_stmt *statement, const struct stored_home *value)
{
	bind_text(statement, 1, value->home);
	bind_text(statement, 2, value->release);
	(void)sqlite3_bind_int64(statement, 3, value->last_seen_ms);
	bind_text(statement, 4, value->lost);
}
