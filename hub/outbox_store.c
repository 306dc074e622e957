/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening the store of the hub, come what may.
 */
#include "hub/outbox_store.h"

#include "common/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char schema[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE incident (id TEXT PRIMARY KEY, json TEXT NOT NULL, seq INTEGER NOT NULL,"
	" state TEXT NOT NULL, event_ms INTEGER NOT NULL, is_open INTEGER NOT NULL,"
	" is_owed INTEGER NOT NULL, delivered_seq INTEGER NOT NULL, sensor TEXT NOT NULL,"
	" mark INTEGER NOT NULL, evidence_us INTEGER NOT NULL, verify_until_us INTEGER NOT NULL,"
	" verify_until_ms INTEGER NOT NULL, boot TEXT NOT NULL, presses INTEGER NOT NULL,"
	" progress_ms INTEGER NOT NULL, call_seq INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX incident_open ON incident (is_open) WHERE is_open;"
	"CREATE INDEX incident_event ON incident (event_ms);"
	"CREATE TABLE transition (n INTEGER PRIMARY KEY, incident TEXT NOT NULL,"
	" seq INTEGER NOT NULL, was TEXT NOT NULL, is_now TEXT NOT NULL, at_ms INTEGER NOT NULL,"
	" who TEXT NOT NULL, why TEXT NOT NULL);"
	"CREATE INDEX transition_incident ON transition (incident);"
	"CREATE TABLE counter (address BLOB PRIMARY KEY, counter INTEGER NOT NULL,"
	" key_mark INTEGER NOT NULL) WITHOUT ROWID;"
	"PRAGMA user_version=1;"
	"COMMIT";

