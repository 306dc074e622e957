/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sleeps until something is told, takes all there is into one transaction, commits it at the
 * minute's turn, and tells the loop how it went.
 */
#include "hub/history_writer.h"

#include "common/clock.h"
#include "hub/local_day.h"

#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define EXPORT_TURNS 3 /* whoever asked for it has gone */
#define DAYS_A_TURN  3 /* sums of days, so that a turn is short */

static void tell_state(struct history_writer *w)
{
	struct history_answer a = {.what = HISTORY_SAYS_STATE};

	(void)snprintf(a.state.fault, sizeof(a.state.fault), "%s", history_store_fault(&w->store));
	a.state.written = w->written;
	a.state.lost = w->lost;
	a.state.commits = w->commits;
	a.state.windows = w->windows_count;
	if (memcmp(&a, &w->told, sizeof(a)) == 0)
		return;
	w->told = a;
	/* fails only once the loop has gone */
	(void)channel_send(w->channel, &a, sizeof(a));
}

/* An export lets go of the file first. */
static void begin_anew(struct history_writer *w)
{
	w->export = history_export_free(w->export);
	(void)history_store_begin_anew(&w->store);
}

static void lose_batch(struct history_writer *w, int error)
{
	w->lost += w->batch;
	w->batch = 0;
	w->is_writing = false;
	w->is_refused = true;
	if (error == -EUCLEAN)
		begin_anew(w);
}

static void commit(struct history_writer *w)
{
	int r;

	w->is_refused = false;
	if (!w->is_writing)
		return;
	r = history_store_commit(&w->store);
	if (r < 0) {
		lose_batch(w, r);
		w->is_refused = false;
		return;
	}
	w->is_writing = false;
	w->written += w->batch;
	w->batch = 0;
	w->commits++;
}

/* One record into the transaction under way; once refused, the rest of the minute is lost too. */
static void write_record(struct history_writer *w, const struct history_message *m)
{
	int r = 0;

	if (!w->is_writing && !w->is_refused) {
		r = history_store_begin(&w->store);
		w->is_writing = r == 0;
	}
	w->batch++;
	if (w->is_refused) {
		lose_batch(w, 0);
		return;
	}
	if (r == 0)
		r = m->what == HISTORY_TELLS_SLICE
			    ? history_store_slice(&w->store, &m->slice)
			    : history_store_incident(&w->store, &m->incident);
	if (r == -EINVAL) { /* nothing of ours: it costs itself */
		w->batch--;
		w->lost++;
	} else if (r < 0) {
		lose_batch(w, r);
	}
}

/* A new local day, once it has lasted: a clock that is wrong for some minutes after the start must
 * not prune what is not old. */
static void turn_day(struct history_writer *w, int64_t wall_ms)
{
	int32_t today = local_time_of(wall_ms).day;
	int r;

	if (today != w->day) {
		w->day = today;
		w->turns = 0;
	}
	if (w->settled_day == today || ++w->turns < HISTORY_SETTLED_TURNS)
		return;
	window_store_prune(w->windows, wall_ms);
	r = history_days_sum(&w->store, today, DAYS_A_TURN);
	if (r == 0)
		r = history_days_prune(&w->store, today);
	else if (r > 0)
		return; /* more of them the next minute */
	if (r == 0)
		w->settled_day = today;
	else if (r == -EUCLEAN)
		begin_anew(w);
}

static void count_windows(struct history_writer *w)
{
	int64_t numbers[WINDOW_STORE_MAX];

	w->windows_count = window_store_list(w->windows, numbers);
}

/* Onto the disk at once: falls are rare. What it is about is remembered beside it, for how the
 * incident ends is known later. */
