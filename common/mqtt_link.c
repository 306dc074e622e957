/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libmosquitto (2.0) on sd-event: its socket is watched here, its work is done when the socket is
 * ready, and it starts no thread. Two facts of that library shape this file: its callbacks come
 * from inside mosquitto_loop_read() and must not destroy the client, so a failure is noted and
 * acted upon once the library has returned (settle()); and while TLS is being set up it asks for
 * writability without end, so until the broker has answered only input is awaited.
 */
#include "common/mqtt_link.h"

#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/mqtt_setup.h"
#include "common/mqtt_socket.h"
#include "common/mqtt_tls.h"

#define MESSAGES_PER_WAKE_UP 64
#define GOODBYE_MS           500
#define WHY_MAX              256
#define CUT_OFF              "TLS: cut off by the broker (does it accept our certificate?)"

enum phase { PHASE_CONNECTING, PHASE_GREETING, PHASE_UP };

struct mqtt_link {
	struct mosquitto *client;
	sd_event_source *source,
		*verdict; /* the socket; a failure found while the caller is at work */
	struct mqtt_listener listener;
	enum phase phase;
	bool is_broken, is_closing, has_to_tell_up;
	unsigned int delivered; /* messages in this wake-up */
	unsigned int in_air;    /* published and not yet acknowledged by the broker */
	char why[WHY_MAX];
	struct mqtt_message message;
};

DEFINE_CLEANUP(struct mqtt_link *, mqtt_link_free_p, mqtt_link_free)

/* The first complaint is the cause, what follows are its consequences. */
static void note(struct mqtt_link *l, const char *why)
{
	if (l->why[0] == '\0')
		(void)snprintf(l->why, sizeof(l->why), "%s", why);
}

static void tell_up(struct mqtt_link *l)
{
	if (!l->has_to_tell_up || l->is_closing)
		return;
	l->has_to_tell_up = false;
	l->listener.on_up(l->listener.userdata);
}

static void on_connect(struct mosquitto *client, void *userdata, int reason, int flags,
	const mosquitto_property *properties)
{
	struct mqtt_link *l = userdata;

	(void)client;
	(void)flags;
	(void)properties;
	if (reason != MQTT_RC_SUCCESS) {
		note(l, mosquitto_reason_string(reason));
		l->is_broken = true;
		return;
	}
	l->phase = PHASE_UP;
	l->has_to_tell_up = true;
}

static void on_disconnect(
	struct mosquitto *client, void *userdata, int reason, const mosquitto_property *properties)
{
	struct mqtt_link *l = userdata;

	(void)client;
	(void)properties;
	/* reasons of the broker start at 0x80, the library's own results are below */
	if (reason >= MQTT_RC_UNSPECIFIED)
		note(l, mosquitto_reason_string(reason));
	else if (reason == MOSQ_ERR_KEEPALIVE)
		note(l, "the broker has fallen silent");
	else
		note(l, "connection lost");
	l->is_broken = true;
}

static const char *refusal(const struct mosquitto_message *message)
{
	if (message->retain)
		return "retained message";
	if (strlen(message->topic) >= MQTT_TOPIC_MAX)
		return "topic too long";
	if (message->payloadlen > MQTT_PAYLOAD_MAX)
		return "payload too long";
	return NULL;
}

static void on_message(struct mosquitto *client, void *userdata,
	const struct mosquitto_message *message, const mosquitto_property *properties)
{
	struct mqtt_link *l = userdata;
	const char *why = refusal(message);

	(void)client;
	(void)properties;
	tell_up(l);
	l->delivered++;
	if (l->is_closing)
		return;
	if (why) {
		l->listener.on_refused(message->topic, why, l->listener.userdata);
		return;
	}
	(void)snprintf(l->message.topic, sizeof(l->message.topic), "%s", message->topic);
	l->message.bytes = (uint32_t)message->payloadlen;
	if (l->message.bytes > 0)
		memcpy(l->message.payload, message->payload, l->message.bytes);
	l->message.payload[l->message.bytes] = '\0';
	l->listener.on_message(&l->message, l->listener.userdata);
}

static void on_publish(struct mosquitto *client, void *userdata, int id, int reason,
	const mosquitto_property *properties)
{
	struct mqtt_link *l = userdata;

	(void)client;
	(void)id;
	(void)properties;
	if (l->in_air > 0)
		l->in_air--;
	if (reason >= MQTT_RC_UNSPECIFIED && !l->is_closing)
		l->listener.on_refused("", mosquitto_reason_string(reason), l->listener.userdata);
}

