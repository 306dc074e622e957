/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables row by row from a statement that stays open; windows file by file, then the index of those
 * that could be opened. The index is that of `vigie-eval falls --data`.
 */
#include "hub/history_export.h"

#include "common/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define LINE_MAX_BYTES  1024
#define INDEX_MAX_BYTES (WINDOW_STORE_MAX * 128 + 256)
#define PSEUDONYM_BYTES 4

static const struct {
	const char *name, *sql; /* ?1 .. ?2: UTC in ms */
} tables[] = {
	{"slices.csv",
		"SELECT strftime('%Y-%m-%dT%H:%MZ', s.begin_min * 60, 'unixepoch') AS utc,"
		" coalesce(r.name, 'hub') AS sensor, coalesce(r.room, '') AS room, k.name AS kind,"
		" s.count, s.rises, s.low, s.high, s.last FROM slice s JOIN kind k ON k.n = s.kind"
		" LEFT JOIN sensor r ON r.n = s.sensor WHERE s.begin_min * 60000 >= ?1"
		" AND s.begin_min * 60000 < ?2 ORDER BY s.begin_min"},
	{"days.csv",
		"SELECT day, what, subject, value FROM day WHERE"
		" day >= CAST(strftime('%Y%m%d', ?1 / 1000, 'unixepoch', 'localtime') AS INTEGER)"
		" AND day < CAST(strftime('%Y%m%d', ?2 / 1000, 'unixepoch', 'localtime') AS INTEGER)"
		" ORDER BY day, what, subject"},
	{"incidents.csv",
		"SELECT strftime('%Y-%m-%dT%H:%M:%SZ', event_ms / 1000, 'unixepoch') AS utc, class,"
		" state, outcome, is_test AS test, room, id AS incident FROM incident"
		" WHERE event_ms >= ?1 AND event_ms < ?2 ORDER BY event_ms"},
	{"windows.csv",
		"SELECT strftime('%Y-%m-%dT%H:%M:%SZ', event_ms / 1000, 'unixepoch') AS utc, incident,"
		" state, outcome FROM window WHERE event_ms >= ?1 AND event_ms < ?2 ORDER BY event_ms"},
	{"exports.csv",
		"SELECT strftime('%Y-%m-%dT%H:%M:%SZ', at_ms / 1000, 'unixepoch') AS utc, who, what,"
		" why FROM audit ORDER BY n"},
};

enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

struct page {
	char *text;
	size_t used, size;
};

struct history_export {
	struct history_store *store; /* borrowed from the writer */
	struct history_export_wish wish;
	unsigned int table; /* of tables[] */
	sqlite3_stmt *rows; /* of that table, begun */
	bool has_head;
	/* windows */
	char dir[WINDOW_STORE_PATH];
	uint8_t key[AES_GCM_KEY_BYTES];
	unsigned int numbers_count, at; /* of numbers[] */
	int64_t numbers[WINDOW_STORE_MAX];
	unsigned int sample; /* of the window that is being written; 0: none is */
	unsigned int done, refused;
	unsigned int told; /* of index.csv, then of unlabelled.csv */
	struct page index, unlabelled;
	struct window *window;
	uint8_t *file, *scratch;
};

DEFINE_CLEANUP(struct history_export *, history_export_free_p, history_export_free)

/* False, and nothing written, where it does not fit. */
__attribute__((format(printf, 2, 3))) static bool say(struct page *p, const char *format, ...)
{
	va_list values;
	int bytes;

	va_start(values, format);
	bytes = vsnprintf(p->text + p->used, p->size - p->used, format, values);
	va_end(values);
	if (bytes < 0 || (size_t)bytes >= p->size - p->used) {
		p->text[p->used] = '\0';
		return false;
	}
	p->used += (size_t)bytes;
	return true;
}

static int new_page(struct page *p)
{
	p->text = calloc(1, INDEX_MAX_BYTES);
	p->size = INDEX_MAX_BYTES;
	return p->text ? 0 : -ENOMEM;
}

static int begin_windows(struct history_export *e, const char *dir, const uint8_t *key)
{
	(void)snprintf(e->dir, sizeof(e->dir), "%s", dir);
	memcpy(e->key, key, sizeof(e->key));
	e->numbers_count = window_store_list(dir, e->numbers);
	e->window = malloc(sizeof(*e->window));
	e->file = malloc(WINDOW_FILE_MAX);
	e->scratch = malloc(WINDOW_PLAIN_MAX);
	if (!e->window || !e->file || !e->scratch || new_page(&e->index) < 0 ||
		new_page(&e->unlabelled) < 0)
		return -ENOMEM;
	(void)say(&e->index,
		"path,set,subject,group,place,activity,fall,fall_start_ms,fall_end_ms\n");
	(void)say(&e->unlabelled, "path,set,subject,group,place,activity,impact_ms\n");
	return 0;
}

