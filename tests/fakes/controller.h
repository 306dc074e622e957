/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A controller played at the other end of a socket pair: it answers, refuses, falls silent, breaks,
 * goes away and comes back; and a source that hears it.
 */
#pragma once

#include "sensors/source_ble.h"

#include "common/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define TURNS_MAX 10000
#define TURN_US   20000 /* how long one turn of the loop waits at most */

struct controller {
	sd_event *event;
	struct source *source;
	struct device_keys keys;
	int fd, watch_fd;        /* our ends; −1 closed */
	int open_error;          /* what opening answers */
	bool is_mute;            /* answers no command */
	uint16_t refused_opcode; /* answered with refused_status */
	uint8_t refused_status;
	bool is_scanning, is_active, is_extended;
	unsigned int opened, commands, readings, healths;
	struct source_health health;
	struct reading reading;
};

static inline int open_controller(
	const char *name, int *ret_fd, uint16_t *ret_index, void *userdata)
{
	struct controller *c = userdata;
	int pair[2];

	assert_string_equal(name, "hci7");
	c->opened++;
	if (c->open_error < 0)
		return c->open_error;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = pair[0];
	*ret_fd = pair[1];
	*ret_index = 7;
	return 0;
}

static inline int watch_controller(int *ret_fd, void *userdata)
{
	struct controller *c = userdata;
	int pair[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
	if (c->watch_fd >= 0)
		(void)close(c->watch_fd);
	c->watch_fd = pair[0];
	*ret_fd = pair[1];
	return 0;
}

static inline void on_reading(const struct reading *reading, void *userdata)
{
	struct controller *c = userdata;

	if (reading->repeats > 0)
		return; /* confirms, and is no new press */
	c->readings++;
	c->reading = *reading;
}

static inline void on_health(const struct source_health *health, void *userdata)
{
	struct controller *c = userdata;

	c->healths++;
	c->health = *health;
}

static inline void say(struct controller *c, const uint8_t *packet, size_t count)
{
	assert_int_equal(send(c->fd, packet, count, MSG_NOSIGNAL), (ssize_t)count);
}
#define SAY(c, ...) say(c, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static inline void answer(struct controller *c, const uint8_t *command)
{
	uint16_t opcode = (uint16_t)(command[1] | command[2] << 8);
	uint8_t status = opcode == c->refused_opcode ? c->refused_status : 0;

	if (opcode == (c->is_extended ? 0x2042 : 0x200C) && status == 0)
		c->is_scanning = command[4];
	if (opcode == 0x200B)
		c->is_active = command[4];
	if (c->is_mute)
		return;
	if (opcode == 0x2003)
		SAY(c, 4, 0x0E, 12, 1, command[1], command[2], status, 1, c->is_extended ? 0x10 : 0,
			0, 0, 0, 0, 0, 0);
	else
		SAY(c, 4, 0x0E, 4, 1, command[1], command[2], status);
}

static inline void take_commands(struct controller *c)
{
	uint8_t packet[64];

	while (c->fd >= 0) {
		ssize_t count = recv(c->fd, packet, sizeof(packet), MSG_DONTWAIT);

		if (count <= 0)
			return;
		assert_in_range(count, 4, sizeof(packet));
		assert_int_equal(packet[0], 1);
		assert_int_equal(packet[3], count - 4);
		c->commands++;
		answer(c, packet);
	}
}

#define UNTIL(c, condition) \
	do { \
		int turns = 0; \
\
		while (!(condition)) { \
			assert_true(sd_event_run((c)->event, TURN_US) >= 0); \
			take_commands(c); \
			assert_in_range(++turns, 1, TURNS_MAX); \
		} \
	} while (0)

static inline void begin(struct controller *c, struct adapter_calls *calls)
{
	const struct source_listener listener = {
		.on_reading = on_reading, .on_health = on_health, .userdata = c};
	struct source_ble_options options = {.adapter = "hci7", .keys = &c->keys, .calls = calls};

	*calls = (struct adapter_calls){
		.connect = open_controller, .watch = watch_controller, .userdata = c};
	c->fd = c->watch_fd = -1;
	device_keys_ensure(&c->keys, (const uint8_t[6]){0xA4, 0xC1, 0x38, 0x8D, 0x18, 0xB2})
		->is_enrolled = true;
	assert_true(sd_event_new(&c->event) >= 0);
	assert_int_equal(source_ble_new(&c->source, c->event, &options, &listener), 0);
	assert_int_equal(source_start(c->source), 0);
	assert_int_equal(c->health.state, SOURCE_STARTING);
}

static inline void end(struct controller *c)
{
	c->source = source_free(c->source);
	c->is_mute = true;
	take_commands(c);
	if (c->fd >= 0)
		(void)close(c->fd);
	if (c->watch_fd >= 0)
		(void)close(c->watch_fd);
	c->event = sd_event_unref(c->event);
	device_keys_done(&c->keys);
}

/* BTHome v2, packet id n, battery 61 %, one press. */
static inline void press(struct controller *c, uint8_t n)
{
	SAY(c, 4, 0x3E, 26, 2, 1, 3, 0, 0xB2, 0x18, 0x8D, 0x38, 0xC1, 0xA4, 14, 2, 1, 6, 10, 0x16,
		0xD2, 0xFC, 0x44, 0x00, n, 0x01, 0x3D, 0x3A, 0x01, 0xC8);
}
