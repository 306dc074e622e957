/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTHome v2 against tests/data/bthome_v2.tsv, and what its counters and packet ids must withstand.
 * Sealed frames are made here, with OpenSSL and our own key.
 */
#include "tests/unit/vectors.h"

#include "sensors/decoders/bthome_v2.h"
#include "sensors/repetition.h"
#include "sensors/sealed.h"

#include <errno.h>
#include <math.h>
#include <openssl/evp.h>

static const uint8_t address[6] = {0xA4, 0xC1, 0x38, 0x8D, 0x18, 0xB2};
static const uint8_t key[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
#define KEY_HEX "0102030405060708090a0b0c0d0e0f10"

struct home {
	struct device_keys keys;
	struct decoding_counters counters;
	struct decoded decoded;
	uint64_t now_us;
};

static int hear_from(struct home *home, const uint8_t from[6], const void *frame, size_t count)
{
	uint8_t contents[260] = {(uint8_t)(count + 3), 0x16, 0xD2, 0xFC};
	struct advertisement a = {.time_us = home->now_us, .rssi_dbm = -60};

	memcpy(a.address, from, 6);
	memcpy(contents + 4, frame, count);
	a.contents = bytes_of(contents, count + 4);
	home->now_us += 100000;
	return decoders_decode(&a, &home->keys, &home->counters, &home->decoded);
}

static int hear(struct home *home, const void *frame, size_t count)
{
	return hear_from(home, address, frame, count);
}
#define HEAR(home, literal) hear(home, literal, sizeof(literal) - 1)

/* The sealed frame of `plain` under our key: returns its length. */
static size_t seal(uint32_t counter, const void *plain, size_t count, uint8_t frame[64])
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t nonce[13];
	int written;

	frame[0] = 0x41;
	for (size_t i = 0; i < 4; i++)
		frame[1 + count + i] = (uint8_t)(counter >> (8 * i));
	memcpy(nonce, address, 6);
	memcpy(nonce + 6, "\xD2\xFC\x41", 3);
	memcpy(nonce + 9, frame + 1 + count, 4);
	assert_int_equal(EVP_EncryptInit_ex(c, EVP_aes_128_ccm(), NULL, NULL, NULL), 1);
	(void)EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, 13, NULL);
	(void)EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 4, NULL);
	assert_int_equal(EVP_EncryptInit_ex(c, NULL, NULL, key, nonce), 1);
	assert_int_equal(EVP_EncryptUpdate(c, frame + 1, &written, plain, (int)count), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 4, frame + 5 + count), 1);
	EVP_CIPHER_CTX_free(c);
	return count + 9;
}

static int hear_sealed(struct home *home, uint32_t counter)
{
	uint8_t frame[64];

	return hear(home, frame, seal(counter, "\x3a\x01", 2, frame));
}

static struct home *home_with_key(void)
{
	struct home *home = calloc(1, sizeof(*home));

	assert_int_equal(device_keys_set(&home->keys, address, KEY_HEX), 0);
	return home;
}

static void home_free(struct home *home)
{
	device_keys_done(&home->keys);
	free(home);
}

static void check_readings(const struct decoded *d, int answer, char *expected, const char *what)
{
	char *items[16], name[32];
	int count = split(expected, " ", items, 16);

	if (answer != count)
		fail_msg("%s: %d readings, expected %d", what, answer, count);
	for (int i = 0; i < count; i++) {
		const struct reading *r = &d->readings[i];
		char *value = strchr(items[i], '=');

		if (r->index > 0)
			(void)snprintf(name, sizeof(name), "%s[%d]", reading_kinds[r->kind].name,
				r->index);
		else
			(void)snprintf(name, sizeof(name), "%s", reading_kinds[r->kind].name);
		*value = 0;
		assert_string_equal(name, items[i]);
		if (fabs(r->value - strtod(value + 1, NULL)) > 1e-9)
			fail_msg("%s: %s is %.12g", what, name, r->value);
	}
}

static void check_row(char *columns[6])
{
	struct home *home = calloc(1, sizeof(*home));
	char *frames[4], *expected[4];
	uint8_t from[6], frame[64];
	int count = split(columns[4], " | ", frames, 4);

	assert_int_equal(split(columns[5], " | ", expected, 4), count);
	assert_int_equal(device_address_from_text(columns[2], from), 0);
	if (columns[3][0] != '-')
		assert_int_equal(device_keys_set(&home->keys, from, columns[3]), 0);
	for (int i = 0; i < count; i++) {
		size_t bytes = from_hex(frames[i], frame, sizeof(frame));
		int answer = hear_from(home, from, frame, bytes);
		uint64_t refused = 0;

		if (expected[i][0] != '!') {
			check_readings(&home->decoded, answer, expected[i], columns[0]);
			continue;
		}
		for (int reason = 0; reason < REFUSALS; reason++) {
			if (strcmp(refusal_names[reason], expected[i] + 1) == 0)
				refused = home->counters.refused[reason];
		}
		if (answer >= 0 || refused != 1)
			fail_msg("%s: frame %d answered %d, expected %s", columns[0], i, answer,
				expected[i]);
	}
	home_free(home);
}