int history_export_new(struct history_export **ret, struct history_store *store,
	const struct history_export_wish *wish, const char *dir, const uint8_t *key)
{
	_cleanup_(history_export_free_p) struct history_export *e = calloc(1, sizeof(*e));
	int r = 0;

	if (!e)
		return -ENOMEM;
	e->store = store;
	e->wish = *wish;
	if (wish->has_windows)
		r = key ? begin_windows(e, dir, key) : -ENOKEY;
	if (r < 0)
		return r;
	*ret = e;
	e = NULL;
	return 0;
}

struct history_export *history_export_free(struct history_export *e)
{
	if (!e)
		return NULL;
	(void)sqlite3_finalize(e->rows);
	if (e->window)
		explicit_bzero(e->window, sizeof(*e->window));
	if (e->scratch)
		explicit_bzero(e->scratch, WINDOW_PLAIN_MAX);
	explicit_bzero(e->key, sizeof(e->key));
	free(e->window);
	free(e->file);
	free(e->scratch);
	free(e->index.text);
	free(e->unlabelled.text);
	free(e);
	return NULL;
}

/* A field as a spreadsheet reads it: quoted where it must be, and never a formula. */
static void say_field(struct page *p, const char *text)
{
	bool is_quoted = strpbrk(text, ",\"\r\n") != NULL;

	(void)say(p, "%s%s", is_quoted ? "\"" : "", strchr("=+@", text[0]) && text[0] ? "'" : "");
	for (; *text; text++)
		(void)say(p, "%s%c", *text == '"' ? "\"" : "", *text);
	(void)say(p, "%s", is_quoted ? "\"" : "");
}

static void say_row(struct page *p, sqlite3_stmt *rows, bool is_head)
{
	for (int n = 0; n < sqlite3_column_count(rows); n++) {
		const unsigned char *value = is_head ? NULL : sqlite3_column_text(rows, n);

		(void)say(p, "%s", n > 0 ? "," : "");
		say_field(p, is_head ? sqlite3_column_name(rows, n)
			     : value ? (const char *)value
				     : "");
	}
	(void)say(p, "\n");
}

static int begin_table(struct history_export *e)
{
	int code = sqlite3_prepare_v2(e->store->db, tables[e->table].sql, -1, &e->rows, NULL);

	if (code != SQLITE_OK)
		return -EIO;
	if (sqlite3_bind_parameter_count(e->rows) > 0) {
		(void)sqlite3_bind_int64(e->rows, 1, e->wish.from_ms);
		(void)sqlite3_bind_int64(e->rows, 2, e->wish.before_ms);
	}
	e->has_head = false;
	return 0;
}

/* As many rows as fit: 1; a table that is over begins the next. */
static int next_rows(struct history_export *e, struct history_piece *ret)
{
	struct page p = {.text = ret->text, .size = sizeof(ret->text)};
	int code = SQLITE_ROW;

	if (!e->rows && begin_table(e) < 0)
		return -EIO;
	(void)snprintf(ret->name, sizeof(ret->name), "%s", tables[e->table].name);
	if (!e->has_head)
		say_row(&p, e->rows, true);
	e->has_head = true;
	while (p.size - p.used > LINE_MAX_BYTES && (code = sqlite3_step(e->rows)) == SQLITE_ROW)
		say_row(&p, e->rows, false);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return -EIO;
	if (code == SQLITE_DONE) {
		(void)sqlite3_finalize(e->rows);
		e->rows = NULL;
		e->table++;
	}
	return 1;
}

/* A random name for the wearer of this wearable, the same in each export: nothing leads back from
 * it but this file. */
static void subject_of(struct history_export *e, const char *sensor, char ret[16])
{
	sqlite3_stmt *st = NULL;
	uint32_t drawn = 0;
	int code = sqlite3_prepare_v2(e->store->db,
		"INSERT INTO subject VALUES (?1, ?2) ON CONFLICT DO UPDATE SET name = name"
		" RETURNING name",
		-1, &st, NULL);

	(void)snprintf(ret, 16, "unknown");
	if (code != SQLITE_OK || getrandom(&drawn, sizeof(drawn), 0) != sizeof(drawn)) {
		(void)sqlite3_finalize(st);
		return;
	}
	(void)snprintf(ret, 16, "p%08" PRIx32, drawn);
	(void)sqlite3_bind_text(st, 1, sensor, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 2, ret, -1, SQLITE_TRANSIENT);
	if (sqlite3_step(st) == SQLITE_ROW)
		(void)snprintf(ret, 16, "%.15s", (const char *)sqlite3_column_text(st, 0));
	(void)sqlite3_step(st);
	(void)sqlite3_finalize(st);
}

enum label { LABEL_NONE, LABEL_NO_FALL, LABEL_FALL, LABEL_TEST };

