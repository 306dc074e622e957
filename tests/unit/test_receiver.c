/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strangers: what is dropped before it is read, what is not, and the table that tells them apart.
 */
#include "tests/unit/vectors.h"

#include "sensors/receiver.h"

struct room {
	struct receiver receiver;
	struct device_keys keys;
	int readings, repeats, signs;
	char sensor[SENSOR_ID_MAX];
};

static const uint8_t own[6] = {0x54, 0x48, 0xE6, 0x8F, 0x80, 0xA5};
/* A resolvable private address: it is another one in a quarter of an hour. */
static const uint8_t passing[6] = {0x6A, 0x6B, 0xC9, 0xA2, 0x3E, 0x43};

static void on_reading(const struct reading *reading, void *userdata)
{
	struct room *room = userdata;

	room->readings += reading->repeats == 0;
	room->repeats += reading->repeats;
	memcpy(room->sensor, reading->sensor.text, sizeof(room->sensor));
}

static void on_sign(const struct sensor_id *sensor, void *userdata)
{
	struct room *room = userdata;

	room->signs++;
	memcpy(room->sensor, sensor->text, sizeof(room->sensor));
}

static struct room *room_new(void)
{
	struct room *room = calloc(1, sizeof(*room));

	receiver_init(&room->receiver, &room->keys, on_reading, room);
	return room;
}

static void room_free(struct room *room)
{
	device_keys_done(&room->keys);
	free(room);
}

static void set_reversed(uint8_t *to, const uint8_t address[6])
{
	for (int i = 0; i < 6; i++)
		to[i] = address[5 - i];
}

/* A legacy report with this one AD structure. */
static void hear(struct room *room, const uint8_t address[6], uint8_t address_type, const char *hex)
{
	uint8_t packet[64] = {4, 0x3E, 0, 2, 1, 3, address_type};
	size_t count = from_hex(hex, packet + 14, 40);

	set_reversed(packet + 7, address);
	packet[13] = (uint8_t)count;
	packet[2] = (uint8_t)(12 + count);
	receiver_packet(&room->receiver, 1000000, packet, 15 + count);
}

/* One part of an extended advertisement. */
static void hear_part(
	struct room *room, const uint8_t address[6], uint8_t event_high, const char *hex)
{
	uint8_t packet[96] = {4, 0x3E, 0, 0x0D, 1, event_high, 0, 0};
	size_t count = from_hex(hex, packet + 29, 60);

	set_reversed(packet + 8, address);
	packet[28] = (uint8_t)count;
	packet[2] = (uint8_t)(26 + count);
	receiver_packet(&room->receiver, 1000000, packet, 29 + count);
}

#define PRESS   "0616D2FC403A01"
#define BATTERY "0616D2FC40015D"

static void test_strangers_are_dropped_unread(void **state)
{
	struct room *room = room_new();

	(void)state;
	hear(room, own, 0, PRESS);
	assert_int_equal(room->readings, 0);
	assert_int_equal(room->receiver.hci.counters.strangers, 1);
	assert_int_equal(room->receiver.hci.counters.advertising_reports, 1);
	assert_int_equal(room->receiver.decoding.decoded[0], 0);
	assert_int_equal(room->keys.count, 0); /* nor is a row made for it */
	receiver_discover(&room->receiver, true);
	hear(room, own, 0, BATTERY);
	assert_int_equal(room->readings, 1);
	/* a row that decoding made of a stranger enrols nobody */
	hear(room, own, 0, PRESS);
	assert_int_equal(room->keys.count, 1);
	receiver_discover(&room->receiver, false);
	hear(room, own, 0, PRESS);
	assert_int_equal(room->readings, 2);
	assert_int_equal(room->receiver.hci.counters.strangers, 2);
	room_free(room);
}

static void test_enrolled_and_keyed_devices_are_heard(void **state)
{
	struct room *room = room_new();

	(void)state;
	device_keys_ensure(&room->keys, own)->is_enrolled = true;
	hear(room, own, 0, PRESS);
	assert_int_equal(room->readings, 1);
	hear(room, own, 0, PRESS);
	assert_int_equal(room->readings, 1);
	assert_int_equal(room->repeats, 1);
	assert_int_equal(
		device_keys_set(&room->keys, passing, "231d39c1d7cc1ab1aee224cd096db932"), 0);
	hear(room, passing, 1, BATTERY);
	assert_int_equal(room->receiver.decoding.refused[REFUSED_DOWNGRADED], 1);
	room_free(room);
}

