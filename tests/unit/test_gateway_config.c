/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gateway's configuration: the shipped example loads, defaults hold, each range and
 * contradiction is refused with its line and field.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "caller-gateway/config.h"

#define BROKER "brokers: [mqtt://127.0.0.1:1883]\n"

static int load(const char *yaml, struct gateway_config *c, char error[GATEWAY_CONFIG_ERROR_MAX])
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%.200s/vigie-gateway-XXXXXX",
		getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, yaml, strlen(yaml)), strlen(yaml));
	assert_int_equal(close(fd), 0);
	int r = gateway_config_load(path, c, error);
	assert_int_equal(unlink(path), 0);
	return r;
}

static void test_the_shortest_file_has_the_defaults(void **state)
{
	struct gateway_config c;
	char error[GATEWAY_CONFIG_ERROR_MAX];
	(void)state;

	assert_int_equal(load(BROKER, &c, error), 0);
	assert_int_equal(c.language, SPEECH_FRENCH);
	assert_string_equal(c.device, "default");
	assert_string_equal(c.control, GATEWAY_CONTROL_DEFAULT);
	assert_int_equal(c.again_s, 60);
	assert_int_equal(c.follow_up_s, 900);
	assert_int_equal(c.homes_lost_s, 240);
	assert_null(gateway_config_home(&c, "demo"));
	gateway_config_done(&c);
}

static void test_homes_are_found_by_their_id(void **state)
{
	struct gateway_config c;
	char error[GATEWAY_CONFIG_ERROR_MAX];
	(void)state;

	assert_int_equal(load(BROKER "language: en\nhomes:\n"
				     "- {home: zoe, resident: Zoé Blanc, address: ''}\n"
				     "- {home: demo, resident: Madame Martin, address: Nice}\n",
				 &c, error),
		0);
	assert_int_equal(c.language, SPEECH_ENGLISH);
	assert_string_equal(gateway_config_home(&c, "demo")->resident, "Madame Martin");
	assert_string_equal(gateway_config_home(&c, "zoe")->address, "");
	assert_null(gateway_config_home(&c, "dem"));
	gateway_config_done(&c);
}

static void test_what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *yaml, *message;
	} cases[] = {
		{"language: fr\n", "brokers"},
		{"brokers: []\n", ":1: brokers has 0 entries, needs 1..2"},
		{"brokers: [a, b, c]\n", "brokers has 3 entries"},
		{"brokers: [http://127.0.0.1:1]\n", "brokers[0] needs mqtts://HOST:PORT"},
		{"brokers: [mqtt://127.0.0.1]\n", "brokers[0] names no port"},
		{"brokers: [mqtts://centre:8883]\n", "brokers[0] is mqtts:// and needs tls"},
		{"brokers: [mqtt://centre:1883]\n",
			"brokers[0] is plain mqtt:// and not on loopback"},
		{BROKER "tls: {ca: /a, certificate: /b}\n",
			":2: tls needs ca, certificate and key"},
		{BROKER "tls: {ca: /a, certificate: /b, key: c}\n",
			"tls.key needs an absolute path"},
		{BROKER "tls: {ca: /a, certificate: /b, key: /c}\n",
			"brokers[0] is mqtt:// although tls is set"},
		{BROKER "announce: {again_s: 4}\n", ":2: announce.again_s is 4, needs 5..3600"},
		{BROKER "announce: {again_s: 3601}\n", "announce.again_s is 3601"},
		{BROKER "announce:\n  again_s: 60\n  follow_up_s: 9\n",
			":4: announce.follow_up_s is 9, needs 10..86400"},
		{BROKER "homes_lost_s: 4\n", ":2: homes_lost_s is 4, needs 5..290"},
		{BROKER "homes_lost_s: 291\n", "homes_lost_s is 291"},
		{BROKER "language: de\n", "language"},
		{BROKER "state_dir: here\n", "state_dir needs an absolute path"},
		{BROKER "sound: {device: ''}\n", "sound.device is empty"},
		{BROKER "colour: red\n", "colour"},
		{BROKER "homes: [{home: Demo, resident: M, address: A}]\n",
			"homes[0].home needs 1..32 of a-z"},
		{BROKER "homes: [{home: demo, resident: '', address: A}]\n",
			"homes[0].resident is empty"},
		{BROKER "homes: [{home: demo, resident: M}]\n", "homes[0]"},
		{BROKER "homes: [{home: vigie-gateway, resident: M, address: A}]\n",
			"homes[0].home is the gateway's own name"},
		{BROKER "homes: [{home: a, resident: M, address: A}, "
			"{home: a, resident: M, address: A}]\n",
			"homes names a twice"},
		{"", ""},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gateway_config c = {.again_s = 77};
		char error[GATEWAY_CONFIG_ERROR_MAX] = "";

		assert_true(load(cases[i].yaml, &c, error) < 0);
		if (!strstr(error, cases[i].message))
			fail_msg("\"%s\" does not say \"%s\"", error, cases[i].message);
		assert_true(error[0]);
		assert_int_equal(c.again_s, 77);
	}
}

static void test_texts_at_their_longest_and_one_more(void **state)
{
	(void)state;
	for (int more = 0; more < 2; more++) {
		struct gateway_config c;
		char yaml[1024], error[GATEWAY_CONFIG_ERROR_MAX];

		(void)snprintf(yaml, sizeof(yaml),
			BROKER "homes: [{home: a, resident: %0*d, address: A}]\n",
			GATEWAY_RESIDENT_MAX - 1 + more, 0);
		int r = load(yaml, &c, error);
		assert_int_equal(r, more ? -EINVAL : 0);
		if (r == 0)
			gateway_config_done(&c);
		else
			assert_non_null(strstr(error, "homes[0].resident is longer than 96 bytes"));
	}
}

static void test_the_shipped_example_loads(void **state)
{
	struct gateway_config c;
	char error[GATEWAY_CONFIG_ERROR_MAX] = "";
	(void)state;

	if (gateway_config_load("caller-gateway/gateway.example.yaml", &c, error) == -ENOENT)
		skip(); /* not run from the top of the tree */
	assert_string_equal(error, "");
	assert_true(c.homes_count > 0);
	gateway_config_done(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_shortest_file_has_the_defaults),
		cmocka_unit_test(test_homes_are_found_by_their_id),
		cmocka_unit_test(test_what_is_wrong_is_named),
		cmocka_unit_test(test_texts_at_their_longest_and_one_more),
		cmocka_unit_test(test_the_shipped_example_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
