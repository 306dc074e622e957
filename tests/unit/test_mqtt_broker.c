/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Broker addresses as people write them, and the bounds of the pause between attempts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "common/clock.h"
#include "common/mqtt_broker.h"

static void test_addresses(void **state)
{
	static const struct {
		const char *text, *host;
		uint16_t port;
		bool is_tls, is_number;
	} rows[] = {
		{"mqtts://127.0.0.1:18883", "127.0.0.1", 18883, true, true},
		{"mqtts://broker.example.org", "broker.example.org", 8883, true, false},
		{"mqtt://localhost", "localhost", 1883, false, false},
		{"mqtts://[2001:db8::1]:65535", "2001:db8::1", 65535, true, true},
		{"mqtts://[::1]", "::1", 8883, true, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mqtt_broker broker;

		assert_int_equal(mqtt_broker_parse(rows[i].text, &broker), 0);
		assert_string_equal(broker.host, rows[i].host);
		assert_int_equal(broker.port, rows[i].port);
		assert_int_equal(broker.is_tls, rows[i].is_tls);
		assert_int_equal(mqtt_broker_is_number(&broker), rows[i].is_number);
	}
}

static void test_wrong_addresses(void **state)
{
	static const char *const rows[] = {"", "127.0.0.1:1883", "mqtts://", "mqtts://:8883",
		"http://a:1", "mqtts://a:", "mqtts://a:0", "mqtts://a:65536", "mqtts://a:1x",
		"mqtts://a b", "mqtts://a/b", "mqtts://[::1", "mqtts://[::1]x", "mqtts://[]:1",
		"mqtts://user@a", "mqtts://a:18446744073709551617"};
	struct mqtt_broker broker, before;

	(void)state;
	memset(&broker, 0x5a, sizeof(broker));
	before = broker;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(mqtt_broker_parse(rows[i], &broker), -EINVAL);
	assert_memory_equal(&broker, &before, sizeof(before));
}

static void test_host_at_most(void **state)
{
	char text[8 + MQTT_HOST_MAX + 1] = "mqtts://";
	struct mqtt_broker broker;

	(void)state;
	memset(text + 8, 'a', MQTT_HOST_MAX - 1);
	assert_int_equal(mqtt_broker_parse(text, &broker), 0);
	assert_int_equal(strlen(broker.host), MQTT_HOST_MAX - 1);
	text[8 + MQTT_HOST_MAX - 1] = 'a';
	assert_int_equal(mqtt_broker_parse(text, &broker), -EINVAL);
}

static void test_pause_grows_from_half_a_second_to_thirty(void **state)
{
	(void)state;
	assert_int_equal(mqtt_broker_pause_us(0, 1, 0), 500 * US_PER_MS);
	assert_int_equal(mqtt_broker_pause_us(1, 1, 0), US_PER_S);
	assert_int_equal(mqtt_broker_pause_us(4, 1, 0), 8 * US_PER_S);
	assert_int_equal(mqtt_broker_pause_us(5, 1, 0), 15 * US_PER_S);
	assert_int_equal(mqtt_broker_pause_us(UINT32_MAX, 1, 0), 15 * US_PER_S);
	/* chance at most doubles it */
	assert_true(mqtt_broker_pause_us(9, 1, UINT32_MAX) <= 30 * US_PER_S);
	assert_true(mqtt_broker_pause_us(9, 1, UINT32_MAX) > 29 * US_PER_S);
	assert_int_equal(mqtt_broker_pause_us(9, 1, UINT32_MAX / 2 + 1), 22500 * US_PER_MS);
	/* the second broker is tried before the pause grows */
	assert_int_equal(mqtt_broker_pause_us(1, 2, 0), 500 * US_PER_MS);
	assert_int_equal(mqtt_broker_pause_us(2, 2, 0), US_PER_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_wrong_addresses),
		cmocka_unit_test(test_host_at_most),
		cmocka_unit_test(test_pause_grows_from_half_a_second_to_thirty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
