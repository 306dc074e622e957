/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every decoder of the list against its own tests/data/<name>.tsv (bthome_v2's has a test of its
 * own), and what holds for all of them: who may speak in a sensor's name, what a second hearing is,
 * that cut frames are refused.
 */
#include "tests/unit/vectors.h"

#include "sensors/decoder.h"

#include <errno.h>
#include <math.h>

struct home {
	struct device_keys keys;
	struct decoding_counters counters;
	struct advertisement heard;
	struct decoded decoded;
};

static struct home *home_new(const char *address, const char *key)
{
	struct home *home = calloc(1, sizeof(*home));

	home->heard.rssi_dbm = -60;
	home->heard.time_us = 1000000;
	assert_int_equal(device_address_from_text(address, home->heard.address), 0);
	if (key[0] != '-')
		assert_int_equal(device_keys_set(&home->keys, home->heard.address, key), 0);
	return home;
}

static void home_free(struct home *home)
{
	device_keys_done(&home->keys);
	free(home);
}

static int hear(struct home *home, const uint8_t *structures, size_t count)
{
	home->heard.time_us += 100000;
	home->heard.contents = bytes_of(structures, count);
	return decoders_decode(&home->heard, &home->keys, &home->counters, &home->decoded);
}

/* "temperature=25.06", "presence=1:uuid/100/0", "acceleration[2]=-9.8" */
static void check_reading(const struct reading *r, char *expected, const char *what)
{
	char name[40], *value = strchr(expected, '='), *text = strchr(expected, ':');

	assert_non_null(value);
	*value++ = 0;
	if (text)
		*text++ = 0;
	(void)snprintf(name, sizeof(name), r->index > 0 ? "%s[%d]" : "%s",
		reading_kinds[r->kind].name, r->index);
	assert_string_equal(name, expected);
	if (fabs(r->value - strtod(value, NULL)) > 1e-9)
		fail_msg("%s: %s is %.12g", what, name, r->value);
	for (char *c = text; c && *c; c++)
		*c = *c == '_' ? ' ' : *c;
	assert_string_equal(r->text, text ? text : "");
}

static void check_answer(struct home *home, int answer, char *expected, const char *what)
{
	char *items[DECODER_READINGS_MAX];
	uint64_t refused = 0;
	int count;

	if (expected[0] != '!') {
		count = split(expected, " ", items, DECODER_READINGS_MAX);
		if (answer != count)
			fail_msg("%s: answered %d, expected %d", what, answer, count);
		for (int i = 0; i < count; i++)
			check_reading(&home->decoded.readings[i], items[i], what);
		return;
	}
	for (int i = 0; i < REFUSALS; i++) {
		if (strcmp(refusal_names[i], expected + 1) == 0)
			refused = home->counters.refused[i];
	}
	if (strcmp(expected, "!unknown") == 0)
		refused = home->counters.unknown;
	if (strcmp(expected, "!nothing") == 0)
		refused = answer == -ENODATA;
	if (answer > 0 || refused == 0)
		fail_msg("%s: answered %d, expected %s", what, answer, expected);
}

static void check_row(const char *name, char *columns[6])
{
	struct home *home = home_new(columns[2], columns[3]);
	char *frames[4], *expected[4];
	uint8_t structures[300];
	int count = split(columns[4], " | ", frames, 4);

	assert_int_equal(split(columns[5], " | ", expected, 4), count);
	for (int i = 0; i < count; i++) {
		size_t bytes = from_hex(frames[i], structures, sizeof(structures));
		int answer = hear(home, structures, bytes);

		check_answer(home, answer, expected[i], columns[0]);
		for (int r = 0; r < answer; r++) {
			assert_true(
				home->decoded.readings[r].is_forgeable == (columns[3][0] == '-'));
			assert_int_equal(home->decoded.readings[r].repeats, 0);
			assert_string_equal(home->decoded.readings[r].sensor.text, columns[2]);
		}
	}
	for (int i = 0; decoders[i]; i++) {
		if (home->counters.decoded[i] > 0)
			assert_string_equal(decoders[i]->name, name);
	}
	home_free(home);
}

/* Calls on_row with the six columns of each of the decoder's rows; returns how many there are. */
static int each_row(const char *name, void (*on_row)(const char *name, char *columns[6]))
{
	char path[96], text[1024], *columns[6];
	FILE *stream;
	int rows = 0;

	(void)snprintf(path, sizeof(path), "tests/data/%s.tsv", name);
	stream = fopen(path, "re");
	assert_non_null(stream);
	while (fgets(text, sizeof(text), stream)) {
		text[strcspn(text, "\n")] = 0;
		if (text[0] == '#')
			continue;
		assert_int_equal(split(text, "\t", columns, 6), 6);
		on_row(name, columns);
		rows++;
	}
	(void)fclose(stream);
	return rows;
}