static void test_every_committed_vector(void **state)
{
	FILE *stream = fopen("tests/data/bthome_v2.tsv", "re");
	char text[512], *columns[6];
	int rows = 0;

	(void)state;
	assert_non_null(stream);
	while (fgets(text, sizeof(text), stream)) {
		text[strcspn(text, "\n")] = 0;
		if (text[0] == '#')
			continue;
		assert_int_equal(split(text, "\t", columns, 6), 6);
		check_row(columns);
		rows++;
	}
	(void)fclose(stream);
	assert_true(rows >= 20);
}

static void test_HS_08_replayed_and_older_frames_are_refused(void **state)
{
	struct home *home = home_with_key();

	(void)state;
	assert_int_equal(hear_sealed(home, 1000), 1);
	assert_int_equal(hear_sealed(home, 1001), 1);
	assert_int_equal(hear_sealed(home, 1001), -EALREADY);
	assert_int_equal(hear_sealed(home, 1000), -ESTALE);
	assert_int_equal(hear_sealed(home, 0), -ESTALE);
	assert_int_equal(hear_sealed(home, 1002), 1);
	assert_int_equal(home->counters.refused[REFUSED_REPLAYED], 2);
	home_free(home);
}

static void test_HS_08_counters_survive_a_restart(void **state)
{
	struct home *before = home_with_key(), *after = home_with_key();
	struct device_key *saved, *restored;

	(void)state;
	assert_int_equal(hear_sealed(before, 5000), 1);
	saved = device_keys_find(&before->keys, address);
	assert_true(saved->is_counter_new);
	restored = device_keys_find(&after->keys, address);
	restored->counter = saved->counter;
	restored->has_counter = true;
	assert_int_equal(hear_sealed(after, 4999), -ESTALE);
	assert_int_equal(hear_sealed(after, 5000), -EALREADY);
	assert_int_equal(hear_sealed(after, 5001), 1);
	home_free(before);
	home_free(after);
}

static void test_HS_08_forged_frames_do_not_move_the_counter(void **state)
{
	struct home *home = home_with_key();
	uint8_t frame[64];
	size_t count = seal(UINT32_MAX - 1, "\x3a\x01", 2, frame);

	(void)state;
	for (size_t byte = 1; byte < count; byte++) {
		for (int bit = 0; bit < 8; bit++) {
			frame[byte] ^= (uint8_t)(1 << bit);
			assert_int_equal(hear(home, frame, count), -EKEYREJECTED);
			frame[byte] ^= (uint8_t)(1 << bit);
		}
	}
	/* the flags in front are part of what is authentic */
	frame[0] |= 0x04;
	assert_int_equal(hear(home, frame, count), -EKEYREJECTED);
	/* and one forged frame does not deafen us to its device */
	assert_int_equal(hear_sealed(home, 1), 1);
	home_free(home);
}

static void test_HS_08_plain_frames_of_a_keyed_device_are_refused(void **state)
{
	struct home *home = home_with_key();

	(void)state;
	assert_int_equal(HEAR(home, "\x40\x3a\x01"), -EPROTO);
	/* also when another radio speaks with its address in the payload */
	assert_int_equal(hear_from(home, (const uint8_t *)"\1\2\3\4\5\6",
				 "\x42\xB2\x18\x8D\x38\xC1\xA4\x3a\x01", 9),
		-EPROTO);
	assert_int_equal(home->counters.refused[REFUSED_DOWNGRADED], 2);
	home_free(home);
}

static void test_HS_08_counter_begins_anew_only_at_its_end(void **state)
{
	struct home *home = home_with_key();

	(void)state;
	assert_int_equal(hear_sealed(home, UINT32_MAX - SEALED_COUNTER_WRAP), 1);
	assert_int_equal(hear_sealed(home, 0), -ESTALE);
	assert_int_equal(hear_sealed(home, UINT32_MAX - SEALED_COUNTER_WRAP + 1), 1);
	assert_int_equal(hear_sealed(home, SEALED_COUNTER_WRAP), -ESTALE);
	assert_int_equal(hear_sealed(home, SEALED_COUNTER_WRAP - 1), 1);
	assert_int_equal(hear_sealed(home, 5), -ESTALE);
	home_free(home);
}

static void test_HS_09_a_press_counts_once_whichever_repetitions_are_lost(void **state)
{
	(void)state;
	/* six repetitions 100 ms apart: every subset of them that is heard at all is one press */
	for (unsigned int heard = 1; heard < 64; heard++) {
		struct home *home = calloc(1, sizeof(*home));
		int presses = 0;

		assert_int_equal(HEAR(home, "\x44\x00\x20\x3a\x01"), 1); /* the press before */
		for (int i = 0; i < 6; i++) {
			home->now_us += 1000;
			if (heard >> i & 1)
				presses += HEAR(home, "\x44\x00\x21\x3a\x01") == 1;
		}
		assert_int_equal(presses, 1);
		home_free(home);
	}
}

