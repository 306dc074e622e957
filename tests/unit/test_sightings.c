/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is on air: what an advertisement lets guess, the bounds of the table, and that no flood of
 * strangers hinders an installed sensor.
 */
#include "tests/unit/vectors.h"

#include "sensors/receiver.h"
#include "sensors/sightings.h"

struct air {
	struct sightings sightings;
	struct device_keys keys, strangers;
	struct receiver receiver;
	struct receiver_watch watch;
	unsigned int presses;
	uint64_t now_us;
};

static void on_reading(const struct reading *reading, void *userdata)
{
	struct air *air = userdata;

	air->presses += reading->kind == READING_BUTTON && reading->repeats == 0;
}

static void on_seen(const struct advertisement *a, const uint8_t address[6], int answer,
	const struct decoded *d, bool is_ours, void *userdata)
{
	struct air *air = userdata;

	sightings_hear(&air->sightings, a, address, answer, d, is_ours);
}

static struct air *air_new(void)
{
	struct air *air = calloc(1, sizeof(*air));

	receiver_init(&air->receiver, &air->keys, on_reading, air);
	air->watch = (struct receiver_watch){
		.keys = &air->strangers, .on_seen = on_seen, .userdata = air};
	receiver_watch(&air->receiver, &air->watch);
	return air;
}

static void air_free(struct air *air)
{
	device_keys_done(&air->keys);
	device_keys_done(&air->strangers);
	free(air);
}

/* A legacy report of these AD structures; the address as a number. */
static void hear(
	struct air *air, uint64_t address, int8_t rssi_dbm, const uint8_t *contents, size_t count)
{
	uint8_t packet[64] = {4, 0x3E, (uint8_t)(12 + count), 2, 1, 0, 1};

	for (int i = 0; i < 6; i++)
		packet[7 + i] = (uint8_t)(address >> 8 * i);
	packet[13] = (uint8_t)count;
	memcpy(packet + 14, contents, count);
	packet[14 + count] = (uint8_t)rssi_dbm;
	air->now_us += 400;
	receiver_packet(&air->receiver, air->now_us, packet, 15 + count);
}

static void hear_hex(struct air *air, uint64_t address, int8_t rssi_dbm, const char *hex)
{
	uint8_t contents[40];
	size_t count = from_hex(hex, contents, sizeof(contents));

	hear(air, address, rssi_dbm, contents, count);
}

static const struct sighting *only(struct air *air)
{
	static const struct sighting *found[SIGHTINGS_MAX];

	assert_int_equal(sightings_sort(&air->sightings, found), 1);
	return found[0];
}

static void test_what_can_be_guessed(void **state)
{
	static const struct {
		const char *hex, *guess, *name, *maker;
		enum reading_kind kind;
	} rows[] = {
		{"0616D2FC402101", "sensor", "", NULL, READING_MOTION},
		{"03030D181309506F6C617220483130203132333435363738", "polar", "Polar H10 12345678",
			NULL, READING_NONE},
		{"03030D18", "heart_rate", "", NULL, READING_NONE},
		{"03020D1804FF6B0072", "polar", "", "Polar", READING_NONE},
		{"0B09496E66696E6954696D65", "infinitime", "InfiniTime", NULL, READING_NONE},
		{"1107D042193A3B43238EFE48FC7800000300", "infinitime", "", NULL, READING_NONE},
		{"11079ECADC240EE5A9E093F3A3B50100406E", "bangle", "", NULL, READING_NONE},
		{"1106696769766E2F0B9D5E4C8E5A01001C7B", "pendant", "", NULL, READING_NONE},
		{"1AFF4C00021500112233445566778899AABBCCDDEEFF00010002C5", "beacon", "", "Apple",
			READING_PRESENCE},
		{"06FF4C00100200", "phone", "", "Apple", READING_NONE},
		/* no name for a terminal: a control character; and the cut rest is not read */
		{"0409411B420B0941", "connectable", "", NULL, READING_NONE},
		{"020106", "connectable", "", NULL, READING_NONE},
	};

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct air *air = air_new();
		const struct sighting *s;

		hear_hex(air, 0x5448E68F80A5, -50, rows[n].hex);
		s = only(air);
		if (strcmp(sighting_guess(s), rows[n].guess) != 0)
			fail_msg("row %zu: %s", n, sighting_guess(s));
		assert_string_equal(s->name, rows[n].name);
		if (rows[n].maker)
			assert_string_equal(sighting_maker(s), rows[n].maker);
		else
			assert_null(sighting_maker(s));
		if (rows[n].kind != READING_NONE)
			assert_true(sighting_tells(s, rows[n].kind));
		assert_false(s->is_ours || s->is_sealed);
		assert_int_equal(air->receiver.hci.counters.strangers, 1);
		assert_int_equal(air->receiver.decoding.readings, 0);
		assert_int_equal(air->keys.count, 0);
		air_free(air);
	}
}

