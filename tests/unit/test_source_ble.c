/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A controller played at the other end of a socket pair: it answers, refuses, falls silent, breaks,
 * goes away and comes back.
 */
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
	bool is_scanning, is_extended;
	unsigned int opened, commands, readings, healths;
	struct source_health health;
	struct reading reading;
};

static int open_controller(const char *name, int *ret_fd, uint16_t *ret_index, void *userdata)
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

static int watch_controller(int *ret_fd, void *userdata)
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

static void on_reading(const struct reading *reading, void *userdata)
{
	struct controller *c = userdata;

	if (reading->repeats > 0)
		return; /* confirms, and is no new press */
	c->readings++;
	c->reading = *reading;
}

static void on_health(const struct source_health *health, void *userdata)
{
	struct controller *c = userdata;

	c->healths++;
	c->health = *health;
}

static void say(struct controller *c, const uint8_t *packet, size_t count)
{
	assert_int_equal(send(c->fd, packet, count, MSG_NOSIGNAL), (ssize_t)count);
}
#define SAY(c, ...) say(c, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void answer(struct controller *c, const uint8_t *command)
{
	uint16_t opcode = (uint16_t)(command[1] | command[2] << 8);
	uint8_t status = opcode == c->refused_opcode ? c->refused_status : 0;

	if (opcode == (c->is_extended ? 0x2042 : 0x200C) && status == 0)
		c->is_scanning = command[4];
	if (c->is_mute)
		return;
	if (opcode == 0x2003)
		SAY(c, 4, 0x0E, 12, 1, command[1], command[2], status, 1, c->is_extended ? 0x10 : 0,
			0, 0, 0, 0, 0, 0);
	else
		SAY(c, 4, 0x0E, 4, 1, command[1], command[2], status);
}

static void take_commands(struct controller *c)
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

static void begin(struct controller *c, struct adapter_calls *calls)
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

static void end(struct controller *c)
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
static void press(struct controller *c, uint8_t n)
{
	SAY(c, 4, 0x3E, 26, 2, 1, 3, 0, 0xB2, 0x18, 0x8D, 0x38, 0xC1, 0xA4, 14, 2, 1, 6, 10, 0x16,
		0xD2, 0xFC, 0x44, 0x00, n, 0x01, 0x3D, 0x3A, 0x01, 0xC8);
}

static void test_HS_09_a_press_on_air_counts_once(void **state)
{
	struct controller c = {0};
	struct adapter_calls calls;

	(void)state;
	begin(&c, &calls);
	UNTIL(&c, c.health.state == SOURCE_HEARING);
	assert_true(c.is_scanning);
	for (int i = 0; i < 100; i++)
		press(&c, 9);
	UNTIL(&c, source_ble_receiver(c.source)->hci.counters.advertising_reports == 100);
	assert_int_equal(c.readings, 2);
	assert_int_equal(c.reading.kind, READING_BUTTON);
	assert_string_equal(c.reading.sensor.text, "A4:C1:38:8D:18:B2");
	press(&c, 10);
	UNTIL(&c, c.readings == 4);
	end(&c);
	assert_false(c.is_scanning);
}

static void test_extended_controller(void **state)
{
	struct controller c = {.is_extended = true};
	struct adapter_calls calls;

	(void)state;
	begin(&c, &calls);
	UNTIL(&c, c.health.state == SOURCE_HEARING);
	SAY(&c, 4, 0x3E, 40, 0x0D, 1, 0x00, 0x00, 0, 0xB2, 0x18, 0x8D, 0x38, 0xC1, 0xA4, 1, 2, 3,
		0x7F, 0xC8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 14, 2, 1, 6, 10, 0x16, 0xD2, 0xFC, 0x44, 0,
		9, 1, 0x3D, 0x3A, 1);
	UNTIL(&c, c.readings == 2);
	end(&c);
}

static void test_refused_command_is_deaf_and_tried_again(void **state)
{
	struct controller c = {.refused_opcode = 0x200B, .refused_status = 0x12};
	struct adapter_calls calls;

	(void)state;
	begin(&c, &calls);
	UNTIL(&c, c.health.state == SOURCE_DEAF);
	assert_string_equal(c.health.why, "scan parameters refused with 0x12");
	c.refused_opcode = 0;
	UNTIL(&c, c.health.state == SOURCE_HEARING);
	assert_int_equal(c.opened, 2);
	end(&c);
}

static void test_no_answer_is_deaf(void **state)
{
	struct controller c = {.is_mute = true};
	struct adapter_calls calls;

	(void)state;
	begin(&c, &calls);
	UNTIL(&c, c.health.state == SOURCE_DEAF);
	assert_string_equal(c.health.why, "the controller does not answer command 0x2003");
	c.is_mute = false;
	UNTIL(&c, c.health.state == SOURCE_HEARING);
	end(&c);
}

static void test_no_adapter_is_deaf_until_one_comes(void **state)
{
	struct controller c = {.open_error = -ENODEV};
	struct adapter_calls calls;
	uint64_t began_us = clock_boot_us();

	(void)state;
	begin(&c, &calls);
	UNTIL(&c, c.opened == 3);
	assert_int_equal(c.health.state, SOURCE_DEAF);
	assert_string_equal(c.health.why, "hci7: there is none");
	assert_int_equal(c.healths, 2); /* told once */
	assert_true(clock_boot_us() - began_us >= 3 * SOURCE_BLE_RETRY_MIN_US);
	c.open_error = 0;
	/* told of by the kernel: not after the pause, which is a second by now */
	began_us = clock_boot_us();
	assert_int_equal(
		send(c.watch_fd, (const uint8_t[]){4, 0xFD, 6, 1, 0, 1, 0, 7, 0}, 9, 0), 9);
	UNTIL(&c, c.health.state == SOURCE_HEARING);
	assert_in_range(clock_boot_us() - began_us, 0, 900000);
	end(&c);
}

