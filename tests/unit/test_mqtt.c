/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mqtt on the wire: what it says, what it refuses, what it tells. A real broker, TLS and
 * reconnection are tests/system/test_mqtt.py's.
 */
#include "tests/unit/mqtt_room.h"

static void test_connect_resumes_its_session(void **state)
{
	static const unsigned char expected[] = {0x10, 32, 0, 4, 'M', 'Q', 'T', 'T', 5,
		0,                      /* neither clean start nor will */
		0, 20, 13,              /* keep-alive 20 s, 13 bytes of properties */
		0x11, 0, 1, 0x51, 0x80, /* session expiry 86400 s */
		0x27, 0, 1, 0, 0,       /* packets of at most 65536 bytes */
		0x21, 0, 100,           /* at most 100 unacknowledged */
		0, 6, 'h', 'o', 'm', 'e', '-', '1'};
	struct room *room = *state;
	const struct mqtt_options options = {
		.brokers = {room->uri}, .client_id = "home-1", .session_expiry_s = 86400};

	make(room, &options);
	run_until_heard(room, sizeof(expected));
	assert_int_equal(room->heard_bytes, sizeof(expected));
	assert_memory_equal(room->heard, expected, sizeof(expected));
}

static void test_HS_06_publish_expires_and_is_not_retained(void **state)
{
	static const unsigned char expected[] = {
		PUBLISH_QOS1, 13, 0, 1, 't', 0, 1, 5, 0x02, 0, 0, 0x0e, 0x10, 'h', 'i'};
	struct room *room = *state;

	come_up_plainly(room);
	assert_true(mqtt_is_up(room->mqtt));
	assert_int_equal(mqtt_publish(room->mqtt, "t", "hi", 2, 3600), 0);
	run_until_heard(room, sizeof(expected));
	assert_memory_equal(room->heard, expected, sizeof(expected));
}

static void test_HS_06_retained_message_is_refused(void **state)
{
	struct room *room = *state;

	come_up_plainly(room);
	publish(room, RETAIN, 1, 1);
	run_until(room, &room->refusals, 1);
	assert_int_equal(room->messages, 0);
	assert_string_equal(room->why, "retained message");
	assert_string_equal(room->refused_topic, "t");
}

static void test_sizes_of_what_arrives(void **state)
{
	struct room *room = *state;

	come_up_plainly(room);
	publish(room, 0, MQTT_TOPIC_MAX - 1, MQTT_PAYLOAD_MAX);
	run_until(room, &room->messages, 1);
	assert_int_equal(room->last.bytes, MQTT_PAYLOAD_MAX);
	assert_int_equal(strlen(room->last.topic), MQTT_TOPIC_MAX - 1);
	assert_int_equal(room->last.payload[MQTT_PAYLOAD_MAX], '\0');
	publish(room, 0, 1, 0);
	run_until(room, &room->messages, 2);
	assert_int_equal(room->last.bytes, 0);
	assert_int_equal(room->last.payload[0], '\0');
	assert_int_equal(room->refusals, 0);
	publish(room, 0, MQTT_TOPIC_MAX, 1);
	run_until(room, &room->refusals, 1);
	assert_string_equal(room->why, "topic too long");
	publish(room, 0, 1, MQTT_PAYLOAD_MAX + 1);
	run_until(room, &room->refusals, 2);
	assert_string_equal(room->why, "payload too long");
	assert_int_equal(room->messages, 2);
}

static void test_a_drain_follows_the_last_message(void **state)
{
	struct room *room = *state;

	come_up_plainly(room);
	for (unsigned int i = 0; i < 200; i++)
		publish(room, 0, 1, 100);
	run_until(room, &room->messages, 200);
	run_until(room, &room->messages_at_drain, 200);
}

static void test_no_topic_is_no_disaster(void **state)
{
	struct room *room = *state;

	come_up_plainly(room);
	assert_int_equal(mqtt_publish(room->mqtt, "a/+/b", "x", 1, 1), -EINVAL);
	assert_int_equal(mqtt_publish(room->mqtt, "a\xff", "x", 1, 1), -EINVAL);
	assert_int_equal(mqtt_publish(room->mqtt, "t", "x", 1, 1), 0);
	assert_true(mqtt_is_up(room->mqtt));
}

static void test_refusals_of_the_broker_are_told(void **state)
{
	static const unsigned char puback[] = {0x40, 4, 0, 1, 0x87, 0};
	struct room *room = *state;

	come_up_plainly(room);
	assert_int_equal(mqtt_publish(room->mqtt, "t", "x", 1, 1), 0);
	run_until_heard(room, 14);
	say(room, puback, sizeof(puback));
	run_until(room, &room->refusals, 1);
	assert_string_equal(room->refused_topic, "");
	assert_string_equal(room->why, "Not authorized");
}

