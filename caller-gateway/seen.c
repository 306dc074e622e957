/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sorted table of homes, grown in steps, each with its watch.
 */
#include "caller-gateway/seen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROWTH      64
#define SAME_RUN_MS 1500 /* two heartbeats of one run agree upon its start so far */

struct seen_row {
	struct stored_home home;
	struct vigil vigil;
	int64_t suspended_until_ms;
	uint64_t uptime_s; /* of the latest heartbeat … */
	int64_t start_ms;  /* … and when that hub started, by its own clock */
	bool has_news;
};

struct seen {
	struct store *store;
	unsigned int count, room;
	struct seen_row *rows; /* sorted by home */
	bool has_news;
	uint32_t lost_s;
	uint64_t listening_us;
	struct desk_moment began;
};

/* Where it is, or where it belongs; true when it is there. */
static bool find(const struct seen *s, const char *home, unsigned int *ret_at)
{
	unsigned int low = 0, high = s->count;

	while (low < high) {
		unsigned int middle = (low + high) / 2;
		int order = strcmp(s->rows[middle].home.home, home);
		if (order == 0) {
			*ret_at = middle;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_at = low;
	return false;
}

static int make_room(struct seen *s)
{
	if (s->count >= SEEN_HOMES_MAX)
		return -ENOSPC;
	if (s->count < s->room)
		return 0;
	struct seen_row *rows = reallocarray(s->rows, s->room + GROWTH, sizeof(s->rows[0]));
	if (!rows)
		return -ENOMEM;
	s->rows = rows;
	s->room += GROWTH;
	return 0;
}

/* The home's row, made where there is none. */
static int row_of(struct seen *s, const char *home, struct seen_row **ret)
{
	unsigned int at;

	if (!find(s, home, &at)) {
		int r = make_room(s);
		if (r < 0)
			return r;
		memmove(s->rows + at + 1, s->rows + at, (s->count - at) * sizeof(s->rows[0]));
		s->count++;
		s->rows[at] = (struct seen_row){.has_news = false};
		(void)snprintf(s->rows[at].home.home, sizeof(s->rows[at].home.home), "%s", home);
	}
	*ret = &s->rows[at];
	return 0;
}

static int take_up(const struct stored_home *home, void *userdata)
{
	struct seen *s = userdata;
	struct seen_row *row;
	int r = row_of(s, home->home, &row);

	if (r < 0)
		return r == -ENOSPC ? 0 : r;
	row->home = *home;
	vigil_resume(&row->vigil, s->lost_s, home->last_seen_ms, home->lost[0], s->began.now_us,
		s->began.wall_ms);
	return 0;
}

int seen_new(struct seen **ret, struct store *store, uint32_t lost_s, struct desk_moment at)
{
	struct seen *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	*s = (struct seen){
		.store = store, .lost_s = lost_s, .listening_us = VIGIL_DEAF_US, .began = at};
	int r = store->ops->each_home(store, take_up, s);
	if (r < 0) {
		(void)seen_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

struct seen *seen_free(struct seen *s)
{
	if (!s)
		return NULL;
	free(s->rows);
	free(s);
	return NULL;
}

void seen_note(struct seen *s, const char *home, const char *release, struct desk_moment at)
{
	struct seen_row *row;

	if (row_of(s, home, &row) < 0)
		return;
	if (release)
		(void)snprintf(row->home.release, sizeof(row->home.release), "%s", release);
	row->home.last_seen_ms = at.wall_ms;
	vigil_heard(&row->vigil, s->lost_s, at.now_us);
	row->has_news = true;
	s->has_news = true;
}

bool seen_suspended(struct seen *s, const char *home, int64_t until_ms)
{
	unsigned int row;

	if (!find(s, home, &row) || s->rows[row].suspended_until_ms == until_ms)
		return false;
	s->rows[row].suspended_until_ms = until_ms;
	return true;
}

bool seen_restarted(struct seen *s, const struct heartbeat *heartbeat)
{
	int64_t start_ms = heartbeat->wall_ms - (int64_t)heartbeat->uptime_s * 1000;
	struct seen_row *row;
	unsigned int at;
	bool is_less, is_same_run;

	if (!find(s, heartbeat->home, &at))
		return false;
	row = &s->rows[at];
	is_less = heartbeat->uptime_s < row->uptime_s;
	is_same_run = llabs(start_ms - row->start_ms) <= SAME_RUN_MS;
	if (is_less && is_same_run)
		return false;
	row->uptime_s = heartbeat->uptime_s;
	row->start_ms = start_ms;
	return is_less;
}

unsigned int seen_each_suspended(const struct seen *s, int64_t wall_ms,
	void (*on_home)(const char *home, int64_t until_ms, void *userdata), void *userdata)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < s->count; i++) {
		const struct seen_row *row = &s->rows[i];

		if (row->suspended_until_ms <= wall_ms)
			continue;
		count++;
		if (on_home)
			on_home(row->home.home, row->suspended_until_ms, userdata);
	}
	return count;
}

void seen_link_lost(struct seen *s, const char *home, struct desk_moment at)
{
	unsigned int row;

	if (find(s, home, &row))
		vigil_link_lost(&s->rows[row].vigil, s->lost_s, at.now_us);
}

void seen_listen(struct seen *s, uint64_t since_us)
{
	s->listening_us = since_us;
}

static enum vigil_step next(const struct seen *s, const struct seen_row *row, uint64_t now_us)
{
	return vigil_next(&row->vigil, s->lost_s, s->listening_us, now_us);
}

int seen_turn(struct seen *s, struct desk *desk, struct desk_moment at)
{
	struct seen_row *rows[DESK_GROUP_MAX];
	struct stored_home homes[DESK_GROUP_MAX]; /* in force once they are committed */
	unsigned int count = 0;

	for (unsigned int i = 0; i < s->count && count < DESK_GROUP_MAX; i++) {
		enum vigil_step step = next(s, &s->rows[i], at.now_us);
		if (step == VIGIL_WAIT)
			continue;
		rows[count] = &s->rows[i];
		homes[count] = s->rows[i].home;
		int r = step == VIGIL_LOST ? desk_lose_home(desk, &homes[count], at)
					   : desk_find_home(desk, &homes[count], at);
		if (r == 0)
			count++;
		else if (r != -ENOBUFS)
			return r;
	}
	int r = desk_flush(desk, at);
	for (unsigned int i = 0; r == 0 && i < count; i++) {
		rows[i]->home = homes[i];
		vigil_told(&rows[i]->vigil, homes[i].lost[0]);
	}
	return r < 0 ? r : (int)count;
}

unsigned int seen_lost_count(const struct seen *s, uint64_t now_us)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < s->count; i++) {
		const struct vigil *v = &s->rows[i].vigil;
		count += v->is_told ? !v->is_heard : next(s, &s->rows[i], now_us) == VIGIL_LOST;
	}
	return count;
}

bool seen_has_news(const struct seen *s)
{
	return s->has_news;
}

int seen_write(struct seen *s)
{
	const struct store_ops *ops = s->store->ops;

	if (!s->has_news)
		return 0;
	int r = ops->begin(s->store);
	if (r < 0)
		return r;
	for (unsigned int i = 0; r == 0 && i < s->count; i++)
		if (s->rows[i].has_news)
			r = ops->put_home(s->store, &s->rows[i].home);
	if (r < 0) {
		ops->rollback(s->store);
		return r;
	}
	r = ops->commit(s->store);
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < s->count; i++)
		s->rows[i].has_news = false;
	s->has_news = false;
	return 0;
}

unsigned int seen_count(const struct seen *s)
{
	return s->count;
}