/* What the centre found; a resident's own "fine" is no proof that nobody fell. */
static enum label label_of(struct history_export *e, int64_t number)
{
	static const struct {
		const char *outcome;
		enum label label;
	} labels[] = {{"helped", LABEL_FALL}, {"emergency", LABEL_FALL},
		{"false_alarm", LABEL_NO_FALL}, {"test", LABEL_TEST}};
	sqlite3_stmt *st = NULL;
	enum label label = LABEL_NONE;

	if (sqlite3_prepare_v2(e->store->db, "SELECT outcome FROM window WHERE file = ?", -1, &st,
		    NULL) == SQLITE_OK &&
		sqlite3_bind_int64(st, 1, number) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		for (size_t n = 0; n < sizeof(labels) / sizeof(labels[0]); n++)
			if (strcmp((const char *)sqlite3_column_text(st, 0), labels[n].outcome) ==
				0)
				label = labels[n].label;
	(void)sqlite3_finalize(st);
	return label;
}

static void note_window(struct history_export *e, enum label label)
{
	static const char *const places[] = {
		[WEAR_UNKNOWN] = "unknown", [WEAR_WRIST] = "wrist", [WEAR_TRUNK] = "trunk"};
	const char *place = places[e->window->place];
	uint32_t impact_ms = e->window->impact_us / 1000;
	char subject[16];

	subject_of(e, e->window->sensor.text, subject);
	if (label == LABEL_NONE)
		(void)say(&e->unlabelled, "w%04u.csv,vigie,%s,home,%s,suspected_fall,%u\n", e->done,
			subject, place, impact_ms);
	else if (label == LABEL_FALL)
		(void)say(&e->index, "w%04u.csv,vigie,%s,home,%s,suspected_fall,1,%u,%u\n", e->done,
			subject, place, impact_ms, impact_ms);
	else
		(void)say(&e->index, "w%04u.csv,vigie,%s,home,%s,suspected_fall,0,,\n", e->done,
			subject, place);
}

/* Opens the next window that is asked for and whole: false when there is none. */
static bool open_next(struct history_export *e)
{
	while (e->at < e->numbers_count) {
		int64_t number = e->numbers[e->at++];
		int r = window_store_get(e->dir, number, e->key, e->file, e->scratch, e->window);
		enum label label = r == 0 ? label_of(e, number) : LABEL_NONE;

		if (r < 0)
			e->refused++;
		if (r < 0 || label == LABEL_TEST || e->window->count == 0 ||
			e->window->event_ms < e->wish.from_ms ||
			e->window->event_ms >= e->wish.before_ms)
			continue;
		e->done++;
		e->sample = 0;
		note_window(e, label);
		return true;
	}
	return false;
}

static int next_samples(struct history_export *e, struct history_piece *ret)
{
	struct page p = {.text = ret->text, .size = sizeof(ret->text)};

	(void)snprintf(ret->name, sizeof(ret->name), "w%04u.csv", e->done);
	if (e->sample == 0)
		(void)say(&p, "t_ms,x_mg,y_mg,z_mg\n");
	while (e->sample < e->window->count && p.size - p.used > 64) {
		const struct window_sample *s = &e->window->samples[e->sample++];

		(void)say(&p, "%" PRIu32 ",%d,%d,%d\n", s->t_us / 1000, s->x_mg, s->y_mg, s->z_mg);
	}
	if (e->sample == e->window->count)
		e->window->count = 0;
	return 1;
}

/* The lists, when every window has been written. */
static int next_list(struct history_export *e, struct history_piece *ret)
{
	size_t room = sizeof(ret->text) - 1;
	const struct page *lists[] = {&e->index, &e->unlabelled};
	size_t at = e->told;

	for (unsigned int n = 0; n < 2; n++) {
		size_t bytes = lists[n]->used;

		if (at >= bytes) {
			at -= bytes;
			continue;
		}
		(void)snprintf(ret->name, sizeof(ret->name), "%s",
			n == 0 ? "index.csv" : "unlabelled.csv");
		bytes = bytes - at < room ? bytes - at : room;
		memcpy(ret->text, lists[n]->text + at, bytes);
		ret->text[bytes] = '\0';
		e->told += (unsigned int)bytes;
		return 1;
	}
	return 0;
}

int history_export_next(struct history_export *e, struct history_piece *ret)
{
	ret->name[0] = ret->text[0] = '\0';
	ret->windows = e->done;
	ret->refused = e->refused;
	if (!e->store->db)
		return -EIO;
	if (!e->wish.has_windows)
		return e->table < TABLES ? next_rows(e, ret) : 0;
	if (e->window->count > 0 && e->sample > 0)
		return next_samples(e, ret);
	if (open_next(e))
		return next_samples(e, ret);
	ret->windows = e->done;
	ret->refused = e->refused;
	e->window->count = 0;
	return next_list(e, ret);
}
