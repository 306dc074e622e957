/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A libmosquitto client ready to connect: MQTT 5, session, last will, TLS. Part of mqtt_link.
 */
#pragma once

#include <mosquitto.h>
#include <stddef.h>

#include "common/mqtt_broker.h"
#include "common/mqtt_link.h"

/* −errno with the reason in ret_why. Nothing has been sent yet. */
int mqtt_setup_new(struct mosquitto **ret, const struct mqtt_link_settings *settings,
	const struct mqtt_broker *broker, void *userdata, size_t why_bytes, char *ret_why);
struct mosquitto *mqtt_setup_free(struct mosquitto *client);
/* Sends the connect: non-blocking. */
int mqtt_setup_connect(
	struct mosquitto *client, const char *address, uint16_t port, unsigned int keep_alive_s);
/* libmosquitto's result as −errno. */
int mqtt_setup_errno(int result);
