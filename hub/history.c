/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop's side: messages out through a SOCK_SEQPACKET pair, never waiting, and answers in
 * through common/channel. The kernel's buffer is the bound on the queue.
 */
#include "hub/history.h"

#include "common/cleanup.h"
#include "hub/history_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define STACK_BYTES (128 * 1024)
#define QUEUE_BYTES (256 * 1024)

struct history {
	int fd; /* messages to the writer */
	struct channel *channel;
	pthread_t thread;
	bool has_thread;
	char fault[INCIDENT_TEXT_MAX];
	struct history_counts counts;
	bool has_key;
	int export_number;                  /* the last that was begun */
	struct history_piece_answer *piece; /* of it, waiting; or NULL */
	struct history_piece_answer *taken; /* the last that was asked for */
	struct history_writer *writer;
};

DEFINE_CLEANUP(struct history *, history_free_p, history_free)

/* Of an export that was given up for another: nobody waits for it. */
static void take_piece(struct history *h, const void *record, size_t bytes)
{
	struct history_piece_answer *piece = calloc(1, sizeof(*piece));

	if (!piece)
		return;
	memcpy(piece, record, bytes < sizeof(*piece) ? bytes : sizeof(*piece));
	if (piece->number != h->export_number) {
		free(piece);
		return;
	}
	free(h->piece);
	h->piece = piece;
}

static void on_answer(const void *record, size_t bytes, void *userdata)
{
	const struct history_answer *a = record;
	struct history *h = userdata;

	switch (a->what) {
	case HISTORY_SAYS_STATE:
		memcpy(h->fault, a->state.fault, sizeof(h->fault));
		h->counts.written = a->state.written;
		h->counts.lost = a->state.lost;
		h->counts.commits = a->state.commits;
		h->counts.windows = a->state.windows;
		break;
	case HISTORY_SAYS_PIECE:
		take_piece(h, record, bytes);
		break;
	}
}

static bool offer(struct history *h, const struct history_message *m, size_t bytes)
{
	return send(h->fd, m, bytes, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)bytes;
}

static void tell(struct history *h, const struct history_message *m, size_t bytes)
{
	if (offer(h, m, bytes))
		h->counts.told++;
	else
		h->counts.dropped++;
}

int history_sensor(struct history *h, uint8_t row, const struct roster_sensor *sensor)
{
	struct history_message m = {.what = HISTORY_TELLS_SENSOR,
		.named = {.row = row, .sensor = {.id = sensor->id, .role = sensor->role}}};

	memcpy(m.named.sensor.name, sensor->name, sizeof(sensor->name));
	memcpy(m.named.sensor.room, sensor->room, sizeof(sensor->room));
	return offer(h, &m, offsetof(struct history_message, named) + sizeof(m.named)) ? 0
										       : -EAGAIN;
}

static int open_pair(struct history *h)
{
	int pair[2], queue_bytes = QUEUE_BYTES;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	h->fd = pair[0];
	h->writer->fd = pair[1];
	return setsockopt(h->fd, SOL_SOCKET, SO_SNDBUF, &queue_bytes, sizeof(queue_bytes)) < 0
		       ? -errno
		       : 0;
}

static int start(struct history *h)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int error = pthread_attr_init(&attributes);

	if (error)
		return -error;
	(void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
	/* signals are the loop's */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&h->thread, &attributes, history_writer_run, h->writer);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attributes);
	h->has_thread = error == 0;
	if (h->has_thread)
		(void)pthread_setname_np(h->thread, "history");
	return -error;
}

