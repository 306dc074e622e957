/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection to one broker, from the first packet to the last: libmosquitto driven by our loop.
 * It ends by on_down, once, and is then to be freed (from within on_down if one likes); a
 * connection is never used twice. Part of mqtt; nobody else includes this. Loop thread only.
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
};

/* Starts towards the numeric address; broker gives the port and the host the certificate must name.
 * −errno with the reason in ret_why. No callback comes before it has returned. */
int mqtt_link_new(struct mqtt_link **ret, sd_event *event,
	const struct mqtt_link_settings *settings, const struct mqtt_broker *broker,
	const char *address, const struct mqtt_listener *listener, size_t why_bytes, char *ret_why);
struct mqtt_link *mqtt_link_free(struct mqtt_link *l);
/* Says goodbye (no will) after what is still unsent, within half a second; then free it. */
void mqtt_link_close(struct mqtt_link *l);

int mqtt_link_subscribe(struct mqtt_link *l, const char *topic);
int mqtt_link_publish(struct mqtt_link *l, const char *topic, const void *payload, size_t bytes,
	uint32_t expiry_s);
/* A few times in every keep-alive period: pings when it is time, notices a silent broker. */
void mqtt_link_keep_alive(struct mqtt_link *l);
