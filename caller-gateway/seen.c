/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sorted table of homes, grown in steps.
 */
#include "caller-gateway/seen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define GROWTH 64

struct seen_row {
	struct stored_home home;
	bool has_news;
};

struct seen {
	struct store *store;
	unsigned int count, room;
	struct seen_row *rows; /* sorted by home */
	bool has_news;
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

static int set(struct seen *s, const struct stored_home *home, bool has_news)
{
	unsigned int at;

	if (!find(s, home->home, &at)) {
		int r = make_room(s);
		if (r < 0)
			return r;
		memmove(s->rows + at + 1, s->rows + at, (s->count - at) * sizeof(s->rows[0]));
		s->count++;
	}
	s->rows[at] = (struct seen_row){*home, has_news};
	s->has_news |= has_news;
	return 0;
}

static int take_up(const struct stored_home *home, void *userdata)
{
	int r = set(userdata, home, false);

	return r == -ENOSPC ? 0 : r;
}

int seen_new(struct seen **ret, struct store *store)
{
	struct seen *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->store = store;
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

void seen_note(struct seen *s, const struct heartbeat *heartbeat, int64_t now_ms)
{
	struct stored_home home = {.last_seen_ms = now_ms};

	memcpy(home.home, heartbeat->home, sizeof(home.home));
	memcpy(home.release, heartbeat->release, sizeof(home.release));
	(void)set(s, &home, true);
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
