/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A source and a controller that answers, refuses, falls silent, breaks, goes away and comes back.
 */
#include "tests/fakes/controller.h"

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
