/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clients of the control socket: lines in, answers out, steps to those who follow. The socket
 * file itself is control_socket.c's, what a request means is the daemon's.
 */
#include "common/control.h"

#include "common/cleanup.h"
#include "common/control_socket.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPT_AGAIN_US 1000000 /* after running out of descriptors */

struct client {
	struct control *control; /* borrowed: it owns us */
	unsigned int slot;
	int fd;
	sd_event_source *io;
	bool is_following, is_closing; /* closing: dropped once its answer is gone */
	bool is_input_over;
	size_t in_bytes, out_bytes, out_room;
	char *out; /* what the kernel has not yet taken */
	char in[CONTROL_LINE_MAX];
};

struct control {
	sd_event *event;
	struct control_socket socket;
	sd_event_source *accepting, *accept_again;
	control_on_request on_request;
	void *userdata;
	unsigned int followers;
	struct client *clients[CONTROL_CLIENTS_MAX];
};

static void client_drop(struct client *c)
{
	c->control->clients[c->slot] = NULL;
	c->control->followers -= c->is_following;
	(void)sd_event_source_disable_unref(c->io);
	(void)close(c->fd);
	free(c->out);
	free(c);
}

static bool has_line(const struct client *c)
{
	return memchr(c->in, '\n', c->in_bytes) != NULL;
}

/* Reads only while it owes nothing: whoever does not take answers is not heard. */
static void client_watch(struct client *c)
{
	bool is_owing = c->out_bytes > 0 || has_line(c);
	bool is_reading = !is_owing && !c->is_input_over && !c->is_closing;

	(void)sd_event_source_set_io_events(
		c->io, (is_reading ? EPOLLIN : 0u) | (is_owing ? EPOLLOUT : 0u));
}