static void test_a_frame_with_nothing_new_is_a_sign_of_life(void **state)
{
	struct room *room = room_new();

	(void)state;
	room->receiver.on_sign = on_sign;
	hear(room, own, 0, "020106"); /* a stranger's is none */
	assert_int_equal(room->signs, 0);
	device_keys_ensure(&room->keys, own)->is_enrolled = true;
	hear(room, own, 0, "020106"); /* flags alone: no decoder's */
	assert_int_equal(room->signs, 1);
	assert_string_equal(room->sensor, "54:48:E6:8F:80:A5");
	hear(room, own, 0, PRESS);
	hear(room, own, 0, PRESS);
	assert_int_equal(room->signs, 1); /* told as readings */
	hear(room, own, 0, PRESS);
	assert_int_equal(room->signs, 2);
	/* whoever can be authentic must be: anybody can repeat what is in the open */
	assert_int_equal(device_keys_set(&room->keys, own, "231d39c1d7cc1ab1aee224cd096db932"), 0);
	hear(room, own, 0, "020106");
	hear(room, own, 0, PRESS);
	assert_int_equal(room->signs, 2);
	room_free(room);
}

static void test_a_device_is_known_by_the_address_in_its_payload(void **state)
{
	struct room *room = room_new();

	(void)state;
	device_keys_ensure(&room->keys, own)->is_enrolled = true;
	hear(room, passing, 1, "0C16D2FC42A5808FE648543A01");
	assert_int_equal(room->readings, 1);
	assert_string_equal(room->sensor, "54:48:E6:8F:80:A5");
	/* only where the radio's address is one that passes */
	hear(room, passing, 0, "0C16D2FC42A5808FE648543A02");
	assert_int_equal(room->readings, 1);
	hear(room, passing, 1, "0C16D2FC42A6808FE648543A02"); /* another's */
	hear(room, passing, 1, "0A16D2FC42A5808FE648");       /* cut */
	hear(room, passing, 1, "0C16D2FC40A5808FE648543A02"); /* none told */
	hear(room, passing, 1, "2016D2FC42A5808FE648543A02"); /* longer than it is */
	hear(room, passing, 1, "");
	assert_int_equal(room->readings, 1);
	assert_int_equal(room->receiver.hci.counters.strangers, 6);
	room_free(room);
}

static void test_parts_of_strangers_take_no_room(void **state)
{
	struct room *room = room_new();
	uint8_t stranger[6] = {0xC0};

	(void)state;
	device_keys_ensure(&room->keys, own)->is_enrolled = true;
	hear_part(room, own, 0x20, "0616D2");
	for (uint8_t i = 0; i < 2 * HCI_FRAGMENTED_MAX; i++) {
		stranger[5] = i;
		hear_part(room, stranger, 0x20, "0616D2");
	}
	hear_part(room, own, 0x00, "FC403A01");
	assert_int_equal(room->readings, 1);
	assert_int_equal(room->receiver.hci.counters.truncated, 0);
	assert_int_equal(room->receiver.hci.counters.strangers, 2 * HCI_FRAGMENTED_MAX);
	room_free(room);
}

static void number_address(uint8_t address[6], uint32_t number)
{
	number *= 2654435761U;
	memset(address, 0, 6);
	memcpy(address + 2, &number, sizeof(number));
}

static void test_the_table_finds_all_and_nobody_else(void **state)
{
	struct device_keys *keys = calloc(1, sizeof(*keys));
	uint8_t address[6];

	(void)state;
	for (uint32_t n = 0; n < DEVICE_KEYS_MAX; n++) {
		number_address(address, n);
		device_keys_ensure(keys, address)->heard_us = n + 1;
	}
	/* each new one takes the place of the longest unheard */
	for (uint32_t n = DEVICE_KEYS_MAX; n < 5 * DEVICE_KEYS_MAX; n++) {
		number_address(address, n);
		device_keys_ensure(keys, address)->heard_us = n + 1;
		assert_int_equal(keys->count, DEVICE_KEYS_MAX);
	}
	for (uint32_t n = 0; n < 10 * DEVICE_KEYS_MAX; n++) {
		const struct device_key *device;

		number_address(address, n);
		device = device_keys_find(keys, address);
		assert_true(
			(device != NULL) == (n >= 4 * DEVICE_KEYS_MAX && n < 5 * DEVICE_KEYS_MAX));
		if (device)
			assert_int_equal(device->heard_us, n + 1);
	}
	device_keys_done(keys);
	free(keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strangers_are_dropped_unread),
		cmocka_unit_test(test_enrolled_and_keyed_devices_are_heard),
		cmocka_unit_test(test_a_frame_with_nothing_new_is_a_sign_of_life),
		cmocka_unit_test(test_a_device_is_known_by_the_address_in_its_payload),
		cmocka_unit_test(test_parts_of_strangers_take_no_room),
		cmocka_unit_test(test_the_table_finds_all_and_nobody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
