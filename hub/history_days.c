/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A day's sums, which stay when its slices go; and what goes when.
 */
#include "hub/history_store.h"
#include "hub/local_day.h"
#include "hub/window_store.h"

#include <errno.h>
#include <stdio.h>

#define NIGHT_UNTIL_MIN  300 /* 5 h */
#define MORNING_FROM_MIN 240
#define BOUT_GAP_MIN     10 /* quiet for longer: getting up again is another time */
#define INCIDENTS_AGAIN  8  /* days back whose incidents may still change */

/* A slice in which somebody was active. */
#define IS_ACTIVE "((k.sign = 1 AND s.high > 0) OR (k.sign = 2 AND s.rises > 0) OR k.sign = 3)"
#define OF_SLICES \
	" FROM slice s JOIN kind k ON k.n = s.kind LEFT JOIN sensor r ON r.n = s.sensor" \
	" WHERE s.begin_min >= ?1 AND s.begin_min < ?2 AND "

/* Each adds rows (?3, what, subject, value) for minutes ?1 .. ?2. */
static const char *const slice_sums[] = {
	"INSERT OR REPLACE INTO day SELECT ?3, 'active_min', r.room,"
	" count(DISTINCT s.begin_min)" OF_SLICES IS_ACTIVE " GROUP BY r.room",
	"INSERT OR REPLACE INTO day SELECT ?3, 'active_min', '*',"
	" count(DISTINCT s.begin_min)" OF_SLICES IS_ACTIVE " HAVING count(*) > 0",
	"INSERT OR REPLACE INTO day SELECT ?3, 'openings', r.name, sum(s.rises)" OF_SLICES
	"k.name IN ('door', 'garage_door', 'opening') GROUP BY r.n",
	/* 0 for what was heard and lay in a drawer */
	"INSERT OR REPLACE INTO day SELECT ?3, 'worn_h', r.name, count(DISTINCT"
	" iif(iif(k.name = 'moved', s.rises > 1, s.high > 0), s.begin_min, NULL)) / 4.0" OF_SLICES
	"k.name IN ('moved', 'worn') GROUP BY r.n",
	"INSERT OR REPLACE INTO day SELECT ?3, 'silent_min', r.name, sum(s.count)" OF_SLICES
	"k.name = 'silent' GROUP BY r.n",
	"INSERT OR REPLACE INTO day SELECT ?3, 'battery_pct', r.name, min(s.low)" OF_SLICES
	"k.name = 'battery' GROUP BY r.n",
	"INSERT OR REPLACE INTO day SELECT ?3, 'running_min', '', coalesce(sum(s.count), 0)" OF_SLICES
	"k.name = 'running'",
};

/* The same for incidents that happened from ?1 until ?2 (UTC in ms); tests are none. */
static const char *const incident_sums[] = {
	"DELETE FROM day WHERE day = ?3 AND what IN ('incidents', 'false_alarms', 'said_fine')",
	"INSERT INTO day SELECT ?3, 'incidents', class, count(*) FROM incident"
	" WHERE event_ms >= ?1 AND event_ms < ?2 AND NOT is_test GROUP BY class",
	"INSERT INTO day SELECT ?3, 'false_alarms', class, count(*) FROM incident WHERE event_ms >= ?1"
	" AND event_ms < ?2 AND NOT is_test AND outcome = 'false_alarm' GROUP BY class",
	"INSERT INTO day SELECT ?3, 'said_fine', class, count(*) FROM incident WHERE event_ms >= ?1"
	" AND event_ms < ?2 AND NOT is_test AND state = 'cancelled' GROUP BY class",
};

static int run_all(
	struct history_store *s, const char *const texts[], size_t count, const int64_t numbers[4])
{
	int r = 0;

	for (size_t n = 0; r == 0 && n < count; n++)
		r = history_store_run(s, texts[n], numbers);
	return r;
}

static int put(struct history_store *s, int32_t day, const char *what, double value)
{
	sqlite3_stmt *st = s->statements[HISTORY_PUT_DAY];
	int code;

	(void)sqlite3_bind_int(st, 1, day);
	(void)sqlite3_bind_text(st, 2, what, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 3, "", -1, SQLITE_STATIC);
	(void)sqlite3_bind_double(st, 4, value);
	code = sqlite3_step(st);
	(void)sqlite3_reset(st);
	return code == SQLITE_DONE ? 0 : history_store_error(s, code);
}

/* What the active minutes of a day say of its night and its morning. */
struct course {
	int first_min, last_min; /* of the day as its clocks show it; −1: none */
	unsigned int bouts;
	int64_t night_before;
};

static void take_minute(struct course *c, int64_t begin_min)
{
	int minute = local_time_of(begin_min * 60000).minute;

	if (minute < NIGHT_UNTIL_MIN) {
		if (c->bouts == 0 || begin_min > c->night_before + BOUT_GAP_MIN)
			c->bouts++;
		c->night_before = begin_min;
	}
	if (minute >= MORNING_FROM_MIN && c->first_min < 0)
		c->first_min = minute;
	c->last_min = minute;
}

static int sum_course(struct history_store *s, int32_t day, const int64_t numbers[4])
{
	struct course c = {.first_min = -1, .last_min = -1};
	sqlite3_stmt *st = NULL;
	int r = 0,
	    code = sqlite3_prepare_v2(s->db,
		    "SELECT DISTINCT s.begin_min" OF_SLICES IS_ACTIVE " ORDER BY s.begin_min", -1,
		    &st, NULL);

	if (code != SQLITE_OK)
		return history_store_error(s, code);
	(void)sqlite3_bind_int64(st, 1, numbers[0]);
	(void)sqlite3_bind_int64(st, 2, numbers[1]);
	while ((code = sqlite3_step(st)) == SQLITE_ROW)
		take_minute(&c, sqlite3_column_int64(st, 0));
	(void)sqlite3_finalize(st);
	if (code != SQLITE_DONE)
		return history_store_error(s, code);
	r = put(s, day, "night_ups", c.bouts);
	if (r == 0 && c.first_min >= 0)
		r = put(s, day, "first_min", c.first_min);
	if (r == 0 && c.last_min >= 0)
		r = put(s, day, "last_min", c.last_min);
	return r;
}

