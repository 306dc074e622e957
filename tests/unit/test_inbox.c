/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a hub may send and what is refused: garbage, another home's name, a topic that is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "caller-gateway/inbox.h"

#define TOPIC "vigie/v1/demo/incident"

static int sample(const char *home, char json[INCIDENT_JSON_MAX])
{
	struct incident i = {.id = "5f1d3c0a9b7e4d2286c1a0f4e3b2d190",
		.seq = 3,
		.class = INCIDENT_FALL,
		.state = INCIDENT_RAISED,
		.event_ms = 1795464010250,
		.changed_ms = 1795464010250,
		.probability = 0.9};

	(void)snprintf(i.home, sizeof(i.home), "%s", home);
	int bytes = incident_to_json(&i, json);
	assert_true(bytes > 0);
	return bytes;
}

static void test_an_incident_of_its_own_home_is_taken(void **state)
{
	char json[INCIDENT_JSON_MAX], error[INBOX_ERROR_MAX];
	struct inbox_message m;
	int bytes = sample("demo", json);
	(void)state;

	assert_int_equal(inbox_read(TOPIC, json, (size_t)bytes, &m, error), 0);
	assert_int_equal(m.what, INBOX_INCIDENT);
	assert_string_equal(m.incident.home, "demo");
	assert_int_equal(m.incident.seq, 3);
}

static void test_a_heartbeat_of_its_own_home_is_taken(void **state)
{
	struct heartbeat beat = {.home = "demo", .release = "0.1.0", .wall_ms = 1795464010250};
	char json[HEARTBEAT_JSON_MAX], error[INBOX_ERROR_MAX];
	struct inbox_message m;
	int bytes = heartbeat_to_json(&beat, json);
	(void)state;

	assert_true(bytes > 0);
	assert_int_equal(inbox_read("vigie/v1/demo/heartbeat", json, (size_t)bytes, &m, error), 0);
	assert_int_equal(m.what, INBOX_HEARTBEAT);
	assert_int_equal(
		inbox_read("vigie/v1/other/heartbeat", json, (size_t)bytes, &m, error), -EINVAL);
}

static void test_word_of_a_link_is_taken_with_its_topics_home(void **state)
{
	static const char lost[] = "{\"v\":1,\"state\":\"lost\"}";
	char error[INBOX_ERROR_MAX];
	struct inbox_message m = {.link.is_up = true};
	(void)state;

	assert_int_equal(inbox_read("vigie/v1/demo/link", lost, strlen(lost), &m, error), 0);
	assert_int_equal(m.what, INBOX_LINK);
	assert_false(m.link.is_up);
	assert_string_equal(m.home, "demo");
}

static void test_another_homes_name_is_refused(void **state)
{
	char json[INCIDENT_JSON_MAX], error[INBOX_ERROR_MAX];
	struct inbox_message m = {.what = 7};
	int bytes = sample("neighbour", json);
	(void)state;

	assert_int_equal(inbox_read(TOPIC, json, (size_t)bytes, &m, error), -EINVAL);
	assert_string_equal(error, "home: is not the topic's");
	assert_int_equal(m.what, 7);
}

static void test_garbage_is_refused_and_nothing_is_touched(void **state)
{
	static const struct {
		const char *topic, *payload;
	} cases[] = {
		{TOPIC, ""},
		{TOPIC, "{"},
		{TOPIC, "null"},
		{TOPIC, "{\"v\":2}"},
		{TOPIC, "\xff\xfe"},
		{"vigie/v1/demo/heartbeat", "{}"},
		{"vigie/v1/demo/link", "{}"},
		{"vigie/v1/demo/link", "{\"v\":1,\"state\":\"maybe\"}"},
		{"vigie/v1/demo/receipt", "{}"},
		{"vigie/v1/demo", "{}"},
		{"vigie/v1/DEMO/incident", "{}"},
		{"vigie/v1/demo/incident/x", "{}"},
		{"vigie/v2/demo/incident", "{}"},
		{"", ""},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inbox_message m = {.what = 7};
		char error[INBOX_ERROR_MAX] = "";
		int r = inbox_read(
			cases[i].topic, cases[i].payload, strlen(cases[i].payload), &m, error);
		assert_true(r < 0);
		assert_true(error[0]);
		assert_int_equal(m.what, 7);
	}
}

static void test_a_truncated_incident_is_refused_at_every_length(void **state)
{
	char json[INCIDENT_JSON_MAX], error[INBOX_ERROR_MAX];
	struct inbox_message m;
	int bytes = sample("demo", json);
	(void)state;

	for (int n = 0; n < bytes; n++)
		assert_true(inbox_read(TOPIC, json, (size_t)n, &m, error) < 0);
}

static void test_a_senders_first_refusal_is_told_and_every_one_counted(void **state)
{
	struct inbox inbox = {0};
	char sender[INCIDENT_HOME_MAX], topic[64];
	(void)state;

	assert_true(inbox_refuse(&inbox, TOPIC, sender));
	assert_string_equal(sender, "demo");
	assert_false(inbox_refuse(&inbox, "vigie/v1/demo/heartbeat", sender));
	assert_false(inbox_refuse(&inbox, "vigie/v1/demo/link", sender));
	assert_true(inbox_refuse(&inbox, "nonsense", sender));
	assert_string_equal(sender, "?");
	assert_false(inbox_refuse(&inbox, "", sender));
	for (unsigned int i = 2; i < INBOX_SENDERS_MAX; i++) {
		(void)snprintf(topic, sizeof(topic), "vigie/v1/h%u/incident", i);
		assert_true(inbox_refuse(&inbox, topic, sender));
	}
	assert_false(inbox_refuse(&inbox, "vigie/v1/one-too-many/incident", sender));
	assert_int_equal(inbox.refused, INBOX_SENDERS_MAX + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_incident_of_its_own_home_is_taken),
		cmocka_unit_test(test_a_heartbeat_of_its_own_home_is_taken),
		cmocka_unit_test(test_word_of_a_link_is_taken_with_its_topics_home),
		cmocka_unit_test(test_another_homes_name_is_refused),
		cmocka_unit_test(test_garbage_is_refused_and_nothing_is_touched),
		cmocka_unit_test(test_a_truncated_incident_is_refused_at_every_length),
		cmocka_unit_test(test_a_senders_first_refusal_is_told_and_every_one_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
