/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening the store of the hub, come what may.
 */
#include "hub/outbox_store.h"

#include "common/clock.h"
#include "hub/store_file.h"

#include <errno.h>
#include <stdio.h>

#define CACHE_KB 512

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

/* From one version to the next: an older store is brought up to date, a fresh one goes the same
 * way.
 */
static const char schema_2[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE watched (sensor TEXT PRIMARY KEY, silent_s INTEGER NOT NULL,"
	" cadence TEXT NOT NULL) WITHOUT ROWID;"
	"PRAGMA user_version=2;"
	"COMMIT";

static const char schema_3[] =
	"BEGIN IMMEDIATE;"
	"ALTER TABLE watched ADD COLUMN heard INTEGER NOT NULL DEFAULT 1;"
	"ALTER TABLE watched ADD COLUMN battery TEXT NOT NULL DEFAULT '';"
	"CREATE TABLE fault (kind TEXT, subject TEXT, told INTEGER NOT NULL, is_on INTEGER NOT NULL,"
	" incident TEXT NOT NULL, since_ms INTEGER NOT NULL, told_ms INTEGER NOT NULL,"
	" name TEXT NOT NULL, room TEXT NOT NULL, what TEXT NOT NULL,"
	" PRIMARY KEY (kind, subject)) WITHOUT ROWID;"
	"PRAGMA user_version=3;"
	"COMMIT";

static const char schema_4[] = "BEGIN IMMEDIATE;"
			       "CREATE TABLE start (at_ms INTEGER NOT NULL);"
			       "PRAGMA user_version=4;"
			       "COMMIT";

static const char schema_5[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE waiting (sensor TEXT, mark INTEGER, json TEXT NOT NULL,"
	" PRIMARY KEY (sensor, mark)) WITHOUT ROWID;"
	"PRAGMA user_version=5;"
	"COMMIT";

static const char schema_6[] = "BEGIN IMMEDIATE;"
			       "CREATE TABLE lately (sensor TEXT PRIMARY KEY, amount REAL NOT NULL,"
			       " count INTEGER NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID;"
			       "PRAGMA user_version=6;"
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
				     " ORDER BY instr(json, '\"class\":\"technical\"') > 0,"
				     " state = 'cancelled', is_owed DESC, event_ms DESC",
	[STATEMENT_ONE_INCIDENT] = "SELECT " INCIDENT_COLUMNS " FROM incident WHERE id = ?",
	[STATEMENT_LATEST] = "SELECT " INCIDENT_COLUMNS " FROM (SELECT * FROM incident"
			     " ORDER BY event_ms DESC LIMIT ?) ORDER BY event_ms",
	[STATEMENT_TRANSITIONS] =
		"SELECT seq, was, is_now, at_ms, who, why FROM (SELECT * FROM transition"
		" WHERE incident = ? ORDER BY n DESC LIMIT ?) ORDER BY n",
	[STATEMENT_COUNTERS] = "SELECT address, counter, key_mark FROM counter",
	[STATEMENT_FORGET_COUNTER] = "DELETE FROM counter WHERE address = ?",
	[STATEMENT_DEPTH] = "SELECT count(*) FROM incident WHERE is_open AND is_owed",
	[STATEMENT_OPEN_COUNT] = "SELECT count(*) FROM incident WHERE is_open",
	[STATEMENT_FORGET_WATCHED] = "DELETE FROM watched",
	[STATEMENT_PUT_WATCHED] = "INSERT OR REPLACE INTO watched VALUES (?,?,?,?,?)",
	[STATEMENT_WATCHED] = "SELECT sensor, silent_s, cadence, heard, battery FROM watched",
	[STATEMENT_FORGET_STARTS] = "DELETE FROM start WHERE at_ms < ?1 OR at_ms > ?2",
	[STATEMENT_PUT_START] = "INSERT INTO start VALUES (?)",
	[STATEMENT_STARTS] = "SELECT count(*) FROM start",
	[STATEMENT_FORGET_FAULTS] = "DELETE FROM fault",
	[STATEMENT_PUT_FAULT] = "INSERT OR REPLACE INTO fault VALUES (?,?,?,?,?,?,?,?,?,?)",
	[STATEMENT_FAULTS] = "SELECT kind, subject, told, is_on, incident, since_ms, told_ms, name,"
			     " room, what FROM fault",
	[STATEMENT_FORGET_WAITING] = "DELETE FROM waiting",
	[STATEMENT_END_WAITING] = "DELETE FROM waiting WHERE sensor = ? AND mark = ?",
	[STATEMENT_PUT_WAITING] = "INSERT OR REPLACE INTO waiting VALUES (?,?,?)",
	[STATEMENT_WAITING] = "SELECT sensor, mark, json FROM waiting",
	[STATEMENT_FORGET_LATELY] = "DELETE FROM lately",
	[STATEMENT_PUT_LATELY] = "INSERT OR REPLACE INTO lately VALUES (?,?,?,?)",
	[STATEMENT_LATELY] = "SELECT sensor, amount, count, at_ms FROM lately",
};

int outbox_store_error(struct outbox *o, int code)
{
	int error = errno, kind = code & 0xFF;

	if (store_is_damage(code)) {
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

static int prepare(struct outbox *o)
{
	int code = SQLITE_OK;

	for (unsigned int n = 0; n < STATEMENTS && code == SQLITE_OK; n++)
		code = sqlite3_prepare_v3(
			o->db, texts[n], -1, SQLITE_PREPARE_PERSISTENT, &o->statements[n], NULL);
	/* a table or a column that is not there */
	return code == SQLITE_ERROR ? SQLITE_CORRUPT : code;
}

static int try_open(struct outbox *o, char ret_why[STORE_WHY_MAX])
{
	long version = 0;
	int code = store_check(o->path, OUTBOX_VERSION, &version, ret_why);

	if (code == SQLITE_OK)
		code = store_open(o->path, CACHE_KB, &o->db);
	if (code == SQLITE_OK)
		code = sqlite3_exec(o->db,
			"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
			"PRAGMA journal_size_limit=4194304",
			NULL, NULL, NULL);
	if (code == SQLITE_OK && version < 1)
		code = sqlite3_exec(o->db, schema, NULL, NULL, NULL);
	if (code == SQLITE_OK && version < 2)
		code = sqlite3_exec(o->db, schema_2, NULL, NULL, NULL);
	if (code == SQLITE_OK && version < 3)
		code = sqlite3_exec(o->db, schema_3, NULL, NULL, NULL);
	if (code == SQLITE_OK && version < 4)
		code = sqlite3_exec(o->db, schema_4, NULL, NULL, NULL);
	if (code == SQLITE_OK && version < 5)
		code = sqlite3_exec(o->db, schema_5, NULL, NULL, NULL);
	if (code == SQLITE_OK && version < 6)
		code = sqlite3_exec(o->db, schema_6, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = prepare(o);
	return code;
}

int outbox_store_set_aside(struct outbox *o, const char *why)
{
	long long stamp = (long long)clock_wall_ms();
	int r = store_set_aside(o->path, stamp);

	(void)snprintf(
		o->found, sizeof(o->found), "store %s, kept as hub.db.aside-%lld", why, stamp);
	return r;
}

int outbox_store_open(struct outbox *o)
{
	char why[STORE_WHY_MAX] = "damaged";
	int code, r;

	errno = 0;
	code = try_open(o, why);
	if (store_is_damage(code)) {
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

/* Undoes what was begun, the fault in words kept. */
static void rollback(struct outbox *o)
{
	char fault[INCIDENT_TEXT_MAX];

	if (sqlite3_get_autocommit(o->db))
		return;
	memcpy(fault, o->fault, sizeof(fault));
	(void)outbox_store_run(o, STATEMENT_ROLLBACK);
	memcpy(o->fault, fault, sizeof(fault));
}

int outbox_store_begin(struct outbox *o)
{
	return o->db ? outbox_store_run(o, STATEMENT_BEGIN) : -EIO;
}

int outbox_store_end(struct outbox *o, int r)
{
	if (r == 0)
		r = outbox_store_run(o, STATEMENT_COMMIT);
	if (r < 0)
		rollback(o);
	else
		o->commits++;
	return r;
}

const char *outbox_store_text(sqlite3_stmt *row, int column)
{
	const unsigned char *text = sqlite3_column_text(row, column);

	return text ? (const char *)text : "";
}