static void test_switched_off_and_back(void **state)
{
	struct controller c = {0};
	struct adapter_calls calls;

	(void)state;
	begin(&c, &calls);
	UNTIL(&c, c.health.state == SOURCE_HEARING);
	/* another adapter's news are not ours */
	assert_int_equal(
		send(c.watch_fd, (const uint8_t[]){4, 0xFD, 6, 1, 0, 4, 0, 6, 0}, 9, 0), 9);
	c.open_error = -ENETDOWN;
	assert_int_equal(
		send(c.watch_fd, (const uint8_t[]){4, 0xFD, 6, 1, 0, 4, 0, 7, 0}, 9, 0), 9);
	UNTIL(&c, c.health.state == SOURCE_DEAF);
	assert_string_equal(c.health.why, "the adapter is gone or switched off");
	UNTIL(&c, strcmp(c.health.why, "hci7 is switched off") == 0);
	c.open_error = 0;
	UNTIL(&c, c.health.state == SOURCE_HEARING);
	press(&c, 1);
	UNTIL(&c, c.readings == 2);
	end(&c);
}

static void test_hardware_error_and_pulled_out(void **state)
{
	struct controller c = {0};
	struct adapter_calls calls;

	(void)state;
	begin(&c, &calls);
	UNTIL(&c, c.health.state == SOURCE_HEARING);
	SAY(&c, 4, 0x10, 1, 0x07);
	UNTIL(&c, c.health.state == SOURCE_DEAF);
	assert_string_equal(c.health.why, "hardware error 0x07");
	UNTIL(&c, c.health.state == SOURCE_HEARING);
	(void)close(c.fd);
	c.fd = -1;
	UNTIL(&c, c.health.state == SOURCE_DEAF);
	assert_string_equal(c.health.why, "hci7: there is none");
	UNTIL(&c, c.health.state == SOURCE_HEARING);
	end(&c);
}

static void test_cut_and_flooding_packets_are_counted(void **state)
{
	struct controller c = {0};
	struct adapter_calls calls;

	(void)state;
	begin(&c, &calls);
	UNTIL(&c, c.health.state == SOURCE_HEARING);
	for (int i = 0; i < 50; i++) {
		SAY(&c, 4, 0x3E, 26, 2, 1);
		SAY(&c, 4, 0x3E);
		SAY(&c, 4);
		SAY(&c, 9, 9, 9);
		take_commands(&c);
		assert_true(sd_event_run(c.event, 0) >= 0);
	}
	press(&c, 1);
	UNTIL(&c, c.readings == 2);
	assert_int_equal(source_ble_receiver(c.source)->hci.counters.malformed, 200);
	assert_int_equal(c.health.state, SOURCE_HEARING);
	end(&c);
}

static void test_what_others_tell_the_controller_is_no_packet_of_it(void **state)
{
	struct controller c = {0};
	struct adapter_calls calls;
	unsigned int commands;

	(void)state;
	begin(&c, &calls);
	UNTIL(&c, c.health.state == SOURCE_HEARING);
	commands = c.commands;
	c.is_scanning = false;
	SAY(&c, 1, 0x0C, 0x20, 2, 0, 0);
	UNTIL(&c, c.is_scanning);
	assert_int_equal(c.commands, commands + 3);
	assert_int_equal(source_ble_receiver(c.source)->hci.counters.malformed, 0);
	assert_int_equal(c.opened, 1);
	end(&c);
}

static void test_names_of_adapters(void **state)
{
	(void)state;
	assert_true(adapter_name_is_valid(""));
	assert_true(adapter_name_is_valid("hci0"));
	assert_true(adapter_name_is_valid("hci15"));
	assert_true(adapter_name_is_valid("00:AA:01:00:00:00"));
	assert_false(adapter_name_is_valid("hci"));
	assert_false(adapter_name_is_valid("hci123"));
	assert_false(adapter_name_is_valid("hci1x"));
	assert_false(adapter_name_is_valid("ich1"));
	assert_false(adapter_name_is_valid("00:AA:01:00:00"));
	assert_false(adapter_name_is_valid("usb0"));
}

static void test_news_cut_short_are_none(void **state)
{
	const uint8_t whole[] = {4, 0xFD, 6, 1, 0, 2, 0, 7, 0};
	struct adapter_news news = {0};

	(void)state;
	for (uint32_t n = 0; n < sizeof(whole); n++)
		assert_int_equal(adapter_news_read(whole, n, &news), 0);
	assert_int_equal(adapter_news_read(whole, sizeof(whole), &news), 1);
	assert_true(news.is_gone && !news.is_up && news.index == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_HS_09_a_press_on_air_counts_once),
		cmocka_unit_test(test_extended_controller),
		cmocka_unit_test(test_refused_command_is_deaf_and_tried_again),
		cmocka_unit_test(test_no_answer_is_deaf),
		cmocka_unit_test(test_no_adapter_is_deaf_until_one_comes),
		cmocka_unit_test(test_switched_off_and_back),
		cmocka_unit_test(test_hardware_error_and_pulled_out),
		cmocka_unit_test(test_cut_and_flooding_packets_are_counted),
		cmocka_unit_test(test_what_others_tell_the_controller_is_no_packet_of_it),
		cmocka_unit_test(test_names_of_adapters),
		cmocka_unit_test(test_news_cut_short_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
