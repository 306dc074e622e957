/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A monitoring centre for the tests of the desk: a real store in a directory of its own, with the
 * hub, the voice and the disk played here, in virtual time. Included by each of them.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "caller-gateway/desk.h"
#include "caller-gateway/store_sqlite.h"
#include "common/clock.h"

#define FALL "5f1d3c0a9b7e4d2286c1a0f4e3b2d190"

struct centre {
	char dir[200], path[256];
	struct store *store, failing;
	struct store_ops failing_ops;
	struct desk *desk;
	struct desk_moment at;
	struct desk_policy policy; /* all zero: 60 s and 900 s */
	bool is_disk_full, has_no_voice;
	unsigned int receipts, progresses, said, commits_at_receipt;
	uint32_t receipt_seq;
	struct incident last_progress;
	char last_key[INCIDENT_ID_MAX + 2];
	enum ladder_say last_say;
	bool was_reminder;
};

static inline struct centre *the_centre(struct store *s)
{
	return (struct centre *)((char *)s - offsetof(struct centre, failing));
}

/* The disk: every call goes to the real store, and it can be full. */
static inline int disk_begin(struct store *s)
{
	return the_centre(s)->store->ops->begin(the_centre(s)->store);
}

static inline int disk_commit(struct store *s)
{
	struct centre *c = the_centre(s);

	if (c->is_disk_full) {
		c->store->ops->rollback(c->store);
		return -ENOSPC;
	}
	c->commits_at_receipt++;
	return c->store->ops->commit(c->store);
}

static inline void disk_rollback(struct store *s)
{
	the_centre(s)->store->ops->rollback(the_centre(s)->store);
}

static inline int disk_get(struct store *s, const char *id, struct stored_incident *ret)
{
	return the_centre(s)->store->ops->get(the_centre(s)->store, id, ret);
}

static inline int disk_put(struct store *s, const struct stored_incident *row)
{
	return the_centre(s)->store->ops->put(the_centre(s)->store, row);
}

static inline int disk_append(struct store *s, const struct transition *row)
{
	return the_centre(s)->store->ops->append(the_centre(s)->store, row);
}

static inline int disk_put_home(struct store *s, const struct stored_home *row)
{
	return the_centre(s)->store->ops->put_home(the_centre(s)->store, row);
}

static inline int disk_each_home(struct store *s, store_on_home on_row, void *userdata)
{
	return the_centre(s)->store->ops->each_home(the_centre(s)->store, on_row, userdata);
}

static inline int disk_each_open(struct store *s, store_on_incident on_row, void *userdata)
{
	return the_centre(s)->store->ops->each_open(the_centre(s)->store, on_row, userdata);
}

static inline int say(const char *key, const struct incident *incident, enum ladder_say what,
	bool is_reminder, void *userdata)
{
	struct centre *c = userdata;

	(void)incident;
	if (c->has_no_voice)
		return -ENOSPC;
	c->said++;
	(void)snprintf(c->last_key, sizeof(c->last_key), "%s", key);
	c->last_say = what;
	c->was_reminder = is_reminder;
	return 0;
}

static inline void send_receipt(const char *home, const struct receipt *receipt, void *userdata)
{
	struct centre *c = userdata;

	assert_string_equal(home, "demo");
	assert_false(c->is_disk_full); /* HS-05: nothing is promised that is not on the disk */
	c->receipts++;
	c->receipt_seq = receipt->seq;
}

static inline void send_progress(const struct incident *incident, void *userdata)
{
	struct centre *c = userdata;

	c->progresses++;
	c->last_progress = *incident;
}

static inline void tell(const char *what, const char *incident, const char *text, void *userdata)
{
	(void)what;
	(void)incident;
	(void)text;
	(void)userdata;
}

static inline void open_centre(struct centre *c)
{
	struct desk_policy policy = c->policy.again_s ? c->policy : (struct desk_policy){60, 900};
	struct desk_ports ports = {say, send_receipt, send_progress, tell, c};
	char error[256];

	if (!c->dir[0]) {
		(void)snprintf(c->dir, sizeof(c->dir), "%.150s/vigie-desk-XXXXXX",
			getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
		assert_non_null(mkdtemp(c->dir));
		(void)snprintf(c->path, sizeof(c->path), "%s/gateway.sqlite", c->dir);
		c->at = (struct desk_moment){1000 * US_PER_S, 1795464000000};
	}
	assert_int_equal(store_sqlite_open(&c->store, c->path, error, sizeof(error)), 0);
	c->failing_ops = (struct store_ops){.begin = disk_begin,
		.commit = disk_commit,
		.rollback = disk_rollback,
		.get = disk_get,
		.put = disk_put,
		.append = disk_append,
		.put_home = disk_put_home,
		.each_home = disk_each_home,
		.each_open = disk_each_open};
	c->failing.ops = &c->failing_ops;
	assert_int_equal(desk_new(&c->desk, &c->failing, &policy, &ports, c->at), 0);
}

static inline void close_centre(struct centre *c)
{
	c->desk = desk_free(c->desk);
	c->store = c->store->ops->free(c->store);
}

static inline void clear(struct centre *c)
{
	close_centre(c);
	assert_int_equal(unlink(c->path), 0);
	assert_int_equal(rmdir(c->dir), 0);
}

static inline struct incident fall(uint32_t seq, enum incident_state state)
{
	return (struct incident){.id = FALL,
		.home = "demo",
		.seq = seq,
		.class = INCIDENT_FALL,
		.state = state,
		.event_ms = 1795464000000,
		.changed_ms = 1795464000000,
		.probability = 0.9,
		.by = "hub"};
}

/* What one wake-up of the loop does with one message. */
static inline int receive(struct centre *c, const struct incident *incident)
{
	int r = desk_take(c->desk, incident, c->at);

	if (r >= 0)
		r = desk_flush(c->desk, c->at);
	(void)desk_tick(c->desk, c->at);
	return r;
}

static inline void pass(struct centre *c, uint64_t s)
{
	c->at.now_us += s * US_PER_S;
	c->at.wall_ms += (int64_t)s * 1000;
	(void)desk_tick(c->desk, c->at);
}

static inline void speak(struct centre *c)
{
	desk_announced(c->desk, c->last_key, c->at);
	(void)desk_tick(c->desk, c->at);
}

static inline enum incident_state state_of(struct centre *c)
{
	struct stored_incident row;

	assert_int_equal(c->store->ops->get(c->store, FALL, &row), 0);
	return row.incident.state;
}
