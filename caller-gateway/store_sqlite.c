/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SQLite behind store.h. The statements are prepared once; an incident's row keeps the hub's own
 * JSON beside the columns that the centre decides by. Triggers see to it that a transition is never
 * changed or deleted.
 */
#include "caller-gateway/store_sqlite.h"
#include "caller-gateway/store_sqlite_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	GET,
	PUT,
	APPEND,
	PUT_HOME,
	EACH_OPEN,
	EACH_RECENT,
	EACH_TRANSITION,
	EACH_HOME,
	STATEMENTS
};

#define INCIDENT_COLUMNS \
	"json, state, outcome, changed_ms, by, why, received_ms, deadline_ms, say, has_been_said, " \
	"again_s, follow_up_s, escalations"

static const char *const sql_of[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[GET] = "SELECT " INCIDENT_COLUMNS " FROM incident WHERE id = ?1",
	[PUT] = "INSERT OR REPLACE INTO incident (" INCIDENT_COLUMNS ", id, home, seq, is_open) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
	[APPEND] = "INSERT INTO transition (incident, state, seq, at_ms, by, why) "
		   "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[PUT_HOME] = "INSERT OR REPLACE INTO home (home, release, last_seen_ms, lost) "
		     "VALUES (?1, ?2, ?3, ?4)",
	[EACH_OPEN] = "SELECT " INCIDENT_COLUMNS
		      " FROM incident WHERE is_open = 1 ORDER BY received_ms, id",
	[EACH_RECENT] = "SELECT * FROM (SELECT " INCIDENT_COLUMNS ", id FROM incident"
			" ORDER BY received_ms DESC, id DESC LIMIT ?1) ORDER BY received_ms, id",
	[EACH_TRANSITION] = "SELECT incident, state, seq, at_ms, by, why FROM transition "
			    "WHERE incident = ?1 ORDER BY number",
	[EACH_HOME] = "SELECT home, release, last_seen_ms, lost FROM home ORDER BY home",
};

static const char schema[] =
	"BEGIN;"
	"CREATE TABLE incident (id TEXT PRIMARY KEY, home TEXT NOT NULL, seq INTEGER NOT NULL,"
	" json TEXT NOT NULL, state TEXT NOT NULL, outcome TEXT NOT NULL, changed_ms INTEGER NOT NULL,"
	" by TEXT NOT NULL, why TEXT NOT NULL, received_ms INTEGER NOT NULL,"
	" deadline_ms INTEGER NOT NULL, say INTEGER NOT NULL, has_been_said INTEGER NOT NULL,"
	" again_s INTEGER NOT NULL, follow_up_s INTEGER NOT NULL, escalations INTEGER NOT NULL,"
	" is_open INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX incident_open ON incident (received_ms, id) WHERE is_open = 1;"
	"CREATE INDEX incident_received ON incident (received_ms, id);"
	"CREATE TABLE transition (number INTEGER PRIMARY KEY AUTOINCREMENT, incident TEXT NOT NULL,"
	" state TEXT NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, by TEXT NOT NULL,"
	" why TEXT NOT NULL);"
	"CREATE INDEX transition_incident ON transition (incident, number);"
	"CREATE TRIGGER transition_changed BEFORE UPDATE ON transition"
	" BEGIN SELECT RAISE(ABORT, 'a transition is never changed'); END;"
	"CREATE TRIGGER transition_deleted BEFORE DELETE ON transition"
	" BEGIN SELECT RAISE(ABORT, 'a transition is never deleted'); END;"
	"CREATE TABLE home (home TEXT PRIMARY KEY, release TEXT NOT NULL,"
	" last_seen_ms INTEGER NOT NULL, lost TEXT NOT NULL DEFAULT '') WITHOUT ROWID;"
	"PRAGMA user_version = 2;"
	"COMMIT;";

static const char from_version_1[] = "BEGIN;"
				     "ALTER TABLE home ADD COLUMN lost TEXT NOT NULL DEFAULT '';"
				     "PRAGMA user_version = 2;"
				     "COMMIT;";

struct store_sqlite {
	struct store store;
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
};

static struct store_sqlite *from_store(struct store *s)
{
	return (struct store_sqlite *)s; /* the first member */
}

static int error_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	default:
		return -EIO;
	}
}

/* Runs a statement that returns no row. */
static int run(sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);

	(void)sqlite3_reset(statement);
	(void)sqlite3_clear_bindings(statement);
	return code == SQLITE_DONE ? 0 : error_of(code);
}

static int begin(struct store *s)
{
	return run(from_store(s)->statements[BEGIN]);
}

static void rollback(struct store *s)
{
	struct store_sqlite *q = from_store(s);

	if (!sqlite3_get_autocommit(q->db)) /* a full disk has rolled back by itself */
		(void)run(q->statements[ROLLBACK]);
}

static int commit(struct store *s)
{
	struct store_sqlite *q = from_store(s);

	if (sqlite3_get_autocommit(q->db))
		return -EIO; /* an earlier error has ended the transaction */
	int r = run(q->statements[COMMIT]);
	if (r < 0)
		rollback(s);
	return r;
}

static int get(struct store *s, const char *id, struct stored_incident *ret)
{
	sqlite3_stmt *statement = from_store(s)->statements[GET];

	(void)sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
	int code = sqlite3_step(statement);
	int r = code == SQLITE_ROW    ? row_to_incident(statement, ret)
		: code == SQLITE_DONE ? -ENOENT
				      : error_of(code);
	(void)sqlite3_reset(statement);
	return r;
}

static int put(struct store *s, const struct stored_incident *row)
{
	sqlite3_stmt *statement = from_store(s)->statements[PUT];
	char json[INCIDENT_JSON_MAX];

	int r = row_from_incident(statement, row, json);
	return r < 0 ? r : run(statement);
}

