/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BTHome v2: every bound at its maximum and one over, every frame cut short. */
#include "tests/unit/vectors.h"

#include "sensors/decoder.h"

#include <errno.h>

struct home {
	struct device_keys keys;
	struct decoding_counters counters;
	struct decoded decoded;
};

static int hear(struct home *home, const void *frame, size_t count)
{
	static const uint8_t address[6] = {0xA4, 0xC1, 0x38, 0x8D, 0x18, 0xB2};
	uint8_t contents[260] = {(uint8_t)(count + 3), 0x16, 0xD2, 0xFC};
	struct advertisement a = {.rssi_dbm = -60};

	memcpy(a.address, address, 6);
	memcpy(contents + 4, frame, count);
	a.contents = bytes_of(contents, count + 4);
	return decoders_decode(&a, &home->keys, &home->counters, &home->decoded);
}

static void test_readings_hold_at_their_maximum(void **state)
{
	struct home *home = calloc(1, sizeof(*home));
	uint8_t frame[1 + 2 * (DECODER_READINGS_MAX + 1)];

	(void)state;
	frame[0] = 0x40;
	for (size_t i = 1; i < sizeof(frame); i += 2) {
		frame[i] = 0x21;
		frame[i + 1] = 1;
	}
	assert_int_equal(hear(home, frame, sizeof(frame) - 2), DECODER_READINGS_MAX);
	assert_false(home->decoded.is_cut);
	assert_int_equal(hear(home, frame, sizeof(frame)), DECODER_READINGS_MAX);
	assert_true(home->decoded.is_cut);
	assert_int_equal(home->decoded.readings[31].index, 31);
	device_keys_done(&home->keys);
	free(home);
}

static void test_texts_hold_at_their_maximum(void **state)
{
	struct home *home = calloc(1, sizeof(*home));
	uint8_t frame[96] = {0x40, 0x53, READING_TEXT_MAX - 1};

	(void)state;
	memset(frame + 3, 'a', 64);
	assert_int_equal(hear(home, frame, 3 + READING_TEXT_MAX - 1), 1);
	assert_int_equal(strlen(home->decoded.readings[0].text), READING_TEXT_MAX - 1);
	/* é is two bytes: the second would take the NUL's place */
	frame[2] = READING_TEXT_MAX;
	memcpy(frame + 3 + READING_TEXT_MAX - 2, "\xC3\xA9", 2);
	assert_int_equal(hear(home, frame, 3 + READING_TEXT_MAX), 1);
	assert_int_equal(strlen(home->decoded.readings[0].text), READING_TEXT_MAX - 2);
	frame[1] = 0x54;
	assert_int_equal(hear(home, frame, 3 + READING_TEXT_MAX), 1);
	assert_int_equal(strlen(home->decoded.readings[0].text), READING_TEXT_MAX - 2);
	frame[2] = 0;
	assert_int_equal(hear(home, frame, 3), 1);
	assert_string_equal(home->decoded.readings[0].text, "");
	device_keys_done(&home->keys);
	free(home);
}

static void test_texts_are_utf8_or_impossible(void **state)
{
	static const char *const good[] = {"a", "é", "€", "\xF0\x9F\x9A\x91", "\xED\x9F\xBF",
		"\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xC2\x80", "\xE0\xA0\x80", "\xF0\x90\x80\x80"};
	static const char *const bad[] = {"\x80", "\xC1\xBF", "\xC3", "\xC3\x28", "\xE0\x9F\xBF",
		"\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
		"\xE2\x82"};
	struct home *home = calloc(1, sizeof(*home));
	uint8_t frame[16] = {0x40, 0x53};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		frame[2] = (uint8_t)strlen(good[i]);
		memcpy(frame + 3, good[i], frame[2]);
		assert_int_equal(hear(home, frame, 3U + frame[2]), 1);
		assert_string_equal(home->decoded.readings[0].text, good[i]);
		frame[2] = (uint8_t)strlen(bad[i]);
		memcpy(frame + 3, bad[i], frame[2]);
		assert_int_equal(hear(home, frame, 3U + frame[2]), -ERANGE);
	}
	frame[2] = 1; /* a NUL would end the text for whoever reads it */
	frame[3] = 0;
	assert_int_equal(hear(home, frame, 4), -ERANGE);
	device_keys_done(&home->keys);
	free(home);
}

static void test_every_object_cut_short_is_told(void **state)
{
	struct home *home = calloc(1, sizeof(*home));

	(void)state;
	for (int id = 0; id < 256; id++) {
		uint8_t frame[2] = {0x40, (uint8_t)id};
		int answer = hear(home, frame, sizeof(frame));

		assert_true(answer == -EBADMSG || answer == -ENODATA);
		/* known ids are those of the format's table */
		assert_int_equal(answer == -EBADMSG,
			(id <= 0x2F || (id >= 0x3A && id <= 0x64 && id != 0x3B) || id >= 0xF0) &&
				id <= 0xF2);
	}
	device_keys_done(&home->keys);
	free(home);
}

static void test_frames_cut_anywhere_are_refused(void **state)
{
	static const uint8_t whole[] = {
		0x43, 0xB2, 0x18, 0x8D, 0x38, 0xC1, 0xA4, 1, 2, 3, 4, 5, 6, 7, 8};
	static const uint8_t address[6] = {0xA4, 0xC1, 0x38, 0x8D, 0x18, 0xB2};
	struct home *home = calloc(1, sizeof(*home));

	(void)state;
	assert_int_equal(
		device_keys_set(&home->keys, address, "0102030405060708090a0b0c0d0e0f10"), 0);
	for (size_t count = 0; count < sizeof(whole); count++)
		assert_int_equal(hear(home, whole, count), -EBADMSG);
	device_keys_done(&home->keys);
	free(home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readings_hold_at_their_maximum),
		cmocka_unit_test(test_texts_hold_at_their_maximum),
		cmocka_unit_test(test_texts_are_utf8_or_impossible),
		cmocka_unit_test(test_every_object_cut_short_is_told),
		cmocka_unit_test(test_frames_cut_anywhere_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