static void test_HS_09_a_long_burst_is_one_press_and_the_next_another(void **state)
{
	struct home *home = calloc(1, sizeof(*home));
	int presses = 0;

	(void)state;
	for (int i = 0; i < 100; i++) /* 10 s */
		presses += HEAR(home, "\x44\x00\x21\x3a\x01") == 1;
	assert_int_equal(presses, 1);
	assert_int_equal(HEAR(home, "\x44\x00\x22\x3a\x01"), 1);
	assert_int_equal(HEAR(home, "\x44\x00\x21\x3a\x01"), -EALREADY); /* older */
	/* the same id after silence is another press: the device began anew */
	home->now_us += REPETITION_US;
	assert_int_equal(HEAR(home, "\x44\x00\x22\x3a\x01"), 1);
	home_free(home);
}

static void test_HS_09_packet_ids_wrap_within_64(void **state)
{
	struct home *home = calloc(1, sizeof(*home));

	(void)state;
	assert_int_equal(HEAR(home, "\x44\x00\xFD\x3a\x01"), 1);
	assert_int_equal(HEAR(home, "\x44\x00\x3C\x3a\x01"), 1);         /* 63 on */
	assert_int_equal(HEAR(home, "\x44\x00\x7C\x3a\x01"), -EALREADY); /* 64 on */
	home->now_us += REPETITION_US;
	assert_int_equal(HEAR(home, "\x44\x00\x7C\x3a\x01"), 1);
	home_free(home);
}

static void test_HS_09_presses_without_packet_id(void **state)
{
	struct home *home = calloc(1, sizeof(*home));
	int presses = 0;

	(void)state;
	for (int i = 0; i < 50; i++)
		presses += HEAR(home, "\x40\x3a\x01") == 1;
	assert_int_equal(presses, 1);
	assert_int_equal(HEAR(home, "\x40\x3a\x02"), 1); /* another kind of press */
	home->now_us += REPETITION_US;
	assert_int_equal(HEAR(home, "\x40\x3a\x02"), 1);
	/* states are told each time: their silence is watched */
	assert_int_equal(HEAR(home, "\x40\x21\x01"), 1);
	assert_int_equal(HEAR(home, "\x40\x21\x01"), 1);
	home_free(home);
}

static void test_HS_09_a_clock_that_went_back_loses_no_press(void **state)
{
	struct home *home = calloc(1, sizeof(*home));

	(void)state;
	home->now_us = 1000000000;
	assert_int_equal(HEAR(home, "\x44\x00\x21\x3a\x01"), 1);
	home->now_us = 5000000;
	assert_int_equal(HEAR(home, "\x44\x00\x21\x3a\x01"), 1);
	home_free(home);
}

static void test_HS_09_a_broken_value_does_not_cost_the_press_beside_it(void **state)
{
	struct home *home = calloc(1, sizeof(*home));

	(void)state;
	assert_int_equal(HEAR(home, "\x44\x00\x21\x01\xFF\x3a\x01"), 1);
	assert_int_equal(home->decoded.readings[0].kind, READING_BUTTON);
	assert_int_equal(home->counters.refused[REFUSED_IMPOSSIBLE], 1);
	assert_int_equal(HEAR(home, "\x44\x00\x22\x3a\x01\x45\x01"), 1); /* cut */
	assert_int_equal(home->counters.refused[REFUSED_CORRUPT], 1);
	home_free(home);
}

static void test_HS_09_a_full_table_loses_no_press(void **state)
{
	struct home *home = calloc(1, sizeof(*home));
	uint8_t other[6] = {0};

	(void)state;
	for (int i = 0; i < DEVICE_KEYS_MAX; i++) {
		other[0] = (uint8_t)i;
		device_keys_ensure(&home->keys, other)->is_enrolled = true;
	}
	assert_int_equal(HEAR(home, "\x44\x00\x21\x3a\x01"), 1);
	assert_int_equal(HEAR(home, "\x44\x00\x22\x3a\x01"), 1);
	home_free(home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_committed_vector),
		cmocka_unit_test(test_HS_08_replayed_and_older_frames_are_refused),
		cmocka_unit_test(test_HS_08_counters_survive_a_restart),
		cmocka_unit_test(test_HS_08_forged_frames_do_not_move_the_counter),
		cmocka_unit_test(test_HS_08_plain_frames_of_a_keyed_device_are_refused),
		cmocka_unit_test(test_HS_08_counter_begins_anew_only_at_its_end),
		cmocka_unit_test(test_HS_09_a_press_counts_once_whichever_repetitions_are_lost),
		cmocka_unit_test(test_HS_09_a_long_burst_is_one_press_and_the_next_another),
		cmocka_unit_test(test_HS_09_packet_ids_wrap_within_64),
		cmocka_unit_test(test_HS_09_presses_without_packet_id),
		cmocka_unit_test(test_HS_09_a_clock_that_went_back_loses_no_press),
		cmocka_unit_test(test_HS_09_a_broken_value_does_not_cost_the_press_beside_it),
		cmocka_unit_test(test_HS_09_a_full_table_loses_no_press),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