static int append(struct store *s, const struct transition *row)
{
	sqlite3_stmt *statement = from_store(s)->statements[APPEND];

	row_from_transition(statement, row);
	return run(statement);
}

static int put_home(struct store *s, const struct stored_home *row)
{
	sqlite3_stmt *statement = from_store(s)->statements[PUT_HOME];

	row_from_home(statement, row);
	return run(statement);
}

static int each_incident(
	struct store *s, sqlite3_stmt *statement, store_on_incident on_row, void *userdata)
{
	int r = 0, code;

	while (r == 0 && (code = sqlite3_step(statement)) != SQLITE_DONE) {
		struct stored_incident row;
		r = code == SQLITE_ROW ? row_to_incident(statement, &row) : error_of(code);
		if (r == 0) {
			r = on_row(&row, userdata);
		} else if (code == SQLITE_ROW) {
			s->damaged++;
			r = 0;
		}
	}
	(void)sqlite3_reset(statement);
	return r;
}

static int each_open(struct store *s, store_on_incident on_row, void *userdata)
{
	return each_incident(s, from_store(s)->statements[EACH_OPEN], on_row, userdata);
}

static int each_recent(struct store *s, unsigned int most, store_on_incident on_row, void *userdata)
{
	sqlite3_stmt *statement = from_store(s)->statements[EACH_RECENT];

	(void)sqlite3_bind_int64(statement, 1, most);
	return each_incident(s, statement, on_row, userdata);
}

static int each_transition(
	struct store *s, const char *id, store_on_transition on_row, void *userdata)
{
	sqlite3_stmt *statement = from_store(s)->statements[EACH_TRANSITION];
	int r = 0, code;

	(void)sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
	while (r == 0 && (code = sqlite3_step(statement)) != SQLITE_DONE) {
		struct transition row;
		r = code == SQLITE_ROW ? row_to_transition(statement, &row) : error_of(code);
		if (r == 0)
			r = on_row(&row, userdata);
	}
	(void)sqlite3_reset(statement);
	return r;
}

static int each_home(struct store *s, store_on_home on_row, void *userdata)
{
	sqlite3_stmt *statement = from_store(s)->statements[EACH_HOME];
	int r = 0, code;

	while (r == 0 && (code = sqlite3_step(statement)) != SQLITE_DONE) {
		struct stored_home row;
		r = code == SQLITE_ROW ? row_to_home(statement, &row) : error_of(code);
		if (r == 0) {
			r = on_row(&row, userdata);
		} else if (code == SQLITE_ROW) {
			s->damaged++;
			r = 0;
		}
	}
	(void)sqlite3_reset(statement);
	return r;
}

static struct store *free_store(struct store *s)
{
	struct store_sqlite *q = from_store(s);

	if (!q)
		return NULL;
	for (int i = 0; i < STATEMENTS; i++)
		(void)sqlite3_finalize(q->statements[i]);
	(void)sqlite3_close(q->db);
	free(q);
	return NULL;
}

static const struct store_ops sqlite_ops = {
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.get = get,
	.put = put,
	.append = append,
	.put_home = put_home,
	.each_open = each_open,
	.each_recent = each_recent,
	.each_transition = each_transition,
	.each_home = each_home,
	.free = free_store,
};

static int version_of(sqlite3 *db)
{
	sqlite3_stmt *statement = NULL;
	int version = -EIO;

	if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW)
		version = sqlite3_column_int(statement, 0);
	(void)sqlite3_finalize(statement);
	return version;
}

/* Settings, schema and statements: 0 or an SQLite code; the version found in *ret_version. */
static int set_up(struct store_sqlite *q, int *ret_version)
{
	int code = sqlite3_exec(q->db,
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -512;",
		NULL, NULL, NULL);
	if (code != SQLITE_OK)
		return code;
	*ret_version = version_of(q->db);
	if (*ret_version == 0)
		code = sqlite3_exec(q->db, schema, NULL, NULL, NULL);
	else if (*ret_version == 1)
		code = sqlite3_exec(q->db, from_version_1, NULL, NULL, NULL);
	else if (*ret_version != STORE_SQLITE_VERSION)
		return SQLITE_MISMATCH;
	for (int i = 0; code == SQLITE_OK && i < STATEMENTS; i++)
		code = sqlite3_prepare_v3(
			q->db, sql_of[i], -1, SQLITE_PREPARE_PERSISTENT, &q->statements[i], NULL);
	return code;
}

/* The file is made by us so that nobody else can read it, whatever the umask. */
static int make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	(void)close(fd);
	return 0;
}

int store_sqlite_open(struct store **ret, const char *path, char *ret_error, size_t error_bytes)
{
	int version = 0, r = make_private(path);

	if (r < 0) {
		(void)snprintf(ret_error, error_bytes, "%s: cannot be opened", path);
		return r;
	}
	struct store_sqlite *q = calloc(1, sizeof(*q));
	if (!q)
		return -ENOMEM;
	q->store.ops = &sqlite_ops;
	int code = sqlite3_open_v2(path, &q->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code == SQLITE_OK)
		code = set_up(q, &version);
	if (code == SQLITE_OK) {
		*ret = &q->store;
		return 0;
	}
	r = error_of(code);
	if (version > STORE_SQLITE_VERSION) {
		r = -EPROTONOSUPPORT;
		(void)snprintf(ret_error, error_bytes,
			"%s: written by a newer version (schema %d, this program knows %d)", path,
			version, STORE_SQLITE_VERSION);
	} else {
		(void)snprintf(ret_error, error_bytes, "%s: %s", path, sqlite3_errmsg(q->db));
	}
	(void)free_store(&q->store);
	return r;
}
