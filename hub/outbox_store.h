/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SQLite file under the outbox: opening, its schema, keeping aside what cannot be used. Of
 * hub/outbox*.c alone, which are the only ones to know SQLite.
 */
#pragma once

#include "hub/outbox.h"

#include <sqlite3.h>

#define OUTBOX_PATH_MAX 512
#define OUTBOX_BOOT_MAX 40

enum outbox_statement {
	STATEMENT_BEGIN,
	STATEMENT_COMMIT,
	STATEMENT_ROLLBACK,
	STATEMENT_PUT_INCIDENT,
	STATEMENT_PUT_TRANSITION,
	STATEMENT_PUT_COUNTER,
	STATEMENT_OPEN_INCIDENTS,
	STATEMENT_ONE_INCIDENT,
	STATEMENT_LATEST,
	STATEMENT_TRANSITIONS,
	STATEMENT_COUNTERS,
	STATEMENT_FORGET_COUNTER,
	STATEMENT_DEPTH,
	STATEMENT_OPEN_COUNT,
	STATEMENT_FORGET_WATCHED,
	STATEMENT_PUT_WATCHED,
	STATEMENT_WATCHED,
	STATEMENT_FORGET_STARTS,
	STATEMENT_PUT_START,
	STATEMENT_STARTS,
	STATEMENT_FORGET_FAULTS,
	STATEMENT_PUT_FAULT,
	STATEMENT_FAULTS,
	STATEMENT_FORGET_WAITING,
	STATEMENT_END_WAITING,
	STATEMENT_PUT_WAITING,
	STATEMENT_WAITING,
	STATEMENT_FORGET_LATELY,
	STATEMENT_PUT_LATELY,
	STATEMENT_LATELY,
	STATEMENTS
};

struct outbox {
	sqlite3 *db; /* NULL while it cannot be opened */
	sqlite3_stmt *statements[STATEMENTS];
	char path[OUTBOX_PATH_MAX];
	char boot[OUTBOX_BOOT_MAX];
	char found[INCIDENT_TEXT_MAX]; /* what was found when it was opened */
	char fault[INCIDENT_TEXT_MAX]; /* what is wrong now */
	uint64_t commits;
	unsigned int unsaved_count, unsaved_lost;
	struct transition unsaved[OUTBOX_UNSAVED_MAX];
};

/* Opens, or sets aside and begins afresh: 0 or −errno; o->db is NULL on failure. */
int outbox_store_open(struct outbox *o);
void outbox_store_close(struct outbox *o);
/* Renames the closed store and its journals: a fresh one is begun next. */
int outbox_store_set_aside(struct outbox *o, const char *why);
/* −errno for what SQLite answered, and the phrase in o->fault. Reads errno, as the failed call left
 * it: sqlite3_system_errno() is 0 after a failed COMMIT (3.40). */
int outbox_store_error(struct outbox *o, int code);

/* Runs a statement that returns no row, and makes it ready for the next time: 0 or −errno. */
int outbox_store_run(struct outbox *o, enum outbox_statement which);
/* A transaction: begun (0, or −errno), and ended as `r` says: committed where it is 0, else undone,
 * the fault in words kept. What became of it: 0 or −errno. */
int outbox_store_begin(struct outbox *o);
int outbox_store_end(struct outbox *o, int r);
/* A column as text, "" where there is none; until the row is left. */
const char *outbox_store_text(sqlite3_stmt *row, int column);
