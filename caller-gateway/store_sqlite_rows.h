/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of store_sqlite.c to values and back, in the order of its columns. Private to it. To a
 * value: 0, or −EBADMSG for a row that cannot be what we wrote.
 */
#pragma once

#include "caller-gateway/store.h"

#include <sqlite3.h>

int row_to_incident(sqlite3_stmt *row, struct stored_incident *ret);
int row_to_transition(sqlite3_stmt *row, struct transition *ret);
int row_to_home(sqlite3_stmt *row, struct stored_home *ret);

/* What is bound is borrowed until the statement has run; the incident's JSON is written to `json`.
 */
int row_from_incident(
	sqlite3_stmt *statement, const struct stored_incident *value, char json[INCIDENT_JSON_MAX]);
void row_from_transition(sqlite3_stmt *statement, const struct transition *value);
void row_from_home(sqlite3_stmt *statement, const struct stored_home *value);
