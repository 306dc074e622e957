/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One Paho MQTTAsync client: its options, TLS, last will and callbacks. Made, used and thrown away
 * on the link's thread; its callbacks come on Paho's. Part of mqtt_link.
 */
#pragma once

#include "common/mqtt_link.h"

#include <stdatomic.h>

/* What Paho's threads tell. Any of them may block (a full channel), which stops Paho reading. */
struct mqtt_paho_listener {
	void (*on_up)(void *userdata);                    /* connected and subscribed */
	void (*on_down)(const char *why, void *userdata); /* once */
	void (*on_message)(const char *topic, size_t topic_bytes, const void *payload, size_t bytes,
		bool is_retained, void *userdata);
	void (*on_refused)(const char *why, void *userdata); /* the broker refused what we sent */
	void *userdata;
};

struct mqtt_paho;

/* Starts to connect. in_air counts what is published and not yet acknowledged; set to 0 here. */
int mqtt_paho_new(struct mqtt_paho **ret, const struct mqtt_link_settings *settings,
	const struct mqtt_broker *broker, atomic_uint *in_air,
	const struct mqtt_paho_listener *listener);
/* No callback comes after it has returned. May sleep some 0.1 s: Paho joins its threads so. */
struct mqtt_paho *mqtt_paho_free(struct mqtt_paho *p);
/* A proper end, waited for within half a second. */
void mqtt_paho_goodbye(struct mqtt_paho *p);

void mqtt_paho_publish(struct mqtt_paho *p, const char *topic, const void *payload, size_t bytes,
	uint32_t expiry_s);
