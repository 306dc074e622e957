/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records from worker threads to the loop over a SOCK_SEQPACKET pair: the kernel keeps the order,
 * the record boundaries and the bound on memory (SO_SNDBUF), and wakes both sides. The worker's end
 * blocks, the loop's end never does. A wake-up delivers a bounded number of records, so that a
 * flood cannot starve the loop's other sources; epoll is level-triggered and brings us back for the
 * rest.
 *
 * Threads: channel_send() and channel_close() touch nothing but the two descriptors, which live
 * until channel_free(); free after the workers have been joined. Closing is shutdown(2), which also
 * wakes a sender that is blocked inside send(2).
 */
#include "common/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/cleanup.h"

#define RECORDS_PER_WAKE_UP 64
#define QUEUE_BYTES         (256 * 1024)

struct channel {
	int loop_fd, worker_fd;
	sd_event_source *source;
	channel_on_record on_record;
	channel_on_drained on_drained;
	void *userdata;
	_Alignas(max_align_t) unsigned char record[CHANNEL_RECORD_MAX];
};

DEFINE_CLEANUP(struct channel *, channel_free_p, channel_free)

/* Bytes of one record in c->record; 0 when closed and drained, −EAGAIN when empty. */
static ssize_t channel_receive(struct channel *c)
{
	for (;;) {
		ssize_t bytes = recv(c->loop_fd, c->record, sizeof(c->record), MSG_DONTWAIT);

		if (bytes >= 0)
			return bytes;
		if (errno != EINTR)
			return -errno;
	}
}

static int channel_on_readable(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct channel *c = userdata;
	unsigned int records = 0;
	ssize_t bytes = 0;

	(void)fd;
	(void)events;
	while (records < RECORDS_PER_WAKE_UP && (bytes = channel_receive(c)) > 0) {
		c->on_record(c->record, (size_t)bytes, c->userdata);
		records++;
	}
	/* A closed pair stays readable for ever: stop listening. */
	if (bytes <= 0 && bytes != -EAGAIN)
		(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	if (records > 0 && c->on_drained)
		c->on_drained(c->userdata);
	return 0;
}

static int channel_open_pair(struct channel *c)
{
	int pair[2], queue_bytes = QUEUE_BYTES, flags;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	c->loop_fd = pair[0];
	c->worker_fd = pair[1];
	if (setsockopt(c->worker_fd, SOL_SOCKET, SO_SNDBUF, &queue_bytes, sizeof(queue_bytes)) < 0)
		return -errno;
	flags = fcntl(c->loop_fd, F_GETFL);
	if (flags < 0 || fcntl(c->loop_fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

int channel_new(struct channel **ret, sd_event *event, channel_on_record on_record,
	channel_on_drained on_drained, void *userdata)
{
	_cleanup_(channel_free_p) struct channel *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->loop_fd = c->worker_fd = -1;
	c->on_record = on_record;
	c->on_drained = on_drained;
	c->userdata = userdata;
	r = channel_open_pair(c);
	if (r < 0)
		return r;
	r = sd_event_add_io(event, &c->source, c->loop_fd, EPOLLIN, channel_on_readable, c);
	if (r < 0)
		return r;
	(void)sd_event_source_set_description(c->source, "channel");
	*ret = c;
	c = NULL;
	return 0;
}

struct channel *channel_free(struct channel *c)
{
	if (!c)
		return NULL;
	(void)sd_event_source_disable_unref(c->source);
	close_p(&c->loop_fd);
	close_p(&c->worker_fd);
	free(c);
	return NULL;
}

int channel_send(struct channel *c, const void *record, size_t bytes)
{
	if (bytes == 0)
		return -EINVAL;
	if (bytes > CHANNEL_RECORD_MAX)
		return -EMSGSIZE;
	while (send(c->worker_fd, record, bytes, MSG_NOSIGNAL) < 0) {
		if (errno == ECONNRESET)
			return -EPIPE;
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

void channel_close(struct channel *c)
{
	(void)shutdown(c->worker_fd, SHUT_RDWR);
}
