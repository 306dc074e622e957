/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mqtt against a broker of a few bytes on the same loop: what it says on the wire, what it refuses,
 * its limits, and that it can be freed whatever the broker does. A real broker, TLS and
 * reconnection are tests/system/test_mqtt.py's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/mqtt.h"

#define WITH_ROOM(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#define PUBLISH_QOS1 0x32
#define RETAIN       0x01

struct room {
	sd_event *event;
	sd_event_source *listening, *serving;
	int listen_fd, fd;
	char uri[64];
	struct mqtt *mqtt;
	unsigned char heard[65536]; /* what the client has sent */
	size_t heard_bytes;
	unsigned int ups, downs, messages, drains, messages_at_drain, refusals, next_id;
	char why[256], refused_topic[300];
	struct mqtt_message last;
};

static inline int on_heard(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct room *room = userdata;
	ssize_t bytes;

	(void)source;
	(void)events;
	bytes = read(fd, room->heard + room->heard_bytes, sizeof(room->heard) - room->heard_bytes);
	if (bytes > 0)
		room->heard_bytes += (size_t)bytes;
	else
		(void)sd_event_source_set_enabled(room->serving, SD_EVENT_OFF);
	return 0;
}

static inline int on_accept(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct room *room = userdata;

	(void)source;
	(void)events;
	room->fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	assert_true(room->fd >= 0);
	assert_int_equal(
		sd_event_add_io(room->event, &room->serving, room->fd, EPOLLIN, on_heard, room), 0);
	return 0;
}

static inline void on_up(void *userdata)
{
	((struct room *)userdata)->ups++;
}

static inline void on_down(const char *why, void *userdata)
{
	struct room *room = userdata;

	room->downs++;
	(void)snprintf(room->why, sizeof(room->why), "%s", why);
}

static inline void on_message(const struct mqtt_message *message, void *userdata)
{
	struct room *room = userdata;

	room->messages++;
	room->last = *message;
}

static inline void on_drained(void *userdata)
{
	struct room *room = userdata;

	room->drains++;
	room->messages_at_drain = room->messages;
}

static inline void on_refused(const char *topic, const char *why, void *userdata)
{
	struct room *room = userdata;

	room->refusals++;
	(void)snprintf(room->refused_topic, sizeof(room->refused_topic), "%s", topic);
	(void)snprintf(room->why, sizeof(room->why), "%s", why);
}

static inline struct mqtt_listener listener_of(struct room *room)
{
	return (struct mqtt_listener){.on_up = on_up,
		.on_down = on_down,
		.on_message = on_message,
		.on_drained = on_drained,
		.on_refused = on_refused,
		.userdata = room};
}

static inline void make(struct room *room, const struct mqtt_options *options)
{
	struct mqtt_listener listener = listener_of(room);

	assert_int_equal(mqtt_new(&room->mqtt, room->event, options, &listener), 0);
}

static inline int setup(void **state)
{
	static struct room room;
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t bytes = sizeof(address);

	memset(&room, 0, sizeof(room));
	room.fd = -1;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(sd_event_new(&room.event), 0);
	room.listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(room.listen_fd, (struct sockaddr *)&address, bytes), 0);
	assert_int_equal(listen(room.listen_fd, 1), 0);
	assert_int_equal(getsockname(room.listen_fd, (struct sockaddr *)&address, &bytes), 0);
	(void)snprintf(room.uri, sizeof(room.uri), "mqtt://127.0.0.1:%u", ntohs(address.sin_port));
	assert_int_equal(sd_event_add_io(room.event, &room.listening, room.listen_fd, EPOLLIN,
				 on_accept, &room),
		0);
	*state = &room;
	return 0;
}

static inline int teardown(void **state)
{
	struct room *room = *state;

	room->mqtt = mqtt_free(room->mqtt);
	(void)sd_event_source_disable_unref(room->listening);
	(void)sd_event_source_disable_unref(room->serving);
	(void)sd_event_unref(room->event);
	(void)close(room->listen_fd);
	if (room->fd >= 0)
		(void)close(room->fd);
	return 0;
}

/* Turns the loop until *what reaches `least`. */
static inline void run_until(struct room *room, const unsigned int *what, unsigned int least)
{
	uint64_t limit_us = clock_boot_us() + 60 * US_PER_S;

	while (*what < least) {
		assert_true(sd_event_run(room->event, US_PER_S) >= 0);
		assert_true(clock_boot_us() < limit_us);
	}
}

static inline void run_until_heard(struct room *room, size_t bytes)
{
	uint64_t limit_us = clock_boot_us() + 60 * US_PER_S;

	while (room->heard_bytes < bytes) {
		assert_true(sd_event_run(room->event, US_PER_S) >= 0);
		assert_true(clock_boot_us() < limit_us);
	}
}

/* Publishes on "t"; turns the loop while the sending thread is behind. */
static inline void publish_patiently(struct room *room, const void *payload, size_t bytes)
{
	uint64_t limit_us = clock_boot_us() + 60 * US_PER_S;
	int r;

	while ((r = mqtt_publish(room->mqtt, "t", payload, bytes, 1)) == -EAGAIN) {
		assert_true(sd_event_run(room->event, 10 * US_PER_MS) >= 0);
		assert_true(clock_boot_us() < limit_us);
	}
	assert_int_equal(r, 0);
}

static inline void say(struct room *room, const void *bytes, size_t count)
{
	assert_int_equal(write(room->fd, bytes, count), (ssize_t)count);
}

static inline void come_up(struct room *room, const struct mqtt_options *options)
{
	static const unsigned char connack[] = {0x20, 3, 0, 0, 0};

	make(room, options);
	run_until_heard(room, 14);
	say(room, connack, sizeof(connack));
	room->heard_bytes = 0;
	run_until(room, &room->ups, 1);
}

static inline void come_up_plainly(struct room *room)
{
	const struct mqtt_options options = {.brokers = {room->uri}, .client_id = "c"};

	come_up(room, &options);
}

/* One PUBLISH of the broker's. */
static inline void publish(
	struct room *room, unsigned int flags, size_t topic_bytes, size_t payload_bytes)
{
	static unsigned char packet[20000];
	size_t rest = 2 + topic_bytes + 2 + 1 + payload_bytes, at = 0;

	packet[at++] = (unsigned char)(PUBLISH_QOS1 | flags);
	for (; rest > 127; rest /= 128)
		packet[at++] = (unsigned char)(rest % 128 | 128);
	packet[at++] = (unsigned char)rest;
	packet[at++] = (unsigned char)(topic_bytes >> 8);
	packet[at++] = (unsigned char)topic_bytes;
	memset(packet + at, 't', topic_bytes);
	at += topic_bytes;
	packet[at++] = 1;
	packet[at++] = (unsigned char)++room->next_id;
	packet[at++] = 0; /* no properties */
	memset(packet + at, 'p', payload_bytes);
	say(room, packet, at + payload_bytes);
}
