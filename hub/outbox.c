/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Episodes, transitions and counters in and out of the store.
 */
#include "hub/outbox.h"

#include "common/cleanup.h"
#include "common/clock.h"
#include "hub/outbox_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"

static void read_boot_id(char ret[OUTBOX_BOOT_MAX])
{
	_cleanup_(fclose_p) FILE *file = fopen(BOOT_ID_FILE, "re");

	if (!file || !fgets(ret, OUTBOX_BOOT_MAX, file))
		ret[0] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
}

int outbox_new(struct outbox **ret, const char *state_dir)
{
	struct outbox *o = calloc(1, sizeof(*o));

	if (!o)
		return -ENOMEM;
	(void)mkdir(state_dir, 0700); /* where it cannot be made, opening says so */
	(void)snprintf(o->path, sizeof(o->path), "%s/hub.db", state_dir);
	read_boot_id(o->boot);
	(void)outbox_store_open(o);
	*ret = o;
	return 0;
}

struct outbox *outbox_free(struct outbox *o)
{
	if (o)
		outbox_store_close(o);
	free(o);
	return NULL;
}

static void bind_text(sqlite3_stmt *s, int n, const char *text)
{
	(void)sqlite3_bind_text(s, n, text, -1, SQLITE_STATIC);
}

static void bind_number(sqlite3_stmt *s, int n, uint64_t number)
{
	(void)sqlite3_bind_int64(s, n, (sqlite3_int64)number);
}

static int put_episode(struct outbox *o, const struct episode *e, struct moment at)
{
	sqlite3_stmt *s = o->statements[STATEMENT_PUT_INCIDENT];
	char json[INCIDENT_JSON_MAX];
	int64_t until_ms = at.wall_ms;

	if (incident_to_json(&e->incident, json) < 0)
		return -EINVAL;
	if (e->verify_until_us > at.now_us)
		until_ms += (int64_t)((e->verify_until_us - at.now_us) / US_PER_MS);
	bind_text(s, 1, json);
	bind_number(s, 2, e->incident.seq);
	bind_number(s, 3, e->delivered_seq);
	bind_text(s, 4, e->sensor.text);
	bind_number(s, 5, e->mark);
	bind_number(s, 6, e->evidence_us);
	bind_number(s, 7, e->verify_until_us);
	(void)sqlite3_bind_int64(s, 8, until_ms);
	bind_text(s, 9, o->boot);
	bind_number(s, 10, e->presses);
	(void)sqlite3_bind_int64(s, 11, e->progress_ms);
	bind_number(s, 12, e->call_seq);
	bind_text(s, 13, e->incident.id);
	bind_text(s, 14, incident_state_text(e->incident.state));
	(void)sqlite3_bind_int64(s, 15, e->incident.event_ms);
	bind_number(s, 16, !escalate_is_done(e));
	bind_number(s, 17, escalate_is_owed(e));
	return outbox_store_run(o, STATEMENT_PUT_INCIDENT);
}

static int put_transition(struct outbox *o, const struct transition *t)
{
	sqlite3_stmt *s = o->statements[STATEMENT_PUT_TRANSITION];

	bind_text(s, 1, t->incident);
	bind_number(s, 2, t->seq);
	bind_text(s, 3, incident_state_text(t->from));
	bind_text(s, 4, incident_state_text(t->to));
	(void)sqlite3_bind_int64(s, 5, t->at_ms);
	bind_text(s, 6, t->by);
	bind_text(s, 7, t->why);
	return outbox_store_run(o, STATEMENT_PUT_TRANSITION);
}

/* Tells one key of a device from the next: a sensor that was given a new key begins anew, and its
 * old counter must not shut it out. 32 bits of a hash say nothing useful of 128 (FNV-1a). */
static uint32_t key_mark(const struct device_key *d)
{
	uint32_t mark = 2166136261U;

	for (unsigned int n = 0; d->has_key && n < sizeof(d->key); n++)
		mark = (mark ^ d->key[n]) * 16777619U;
	return mark;
}

