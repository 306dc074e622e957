/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SQLite file under the history (history.db): opening come what may, writing, pruning, daily
 * summaries. Of hub/history*.c alone, on the history's own thread. WAL with synchronous=NORMAL: the
 * last minutes may be lost at a power cut, and no commit waits for the disk.
 */
#pragma once

#include "hub/history.h"
#include "hub/store_file.h"

#define HISTORY_VERSION  1
#define HISTORY_PATH_MAX 512
#define HISTORY_FILE_MAX_BYTES \
	(INT64_C(128) << 20) /* older days are dropped sooner than N days \
			      */
#define HISTORY_SUMMARY_DAYS  731
#define HISTORY_AUDIT_DAYS    1827 /* five years: what a consent may have to prove */
#define HISTORY_INCIDENT_DAYS 10   /* at least: the week's summary needs how they ended */

enum history_statement {
	HISTORY_BEGIN,
	HISTORY_COMMIT,
	HISTORY_PUT_SENSOR,
	HISTORY_PUT_SLICE,
	HISTORY_PUT_INCIDENT,
	HISTORY_PUT_DAY,
	HISTORY_PUT_WINDOW,
	HISTORY_END_WINDOW,
	HISTORY_STATEMENTS
};

struct history_store {
	sqlite3 *db; /* NULL while it cannot be opened */
	sqlite3_stmt *statements[HISTORY_STATEMENTS];
	char path[HISTORY_PATH_MAX];
	uint64_t spare_bytes;
	uint32_t days;
	struct history_sensor sensors[ROSTER_SENSORS_MAX]; /* as told; id "": not told */
	int64_t sensor_rows[ROSTER_SENSORS_MAX];           /* in this file; 0: not named yet */
	char found[INCIDENT_TEXT_MAX];                     /* what was found when it was opened */
	char fault[INCIDENT_TEXT_MAX];                     /* what is wrong now */
};

/* 0 or −errno; s->db is NULL on failure. */
int history_store_open(struct history_store *s);
void history_store_close(struct history_store *s);
/* Keeps a damaged file aside and begins a fresh one. */
int history_store_begin_anew(struct history_store *s);

/* Between begin and commit: 0; −ENOSPC full, or less than spare_bytes left for the alarms' own
 * store; −EUCLEAN damaged; −EIO. A failed transaction is rolled back. */
int history_store_begin(struct history_store *s);
int history_store_commit(struct history_store *s);
void history_store_sensor(
	struct history_store *s, uint8_t row, const struct history_sensor *sensor);
/* −EINVAL for a sensor that was not told. */
int history_store_slice(struct history_store *s, const struct diary_slice *slice);
int history_store_incident(struct history_store *s, const struct history_incident *incident);
/* A window lies in that file; how its incident ends is noted beside it. In a transaction of its
 * own: 0 or −errno. */
int history_store_window(
	struct history_store *s, int64_t file, const char *incident, int64_t event_ms);
/* Committed and on the disk before it answers. */
int history_store_audit(
	struct history_store *s, int64_t at_ms, const char *who, const char *what, const char *why);

/* Runs one statement without rows, with up to four whole numbers bound: 0 or −errno. */
int history_store_run(struct history_store *s, const char *sql, const int64_t numbers[4]);
/* −errno and s->fault for what SQLite answered. */
int history_store_error(struct history_store *s, int code);
/* "" or a short phrase. */
const char *history_store_fault(const struct history_store *s);

/* The sums of each day before `today` that has none yet, at most `max` of them: how many, or
 * −errno. Days already pruned are left alone. */
int history_days_sum(struct history_store *s, int32_t today, unsigned int max);
/* Drops what is older than its time: 0 or −errno. */
int history_days_prune(struct history_store *s, int32_t today);