static void test_every_committed_vector(void **state)
{
	(void)state;
	for (int i = 1; decoders[i]; i++)
		assert_true(each_row(decoders[i]->name, check_row) > 0);
}

/* Any part of a frame from its beginning: an answer, and never a value that the whole has not. */
static void check_cut(const char *name, char *columns[6])
{
	struct home *home;
	uint8_t whole[300], part[300];
	char *frames[4];
	size_t bytes;

	(void)name;
	(void)split(columns[4], " | ", frames, 4);
	bytes = from_hex(frames[0], whole, sizeof(whole));
	for (size_t cut = 1; cut < bytes && columns[5][0] != '!'; cut++) {
		home = home_new(columns[2], columns[3]);
		memcpy(part, whole, bytes - cut);
		if (bytes - cut > whole[0])
			part[0] = whole[0]; /* the cut falls into a later structure */
		else
			part[0] = (uint8_t)(bytes - cut - 1);
		(void)hear(home, part, bytes - cut);
		for (int i = 0; i < home->decoded.count; i++)
			assert_true(reading_is_possible(
				home->decoded.readings[i].kind, home->decoded.readings[i].value));
		home_free(home);
	}
}

static void test_cut_frames_are_answered(void **state)
{
	(void)state;
	for (int i = 1; decoders[i]; i++)
		(void)each_row(decoders[i]->name, check_cut);
}

/* Plain frames of a device that has a key, whatever their format. */
static void check_downgrade(const char *name, char *columns[6])
{
	struct home *home;
	uint8_t whole[300];
	char *frames[4];
	size_t bytes;

	(void)name;
	if (columns[3][0] != '-' || columns[5][0] == '!')
		return;
	home = home_new(columns[2], "00112233445566778899aabbccddeeff");
	(void)split(columns[4], " | ", frames, 4);
	bytes = from_hex(frames[0], whole, sizeof(whole));
	assert_int_equal(hear(home, whole, bytes), -EPROTO);
	assert_int_equal(home->counters.refused[REFUSED_DOWNGRADED], 1);
	home_free(home);
}

static void test_HS_08_no_format_speaks_plainly_for_a_device_with_a_key(void **state)
{
	(void)state;
	for (int i = 1; decoders[i]; i++)
		(void)each_row(decoders[i]->name, check_downgrade);
}

static void test_HS_08_a_sealed_mibeacon_is_heard_once(void **state)
{
	/* ble_monitor's test_XMWXKG01LM_*: the counters are 0x8FF, 0x901 and 0x903 */
	static const char *const frames[] = {"181695FE59598723FF0D692A3CC21876D7A70800006024E757",
		"181695FE59598723010D692A3CC218F397DD09000079826B9D",
		"181695FE59598723030D692A3CC218258824090000A360B8A1"};
	static const double presses[] = {BUTTON_PRESS, BUTTON_DOUBLE, BUTTON_LONG};
	struct home *home = home_new("18:C2:3C:2A:69:0D", "c533a5ab361b0a24de4d21d1d9a3d8a1");
	uint8_t bytes[3][40], forged[40];
	size_t count[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		count[i] = from_hex(frames[i], bytes[i], sizeof(bytes[i]));
		assert_int_equal(hear(home, bytes[i], count[i]), 1);
		assert_true(home->decoded.readings[0].value == presses[i]);
		assert_false(home->decoded.readings[0].is_forgeable);
		assert_int_equal(hear(home, bytes[i], count[i]), -EALREADY);
		assert_int_equal(home->decoded.count, 0);
	}
	assert_int_equal(hear(home, bytes[0], count[0]), -ESTALE);
	memcpy(forged, bytes[2], sizeof(forged));
	forged[8] = 4; /* the next counter, and not authentic */
	assert_int_equal(hear(home, forged, count[2]), -EKEYREJECTED);
	assert_int_equal(device_keys_find(&home->keys, home->heard.address)->counter, 0x903);
	home_free(home);
}