static void keep_window(struct history_writer *w, struct bytes plain)
{
	struct bytes b = plain;
	const uint8_t *id = bytes_take(&b, INCIDENT_ID_MAX - 1);
	int64_t event_ms = bytes_signed(&b, 8);
	int64_t number = w->has_key && id ? window_store_put(w->windows, w->key, plain) : -ENOKEY;
	char incident[INCIDENT_ID_MAX] = "";

	if (id)
		memcpy(incident, id, INCIDENT_ID_MAX - 1);
	explicit_bzero(&w->in, sizeof(enum history_what) + plain.left);
	if (number < 0) {
		w->lost++;
		return;
	}
	commit(w);
	if (w->store.db)
		(void)history_store_window(&w->store, number, incident, event_ms);
	count_windows(w);
	tell_state(w);
}

static void end_export(struct history_writer *w)
{
	w->export = history_export_free(w->export);
}

static void send_piece(struct history_writer *w, int number)
{
	struct history_piece_answer *a = calloc(1, sizeof(*a));

	if (!a)
		return;
	a->what = HISTORY_SAYS_PIECE;
	a->number = number;
	a->result = w->export ? history_export_next(w->export, &a->piece) : -EIO;
	if (a->result <= 0)
		end_export(w);
	w->export_turns = 0;
	(void)channel_send(w->channel, a, sizeof(*a));
	free(a);
}

static void refuse_export(struct history_writer *w, int number, int error)
{
	struct history_piece_answer *a = calloc(1, sizeof(*a));

	if (!a)
		return;
	a->what = HISTORY_SAYS_PIECE;
	a->number = number;
	a->result = error;
	(void)channel_send(w->channel, a, offsetof(struct history_piece_answer, piece));
	free(a);
}

/* On record first: what cannot be recorded does not leave. */
static void begin_export(
	struct history_writer *w, int number, const struct history_export_wish *wish)
{
	int r;

	end_export(w);
	commit(w);
	w->export_number = number;
	r = history_store_audit(&w->store, wish->at_ms, wish->who,
		wish->has_windows ? "windows exported" : "own data exported", wish->why);
	if (r < 0) {
		refuse_export(w, number, -EPERM);
		return;
	}
	r = history_export_new(&w->export, &w->store, wish, w->windows, w->has_key ? w->key : NULL);
	if (r < 0)
		refuse_export(w, number, r);
	else
		send_piece(w, number);
}

static void take(struct history_writer *w, const struct history_message *m, size_t bytes)
{
	switch (m->what) {
	case HISTORY_TELLS_SENSOR:
		history_store_sensor(&w->store, m->named.row, &m->named.sensor);
		break;
	case HISTORY_TELLS_SLICE:
	case HISTORY_TELLS_INCIDENT:
		write_record(w, m);
		break;
	case HISTORY_TELLS_TURN:
		commit(w);
		if (w->export && ++w->export_turns > EXPORT_TURNS)
			end_export(w);
		turn_day(w, m->turn.wall_ms);
		/* only of days that are summed: a wrong clock writes nothing */
		if (w->store.db && w->settled_day == local_time_of(m->turn.wall_ms).day)
			(void)history_week_write(&w->store, w->summaries, m->turn.wall_ms,
				m->turn.is_night_far_more);
		tell_state(w);
		break;
	case HISTORY_TELLS_EXPORT: {
		const struct history_export_wish wish = m->export.wish;

		begin_export(w, m->export.number, &wish);
		break;
	}
	case HISTORY_TELLS_NEXT:
		if (w->export && m->export.number == w->export_number)
			send_piece(w, m->export.number);
		break;
	case HISTORY_TELLS_WINDOW:
		keep_window(w, bytes_of(w->in.bytes + sizeof(m->what), bytes - sizeof(m->what)));
		break;
	}
}

void *history_writer_run(void *writer)
{
	struct history_writer *w = writer;
	ssize_t bytes;

	(void)history_store_open(&w->store);
	/* checking and opening took 200 kB for a moment */
	(void)malloc_trim(0);
	count_windows(w);
	tell_state(w);
	while ((bytes = recv(w->fd, &w->in, sizeof(w->in), 0)) != 0) {
		if (bytes > 0)
			take(w, &w->in.message, (size_t)bytes);
		else if (errno != EINTR)
			break;
	}
	end_export(w);
	commit(w);
	history_store_close(&w->store);
	return NULL;
}
