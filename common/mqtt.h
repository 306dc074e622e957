/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MQTT 5 over TLS with client certificates, by Paho's MQTTAsync, whose threads reach the loop only
 * through a channel. Nothing is ever retained (HS-06). A PUBACK is not told to anybody: delivery is
 * the receiver's own receipt (HS-05). Reconnects by itself, with back-off from 0.5 s to 30 s and
 * jitter, to each listed broker in turn; certificates are read anew at each attempt. What was in
 * the air when a connection broke is dropped: the caller keeps what matters until it has its
 * receipt. Loop thread only. Not to be freed from a callback.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#define MQTT_TOPIC_MAX         128
#define MQTT_PAYLOAD_MAX       8192
#define MQTT_BROKERS_MAX       2
#define MQTT_SUBSCRIPTIONS_MAX 8
#define MQTT_IN_AIR_MAX        1024 /* published and not yet acknowledged by the broker */

struct mqtt;

struct mqtt_message {
	char topic[MQTT_TOPIC_MAX];
	uint32_t bytes;
	char payload[MQTT_PAYLOAD_MAX + 1]; /* a NUL follows the last byte */
};

struct mqtt_listener {
	/* Connected, and the broker has said that it keeps our subscriptions: from now on nothing
	 * that is published to us is lost. */
	void (*on_up)(void *userdata);
	/* A connection was lost, or an attempt failed for another reason than the one before it:
	 * "host:port: reason". */
	void (*on_down)(const char *why, void *userdata);
	void (*on_message)(const struct mqtt_message *message, void *userdata);
	void (*on_drained)(void *userdata); /* after the messages of one wake-up; may be NULL */
	/* Too long a topic or payload, a retained message (HS-06). topic is "" where it was the
	 * broker that refused what we published. */
	void (*on_refused)(const char *topic, const char *why, void *userdata);
	void *userdata;
};

/* Strings are copied. Paths of ca, certificate and key are all set (mqtts://) or all NULL (mqtt://,
 * loopback tests only). */
struct mqtt_options {
	const char *brokers[MQTT_BROKERS_MAX]; /* mqtts://host:port; NULL ends the list */
	const char *client_id;
	const char *subscriptions[MQTT_SUBSCRIPTIONS_MAX]; /* QoS 1; NULL ends the list */
	const char *ca_file, *certificate_file, *key_file;
	unsigned int keep_alive_s;             /* 0: 20; at least 5 */
	unsigned int session_expiry_s;         /* how long the broker keeps what we missed */
	const char *will_topic, *will_payload; /* last will, QoS 1, or NULL */
	/* NULL, or a topic of our own that we may write and read: an empty message sent to
	 * ourselves each 0.9 s. Paho 1.3.12's receive thread sleeps 0.1 s blindly after a second
	 * without a packet, so one message in eleven would be heard up to 0.1 s late; for whoever
	 * must hear at once and need not spare wake-ups (the gateway). */
	const char *echo_topic;
};

/* 0; −EINVAL with nothing created when an option is wrong; does not wait for a connection. */
int mqtt_new(struct mqtt **ret, sd_event *event, const struct mqtt_options *options,
	const struct mqtt_listener *listener);
/* Disconnects properly (no will) after what is still unsent; takes some
 * 0.2 s, up to three where the broker does not read any more. */
struct mqtt *mqtt_free(struct mqtt *m);

/* QoS 1, expires after expiry_s (> 0). −ENOTCONN while down, −EAGAIN with MQTT_IN_AIR_MAX in the
 * air: the caller keeps and retries what matters. −EMSGSIZE; −EINVAL for a topic that is none. */
int mqtt_publish(
	struct mqtt *m, const char *topic, const void *payload, size_t bytes, uint32_t expiry_s);
bool mqtt_is_up(const struct mqtt *m);