static void test_sealed_without_a_key_and_by_its_own_address(void **state)
{
	struct air *air = air_new();

	(void)state;
	hear_hex(air, 0x5448E68F80A5, -50, "0D16D2FC41AA0011223344556677");
	assert_true(only(air)->is_sealed);
	assert_string_equal(sighting_guess(only(air)), "sensor");
	air_free(air);
	air = air_new();
	/* the radio's address changes, the one in the payload does not */
	hear_hex(air, 0x6A6BC9A23E43, -50, "0C16D2FC42A5808FE648542101");
	hear_hex(air, 0x6A6BC9A23E44, -50, "0C16D2FC42A5808FE648542101");
	assert_int_equal(only(air)->heard, 2);
	assert_memory_equal(only(air)->address, "\x54\x48\xE6\x8F\x80\xA5", 6);
	air_free(air);
}

static void test_the_weakest_stranger_is_forgotten(void **state)
{
	static const struct sighting *found[SIGHTINGS_MAX];
	struct air *air = air_new();

	(void)state;
	for (uint64_t n = 0; n < SIGHTINGS_STRANGERS_MAX; n++)
		hear_hex(air, 0x100000000000 + n, (int8_t)(-90 + (int)n / 4), "020106");
	assert_int_equal(sightings_sort(&air->sightings, found), SIGHTINGS_STRANGERS_MAX);
	assert_int_equal(air->sightings.left_out, 0);
	hear_hex(air, 0x200000000000, -100, "020106"); /* weaker than all */
	assert_int_equal(air->sightings.left_out, 1);
	hear_hex(air, 0x300000000000, -40, "020106");
	assert_int_equal(air->sightings.left_out, 2);
	assert_int_equal(sightings_sort(&air->sightings, found), SIGHTINGS_STRANGERS_MAX);
	assert_int_equal(found[0]->address[0], 0x30);
	for (unsigned int n = 1; n < SIGHTINGS_STRANGERS_MAX; n++)
		assert_true(found[n]->level <= found[n - 1]->level);
	/* evened out: one weak hearing does not make a near one far */
	hear_hex(air, 0x300000000000, -80, "020106");
	assert_int_equal(sightings_sort(&air->sightings, found), SIGHTINGS_STRANGERS_MAX);
	assert_int_equal(found[0]->address[0], 0x30);
	assert_int_equal(found[0]->rssi_dbm, -80);
	/* without a known signal it is the weakest, and a row all the same where there is room */
	memset(&air->sightings, 0, sizeof(air->sightings));
	hear_hex(air, 0x400000000000, DEVICE_RSSI_UNKNOWN, "020106");
	assert_int_equal(only(air)->rssi_dbm, DEVICE_RSSI_UNKNOWN);
	air_free(air);
}

/* Every 26th frame is an installed button's; the others are each a stranger's with an address of
 * its own, a format of its own, and louder. */
static void test_HS_09_a_flood_of_strangers_costs_no_press_while_somebody_looks(void **state)
{
	static const struct sighting *found[SIGHTINGS_MAX];
	const uint8_t address[6] = {0x54, 0x48, 0xE6, 0x8F, 0x80, 0xA5};
	struct air *air = air_new();
	unsigned int pressed = 0, ours = 0, count;

	(void)state;
	for (uint64_t n = 0; n < DEVICE_KEYS_MAX; n++) {
		const uint8_t other[6] = {1, 2, 3, 4, (uint8_t)(n >> 8), (uint8_t)n};

		device_keys_ensure(&air->keys, n == 7 ? address : other)->is_enrolled = true;
	}
	for (uint64_t n = 0; n < 100000; n++) {
		uint8_t press[] = {8, 0x16, 0xD2, 0xFC, 0x40, 0, (uint8_t)pressed, 0x3A, 1};

		if (n % 26 != 0) {
			hear(air, 0xF00000000000 + n * 7919, -30, press, sizeof(press));
			continue;
		}
		hear(air, 0x5448E68F80A5, -95, press, sizeof(press));
		pressed++;
	}
	assert_int_equal(air->presses, pressed);
	count = sightings_sort(&air->sightings, found);
	assert_int_equal(count, SIGHTINGS_STRANGERS_MAX + 1);
	for (unsigned int n = 0; n < count; n++)
		ours += found[n]->is_ours;
	assert_int_equal(ours, 1);
	assert_int_equal(air->keys.count, DEVICE_KEYS_MAX);
	assert_int_equal(device_keys_find(&air->keys, address)->format, 1);
	receiver_watch(&air->receiver, NULL);
	hear_hex(air, 0x777777777777, -20, "020106");
	assert_int_equal(sightings_sort(&air->sightings, found), count);
	air_free(air);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_can_be_guessed),
		cmocka_unit_test(test_sealed_without_a_key_and_by_its_own_address),
		cmocka_unit_test(test_the_weakest_stranger_is_forgotten),
		cmocka_unit_test(
			test_HS_09_a_flood_of_strangers_costs_no_press_while_somebody_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
