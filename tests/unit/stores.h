/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A store in a folder of its own, and something to keep in it, for the tests of hub/outbox.
 */
#pragma once

#include "hub/outbox.h"

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define ID "0123456789abcdef0123456789abcdef"

static const struct moment now = {.now_us = 5000 * US_PER_S, .wall_ms = 1700000000000};

static inline int make_dir(void **state)
{
	char path[] = "/tmp/vigie-outbox-XXXXXX";

	*state = mkdtemp(path) ? strdup(path) : NULL;
	return *state ? 0 : -1;
}

static inline int remove_one(
	const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static inline int remove_dir(void **state)
{
	int r = nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return r;
}

static inline struct outbox *open_in(const char *dir)
{
	struct outbox *o = NULL;

	assert_int_equal(outbox_new(&o, dir), 0);
	return o;
}

static inline struct episode episode_of(const char *id, enum incident_state at)
{
	struct episode e = {.sensor = {.text = "montre"}, .mark = 77, .evidence_us = now.now_us};

	e.incident = (struct incident){.home = "maison",
		.seq = 2,
		.class = INCIDENT_FALL,
		.state = at,
		.event_ms = now.wall_ms,
		.changed_ms = now.wall_ms,
		.probability = 0.5,
		.sensor = "montre",
		.by = "hub",
		.why = "essai"};
	(void)snprintf(e.incident.id, sizeof(e.incident.id), "%s", id);
	return e;
}

static inline struct transition transition_of(const struct episode *e)
{
	struct transition t = {.seq = e->incident.seq,
		.from = INCIDENT_SUSPECTED,
		.to = e->incident.state,
		.at_ms = now.wall_ms,
		.by = "hub",
		.why = "essai"};

	memcpy(t.incident, e->incident.id, sizeof(t.incident));
	return t;
}

/* The first number that sql answers in the store of dir, opened by another hand. */
static inline long long number(const char *dir, const char *sql)
{
	char path[300];
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	long long n = -1;

	(void)snprintf(path, sizeof(path), "%s/hub.db", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	if (sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	(void)sqlite3_close(db);
	return n;
}

static inline unsigned int kept_aside(const char *dir)
{
	char command[300];
	unsigned int count = 0;
	FILE *pipe;

	(void)snprintf(command, sizeof(command), "ls %s | grep -c 'db.aside-[0-9]*$'", dir);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	assert_int_equal(fscanf(pipe, "%u", &count), 1);
	(void)pclose(pipe);
	return count;
}