static void test_HS_09_a_second_hearing_confirms_once(void **state)
{
	/* a press of a plain remote; the frame counter is 63 */
	static const uint8_t press[] = {0x14, 0x16, 0x95, 0xFE, 0x50, 0x30, 0x53, 0x01, 0x3F, 0x74,
		0x50, 0xE9, 0x41, 0x24, 0xF8, 0x01, 0x10, 0x03, 0x00, 0x00, 0x00};
	uint8_t older[sizeof(press)];
	struct home *home = home_new("F8:24:41:E9:50:74", "-");

	(void)state;
	assert_int_equal(hear(home, press, sizeof(press)), 1);
	assert_true(home->decoded.readings[0].is_forgeable);
	assert_int_equal(hear(home, press, sizeof(press)), -EALREADY);
	assert_int_equal(home->decoded.count, 1);
	assert_int_equal(home->decoded.readings[0].repeats, 1);
	assert_true(home->decoded.readings[0].kind == READING_BUTTON);
	for (int i = 0; i < 300; i++) {
		assert_int_equal(hear(home, press, sizeof(press)), -EALREADY);
		assert_int_equal(home->decoded.count, 0);
	}
	memcpy(older, press, sizeof(press));
	older[8]--;
	assert_int_equal(hear(home, older, sizeof(older)), -EALREADY);
	assert_int_equal(home->decoded.count, 0);
	older[8] += 2;
	assert_int_equal(hear(home, older, sizeof(older)), 1);
	assert_int_equal(home->counters.refused[REFUSED_REPEATED], 302);
	home_free(home);
}

static void test_HS_09_a_counted_press_is_confirmed_once(void **state)
{
	/* a closed contact whose button was pressed four times in its life */
	uint8_t closed[] = {0x0C, 0x16, 0x3D, 0xFD, 0x64, 0x40, 0xDA, 0, 0, 0x2B, 0, 0x19, 0x84};
	struct home *home = home_new("CB:39:CD:C4:3D:46", "-");
	const struct reading *press = &home->decoded.readings[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(hear(home, closed, sizeof(closed)), 4);
	closed[12]++;
	for (uint8_t hearing = 0; hearing < 2; hearing++) {
		assert_int_equal(hear(home, closed, sizeof(closed)), 5);
		assert_true(press->kind == READING_BUTTON);
		assert_int_equal(press->repeats, hearing);
	}
	assert_int_equal(hear(home, closed, sizeof(closed)), 4);
	home->heard.time_us += 3600000000;
	assert_int_equal(hear(home, closed, sizeof(closed)), 4);
	closed[12] = 0x80; /* the count wraps */
	assert_int_equal(hear(home, closed, sizeof(closed)), 5);
	assert_int_equal(press->repeats, 0);
	home_free(home);
}

static void test_a_sensor_that_is_a_beacon_too_is_a_sensor(void **state)
{
	struct home *home = home_new("C6:B5:45:F6:F1:8E", "-");
	uint8_t both[64];
	size_t bytes = from_hex("0201061AFF4C0002159976AED5F58C49AF85EBD0AC7281E3F6271B4CB924101642"
				"524164C6B545F6F18E0606060100",
		both, sizeof(both));

	(void)state;
	assert_int_equal(hear(home, both, bytes), 2);
	assert_true(home->decoded.readings[1].kind == READING_BUTTON);
	both[3 + 27 + 4]++; /* no longer Holyiot's: what is left is the beacon */
	assert_int_equal(hear(home, both, bytes), 2);
	assert_true(home->decoded.readings[0].kind == READING_PRESENCE);
	home_free(home);
}

static void test_every_decoder_states_how_sure_it_is(void **state)
{
	(void)state;
	for (int i = 0; decoders[i]; i++) {
		assert_true(strcmp(decoders[i]->status, "stable") == 0 ||
			    strcmp(decoders[i]->status, "testing") == 0);
		assert_true(decoders[i]->ad == AD_SERVICE_DATA_16 ||
			    decoders[i]->ad == AD_MANUFACTURER);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(decoders[i]->name, decoders[j]->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_committed_vector),
		cmocka_unit_test(test_cut_frames_are_answered),
		cmocka_unit_test(test_HS_08_no_format_speaks_plainly_for_a_device_with_a_key),
		cmocka_unit_test(test_HS_08_a_sealed_mibeacon_is_heard_once),
		cmocka_unit_test(test_HS_09_a_second_hearing_confirms_once),
		cmocka_unit_test(test_HS_09_a_counted_press_is_confirmed_once),
		cmocka_unit_test(test_a_sensor_that_is_a_beacon_too_is_a_sensor),
		cmocka_unit_test(test_every_decoder_states_how_sure_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