static int put_counters(struct outbox *o, const struct device_keys *keys)
{
	sqlite3_stmt *s = o->statements[STATEMENT_PUT_COUNTER];
	int r = 0;

	for (unsigned int n = 0; r == 0 && n < DEVICE_KEYS_MAX; n++) {
		const struct device_key *d = &keys->devices[n];

		if (!d->is_used || !d->has_counter || !d->is_counter_new)
			continue;
		(void)sqlite3_bind_blob(s, 1, d->address, sizeof(d->address), SQLITE_STATIC);
		bind_number(s, 2, d->counter);
		bind_number(s, 3, key_mark(d));
		r = outbox_store_run(o, STATEMENT_PUT_COUNTER);
	}
	return r;
}

static void remember(struct outbox *o, const struct transition transitions[], unsigned int count)
{
	for (unsigned int n = 0; n < count; n++) {
		if (o->unsaved_count == OUTBOX_UNSAVED_MAX) {
			memmove(&o->unsaved[0], &o->unsaved[1],
				(OUTBOX_UNSAVED_MAX - 1) * sizeof(o->unsaved[0]));
			o->unsaved_count--;
			o->unsaved_lost++;
		}
		o->unsaved[o->unsaved_count++] = transitions[n];
	}
}

/* What waited is an incident now, with the same commit. */
static int end_waiting(struct outbox *o, const struct episode *e)
{
	sqlite3_stmt *s = o->statements[STATEMENT_END_WAITING];

	if (e->incident.class != INCIDENT_FALL)
		return 0;
	bind_text(s, 1, e->sensor.text);
	bind_number(s, 2, e->mark);
	return outbox_store_run(o, STATEMENT_END_WAITING);
}

static int write_all(
	struct outbox *o, const struct episode *e, struct device_keys *keys, struct moment at)
{
	int r = outbox_store_begin(o);

	if (r < 0)
		return r;
	if (e)
		r = put_episode(o, e, at);
	if (e && r == 0)
		r = end_waiting(o, e);
	for (unsigned int n = 0; r == 0 && n < o->unsaved_count; n++)
		r = put_transition(o, &o->unsaved[n]);
	if (r == 0 && keys)
		r = put_counters(o, keys);
	return outbox_store_end(o, r);
}

int outbox_commit(struct outbox *o, const struct episode *e, const struct transition transitions[],
	unsigned int count, struct device_keys *keys, struct moment at)
{
	int r = 0;

	remember(o, transitions, count);
	if (!o->db)
		r = outbox_store_open(o);
	if (r == 0)
		r = write_all(o, e, keys, at);
	if (r < 0)
		return r;
	o->unsaved_count = 0;
	o->fault[0] = '\0';
	for (unsigned int n = 0; keys && n < DEVICE_KEYS_MAX; n++)
		keys->devices[n].is_counter_new = false;
	return 0;
}

int outbox_begin_anew(struct outbox *o)
{
	int r;

	outbox_store_close(o);
	r = outbox_store_set_aside(o, "damaged");
	return r < 0 ? r : outbox_store_open(o);
}

static const char *column_text(sqlite3_stmt *s, int n)
{
	const unsigned char *text = sqlite3_column_text(s, n);

	return text ? (const char *)text : "";
}

/* A deadline written in this boot stands; one of an earlier boot is what is left of it by the
 * wall clock, which may have been set since: never more than anybody may be asked. */
static void set_clocks(struct outbox *o, sqlite3_stmt *s, struct moment at, struct episode *e)
{
	int64_t left_ms = sqlite3_column_int64(s, 7) - at.wall_ms;

	e->evidence_us = (uint64_t)sqlite3_column_int64(s, 5);
	e->verify_until_us = (uint64_t)sqlite3_column_int64(s, 6);
	if (strcmp(column_text(s, 8), o->boot) == 0)
		return;
	e->evidence_us = at.now_us;
	if (left_ms < 0)
		left_ms = 0;
	if (left_ms > ESCALATE_ASK_MAX_S * 1000)
		left_ms = ESCALATE_ASK_MAX_S * 1000;
	if (e->verify_until_us)
		e->verify_until_us = at.now_us + (uint64_t)left_ms * US_PER_MS;
}