static int sum_incidents(struct history_store *s, int32_t day)
{
	const int64_t numbers[4] = {
		local_day_begin_ms(day), local_day_begin_ms(local_day_add(day, 1)), day, 0};

	return run_all(s, incident_sums, sizeof(incident_sums) / sizeof(incident_sums[0]), numbers);
}

static int sum_day(struct history_store *s, int32_t day)
{
	const int64_t numbers[4] = {local_day_begin_ms(day) / 60000,
		local_day_begin_ms(local_day_add(day, 1)) / 60000, day, 0};
	int r = run_all(s, slice_sums, sizeof(slice_sums) / sizeof(slice_sums[0]), numbers);

	if (r == 0)
		r = sum_course(s, day, numbers);
	/* those of the days before may have been closed since */
	for (int ago = 0; r == 0 && ago < INCIDENTS_AGAIN; ago++)
		r = sum_incidents(s, local_day_add(day, -ago));
	return r;
}

/* A whole number of a one-row statement with one bound; `otherwise` where it is NULL or fails. */
static int64_t number_of(struct history_store *s, const char *sql, int64_t bound, int64_t otherwise)
{
	sqlite3_stmt *st = NULL;
	int64_t number = otherwise;
	int code = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);

	if (code == SQLITE_OK && sqlite3_bind_parameter_count(st) > 0)
		code = sqlite3_bind_int64(st, 1, bound);
	if (code == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW &&
		sqlite3_column_type(st, 0) != SQLITE_NULL)
		number = sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	return number;
}

/* The first day with slices that has no sums yet; `today` when there is none. */
static int32_t next_day(struct history_store *s, int32_t today)
{
	int64_t summed = number_of(
		s, "SELECT max(day) FROM day WHERE what = 'running_min' AND day < ?1", today, 0);
	int64_t from_min =
		summed > 0 ? local_day_begin_ms(local_day_add((int32_t)summed, 1)) / 60000 : 0;
	int64_t first_min = number_of(
		s, "SELECT min(begin_min) FROM slice WHERE begin_min >= ?1", from_min, -1);
	int32_t first = first_min < 0 ? today : local_time_of(first_min * 60000).day;

	return first < today ? first : today;
}

int history_days_sum(struct history_store *s, int32_t today, unsigned int max)
{
	int count = 0;

	while (s->db && (unsigned int)count < max) {
		int32_t day = next_day(s, today);
		int r;

		if (day >= today)
			break;
		r = history_store_begin(s);
		if (r == 0)
			r = sum_day(s, day);
		if (r == 0)
			r = history_store_commit(s);
		if (r < 0)
			return r;
		count++;
	}
	return count;
}

/* The file is too large: its oldest day goes before its time. */
static int prune_by_size(struct history_store *s)
{
	int64_t bytes = number_of(s,
		"SELECT (page_count - freelist_count) * page_size FROM pragma_page_count(),"
		" pragma_freelist_count(), pragma_page_size()",
		0, 0);
	int64_t first_min = number_of(s, "SELECT min(begin_min) FROM slice", 0, 0);
	int32_t first = local_time_of(first_min * 60000).day;
	const int64_t numbers[4] = {local_day_begin_ms(local_day_add(first, 1)) / 60000, 0, 0, 0};

	if (bytes <= HISTORY_FILE_MAX_BYTES)
		return 0;
	return history_store_run(s, "DELETE FROM slice WHERE begin_min < ?1", numbers);
}

int history_days_prune(struct history_store *s, int32_t today)
{
	int incident_days = s->days > HISTORY_INCIDENT_DAYS ? (int)s->days : HISTORY_INCIDENT_DAYS;
	const struct {
		const char *sql;
		int64_t before;
	} kept[] = {
		{"DELETE FROM slice WHERE begin_min < ?1",
			local_day_begin_ms(local_day_add(today, -(int)s->days)) / 60000},
		{"DELETE FROM window WHERE event_ms < ?1",
			local_day_begin_ms(local_day_add(today, -WINDOW_STORE_DAYS - 1))},
		{"DELETE FROM incident WHERE event_ms < ?1",
			local_day_begin_ms(local_day_add(today, -incident_days))},
		/* what a clock that ran ahead for a while left in the future */
		{"DELETE FROM slice WHERE begin_min > ?1",
			local_day_begin_ms(local_day_add(today, 2)) / 60000},
		{"DELETE FROM day WHERE day > ?1", today},
		{"DELETE FROM day WHERE day < ?1", local_day_add(today, -HISTORY_SUMMARY_DAYS)},
		{"DELETE FROM audit WHERE at_ms < ?1",
			local_day_begin_ms(local_day_add(today, -HISTORY_AUDIT_DAYS))},
	};
	int r = history_store_begin(s);

	for (size_t n = 0; r == 0 && n < sizeof(kept) / sizeof(kept[0]); n++) {
		const int64_t numbers[4] = {kept[n].before, 0, 0, 0};

		r = history_store_run(s, kept[n].sql, numbers);
	}
	if (r == 0)
		r = prune_by_size(s);
	return r == 0 ? history_store_commit(s) : r;
}
