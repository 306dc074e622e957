/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way to the brokers: a thread of ours that makes every call to Paho's MQTTAsync, and the
 * channel on which Paho's own threads tell the loop what happened. A connection is opened, lives,
 * and is dropped whole; it is never used twice. Part of mqtt; nobody else includes this. Loop
 * thread only.
 */
#pragma once

#include "common/mqtt.h"
#include "common/mqtt_broker.h"

struct mqtt_link;

/* Texts are borrowed for the life of the link. */
struct mqtt_link_settings {
	const char *client_id, *ca_file, *certificate_file, *key_file; /* no TLS when NULL */
	const char *will_topic, *will_payload;
	unsigned int keep_alive_s, session_expiry_s;
	const char *topics[MQTT_SUBSCRIPTIONS_MAX + 1]; /* subscribed to before on_up */
	unsigned int topics_count;
};

int mqtt_link_new(struct mqtt_link **ret, sd_event *event,
	const struct mqtt_link_settings *settings, const struct mqtt_listener *listener);
/* Says goodbye (no will) after what is still unsent, within a second or so; joins the threads. */
struct mqtt_link *mqtt_link_free(struct mqtt_link *l);

/* Starts a connection; ends in on_up, or in on_down once. −EAGAIN while the thread is behind. */
int mqtt_link_open(struct mqtt_link *l, const struct mqtt_broker *broker);
/* Throws the connection away with what was in the air. Nothing more is heard of it. */
void mqtt_link_drop(struct mqtt_link *l);

/* −EAGAIN with MQTT_IN_AIR_MAX in the air, or while the thread is behind. */
int mqtt_link_publish(struct mqtt_link *l, const char *topic, const void *payload, size_t bytes,
	uint32_t expiry_s);