int history_new(struct history **ret, sd_event *event, const struct history_options *options)
{
	_cleanup_(history_free_p) struct history *h = calloc(1, sizeof(*h));
	int r;

	if (!h)
		return -ENOMEM;
	h->fd = -1;
	h->writer = calloc(1, sizeof(*h->writer));
	if (!h->writer)
		return -ENOMEM;
	h->writer->fd = -1;
	h->writer->store.days = options->days;
	h->writer->store.spare_bytes = options->spare_bytes;
	(void)mkdir(options->state_dir, 0700); /* where it cannot be made, opening says so */
	(void)snprintf(h->writer->store.path, sizeof(h->writer->store.path), "%s/history.db",
		options->state_dir);
	(void)snprintf(
		h->writer->windows, sizeof(h->writer->windows), "%s/windows", options->state_dir);
	h->writer->has_key = h->has_key = options->window_key != NULL;
	if (options->window_key)
		memcpy(h->writer->key, options->window_key, sizeof(h->writer->key));
	(void)snprintf(h->writer->summaries, sizeof(h->writer->summaries), "%s/summaries",
		options->state_dir);
	r = open_pair(h);
	if (r == 0)
		r = channel_new(&h->channel, event, on_answer, NULL, h);
	h->writer->channel = h->channel;
	if (r == 0)
		r = start(h);
	if (r < 0)
		return r;
	*ret = h;
	h = NULL;
	return 0;
}

struct history *history_free(struct history *h)
{
	if (!h)
		return NULL;
	if (h->channel)
		channel_close(h->channel);
	if (h->fd >= 0)
		(void)shutdown(h->fd, SHUT_WR);
	if (h->has_thread)
		(void)pthread_join(h->thread, NULL);
	h->channel = channel_free(h->channel);
	close_p(&h->fd);
	if (h->writer) {
		close_p(&h->writer->fd);
		explicit_bzero(h->writer->key, sizeof(h->writer->key));
	}
	free(h->piece);
	free(h->taken);
	free(h->writer);
	free(h);
	return NULL;
}

void history_slice(struct history *h, const struct diary_slice *slice)
{
	const struct history_message m = {.what = HISTORY_TELLS_SLICE, .slice = *slice};

	tell(h, &m, offsetof(struct history_message, slice) + sizeof(m.slice));
}

void history_incident(struct history *h, const struct history_incident *incident)
{
	const struct history_message m = {.what = HISTORY_TELLS_INCIDENT, .incident = *incident};

	tell(h, &m, offsetof(struct history_message, incident) + sizeof(m.incident));
}

void history_window(struct history *h, const struct window *window)
{
	enum history_what what = HISTORY_TELLS_WINDOW;
	_cleanup_(free_p) uint8_t *plain = malloc(WINDOW_PLAIN_MAX);
	struct iovec parts[2] = {{.iov_base = &what, .iov_len = sizeof(what)}, {.iov_base = plain}};
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	if (plain)
		parts[1].iov_len = window_write(window, plain);
	if (!plain || sendmsg(h->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		h->counts.dropped++;
	else
		h->counts.told++;
	if (plain)
		explicit_bzero(plain, parts[1].iov_len);
}

int history_export(struct history *h, const struct history_export_wish *wish)
{
	struct history_message m = {.what = HISTORY_TELLS_EXPORT,
		.export = {.number = h->export_number % INT16_MAX + 1, .wish = *wish}};

	if (wish->has_windows && !h->has_key)
		return -ENOKEY;
	if (!offer(h, &m, offsetof(struct history_message, export) + sizeof(m.export)))
		return -EAGAIN;
	h->export_number = m.export.number;
	free(h->piece);
	h->piece = NULL;
	return h->export_number;
}

int history_export_piece(struct history *h, int export, const struct history_piece **ret)
{
	struct history_message m = {.what = HISTORY_TELLS_NEXT, .export = {.number = export}};
	int r;

	if (export != h->export_number || export == 0)
		return -ENOENT;
	if (!h->piece)
		return -EAGAIN;
	r = h->piece->result;
	free(h->taken);
	h->taken = h->piece;
	h->piece = NULL;
	*ret = &h->taken->piece;
	if (r == 1)
		(void)offer(h, &m, offsetof(struct history_message, export.wish));
	else
		h->export_number = export + 1; /* it is over */
	return r;
}

void history_turn(struct history *h, int64_t wall_ms, bool is_night_far_more)
{
	const struct history_message m = {.what = HISTORY_TELLS_TURN,
		.turn = {.wall_ms = wall_ms, .is_night_far_more = is_night_far_more}};

	(void)offer(h, &m, offsetof(struct history_message, turn) + sizeof(m.turn));
}

const char *history_fault(const struct history *h)
{
	return h->fault;
}

struct history_counts history_counts(const struct history *h)
{
	return h->counts;
}