/* From version 1 to 2: an older store is brought up to date, a fresh one goes the same way. */
static const char schema_2[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE watched (sensor TEXT PRIMARY KEY, silent_s INTEGER NOT NULL,"
	" cadence TEXT NOT NULL) WITHOUT ROWID;"
	"PRAGMA user_version=2;"
	"COMMIT";

#define INCIDENT_COLUMNS \
	"json, seq, delivered_seq, sensor, mark, evidence_us, verify_until_us, verify_until_ms," \
	" boot, presses, progress_ms, call_seq"

static const char *const texts[STATEMENTS] = {
	[STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
	[STATEMENT_COMMIT] = "COMMIT",
	[STATEMENT_ROLLBACK] = "ROLLBACK",
	[STATEMENT_PUT_INCIDENT] = "INSERT OR REPLACE INTO incident (" INCIDENT_COLUMNS
				   ", id, state, event_ms, is_open, is_owed)"
				   " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[STATEMENT_PUT_TRANSITION] = "INSERT INTO transition (incident, seq, was, is_now, at_ms,"
				     " who, why) VALUES (?,?,?,?,?,?,?)",
	[STATEMENT_PUT_COUNTER] = "INSERT OR REPLACE INTO counter VALUES (?,?,?)",
	[STATEMENT_OPEN_INCIDENTS] = "SELECT " INCIDENT_COLUMNS " FROM incident WHERE is_open"
				     " ORDER BY state = 'cancelled', is_owed DESC, event_ms DESC",
	[STATEMENT_ONE_INCIDENT] = "SELECT " INCIDENT_COLUMNS " FROM incident WHERE id = ?",
	[STATEMENT_LATEST] = "SELECT " INCIDENT_COLUMNS " FROM (SELECT * FROM incident"
			     " ORDER BY event_ms DESC LIMIT ?) ORDER BY event_ms",
	[STATEMENT_COUNTERS] = "SELECT address, counter, key_mark FROM counter",
	[STATEMENT_DEPTH] = "SELECT count(*) FROM incident WHERE is_open AND is_owed",
	[STATEMENT_OPEN_COUNT] = "SELECT count(*) FROM incident WHERE is_open",
	[STATEMENT_FORGET_WATCHED] = "DELETE FROM watched",
	[STATEMENT_PUT_WATCHED] = "INSERT OR REPLACE INTO watched VALUES (?,?,?)",
	[STATEMENT_WATCHED] = "SELECT sensor, silent_s, cadence FROM watched",
};

int outbox_store_error(struct outbox *o, int code)
{
	int error = errno, kind = code & 0xFF;

	if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB) {
		(void)snprintf(o->fault, sizeof(o->fault), "store damaged");
		return -EUCLEAN;
	}
	if (kind == SQLITE_FULL || error == ENOSPC || error == EDQUOT || error == EFBIG) {
		(void)snprintf(o->fault, sizeof(o->fault), "disk full");
		return -ENOSPC;
	}
	(void)snprintf(o->fault, sizeof(o->fault), "store: %.60s", sqlite3_errstr(code));
	return -EIO;
}

void outbox_store_close(struct outbox *o)
{
	for (unsigned int n = 0; n < STATEMENTS; n++) {
		(void)sqlite3_finalize(o->statements[n]);
		o->statements[n] = NULL;
	}
	(void)sqlite3_close(o->db);
	o->db = NULL;
}

/* The first column of a one-row statement as text, into ret. */
static int ask(sqlite3 *db, const char *sql, char *ret, size_t bytes)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW) {
		const unsigned char *text = sqlite3_column_text(statement, 0);

		(void)snprintf(ret, bytes, "%s", text ? (const char *)text : "");
		code = SQLITE_OK;
	}
	(void)sqlite3_finalize(statement);
	return code;
}

/* SQLITE_OK; SQLITE_NOTADB for what must be set aside, with the reason in ret_why. */
static int check(sqlite3 *db, long *ret_version, char ret_why[32])
{
	char text[64] = "";
	int code = ask(db, "PRAGMA user_version", text, sizeof(text));
	long version = strtol(text, NULL, 10);

	(void)snprintf(ret_why, 32, "damaged");
	if (code != SQLITE_OK)
		return code;
	if (version > OUTBOX_VERSION || version < 0) {
		(void)snprintf(ret_why, 32, "of version %ld", version);
		return SQLITE_NOTADB;
	}
	code = ask(db, "SELECT count(*) FROM sqlite_schema", text, sizeof(text));
	if (code != SQLITE_OK)
		return code;
	if (version == 0 && strcmp(text, "0") != 0)
		return SQLITE_NOTADB;
	*ret_version = version;
	code = ask(db, "PRAGMA quick_check(1)", text, sizeof(text));
	return code == SQLITE_OK && strcmp(text, "ok") != 0 ? SQLITE_CORRUPT : code;
}

static int prepare(struct outbox *o)
{
	int code = SQLITE_OK;

	for (unsigned int n = 0; n < STATEMENTS && code == SQLITE_OK; n++)
		code = sqlite3_prepare_v3(
			o->db, texts[n], -1, SQLITE_PREPARE_PERSISTENT, &o->statements[n], NULL);
	/* a table or a column that is not there */
	return code == SQLITE_ERROR ? SQLITE_CORRUPT : code;
}

static int try_open(struct outbox *o, char ret_why[32])
{
	long version = 0;
	int code = sqlite3_open_v2(o->path, &o->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_busy_timeout(o->db, 50);
	if (code == SQLITE_OK)
		code = sqlite3_exec(o->db,
			"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
			"PRAGMA journal_size_limit=4194304; PRAGMA cache_size=-512",
			NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = check(o->db, &version, ret_why);
	if (code == SQLITE_OK && version < 1)
		code = sqlite3_exec(o->db, schema, NULL, NULL, NULL);
	if (code == SQLITE_OK && version < 2)
		code = sqlite3_exec(o->db, schema_2, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = prepare(o);
	return code;
}

int outbox_store_set_aside(struct outbox *o, const char *why)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	long long stamp = (long long)clock_wall_ms();
	int r = 0;

	for (unsigned int n = 0; n < 3; n++) {
		char from[OUTBOX_PATH_MAX + 8], to[OUTBOX_PATH_MAX + 48];

		(void)snprintf(from, sizeof(from), "%s%s", o->path, suffixes[n]);
		(void)snprintf(to, sizeof(to), "%s.aside-%lld%s", o->path, stamp, suffixes[n]);
		if (rename(from, to) < 0 && errno != ENOENT)
			r = -errno;
	}
	(void)snprintf(
		o->found, sizeof(o->found), "store %s, kept as hub.db.aside-%lld", why, stamp);
	return r;
}

int outbox_store_open(struct outbox *o)
{
	char why[32] = "damaged";
	int code, r;

	errno = 0;
	code = try_open(o, why);
	if ((code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB) {
		outbox_store_close(o);
		r = outbox_store_set_aside(o, why);
		if (r < 0)
			return r;
		code = try_open(o, why);
	}
	if (code == SQLITE_OK) {
		o->fault[0] = '\0';
		return 0;
	}
	r = outbox_store_error(o, code);
	outbox_store_close(o);
	return r;
}

int outbox_store_run(struct outbox *o, enum outbox_statement which)
{
	sqlite3_stmt *s = o->statements[which];
	int code, r;

	errno = 0;
	code = sqlite3_step(s);
	r = code == SQLITE_DONE ? 0 : outbox_store_error(o, code);
	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	return r;
}

void outbox_store_rollback(struct outbox *o)
{
	char fault[INCIDENT_TEXT_MAX];

	if (sqlite3_get_autocommit(o->db))
		return;
	memcpy(fault, o->fault, sizeof(fault));
	(void)outbox_store_run(o, STATEMENT_ROLLBACK);
	memcpy(o->fault, fault, sizeof(fault));
}