static void on_subscribe(struct mosquitto *client, void *userdata, int id, int count,
	const int *granted, const mosquitto_property *properties)
{
	struct mqtt_link *l = userdata;

	(void)client;
	(void)id;
	(void)properties;
	if (count == 1 && granted[0] >= MQTT_RC_UNSPECIFIED && !l->is_closing)
		l->listener.on_refused(
			"", mosquitto_reason_string(granted[0]), l->listener.userdata);
}

/* OpenSSL's words end with the reason: "error:0A000086:SSL routines::certificate verify failed". */
static void on_log(struct mosquitto *client, void *userdata, int level, const char *text)
{
	struct mqtt_link *l = userdata;
	const char *reason = strrchr(text, ':'), *complaint;
	char line[WHY_MAX];

	if (level != MOSQ_LOG_ERR)
		return;
	complaint = mqtt_tls_complaint(mosquitto_ssl_get(client));
	(void)snprintf(line, sizeof(line), "TLS: %s%s%s", reason ? reason + 1 : text,
		complaint ? ": " : "", complaint ? complaint : "");
	note(l, line);
}

static void expect(struct mqtt_link *l)
{
	uint32_t events = EPOLLIN;

	if (l->phase == PHASE_CONNECTING)
		events = EPOLLOUT;
	else if (l->phase == PHASE_UP && mosquitto_want_write(l->client))
		events |= EPOLLOUT;
	(void)sd_event_source_set_io_events(l->source, events);
}

/* Passes on what a call into the library has brought about. */
static void settle(struct mqtt_link *l, int result)
{
	if (result == MOSQ_ERR_SUCCESS && !l->is_broken)
		tell_up(l);
	if (l->delivered > 0 && !l->is_closing) {
		l->delivered = 0;
		l->listener.on_drained(l->listener.userdata);
	}
	/* A broker that refuses our certificate says so and closes: read that before a write fails
	 * and takes the reason with it. */
	if (result == MOSQ_ERR_SUCCESS && !l->is_broken && l->phase == PHASE_GREETING &&
		mqtt_socket_is_hanging_up(mosquitto_socket(l->client)))
		result = mosquitto_loop_read(l->client, 1);
	if (result == MOSQ_ERR_SUCCESS && !l->is_broken && mosquitto_want_write(l->client))
		result = mosquitto_loop_write(l->client, MESSAGES_PER_WAKE_UP);
	if (result == MOSQ_ERR_SUCCESS && !l->is_broken) {
		expect(l);
		return;
	}
	if (l->is_closing)
		return;
	note(l, result == MOSQ_ERR_ERRNO && errno == EPROTO ? CUT_OFF : mosquitto_strerror(result));
	(void)sd_event_source_set_enabled(l->source, SD_EVENT_OFF);
	l->listener.on_down(l->why, l->listener.userdata); /* frees the link */
}

static int read_socket(struct mqtt_link *l, int fd)
{
	int result;

	do {
		result = mosquitto_loop_read(l->client, 1);
		if (result == MOSQ_ERR_SUCCESS && !l->is_broken)
			tell_up(l);
	} while (result == MOSQ_ERR_SUCCESS && !l->is_broken && l->phase == PHASE_UP &&
		 l->delivered < MESSAGES_PER_WAKE_UP && mqtt_socket_peek(fd) > 0);
	if (result == MOSQ_ERR_SUCCESS && !l->is_broken && l->phase != PHASE_UP &&
		mqtt_socket_peek(fd) == 0) {
		note(l, "closed by the broker during the handshake");
		l->is_broken = true;
	}
	return result;
}

static int end_connecting(struct mqtt_link *l, int fd)
{
	int result, error = mqtt_socket_verdict(fd);

	if (error < 0) {
		note(l, strerror(-error));
		l->is_broken = true;
		return MOSQ_ERR_SUCCESS;
	}
	l->phase = PHASE_GREETING;
	result = mosquitto_loop_read(l->client, 1); /* starts TLS; without it, reads nothing yet */
	if (result == MOSQ_ERR_SUCCESS)
		result = mosquitto_loop_write(l->client, 1);
	return result;
}

static int on_socket(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct mqtt_link *l = userdata;
	int result = MOSQ_ERR_SUCCESS;

	(void)source;
	if (l->phase == PHASE_CONNECTING)
		result = end_connecting(l, fd);
	else if (events & (EPOLLIN | EPOLLERR | EPOLLHUP))
		result = read_socket(l, fd);
	settle(l, result);
	return 0;
}

static int on_verdict(sd_event_source *source, void *userdata)
{
	(void)source;
	settle(userdata, MOSQ_ERR_CONN_LOST);
	return 0;
}

/* libmosquitto opens its socket without CLOEXEC. A broker that stops answering while something is
 * unacknowledged is given up after two keep-alive periods, not after a quarter of an hour. */