/* Hands to the kernel what it takes: 0, or −errno when the peer is gone. */
static int client_flush(struct client *c)
{
	size_t sent = 0;

	while (sent < c->out_bytes) {
		ssize_t n = send(c->fd, c->out + sent, c->out_bytes - sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			return -errno;
		sent += (size_t)n;
	}
	c->out_bytes -= sent;
	if (c->out_bytes > 0) {
		memmove(c->out, c->out + sent, c->out_bytes);
	} else {
		free(c->out);
		c->out = NULL;
		c->out_room = 0;
	}
	return 0;
}

static int client_queue(struct client *c, const char *text, size_t bytes)
{
	size_t needed = c->out_bytes + bytes;

	if (needed > c->out_room) {
		char *larger = realloc(c->out, needed);

		if (!larger)
			return -ENOMEM;
		c->out = larger;
		c->out_room = needed;
	}
	memcpy(c->out + c->out_bytes, text, bytes);
	c->out_bytes = needed;
	return 0;
}

/* Writes `object` (whose reference it takes) as one line of at most `max` bytes in all that is
 * owed; −EMSGSIZE beyond. */
static int client_write(struct client *c, json_t *object, size_t max)
{
	_cleanup_(free_p) char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	size_t length;
	int r;

	json_decref(object);
	if (!text)
		return -ENOMEM;
	length = strlen(text);
	if (c->out_bytes + length + 1 > max)
		return -EMSGSIZE;
	text[length] = '\n'; /* in the NUL's place: what is queued has a length */
	r = client_queue(c, text, length + 1);
	return r < 0 ? r : client_flush(c);
}

static int client_refuse(struct client *c, const char *error)
{
	return client_write(
		c, json_pack("{s:b, s:s}", "ok", 0, "error", error), CONTROL_ANSWER_MAX);
}

static json_t *answer_object(const char *verb, int result, json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	json_t *object;

	if (result < 0 && !error && result == -EOPNOTSUPP)
		return json_pack(
			"{s:b, s:s++}", "ok", 0, "error", "\"", verb, "\" is no command here");
	if (result < 0)
		return json_pack("{s:b, s:s}", "ok", 0, "error", error ? error : strerror(-result));
	object = json_pack("{s:b}", "ok", 1);
	if (object && json_object_update_missing(object, answer) < 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static int client_answer(struct client *c, const char *verb, const json_t *request)
{
	struct control *control = c->control;
	json_t *answer;
	int r;

	if (strcmp(verb, "follow") == 0) {
		control->followers++;
		c->is_following = true;
		return client_write(c, json_pack("{s:b}", "ok", 1), CONTROL_ANSWER_MAX);
	}
	answer = json_object();
	if (!answer)
		return -ENOMEM;
	r = control->on_request(verb, request, answer, control->userdata);
	r = client_write(c, answer_object(verb, r, answer), CONTROL_ANSWER_MAX);
	json_decref(answer);
	return r == -EMSGSIZE ? client_refuse(c, "the answer is too long") : r;
}

static int client_take_line(struct client *c, const char *line, size_t bytes)
{
	json_error_t error;
	json_t *request = json_loadb(line, bytes, JSON_REJECT_DUPLICATES, &error);
	const char *verb = json_string_value(json_object_get(request, "do"));
	char text[sizeof error.text + 16];
	int r;

	if (!request) {
		(void)snprintf(text, sizeof text, "not JSON: %s", error.text);
		return client_refuse(c, text);
	}
	r = verb ? client_answer(c, verb, request)
		 : client_refuse(c, "\"do\" is missing: a request is {\"do\":\"status\"}");
	json_decref(request);
	return r;
}

/* Takes one line that has come, if it owes nothing: the next one waits for its turn on the loop, so
 * that many requests at once hold up nobody else. */
static int client_take_turn(struct client *c)
{
	char *end = memchr(c->in, '\n', c->in_bytes);
	int r = 0;

	if (end && c->out_bytes == 0 && !c->is_following) {
		size_t bytes = (size_t)(end - c->in);

		r = client_take_line(c, c->in, bytes);
		c->in_bytes -= bytes + 1;
		memmove(c->in, end + 1, c->in_bytes);
	}
	if (c->is_following)
		c->in_bytes = 0; /* a follower has nothing more to say */
	if (r < 0 || c->out_bytes > 0 || has_line(c))
		return r;
	if (c->in_bytes == sizeof c->in) {
		c->is_closing = true;
		return client_refuse(c, "the line is too long");
	}
	if (c->is_input_over && c->in_bytes > 0) {
		c->in_bytes = 0;
		return client_refuse(c, "the line does not end");
	}
	return 0;
}

static int client_read(struct client *c)
{
	ssize_t n = recv(c->fd, c->in + c->in_bytes, sizeof c->in - c->in_bytes, 0);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	c->is_input_over = n == 0;
	c->in_bytes += (size_t)n;
	return 0;
}

static int on_client(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct client *c = userdata;
	int r = 0;

	(void)source;
	(void)fd;
	if (events & EPOLLOUT)
		r = client_flush(c);
	if (r == 0 && events & EPOLLIN)
		r = client_read(c);
	if (r == 0)
		r = client_take_turn(c);
	if (r < 0 || (events & (EPOLLHUP | EPOLLERR) && !(events & EPOLLIN)) ||
		(c->out_bytes == 0 && !has_line(c) &&
			(c->is_closing || (c->is_input_over && !c->is_following)))) {
		client_drop(c);
		return 0;
	}
	client_watch(c);
	return 0;
}

static int client_add(struct control *control, int fd, unsigned int slot)
{
	struct client *c = calloc(1, sizeof *c);

	if (!c || sd_event_add_io(control->event, &c->io, fd, EPOLLIN, on_client, c) < 0) {
		free(c);
		return -ENOMEM;
	}
	(void)sd_event_source_set_priority(c->io, SD_EVENT_PRIORITY_NORMAL + 10);
	c->control = control;
	c->slot = slot;
	c->fd = fd;
	control->clients[slot] = c;
	return 0;
}

static void turn_away(int fd)
{
	static const char full[] = "{\"ok\":false,\"error\":\"too many clients\"}\n";

	(void)send(fd, full, sizeof full - 1, MSG_NOSIGNAL);
	(void)close(fd);
}

static int on_accept_again(sd_event_source *source, uint64_t now_us, void *userdata)
{
	struct control *control = userdata;

	(void)source;
	(void)now_us;
	return sd_event_source_set_enabled(control->accepting, SD_EVENT_ON);
}

/* Out of descriptors: the connection stays in the queue, and asking at once again would spin. */
static void pause_accepting(struct control *control)
{
	(void)sd_event_source_set_enabled(control->accepting, SD_EVENT_OFF);
	(void)sd_event_source_set_time_relative(control->accept_again, ACCEPT_AGAIN_US);
	(void)sd_event_source_set_enabled(control->accept_again, SD_EVENT_ONESHOT);
}

static int on_accept(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct control *control = userdata;
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	unsigned int slot = 0;

	(void)source;
	(void)events;
	if (client < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
			pause_accepting(control);
		return 0;
	}
	while (slot < CONTROL_CLIENTS_MAX && control->clients[slot])
		slot++;
	if (slot == CONTROL_CLIENTS_MAX || client_add(control, client, slot) < 0)
		turn_away(client);
	return 0;
}

static int watch(struct control *c)
{
	int r = sd_event_add_io(c->event, &c->accepting, c->socket.fd, EPOLLIN, on_accept, c);

	if (r < 0)
		return r;
	r = sd_event_add_time_relative(c->event, &c->accept_again, CLOCK_BOOTTIME, ACCEPT_AGAIN_US,
		ACCEPT_AGAIN_US / 10, on_accept_again, c);
	if (r < 0)
		return r;
	(void)sd_event_source_set_priority(c->accepting, SD_EVENT_PRIORITY_NORMAL + 10);
	return sd_event_source_set_enabled(c->accept_again, SD_EVENT_OFF);
}

int control_new(struct control **ret, sd_event *event, const char *path,
	control_on_request on_request, void *userdata)
{
	struct control *c = calloc(1, sizeof *c);
	int r;

	if (!c)
		return -ENOMEM;
	c->event = sd_event_ref(event);
	c->on_request = on_request;
	c->userdata = userdata;
	c->socket.fd = -1;
	r = control_socket_open(&c->socket, path);
	if (r == 0)
		r = watch(c);
	if (r < 0) {
		control_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

struct control *control_free(struct control *c)
{
	if (!c)
		return NULL;
	for (unsigned int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (c->clients[i])
			client_drop(c->clients[i]);
	(void)sd_event_source_disable_unref(c->accepting);
	(void)sd_event_source_disable_unref(c->accept_again);
	control_socket_close(&c->socket);
	(void)sd_event_unref(c->event);
	free(c);
	return NULL;
}

void control_tell(struct control *c, uint64_t time_us, const char *part, const char *what,
	const char *incident, const char *text)
{
	if (c->followers == 0)
		return;
	for (unsigned int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct client *client = c->clients[i];

		if (!client || !client->is_following)
			continue;
		if (client_write(client,
			    json_pack("{s:I, s:s, s:s, s:s*, s:s*}", "time_us", (json_int_t)time_us,
				    "part", part, "what", what, "incident", incident, "text", text),
			    CONTROL_FOLLOW_MAX) < 0)
			client_drop(client);
		else
			client_watch(client);
	}
}
