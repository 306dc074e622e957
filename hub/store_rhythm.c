/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One row in a file of its own.
 */
#include "hub/store_rhythm.h"

#include "common/clock.h"
#include "hub/store_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_BYTES 512
#define VERSION    1
#define CACHE_KB   32

struct store_rhythm {
	sqlite3 *db; /* NULL while it cannot be opened */
	char path[PATH_BYTES];
	char found[STORE_RHYTHM_FAULT_MAX]; /* at the start, or when set aside */
	char fault[STORE_RHYTHM_FAULT_MAX]; /* now */
};

static const char schema[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE IF NOT EXISTS rhythm (n INTEGER PRIMARY KEY CHECK (n = 1),"
	" saved_ms INTEGER NOT NULL, bytes BLOB NOT NULL);"
	"PRAGMA user_version=1;"
	"COMMIT";

static int fail(struct store_rhythm *s, int code)
{
	int kind = code & 0xFF;

	(void)snprintf(s->fault, sizeof(s->fault), "rhythm: %.60s",
		kind == SQLITE_FULL ? "disk full" : sqlite3_errstr(code));
	return -EIO;
}

static void close_file(struct store_rhythm *s)
{
	(void)sqlite3_close(s->db);
	s->db = NULL;
}

static int try_open(struct store_rhythm *s, char ret_why[STORE_WHY_MAX])
{
	long version = 0;
	int code = store_check(s->path, VERSION, &version, ret_why);

	if (code == SQLITE_OK)
		code = store_open(s->path, CACHE_KB, &s->db);
	if (code == SQLITE_OK)
		code = sqlite3_exec(s->db,
			"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
			"PRAGMA wal_autocheckpoint=100",
			NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(s->db, schema, NULL, NULL, NULL);
	/* a table of that name that is another */
	return code == SQLITE_ERROR ? SQLITE_CORRUPT : code;
}

static int rename_aside(struct store_rhythm *s, const char *why)
{
	long long stamp = (long long)clock_wall_ms();

	(void)snprintf(s->found, sizeof(s->found), "rhythm %s, kept as %s.aside-%lld", why,
		STORE_RHYTHM_FILE, stamp);
	return store_set_aside(s->path, stamp);
}

static int open_file(struct store_rhythm *s)
{
	char why[STORE_WHY_MAX] = "damaged";
	int code = try_open(s, why);

	if (store_is_damage(code)) {
		close_file(s);
		if (rename_aside(s, why) == 0)
			code = try_open(s, why);
	}
	if (code == SQLITE_OK) {
		s->fault[0] = '\0';
		return 0;
	}
	close_file(s);
	return fail(s, code);
}

int store_rhythm_new(struct store_rhythm **ret, const char *dir)
{
	struct store_rhythm *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	(void)mkdir(dir, 0700); /* where it cannot be made, opening says so */
	(void)snprintf(s->path, sizeof(s->path), "%s/%s", dir, STORE_RHYTHM_FILE);
	(void)open_file(s);
	*ret = s;
	return 0;
}

struct store_rhythm *store_rhythm_free(struct store_rhythm *s)
{
	if (s)
		close_file(s);
	free(s);
	return NULL;
}

void store_rhythm_set_aside(struct store_rhythm *s, const char *why)
{
	close_file(s);
	if (rename_aside(s, why) == 0)
		(void)open_file(s);
	else
		(void)snprintf(
			s->fault, sizeof(s->fault), "rhythm %s, and cannot be kept aside", why);
}

int store_rhythm_load(struct store_rhythm *s, uint8_t *ret_bytes, size_t size)
{
	sqlite3_stmt *statement = NULL;
	int code, r = 0;

	if (!s->db)
		return -EIO;
	code = sqlite3_prepare_v2(s->db, "SELECT bytes FROM rhythm", -1, &statement, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW) {
		const void *bytes = sqlite3_column_blob(statement, 0);
		int count = sqlite3_column_bytes(statement, 0);

		r = count;
		if ((size_t)count > size)
			r = -ENOBUFS;
		else if (bytes)
			memcpy(ret_bytes, bytes, (size_t)count);
	}
	(void)sqlite3_finalize(statement);
	if (code == SQLITE_ROW || code == SQLITE_DONE)
		return r;
	if (store_is_damage(code))
		store_rhythm_set_aside(s, "damaged");
	else
		(void)fail(s, code);
	return -EIO;
}

int store_rhythm_save(struct store_rhythm *s, const uint8_t *bytes, size_t count, int64_t wall_ms)
{
	sqlite3_stmt *statement = NULL;
	int code;

	if (!s->db && open_file(s) < 0)
		return -EIO;
	code = sqlite3_prepare_v2(
		s->db, "INSERT OR REPLACE INTO rhythm VALUES (1,?,?)", -1, &statement, NULL);
	if (code == SQLITE_OK) {
		(void)sqlite3_bind_int64(statement, 1, wall_ms);
		(void)sqlite3_bind_blob64(statement, 2, bytes, count, SQLITE_STATIC);
		code = sqlite3_step(statement);
	}
	(void)sqlite3_finalize(statement);
	if (code == SQLITE_DONE) {
		s->fault[0] = '\0';
		return 0;
	}
	(void)fail(s, code);
	if (store_is_damage(code))
		store_rhythm_set_aside(s, "damaged"); /* the next saving begins it anew */
	return -EIO;
}

const char *store_rhythm_fault(const struct store_rhythm *s)
{
	return s->fault[0] ? s->fault : s->found;
}
