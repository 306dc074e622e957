/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which broker to try and when: the address as written in the configuration, and the pause before
 * the next attempt. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MQTT_HOST_MAX 254

struct mqtt_broker {
	char host[MQTT_HOST_MAX]; /* name or number, IPv6 without its brackets */
	uint16_t port;
	bool is_tls;
};

/* "mqtts://host[:port]" or "mqtt://host[:port]"; the port is 8883 or 1883 when absent. −EINVAL,
 * ret_broker untouched. */
int mqtt_broker_parse(const char *text, struct mqtt_broker *ret_broker);
bool mqtt_broker_is_number(const struct mqtt_broker *broker);

/* The pause after `failures` attempts in a row over `brokers` brokers: 0.5 s doubling to 15 s with
 * each round over all of them, and as much again by chance (`random`), so that a thousand hubs do
 * not come back in step. */
uint64_t mqtt_broker_pause_us(unsigned int failures, unsigned int brokers, uint32_t random);
