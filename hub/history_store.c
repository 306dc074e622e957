/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening the history, its schema, and what is written into it.
 */
#include "hub/history_store.h"

#include "common/clock.h"
#include "models/routine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#define CACHE_KB 32

/* kind.sign, how it is a sign of life: 1 while it is yes, 2 when it becomes yes, 3 each time. */
static const char schema[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE sensor (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
	" room TEXT NOT NULL, role TEXT NOT NULL);"
	"CREATE TABLE kind (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	" sign INTEGER NOT NULL);"
	"CREATE TABLE slice (begin_min INTEGER NOT NULL, sensor INTEGER NOT NULL,"
	" kind INTEGER NOT NULL, count INTEGER NOT NULL, rises INTEGER NOT NULL, low REAL, high REAL,"
	" last REAL, PRIMARY KEY (begin_min, sensor, kind)) WITHOUT ROWID;"
	"CREATE TABLE incident (id TEXT PRIMARY KEY, event_ms INTEGER NOT NULL,"
	" changed_ms INTEGER NOT NULL, class TEXT NOT NULL, state TEXT NOT NULL,"
	" outcome TEXT NOT NULL, is_test INTEGER NOT NULL, room TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX incident_event ON incident (event_ms);"
	"CREATE TABLE day (day INTEGER NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL,"
	" value REAL NOT NULL, PRIMARY KEY (day, what, subject)) WITHOUT ROWID;"
	"CREATE TABLE audit (n INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, who TEXT NOT NULL,"
	" what TEXT NOT NULL, why TEXT NOT NULL);"
	"CREATE TABLE window (file INTEGER PRIMARY KEY, incident TEXT NOT NULL,"
	" event_ms INTEGER NOT NULL, state TEXT NOT NULL, outcome TEXT NOT NULL);"
	"CREATE INDEX window_incident ON window (incident);"
	"CREATE TABLE subject (sensor TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;"
	"PRAGMA user_version=1;"
	"COMMIT";

static const char *const texts[HISTORY_STATEMENTS] = {
	[HISTORY_BEGIN] = "BEGIN IMMEDIATE",
	[HISTORY_COMMIT] = "COMMIT",
	[HISTORY_PUT_SENSOR] =
		"INSERT INTO sensor (id, name, room, role) VALUES (?,?,?,?)"
		" ON CONFLICT DO UPDATE SET name = excluded.name, room = excluded.room,"
		" role = excluded.role RETURNING n",
	[HISTORY_PUT_SLICE] =
		"INSERT INTO slice VALUES (?,?,(SELECT n FROM kind WHERE name = ?),?,?,?,?,?)"
		" ON CONFLICT DO UPDATE SET count = count + excluded.count,"
		" rises = rises + excluded.rises, low = min(low, excluded.low),"
		" high = max(high, excluded.high), last = excluded.last",
	[HISTORY_PUT_INCIDENT] = "INSERT OR REPLACE INTO incident VALUES (?,?,?,?,?,?,?,?)",
	[HISTORY_PUT_DAY] = "INSERT OR REPLACE INTO day VALUES (?,?,?,?)",
	[HISTORY_PUT_WINDOW] = "INSERT OR REPLACE INTO window VALUES (?1,?2,?3,"
			       "coalesce((SELECT state FROM incident WHERE id = ?2), ''),"
			       "coalesce((SELECT outcome FROM incident WHERE id = ?2), 'none'))",
	[HISTORY_END_WINDOW] = "UPDATE window SET state = ?, outcome = ? WHERE incident = ?",
};

int history_store_error(struct history_store *s, int code)
{
	int error = errno;

	if (store_is_damage(code)) {
		(void)snprintf(s->fault, sizeof(s->fault), "history damaged");
		return -EUCLEAN;
	}
	if ((code & 0xFF) == SQLITE_FULL || error == ENOSPC || error == EDQUOT || error == EFBIG) {
		(void)snprintf(s->fault, sizeof(s->fault), "history: disk full");
		return -ENOSPC;
	}
	(void)snprintf(s->fault, sizeof(s->fault), "history: %.60s", sqlite3_errstr(code));
	return -EIO;
}

void history_store_close(struct history_store *s)
{
	for (unsigned int n = 0; n < HISTORY_STATEMENTS; n++) {
		(void)sqlite3_finalize(s->statements[n]);
		s->statements[n] = NULL;
	}
	(void)sqlite3_close(s->db);
	s->db = NULL;
	memset(s->sensor_rows, 0, sizeof(s->sensor_rows));
}

static int sign_of(unsigned int kind)
{
	enum routine_sign sign;

	if (kind >= READING_KINDS || routine_sign_of((enum reading_kind)kind, &sign) < 0)
		return 0;
	return kind == READING_BUTTON ? 3 : sign == ROUTINE_MOTION ? 1 : 2;
}

static int bind_text(sqlite3_stmt *st, int n, const char *text)
{
	return sqlite3_bind_text(st, n, text, -1, SQLITE_STATIC);
}

/* Every kind that may be kept has its row: numbers of kinds differ between releases, names do not.
 */
static int name_kinds(struct history_store *s)
{
	sqlite3_stmt *st = NULL;
	int code = sqlite3_prepare_v2(s->db,
		"INSERT INTO kind (name, sign) VALUES (?,?)"
		" ON CONFLICT DO UPDATE SET sign = excluded.sign",
		-1, &st, NULL);

	for (unsigned int kind = 0; code == SQLITE_OK && kind < DIARY_KINDS; kind++) {
		if (diary_slice_min(kind) == 0)
			continue;
		(void)bind_text(st, 1, diary_kind_name(kind));
		(void)sqlite3_bind_int(st, 2, sign_of(kind));
		code = sqlite3_step(st);
		code = code == SQLITE_DONE ? sqlite3_reset(st) : code;
	}
	(void)sqlite3_finalize(st);
	return code;
}

/* The sensor's row in the file, named when it is first needed: 0 or −errno. */
static int name_sensor(struct history_store *s, uint8_t row)
{
	sqlite3_stmt *st = s->statements[HISTORY_PUT_SENSOR];
	const struct history_sensor *sensor = &s->sensors[row];
	int code;

	if (s->sensor_rows[row] > 0)
		return 0;
	errno = 0;
	(void)bind_text(st, 1, sensor->id.text);
	(void)bind_text(st, 2, sensor->name);
	(void)bind_text(st, 3, sensor->room);
	(void)bind_text(st, 4, sensor_role_text(sensor->role));
	code = sqlite3_step(st);
	if (code == SQLITE_ROW) {
		s->sensor_rows[row] = sqlite3_column_int64(st, 0);
		code = sqlite3_step(st);
	}
	(void)sqlite3_reset(st);
	(void)sqlite3_clear_bindings(st);
	return code == SQLITE_DONE ? 0 : history_store_error(s, code);
}

static int prepare(struct history_store *s)
{
	int code = SQLITE_OK;

	for (unsigned int n = 0; n < HISTORY_STATEMENTS && code == SQLITE_OK; n++)
		code = sqlite3_prepare_v3(
			s->db, texts[n], -1, SQLITE_PREPARE_PERSISTENT, &s->statements[n], NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = name_kinds(s);
	if (code == SQLITE_OK)
		code = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
	/* a table or a column that is not there */
	return code == SQLITE_ERROR ? SQLITE_CORRUPT : code;
}

static int try_open(struct history_store *s, char ret_why[STORE_WHY_MAX])
{
	long version = 0;
	int code = store_check(s->path, HISTORY_VERSION, &version, ret_why);

	if (code == SQLITE_OK)
		code = store_open(s->path, CACHE_KB, &s->db);
	if (code == SQLITE_OK)
		code = sqlite3_exec(s->db,
			"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
			"PRAGMA journal_size_limit=1048576; PRAGMA wal_autocheckpoint=250;"
			"PRAGMA secure_delete=ON",
			NULL, NULL, NULL);
	if (code == SQLITE_OK && version == 0)
		code = sqlite3_exec(s->db, schema, NULL, NULL, NULL);
	return code == SQLITE_OK ? prepare(s) : code;
}

static int set_aside(struct history_store *s, const char *why)
{
	long long stamp = (long long)clock_wall_ms();

	(void)snprintf(s->found, sizeof(s->found), "history %s, kept as history.db.aside-%lld", why,
		stamp);
	return store_set_aside(s->path, stamp);
}

int history_store_open(struct history_store *s)
{
	char why[STORE_WHY_MAX] = "damaged";
	int code, r;

	errno = 0;
	code = try_open(s, why);
	if (store_is_damage(code)) {
		history_store_close(s);
		r = set_aside(s, why);
		if (r < 0)
			return r;
		code = try_open(s, why);
	}
	if (code == SQLITE_OK) {
		s->fault[0] = '\0';
		return 0;
	}
	r = history_store_error(s, code);
	history_store_close(s);
	return r;
}

int history_store_begin_anew(struct history_store *s)
{
	int r;

	history_store_close(s);
	r = set_aside(s, "damaged");
	return r < 0 ? r : history_store_open(s);
}

static void undo(struct history_store *s)
{
	if (!sqlite3_get_autocommit(s->db))
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	memset(s->sensor_rows, 0, sizeof(s->sensor_rows));
}

/* A transaction that failed is undone; what was wrong stays said. */
static int finish(struct history_store *s, sqlite3_stmt *st)
{
	int code, r;

	errno = 0;
	code = sqlite3_step(st);
	r = code == SQLITE_DONE ? 0 : history_store_error(s, code);
	(void)sqlite3_reset(st);
	(void)sqlite3_clear_bindings(st);
	if (r < 0)
		undo(s);
	return r;
}

static bool has_room(const struct history_store *s)
{
	struct statvfs v;

	return statvfs(s->path, &v) < 0 ||
	       (uint64_t)v.f_bavail * (uint64_t)v.f_frsize >= s->spare_bytes;
}

int history_store_begin(struct history_store *s)
{
	int r = s->db ? 0 : history_store_open(s);

	if (r < 0)
		return r;
	if (!has_room(s)) {
		(void)snprintf(s->fault, sizeof(s->fault), "history: disk nearly full");
		return -ENOSPC;
	}
	return finish(s, s->statements[HISTORY_BEGIN]);
}

int history_store_commit(struct history_store *s)
{
	int r = finish(s, s->statements[HISTORY_COMMIT]);

	if (r == 0)
		s->fault[0] = '\0';
	return r;
}

void history_store_sensor(struct history_store *s, uint8_t row, const struct history_sensor *sensor)
{
	s->sensors[row] = *sensor;
	s->sensor_rows[row] = 0;
}

int history_store_slice(struct history_store *s, const struct diary_slice *slice)
{
	sqlite3_stmt *st = s->statements[HISTORY_PUT_SLICE];
	bool has_values = slice->kind < READING_KINDS, is_hub = slice->sensor == DIARY_HUB;
	int r;

	if (!is_hub &&
		(slice->sensor >= ROSTER_SENSORS_MAX || !s->sensors[slice->sensor].id.text[0]))
		return -EINVAL;
	r = is_hub ? 0 : name_sensor(s, slice->sensor);
	if (r < 0) {
		undo(s);
		return r;
	}
	(void)sqlite3_bind_int64(st, 1, slice->begin_min);
	(void)sqlite3_bind_int64(st, 2, is_hub ? 0 : s->sensor_rows[slice->sensor]);
	(void)bind_text(st, 3, diary_kind_name(slice->kind));
	(void)sqlite3_bind_int(st, 4, slice->count);
	(void)sqlite3_bind_int(st, 5, slice->rises);
	for (int n = 0; has_values && n < 3; n++)
		(void)sqlite3_bind_double(st, 6 + n,
			(double)(n == 0   ? slice->low
				 : n == 1 ? slice->high
					  : slice->last));
	return finish(s, st);
}

int history_store_incident(struct history_store *s, const struct history_incident *incident)
{
	sqlite3_stmt *st = s->statements[HISTORY_PUT_INCIDENT];
	int r;

	(void)bind_text(st, 1, incident->id);
	(void)sqlite3_bind_int64(st, 2, incident->event_ms);
	(void)sqlite3_bind_int64(st, 3, incident->changed_ms);
	(void)bind_text(st, 4, incident_class_text(incident->class));
	(void)bind_text(st, 5, incident_state_text(incident->state));
	(void)bind_text(st, 6, incident_outcome_text(incident->outcome));
	(void)sqlite3_bind_int(st, 7, incident->is_test);
	(void)bind_text(st, 8, incident->room);
	r = finish(s, st);
	if (r < 0)
		return r;
	st = s->statements[HISTORY_END_WINDOW];
	(void)bind_text(st, 1, incident_state_text(incident->state));
	(void)bind_text(st, 2, incident_outcome_text(incident->outcome));
	(void)bind_text(st, 3, incident->id);
	return finish(s, st);
}

int history_store_window(
	struct history_store *s, int64_t file, const char *incident, int64_t event_ms)
{
	sqlite3_stmt *st = s->statements[HISTORY_PUT_WINDOW];

	(void)sqlite3_bind_int64(st, 1, file);
	(void)bind_text(st, 2, incident);
	(void)sqlite3_bind_int64(st, 3, event_ms);
	return finish(s, st);
}

int history_store_run(struct history_store *s, const char *sql, const int64_t numbers[4])
{
	sqlite3_stmt *st = NULL;
	int code = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL), r;

	if (code != SQLITE_OK)
		return history_store_error(s, code);
	for (int n = 0; n < 4 && n < sqlite3_bind_parameter_count(st); n++)
		(void)sqlite3_bind_int64(st, n + 1, numbers[n]);
	r = finish(s, st);
	(void)sqlite3_finalize(st);
	return r;
}

int history_store_audit(
	struct history_store *s, int64_t at_ms, const char *who, const char *what, const char *why)
{
	sqlite3_stmt *st = NULL;
	int code, r;

	if (!s->db)
		return -EIO;
	(void)sqlite3_exec(s->db, "PRAGMA synchronous=FULL", NULL, NULL, NULL);
	code = sqlite3_prepare_v2(
		s->db, "INSERT INTO audit (at_ms, who, what, why) VALUES (?,?,?,?)", -1, &st, NULL);
	if (code == SQLITE_OK) {
		(void)sqlite3_bind_int64(st, 1, at_ms);
		(void)bind_text(st, 2, who);
		(void)bind_text(st, 3, what);
		(void)bind_text(st, 4, why);
		r = finish(s, st);
	} else {
		r = history_store_error(s, code);
	}
	(void)sqlite3_finalize(st);
	(void)sqlite3_exec(s->db, "PRAGMA synchronous=NORMAL", NULL, NULL, NULL);
	return r;
}

const char *history_store_fault(const struct history_store *s)
{
	return s->fault[0] ? s->fault : s->found;
}
