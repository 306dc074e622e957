/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A wearable at the other end of a socket pair: found, heard, lost, silent, back; and two at once.
 */
#include "tests/unit/worn.h"

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
		cmocka_unit_test(test_found_heard_and_made_to_buzz),
		cmocka_unit_test(test_lost_and_back),
		cmocka_unit_test(test_not_reached_then_reached),
		cmocka_unit_test(test_an_adapter_that_came_up_is_tried_anew),
		cmocka_unit_test(test_nonsense_ends_the_link),
		cmocka_unit_test(test_two_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