static void test_refused_connection(void **state)
{
	static const unsigned char connack[] = {0x20, 3, 0, 0x87, 0};
	struct room *room = *state;
	const struct mqtt_options options = {.brokers = {room->uri}, .client_id = "c"};

	make(room, &options);
	run_until_heard(room, 14);
	say(room, connack, sizeof(connack));
	run_until(room, &room->downs, 1);
	assert_int_equal(room->ups, 0);
	assert_non_null(strstr(room->why, "Not authorized"));
}

/* CONNECT answered; then one SUBSCRIBE, numbered 1, of two topics. */
static void connect_with_subscriptions(struct room *room, bool is_session_kept)
{
	const unsigned char connack[] = {0x20, 3, is_session_kept, 0, 0};
	static const unsigned char expected[] = {
		0x82, 15, 0, 1, 0, 0, 3, 'a', '/', 'b', 1, 0, 3, 'a', '/', 'c', 1};
	const struct mqtt_options options = {
		.brokers = {room->uri}, .client_id = "c", .subscriptions = {"a/b", "a/c"}};

	make(room, &options);
	run_until_heard(room, 14);
	room->heard_bytes = 0;
	say(room, connack, sizeof(connack));
	run_until_heard(room, sizeof(expected));
	assert_memory_equal(room->heard, expected, sizeof(expected));
}

static void test_up_is_told_when_the_broker_keeps_the_subscriptions(void **state)
{
	static const unsigned char suback[] = {0x90, 5, 0, 1, 0, 1, 1};
	struct room *room = *state;

	connect_with_subscriptions(room, false);
	for (unsigned int i = 0; i < 20; i++)
		assert_true(sd_event_run(room->event, 10 * US_PER_MS) >= 0);
	assert_int_equal(room->ups, 0);
	assert_false(mqtt_is_up(room->mqtt));
	say(room, suback, sizeof(suback));
	run_until(room, &room->ups, 1);
	assert_true(mqtt_is_up(room->mqtt));
}

static void test_one_refused_subscription_is_no_connection(void **state)
{
	static const unsigned char suback[] = {0x90, 5, 0, 1, 0, 1, 0x87};
	struct room *room = *state;

	connect_with_subscriptions(room, false);
	say(room, suback, sizeof(suback));
	run_until(room, &room->downs, 1);
	assert_int_equal(room->ups, 0);
	assert_non_null(strstr(room->why, "not subscribed: Not authorized"));
}

static void test_a_kept_session_is_up_before_its_backlog(void **state)
{
	static const unsigned char suback[] = {0x90, 5, 0, 1, 0, 1, 1};
	struct room *room = *state;

	connect_with_subscriptions(room, true);
	run_until(room, &room->ups, 1);
	publish(room, 0, 1, 1);
	say(room, suback, sizeof(suback));
	publish(room, 0, 1, 1);
	run_until(room, &room->messages, 2);
	assert_int_equal(room->ups, 1);
	assert_int_equal(room->downs, 0);
}

static void test_rubbish_ends_the_connection(void **state)
{
	static const unsigned char rubbish[] = {0xf3, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x01};
	struct room *room = *state;

	come_up_plainly(room);
	say(room, rubbish, sizeof(rubbish));
	run_until(room, &room->downs, 1);
	assert_false(mqtt_is_up(room->mqtt));
	assert_int_equal(mqtt_publish(room->mqtt, "t", "x", 1, 1), -ENOTCONN);
}

static void test_a_name_is_looked_up(void **state)
{
	struct room *room = *state;
	char uri[64];
	struct mqtt_options options = {.brokers = {uri}, .client_id = "c"};

	(void)snprintf(uri, sizeof(uri), "mqtt://localhost%s", strrchr(room->uri, ':'));
	make(room, &options);
	while (room->heard_bytes == 0 && room->downs == 0)
		assert_true(sd_event_run(room->event, US_PER_S) >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROOM(test_connect_resumes_its_session),
		WITH_ROOM(test_HS_06_publish_expires_and_is_not_retained),
		WITH_ROOM(test_HS_06_retained_message_is_refused),
		WITH_ROOM(test_sizes_of_what_arrives),
		WITH_ROOM(test_a_drain_follows_the_last_message),
		WITH_ROOM(test_no_topic_is_no_disaster),
		WITH_ROOM(test_refusals_of_the_broker_are_told),
		WITH_ROOM(test_refused_connection),
		WITH_ROOM(test_up_is_told_when_the_broker_keeps_the_subscriptions),
		WITH_ROOM(test_one_refused_subscription_is_no_connection),
		WITH_ROOM(test_a_kept_session_is_up_before_its_backlog),
		WITH_ROOM(test_rubbish_ends_the_connection),
		WITH_ROOM(test_a_name_is_looked_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