static int take_episode(struct outbox *o, sqlite3_stmt *s, struct moment at, struct episode *ret)
{
	struct episode e = {.presses = (uint32_t)sqlite3_column_int64(s, 9)};
	const char *json = column_text(s, 0);
	char error[128];

	if (incident_from_json(json, strlen(json), &e.incident, error, sizeof(error)) < 0)
		return -EBADMSG;
	e.delivered_seq = (uint32_t)sqlite3_column_int64(s, 2);
	(void)snprintf(e.sensor.text, sizeof(e.sensor.text), "%s", column_text(s, 3));
	e.mark = (uint64_t)sqlite3_column_int64(s, 4);
	e.progress_ms = sqlite3_column_int64(s, 10);
	e.call_seq = (uint32_t)sqlite3_column_int64(s, 11);
	set_clocks(o, s, at, &e);
	*ret = e;
	return 0;
}

int outbox_load_open(struct outbox *o, struct moment at, struct episode ret[], unsigned int max)
{
	sqlite3_stmt *s = o->statements[STATEMENT_OPEN_INCIDENTS];
	unsigned int count = 0;
	int code;

	if (!o->db)
		return -EIO;
	errno = 0;
	while ((code = sqlite3_step(s)) == SQLITE_ROW && count < max)
		if (take_episode(o, s, at, &ret[count]) == 0)
			count++;
		else
			(void)snprintf(
				o->found, sizeof(o->found), "store: an incident is unreadable");
	(void)sqlite3_reset(s);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return outbox_store_error(o, code);
	return (int)count;
}

int outbox_find(struct outbox *o, const char *incident, struct moment at, struct episode *ret)
{
	sqlite3_stmt *s = o->statements[STATEMENT_ONE_INCIDENT];
	int r = -ENOENT;

	if (!o->db)
		return -ENOENT;
	bind_text(s, 1, incident);
	if (sqlite3_step(s) == SQLITE_ROW && take_episode(o, s, at, ret) == 0)
		r = 0;
	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	return r;
}

int outbox_list(struct outbox *o, unsigned int max,
	void (*on_episode)(const struct episode *e, void *userdata), void *userdata)
{
	sqlite3_stmt *s = o->statements[STATEMENT_LATEST];
	const struct moment at = {.wall_ms = 0};
	struct episode e;
	int count = 0, code;

	if (!o->db)
		return -EIO;
	bind_number(s, 1, max);
	errno = 0;
	while ((code = sqlite3_step(s)) == SQLITE_ROW)
		if (take_episode(o, s, at, &e) == 0) {
			on_episode(&e, userdata);
			count++;
		}
	if (code != SQLITE_DONE)
		count = outbox_store_error(o, code);
	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	return count;
}

int outbox_load_counters(struct outbox *o, struct device_keys *keys)
{
	sqlite3_stmt *s = o->statements[STATEMENT_COUNTERS];
	int count = 0, code;

	if (!o->db)
		return -EIO;
	while ((code = sqlite3_step(s)) == SQLITE_ROW) {
		uint8_t address[6];
		struct device_key *d;

		if (sqlite3_column_bytes(s, 0) != (int)sizeof(address))
			continue;
		memcpy(address, sqlite3_column_blob(s, 0), sizeof(address));
		d = device_keys_ensure(keys, address);
		if (!d || sqlite3_column_int64(s, 2) != key_mark(d))
			continue;
		d->counter = (uint32_t)sqlite3_column_int64(s, 1);
		d->has_counter = true;
		count++;
	}
	(void)sqlite3_reset(s);
	return code == SQLITE_DONE ? count : outbox_store_error(o, code);
}

int outbox_forget_counter(struct outbox *o, const uint8_t address[6])
{
	if (!o->db)
		return -EIO;
	(void)sqlite3_bind_blob(
		o->statements[STATEMENT_FORGET_COUNTER], 1, address, 6, SQLITE_TRANSIENT);
	return outbox_store_run(o, STATEMENT_FORGET_COUNTER);
}

static unsigned int count_of(struct outbox *o, enum outbox_statement which)
{
	sqlite3_stmt *s = o->statements[which];
	unsigned int count = 0;

	if (o->db && sqlite3_step(s) == SQLITE_ROW)
		count = (unsigned int)sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return count;
}

unsigned int outbox_depth(struct outbox *o)
{
	return count_of(o, STATEMENT_DEPTH);
}

unsigned int outbox_open_count(struct outbox *o)
{
	return count_of(o, STATEMENT_OPEN_COUNT);
}

const char *outbox_fault(const struct outbox *o)
{
	return o->fault[0] ? o->fault : o->found;
}

uint64_t outbox_commits(const struct outbox *o)
{
	return o->commits;
}
