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
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define DAYS_A_TURN 3 /* sums of days, so that a turn is short */

static void tell_state(struct history_writer *w)
{
	struct history_answer a = {.what = HISTORY_SAYS_STATE};

	(void)snprintf(a.state.fault, sizeof(a.state.fault), "%s", history_store_fault(&w->store));
	a.state.written = w->written;
	a.state.lost = w->lost;
	a.state.commits = w->commits;
	if (memcmp(&a, &w->told, sizeof(a)) == 0)
		return;
	w->told = a;
	/* fails only once the loop has gone */
	(void)channel_send(w->channel, &a, sizeof(a));
}

static void lose_batch(struct history_writer *w, int error)
{
	w->lost += w->batch;
	w->batch = 0;
	w->is_writing = false;
	w->is_refused = true;
	if (error == -EUCLEAN)
		(void)history_store_begin_anew(&w->store);
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
	r = history_days_sum(&w->store, today, DAYS_A_TURN);
	if (r == 0)
		r = history_days_prune(&w->store, today);
	else if (r > 0)
		return; /* more of them the next minute */
	if (r == 0)
		w->settled_day = today;
	else if (r == -EUCLEAN)
		(void)history_store_begin_anew(&w->store);
}

static void take(struct history_writer *w, const struct history_message *m)
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
		turn_day(w, m->turn.wall_ms);
		/* only of days that are summed: a wrong clock writes nothing */
		if (w->store.db && w->settled_day == local_time_of(m->turn.wall_ms).day)
			(void)history_week_write(&w->store, w->summaries, m->turn.wall_ms,
				m->turn.is_night_far_more);
		tell_state(w);
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
	tell_state(w);
	while ((bytes = recv(w->fd, &w->message, sizeof(w->message), 0)) != 0) {
		if (bytes > 0)
			take(w, &w->message);
		else if (errno != EINTR)
			break;
	}
	commit(w);
	history_store_close(&w->store);
	return NULL;
}
