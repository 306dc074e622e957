/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A wearable at the other end of a socket pair, for tests of source_gatt.
 */
#pragma once

#include "sensors/source_gatt.h"

#include "tests/fakes/gatt_server.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define TURNS_MAX 10000
#define TURN_US   20000

struct worn {
	sd_event *event;
	struct source *source;
	struct server server;
	int fd; /* ours; −1 closed */
	int connect_error;
	bool is_mute;
	uint16_t level, alert;
	unsigned int connects, readings;
	double battery_pct;
	struct source_health health;
	unsigned int notices;
	char device[64];
	bool is_paired_only; /* nothing is read unless the link is encrypted */
	struct pairing *pairing;
	unsigned int asked_to_secure;
	int secure_result; /* of the first question on a link; the second finds it done, or … */
	bool is_never_secure, is_secure;
};

static inline int connect_worn(const uint8_t address[6], enum gatt_address type,
	const char *adapter, int *ret_fd, void *userdata)
{
	struct worn *w = userdata;
	int pair[2];

	assert_int_equal(address[0], 0xA4);
	assert_int_equal(type, GATT_ADDRESS_RANDOM);
	assert_string_equal(adapter, "hci0");
	w->connects++;
	if (w->connect_error < 0)
		return w->connect_error;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
	if (w->fd >= 0)
		(void)close(w->fd);
	w->fd = pair[0];
	*ret_fd = pair[1];
	return 0;
}

static inline int secure_worn(int fd, void *userdata)
{
	struct worn *w = userdata;

	assert_true(fd >= 0);
	if (w->asked_to_secure++ % 2 == 0 && w->secure_result <= 0)
		return w->secure_result;
	w->is_secure = !w->is_never_secure;
	return w->is_secure ? 1 : 0;
}

static inline void on_reading(const struct reading *reading, void *userdata)
{
	struct worn *w = userdata;

	w->readings++;
	w->battery_pct = reading->value;
}

static inline void on_health(const struct source_health *health, void *userdata)
{
	struct worn *w = userdata;

	w->health = *health;
}

static inline void on_notice(const struct source_notice *notice, void *userdata)
{
	struct worn *w = userdata;

	assert_int_equal(notice->word, SOURCE_SENSOR_IS);
	assert_string_equal(notice->sensor.text, "A4:C1:38:8D:18:B2");
	w->notices++;
	(void)snprintf(w->device, sizeof(w->device), "%s", notice->why);
}

static inline void serve(struct worn *w)
{
	uint8_t packet[ATT_MTU_MAX];

	while (w->fd >= 0 && !w->is_mute) {
		ssize_t count = recv(w->fd, packet, sizeof(packet), 0);
		struct att_packet answer;

		if (count <= 0)
			return;
		answer = server_answer(&w->server, packet, (size_t)count);
		if (w->is_paired_only && !w->is_secure && packet[0] == ATT_READ_REQUEST)
			answer = att_error(packet[0], (uint16_t)(packet[1] | packet[2] << 8),
				ATT_ERROR_AUTHENTICATION);
		/* the client may have gone since it asked */
		if (answer.count > 0 && send(w->fd, answer.at, answer.count, MSG_NOSIGNAL) < 0)
			return;
	}
}

#define UNTIL(w, condition) \
	do { \
		int turns = 0; \
\
		while (!(condition)) { \
			assert_true(sd_event_run((w)->event, TURN_US) >= 0); \
			serve(w); \
			assert_in_range(++turns, 1, TURNS_MAX); \
		} \
	} while (0)

static inline void begin(struct worn *w, sd_event *event, struct gatt_calls *calls)
{
	const struct source_listener listener = {.on_reading = on_reading,
		.on_health = on_health,
		.on_notice = on_notice,
		.userdata = w};
	const struct source_gatt_options options = {.sensor = "A4:C1:38:8D:18:B2",
		.type = GATT_ADDRESS_RANDOM,
		.adapter = "hci0",
		.pairing = w->pairing,
		.calls = calls};

	*calls = (struct gatt_calls){.connect = connect_worn, .secure = secure_worn, .userdata = w};
	w->fd = -1;
	w->event = sd_event_ref(event);
	w->server.mtu_bytes = ATT_MTU_MIN;
	w->server.largest_mtu_bytes = 185;
	server_service(&w->server, (struct att_uuid)ATT_UUID16(0x180F));
	w->level = server_characteristic(
		&w->server, (struct att_uuid)ATT_UUID16(0x2A19), 0x12, "\x3D", 1);
	server_service(&w->server, (struct att_uuid)ATT_UUID16(0x1802));
	w->alert =
		server_characteristic(&w->server, (struct att_uuid)ATT_UUID16(0x2A06), 4, "\0", 1);
	assert_int_equal(source_gatt_new(&w->source, event, &options, &listener), 0);
	assert_int_equal(source_start(w->source), 0);
}

static inline void end(struct worn *w)
{
	w->source = source_free(w->source);
	if (w->fd >= 0)
		(void)close(w->fd);
	w->event = sd_event_unref(w->event);
}

static inline sd_event *new_event(void)
{
	sd_event *event = NULL;

	assert_true(sd_event_new(&event) >= 0);
	return event;
}
