/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A wearable at the other end of a socket pair: found, heard, lost, silent, back; and two at once.
 */
#include "sensors/source_gatt.h"

#include "tests/fakes/gatt_server.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
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
	bool is_paired_only; /* the alert's service has a measurement for the paired */
};

static int connect_worn(const uint8_t address[6], enum gatt_address type, const char *adapter,
	int *ret_fd, void *userdata)
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

static void on_reading(const struct reading *reading, void *userdata)
{
	struct worn *w = userdata;

	w->readings++;
	w->battery_pct = reading->value;
}

static void on_health(const struct source_health *health, void *userdata)
{
	struct worn *w = userdata;

	w->health = *health;
}

static void on_notice(const struct source_notice *notice, void *userdata)
{
	struct worn *w = userdata;

	assert_int_equal(notice->word, SOURCE_SENSOR_IS);
	assert_string_equal(notice->sensor.text, "A4:C1:38:8D:18:B2");
	w->notices++;
	(void)snprintf(w->device, sizeof(w->device), "%s", notice->why);
}

static void serve(struct worn *w)
{
	uint8_t packet[ATT_MTU_MAX];

	while (w->fd >= 0 && !w->is_mute) {
		ssize_t count = recv(w->fd, packet, sizeof(packet), 0);
		struct att_packet answer;

		if (count <= 0)
			return;
		answer = server_answer(&w->server, packet, (size_t)count);
		if (w->is_paired_only && packet[0] == ATT_READ_REQUEST)
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

static void begin(struct worn *w, sd_event *event, struct gatt_calls *calls)
{
	const struct source_listener listener = {.on_reading = on_reading,
		.on_health = on_health,
		.on_notice = on_notice,
		.userdata = w};
	const struct source_gatt_options options = {.sensor = "A4:C1:38:8D:18:B2",
		.type = GATT_ADDRESS_RANDOM,
		.adapter = "hci0",
		.calls = calls};

	*calls = (struct gatt_calls){.connect = connect_worn, .userdata = w};
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

static void end(struct worn *w)
{
	w->source = source_free(w->source);
	if (w->fd >= 0)
		(void)close(w->fd);
	w->event = sd_event_unref(w->event);
}

static sd_event *new_event(void)
{
	sd_event *event = NULL;

	assert_true(sd_event_new(&event) >= 0);
	return event;
}

static void test_says_what_it_is_once_a_link(void **state)
{
	const struct att_uuid service = ATT_UUID16(0x180A), maker = ATT_UUID16(0x2A29);
	const struct att_uuid model = ATT_UUID16(0x2A24), serial = ATT_UUID16(0x2A25);
	const struct att_uuid firmware = ATT_UUID16(0x2A26);
	sd_event *event = new_event();
	struct gatt_calls calls;
	struct worn w = {0};

	(void)state;
	begin(&w, event, &calls);
	server_service(&w.server, service);
	(void)server_characteristic(&w.server, maker, 2, "Polar Electro Oy", 17);
	(void)server_characteristic(&w.server, model, 2, "H10\x1b[2J", 7);
	(void)server_characteristic(&w.server, serial, 2, "12345678", 8);
	(void)server_characteristic(&w.server, firmware, 2, "3.1.1 ", 6);
	UNTIL(&w, w.health.state == SOURCE_HEARING);
	/* nothing that steers a terminal, and no serial number */
	assert_string_equal(w.device, "Polar Electro Oy H10?[2J 3.1.1");
	assert_int_equal(w.notices, 1);
	(void)close(w.fd);
	w.fd = -1;
	UNTIL(&w, w.health.state == SOURCE_STARTING);
	UNTIL(&w, w.health.state == SOURCE_HEARING);
	assert_int_equal(w.notices, 2);
	end(&w);
	(void)sd_event_unref(event);
}

static void test_one_that_asks_to_be_paired_is_told(void **state)
{
	sd_event *event = new_event();
	struct gatt_calls calls;
	struct worn w = {.is_paired_only = true};

	(void)state;
	begin(&w, event, &calls);
	UNTIL(&w, w.health.state == SOURCE_DEAF);
	assert_string_equal(
		w.health.why, "A4:C1:38:8D:18:B2 asks to be paired, which the hub does not do");
	/* the link stands, and what it says to everybody is heard */
	assert_int_equal(source_gatt_alert(w.source, ALERT_HIGH), 0);
	assert_int_equal(w.connects, 1);
	end(&w);
	(void)sd_event_unref(event);
}

static void test_found_heard_and_made_to_buzz(void **state)
{
	sd_event *event = new_event();
	struct worn w = {0};
	struct gatt_calls calls;
	struct att_packet told;

	(void)state;
	begin(&w, event, &calls);
	assert_int_equal(source_gatt_alert(w.source, ALERT_HIGH), -ENOTCONN);
	UNTIL(&w, w.health.state == SOURCE_HEARING);
	assert_int_equal(w.readings, 1);
	told = att_value(ATT_NOTIFICATION, w.level, "\x3C", 1);
	assert_int_equal(send(w.fd, told.at, told.count, 0), told.count);
	UNTIL(&w, w.readings == 2);
	assert_true(w.battery_pct > 59 && w.battery_pct < 61);
	assert_int_equal(source_gatt_alert(w.source, ALERT_HIGH), 0);
	UNTIL(&w, w.server.attributes[w.alert - 1].value[0] == 2);
	end(&w);
	(void)sd_event_unref(event);
}

static void test_lost_and_back(void **state)
{
	sd_event *event = new_event();
	struct worn w = {0};
	struct gatt_calls calls;

	(void)state;
	begin(&w, event, &calls);
	UNTIL(&w, w.health.state == SOURCE_HEARING);
	(void)close(w.fd);
	w.fd = -1;
	UNTIL(&w, w.health.state == SOURCE_STARTING);
	assert_string_equal(w.health.why, "link lost: Connection reset by peer");
	UNTIL(&w, w.health.state == SOURCE_HEARING);
	assert_int_equal(w.connects, 2);
	end(&w);
	(void)sd_event_unref(event);
}

static void test_not_reached_then_reached(void **state)
{
	sd_event *event = new_event();
	struct worn w = {.connect_error = -EHOSTUNREACH};
	struct gatt_calls calls;

	(void)state;
	begin(&w, event, &calls);
	UNTIL(&w, w.connects == 2);
	assert_string_equal(w.health.why, "not reached: No route to host");
	w.connect_error = 0;
	UNTIL(&w, w.health.state == SOURCE_HEARING);
	assert_int_equal(w.connects, 3);
	end(&w);
	(void)sd_event_unref(event);
}

static void test_an_adapter_that_came_up_is_tried_anew(void **state)
{
	sd_event *event = new_event();
	struct worn w = {.is_mute = true};
	struct gatt_calls calls;

	(void)state;
	begin(&w, event, &calls);
	UNTIL(&w, w.connects == 1);
	source_gatt_again(w.source); /* connecting, as far as it knows */
	w.is_mute = false;
	UNTIL(&w, w.health.state == SOURCE_HEARING);
	assert_int_equal(w.connects, 2);
	source_gatt_again(w.source); /* linked: left alone */
	assert_true(sd_event_run(event, 1500000) >= 0);
	assert_int_equal(w.connects, 2);
	end(&w);
	(void)sd_event_unref(event);
}

static void test_nonsense_ends_the_link(void **state)
{
	sd_event *event = new_event();
	struct worn w = {.is_mute = true};
	struct gatt_calls calls;

	(void)state;
	begin(&w, event, &calls);
	UNTIL(&w, w.fd >= 0);
	assert_int_equal(send(w.fd, (const uint8_t[]){3}, 1, 0), 1);
	UNTIL(&w, w.health.state == SOURCE_STARTING && w.health.why[0] == 'l');
	assert_string_equal(w.health.why, "link given up: Bad message");
	w.is_mute = false;
	UNTIL(&w, w.health.state == SOURCE_HEARING);
	end(&w);
	(void)sd_event_unref(event);
}

static void test_two_at_once(void **state)
{
	sd_event *event = new_event();
	struct worn first = {0}, second = {0};
	struct gatt_calls calls, others;

	(void)state;
	begin(&first, event, &calls);
	begin(&second, event, &others);
	for (int n = 0; n < TURNS_MAX && (first.health.state != SOURCE_HEARING ||
						 second.health.state != SOURCE_HEARING);
		n++) {
		assert_true(sd_event_run(event, TURN_US) >= 0);
		serve(&first);
		serve(&second);
	}
	assert_int_equal(first.readings, 1);
	assert_int_equal(second.readings, 1);
	end(&first);
	end(&second);
	(void)sd_event_unref(event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_says_what_it_is_once_a_link),
		cmocka_unit_test(test_one_that_asks_to_be_paired_is_told),
		cmocka_unit_test(test_found_heard_and_made_to_buzz),
		cmocka_unit_test(test_lost_and_back),
		cmocka_unit_test(test_not_reached_then_reached),
		cmocka_unit_test(test_an_adapter_that_came_up_is_tried_anew),
		cmocka_unit_test(test_nonsense_ends_the_link),
		cmocka_unit_test(test_two_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
