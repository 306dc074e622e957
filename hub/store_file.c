/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Version, soundness, and the names that a file set aside gets.
 */
#include "hub/store_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES 512
#define BUSY_MS    50

void store_be_frugal(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
}

/* The first column of a one-row statement as text, into ret: SQLITE_OK or SQLite's error. */
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

static int check(sqlite3 *db, long newest, long *ret_version, char ret_why[STORE_WHY_MAX])
{
	char text[64] = "";
	int code = ask(db, "PRAGMA user_version", text, sizeof(text));
	long version = strtol(text, NULL, 10);

	(void)snprintf(ret_why, STORE_WHY_MAX, "damaged");
	if (code != SQLITE_OK)
		return code;
	if (version > newest || version < 0) {
		(void)snprintf(ret_why, STORE_WHY_MAX, "of version %ld", version);
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

int store_check(const char *path, long newest, long *ret_version, char ret_why[STORE_WHY_MAX])
{
	sqlite3 *db = NULL;
	int code = sqlite3_open_v2(
		path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_busy_timeout(db, BUSY_MS);
	if (code == SQLITE_OK)
		code = check(db, newest, ret_version, ret_why);
	(void)sqlite3_close(db);
	return code;
}

int store_open(const char *path, unsigned int cache_kb, sqlite3 **ret)
{
	char cache[48];
	int code = sqlite3_open_v2(
		path, ret, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

	(void)snprintf(cache, sizeof(cache), "PRAGMA cache_size=-%u", cache_kb);
	if (code == SQLITE_OK)
		code = sqlite3_db_config(*ret, SQLITE_DBCONFIG_LOOKASIDE, NULL, 0, 0);
	if (code == SQLITE_OK)
		code = sqlite3_busy_timeout(*ret, BUSY_MS);
	if (code == SQLITE_OK)
		code = sqlite3_exec(*ret, cache, NULL, NULL, NULL);
	return code;
}

int store_set_aside(const char *path, long long stamp)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	int r = 0;

	for (unsigned int n = 0; n < 3; n++) {
		char from[PATH_BYTES + 8], to[PATH_BYTES + 48];

		(void)snprintf(from, sizeof(from), "%s%s", path, suffixes[n]);
		(void)snprintf(to, sizeof(to), "%s.aside-%lld%s", path, stamp, suffixes[n]);
		if (rename(from, to) < 0 && errno != ENOENT)
			r = -errno;
	}
	return r;
}

bool store_is_damage(int code)
{
	return (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB;
}