static int adopt_socket(struct mqtt_link *l, sd_event *event, unsigned int keep_alive_s)
{
	int fd = mosquitto_socket(l->client), r;

	if (fd < 0)
		return -ENOTCONN;
	r = mqtt_socket_adopt(fd, 2 * keep_alive_s * 1000);
	if (r < 0)
		return r;
	r = sd_event_add_io(event, &l->source, fd, EPOLLOUT, on_socket, l);
	if (r < 0)
		return r;
	r = sd_event_add_defer(event, &l->verdict, on_verdict, l);
	if (r < 0)
		return r;
	(void)sd_event_source_set_description(l->source, "mqtt-link");
	return sd_event_source_set_enabled(l->verdict, SD_EVENT_OFF);
}

int mqtt_link_new(struct mqtt_link **ret, sd_event *event,
	const struct mqtt_link_settings *settings, const struct mqtt_broker *broker,
	const char *address, const struct mqtt_listener *listener, size_t why_bytes, char *ret_why)
{
	_cleanup_(mqtt_link_free_p) struct mqtt_link *l = calloc(1, sizeof(*l));
	int r;

	if (!l)
		return -ENOMEM;
	l->listener = *listener;
	r = mqtt_setup_new(&l->client, settings, broker, l, why_bytes, ret_why);
	if (r < 0)
		return r;
	mosquitto_connect_v5_callback_set(l->client, on_connect);
	mosquitto_disconnect_v5_callback_set(l->client, on_disconnect);
	mosquitto_message_v5_callback_set(l->client, on_message);
	mosquitto_publish_v5_callback_set(l->client, on_publish);
	mosquitto_subscribe_v5_callback_set(l->client, on_subscribe);
	mosquitto_log_callback_set(l->client, on_log);
	r = mqtt_setup_connect(l->client, address, broker->port, settings->keep_alive_s);
	if (r < 0) {
		note(l, r == -EPROTO ? CUT_OFF : strerror(-r));
		(void)snprintf(ret_why, why_bytes, "%s", l->why);
		return r;
	}
	r = adopt_socket(l, event, settings->keep_alive_s);
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
	l->is_closing = true;
	(void)sd_event_source_disable_unref(l->source);
	(void)sd_event_source_disable_unref(l->verdict);
	l->client = mqtt_setup_free(l->client);
	free(l);
	return NULL;
}

void mqtt_link_close(struct mqtt_link *l)
{
	uint64_t limit_us = clock_boot_us() + GOODBYE_MS * US_PER_MS;

	l->is_closing = true;
	(void)mosquitto_disconnect_v5(l->client, MQTT_RC_NORMAL_DISCONNECTION, NULL);
	while (!l->is_broken && mosquitto_want_write(l->client) && clock_boot_us() < limit_us) {
		struct pollfd p = {.fd = mosquitto_socket(l->client), .events = POLLOUT};

		(void)poll(&p, 1, GOODBYE_MS / 5);
		if (mosquitto_loop_write(l->client, MESSAGES_PER_WAKE_UP) != MOSQ_ERR_SUCCESS)
			break;
	}
}

/* The caller is in the midst of its own work: bad news waits for the next turn of the loop. */
static int conclude(struct mqtt_link *l, int result)
{
	if (result != MOSQ_ERR_SUCCESS && result != MOSQ_ERR_OVERSIZE_PACKET &&
		result != MOSQ_ERR_NOMEM)
		l->is_broken = true;
	if (l->is_broken)
		(void)sd_event_source_set_enabled(l->verdict, SD_EVENT_ONESHOT);
	else
		expect(l);
	return l->is_broken ? -ENOTCONN : mqtt_setup_errno(result);
}

int mqtt_link_subscribe(struct mqtt_link *l, const char *topic)
{
	return conclude(l, mosquitto_subscribe_v5(l->client, NULL, topic, 1, 0, NULL));
}

int mqtt_link_publish(struct mqtt_link *l, const char *topic, const void *payload, size_t bytes,
	uint32_t expiry_s)
{
	mosquitto_property *properties = NULL;
	int result;

	if (l->is_broken)
		return -ENOTCONN;
	if (l->in_air >= MQTT_IN_AIR_MAX)
		return -EAGAIN;
	result = mosquitto_property_add_int32(
		&properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, expiry_s);
	if (result == MOSQ_ERR_SUCCESS)
		result = mosquitto_publish_v5(
			l->client, NULL, topic, (int)bytes, payload, 1, false, properties);
	mosquitto_property_free_all(&properties);
	if (result == MOSQ_ERR_SUCCESS)
		l->in_air++;
	if (result == MOSQ_ERR_INVAL || result == MOSQ_ERR_MALFORMED_UTF8)
		return -EINVAL;
	return conclude(l, result);
}

void mqtt_link_keep_alive(struct mqtt_link *l)
{
	settle(l, mosquitto_loop_misc(l->client));
}
