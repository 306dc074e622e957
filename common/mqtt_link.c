/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loop, our thread, Paho's threads. Commands go loop → thread over a SOCK_SEQPACKET pair that never
 * blocks the loop; events come Paho → loop over a channel that may block Paho. Paho holds its
 * global mutex during callbacks, so while the channel is full any call into Paho waits too; that is
 * why the loop makes none: our thread waits in its place, the loop drains the channel, and all go
 * on. A full channel stops Paho reading from its socket, so a storm stays at the broker, which
 * keeps it all.
 *
 * Each opened connection has a number; what is heard late of a dropped one is recognised by it.
 */
#include "common/mqtt_link.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/channel.h"
#include "common/cleanup.h"
#include "common/mqtt_paho.h"

#define COMMAND_QUEUE_BYTES (512 * 1024)
#define WHY_MAX             160

enum command_kind { COMMAND_OPEN, COMMAND_DROP, COMMAND_PUBLISH };

/* A record of the pair; only what is used of the payload is sent. */
struct command {
	enum command_kind kind;
	uint32_t number; /* OPEN: the connection's */
	uint32_t expiry_s;
	uint32_t bytes;
	struct mqtt_broker broker;
	char topic[MQTT_TOPIC_MAX];
	char payload[MQTT_PAYLOAD_MAX];
};

enum event_kind { EVENT_UP, EVENT_DOWN, EVENT_MESSAGE, EVENT_REFUSED };

/* A record of the channel: DOWN and REFUSED say why in the payload. */
struct event {
	enum event_kind kind;
	uint32_t number;
	struct mqtt_message message;
};

/* Who tells: one per connection, owned by the thread. */
struct teller {
	struct mqtt_link *link;
	uint32_t number;
};

struct mqtt_link {
	struct mqtt_link_settings settings;
	struct mqtt_listener listener;
	struct channel *channel;
	int loop_fd, thread_fd;
	pthread_t thread;
	bool has_thread;
	uint32_t number; /* of the connection the loop listens to; 0: none */
	uint32_t opened;
	atomic_uint in_air;
	struct command command; /* the loop's own */
	/* the thread's own */
	struct mqtt_paho *paho;
	struct teller teller;
	struct command taken;
};

DEFINE_CLEANUP(struct mqtt_link *, link_free_p, mqtt_link_free)

static void tell(const struct teller *t, struct event *e, const char *text, size_t bytes)
{
	e->number = t->number;
	e->message.bytes = (uint32_t)bytes;
	memcpy(e->message.payload, text, bytes);
	e->message.payload[bytes] = '\0';
	/* −EPIPE: the link is being freed and nobody listens any more */
	(void)channel_send(
		t->link->channel, e, offsetof(struct event, message.payload) + bytes + 1);
}

static void on_paho_up(void *userdata)
{
	struct event e = {.kind = EVENT_UP};

	tell(userdata, &e, "", 0);
}

static void on_paho_down(const char *why, void *userdata)
{
	struct event e = {.kind = EVENT_DOWN};

	tell(userdata, &e, why, strnlen(why, WHY_MAX));
}

static void on_paho_refused(const char *why, void *userdata)
{
	struct event e = {.kind = EVENT_REFUSED};

	tell(userdata, &e, why, strnlen(why, WHY_MAX));
}

static const char *refusal(size_t topic_bytes, size_t bytes, bool is_retained)
{
	if (is_retained)
		return "retained message";
	if (topic_bytes >= MQTT_TOPIC_MAX)
		return "topic too long";
	return bytes > MQTT_PAYLOAD_MAX ? "payload too long" : NULL;
}

static void on_paho_message(const char *topic, size_t topic_bytes, const void *payload,
	size_t bytes, bool is_retained, void *userdata)
{
	const char *why = refusal(topic_bytes, bytes, is_retained);
	struct event e = {.kind = why ? EVENT_REFUSED : EVENT_MESSAGE};

	(void)snprintf(e.message.topic, sizeof(e.message.topic), "%.*s", (int)topic_bytes, topic);
	if (why)
		tell(userdata, &e, why, strlen(why));
	else
		tell(userdata, &e, bytes > 0 ? payload : "", bytes);
}

static void obey_open(struct mqtt_link *l)
{
	const struct mqtt_paho_listener listener = {.on_up = on_paho_up,
		.on_down = on_paho_down,
		.on_message = on_paho_message,
		.on_refused = on_paho_refused,
		.userdata = &l->teller};
	int r;

	l->paho = mqtt_paho_free(l->paho);
	l->teller = (struct teller){l, l->taken.number};
	r = mqtt_paho_new(&l->paho, &l->settings, &l->taken.broker, &l->in_air, &listener);
	if (r < 0)
		on_paho_down(strerror(-r), &l->teller);
}

static void obey(struct mqtt_link *l)
{
	struct command *c = &l->taken;

	switch (c->kind) {
	case COMMAND_OPEN:
		obey_open(l);
		break;
	case COMMAND_DROP:
		l->paho = mqtt_paho_free(l->paho);
		break;
	case COMMAND_PUBLISH:
		if (l->paho)
			mqtt_paho_publish(l->paho, c->topic, c->payload, c->bytes, c->expiry_s);
		break;
	}
}

/* Until the loop has closed its end and all it said before has been done. */
static void *run(void *userdata)
{
	struct mqtt_link *l = userdata;
	ssize_t bytes;

	do {
		bytes = recv(l->thread_fd, &l->taken, sizeof(l->taken), 0);
		if (bytes > 0)
			obey(l);
	} while (bytes > 0 || (bytes < 0 && errno == EINTR));
	if (l->paho)
		mqtt_paho_goodbye(l->paho);
	l->paho = mqtt_paho_free(l->paho);
	return NULL;
}

static void on_record(const void *record, size_t bytes, void *userdata)
{
	const struct event *e = record;
	struct mqtt_link *l = userdata;
	const struct mqtt_listener *t = &l->listener;

	(void)bytes;
	if (e->number != l->number || l->number == 0)
		return;
	if (e->kind == EVENT_UP)
		t->on_up(t->userdata);
	else if (e->kind == EVENT_DOWN)
		t->on_down(e->message.payload, t->userdata);
	else if (e->kind == EVENT_MESSAGE)
		t->on_message(&e->message, t->userdata);
	else
		t->on_refused(e->message.topic, e->message.payload, t->userdata);
}

static void on_drained(void *userdata)
{
	struct mqtt_link *l = userdata;

	l->listener.on_drained(l->listener.userdata);
}

/* Paho's threads inherit the mask: signals are the loop's alone. */
static int start_thread(struct mqtt_link *l)
{
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&l->thread, NULL, run, l);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	l->has_thread = r == 0;
	return -r;
}

int mqtt_link_new(struct mqtt_link **ret, sd_event *event,
	const struct mqtt_link_settings *settings, const struct mqtt_listener *listener)
{
	_cleanup_(link_free_p) struct mqtt_link *l = calloc(1, sizeof(*l));
	int queue_bytes = COMMAND_QUEUE_BYTES;
	int pair[2], r;

	if (!l)
		return -ENOMEM;
	l->loop_fd = l->thread_fd = -1;
	l->settings = *settings;
	l->listener = *listener;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	l->loop_fd = pair[0];
	l->thread_fd = pair[1];
	if (setsockopt(l->loop_fd, SOL_SOCKET, SO_SNDBUF, &queue_bytes, sizeof(queue_bytes)) < 0)
		return -errno;
	r = channel_new(&l->channel, event, on_record, on_drained, l);
	if (r == 0)
		r = start_thread(l);
	if (r < 0)
		return r;
	*ret = l;
	l = NULL;
	return 0;
}

struct mqtt_link *mqtt_link_free(struct mqtt_link *l)
{
	if (!l)
		return NULL;
	if (l->channel)
		channel_close(l->channel); /* wakes Paho where it waits for us */
	close_p(&l->loop_fd);
	if (l->has_thread)
		(void)pthread_join(l->thread, NULL);
	l->channel = channel_free(l->channel);
	close_p(&l->thread_fd);
	free(l);
	return NULL;
}

static int command(struct mqtt_link *l, enum command_kind kind)
{
	struct command *c = &l->command;

	c->kind = kind;
	while (send(l->loop_fd, c, offsetof(struct command, payload) + c->bytes,
		       MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int mqtt_link_open(struct mqtt_link *l, const struct mqtt_broker *broker)
{
	int r;

	if (++l->opened == 0)
		l->opened = 1;
	l->command.number = l->opened;
	l->command.broker = *broker;
	l->command.bytes = 0;
	r = command(l, COMMAND_OPEN);
	l->number = r == 0 ? l->opened : 0;
	return r;
}

void mqtt_link_drop(struct mqtt_link *l)
{
	l->number = 0;
	l->command.bytes = 0;
	(void)command(l, COMMAND_DROP); /* where the thread is behind, the next open drops it */
}

int mqtt_link_publish(struct mqtt_link *l, const char *topic, const void *payload, size_t bytes,
	uint32_t expiry_s)
{
	struct command *c = &l->command;
	int r;

	if (atomic_load(&l->in_air) >= MQTT_IN_AIR_MAX)
		return -EAGAIN;
	(void)snprintf(c->topic, sizeof(c->topic), "%s", topic);
	memcpy(c->payload, payload, bytes);
	c->bytes = (uint32_t)bytes;
	c->expiry_s = expiry_s;
	(void)atomic_fetch_add(&l->in_air, 1);
	r = command(l, COMMAND_PUBLISH);
	if (r < 0)
		(void)atomic_fetch_sub(&l->in_air, 1);
	return r;
}
