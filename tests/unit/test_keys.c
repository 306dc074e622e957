/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of radio devices and the file of their keys. */
#include "sensors/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define HEX   "0102030405060708090a0b0c0d0e0f10"
#define OTHER "ff02030405060708090a0b0c0d0e0f10"

static const uint8_t pendant[6] = {0xA4, 0xC1, 0x38, 0x8D, 0x18, 0xB2};

static void number(uint8_t address[6], int i)
{
	memset(address, 0, 6);
	address[3] = (uint8_t)(i >> 8);
	address[5] = (uint8_t)i;
}

static void test_found_after_set(void **state)
{
	static struct device_keys keys;

	(void)state;
	assert_null(device_keys_find(&keys, pendant));
	assert_int_equal(device_keys_set(&keys, pendant, HEX), 0);
	assert_true(device_keys_find(&keys, pendant)->has_key);
	assert_int_equal(device_keys_find(&keys, pendant)->key[15], 16);
	device_keys_done(&keys);
	assert_null(device_keys_find(&keys, pendant));
}

static void test_all_zero_address_is_a_device_like_others(void **state)
{
	static const uint8_t zero[6];
	static struct device_keys keys;

	(void)state;
	assert_null(device_keys_find(&keys, zero));
	assert_non_null(device_keys_ensure(&keys, zero));
	assert_non_null(device_keys_find(&keys, zero));
	device_keys_done(&keys);
}

static void test_bad_keys_change_nothing(void **state)
{
	static const char *const bad[] = {"", "01", HEX "00", "0g02030405060708090a0b0c0d0e0f10",
		" 102030405060708090a0b0c0d0e0f10"};
	static struct device_keys keys;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(device_keys_set(&keys, pendant, bad[i]), -EINVAL);
	assert_int_equal(keys.count, 0);
}

static void test_another_key_forgets_the_counter(void **state)
{
	static struct device_keys keys;
	struct device_key *device;

	(void)state;
	assert_int_equal(device_keys_set(&keys, pendant, HEX), 0);
	device = device_keys_find(&keys, pendant);
	device->has_counter = true;
	assert_int_equal(device_keys_set(&keys, pendant, HEX), 0);
	assert_true(device->has_counter);
	assert_int_equal(device_keys_set(&keys, pendant, OTHER), 0);
	assert_false(device->has_counter);
	device_keys_done(&keys);
}

static void test_full_table_evicts_the_longest_unheard_stranger(void **state)
{
	static struct device_keys keys;
	uint8_t address[6];

	(void)state;
	for (int i = 0; i < DEVICE_KEYS_MAX; i++) {
		struct device_key *device;

		number(address, i);
		device = device_keys_ensure(&keys, address);
		device->heard_us = (uint64_t)(i == 7 ? 1 : 100 + i);
		device->is_enrolled = i < 5;
	}
	assert_int_equal(keys.count, DEVICE_KEYS_MAX);
	number(address, 1000);
	assert_non_null(device_keys_ensure(&keys, address));
	device_keys_find(&keys, address)->heard_us = 5000;
	number(address, 7);
	assert_null(device_keys_find(&keys, address));
	for (int i = 0; i < 2000; i++) {
		number(address, 2000 + i);
		device_keys_ensure(&keys, address)->heard_us = (uint64_t)(10000 + i);
	}
	for (int i = 0; i < 5; i++) {
		number(address, i);
		assert_non_null(device_keys_find(&keys, address));
	}
	assert_int_equal(keys.count, DEVICE_KEYS_MAX);
	device_keys_done(&keys);
}

static void test_table_full_of_keys_takes_no_more(void **state)
{
	static struct device_keys keys;
	uint8_t address[6];

	(void)state;
	for (int i = 0; i < DEVICE_KEYS_MAX; i++) {
		number(address, i);
		assert_int_equal(device_keys_set(&keys, address, HEX), 0);
	}
	assert_null(device_keys_ensure(&keys, pendant));
	assert_int_equal(device_keys_set(&keys, pendant, HEX), -ENOSPC);
	for (int i = 0; i < DEVICE_KEYS_MAX; i++) {
		number(address, i);
		assert_non_null(device_keys_find(&keys, address));
	}
	device_keys_done(&keys);
}

static void test_addresses(void **state)
{
	static const char *const bad[] = {"", "A4:C1:38:8D:18",
		"A4:C1:38:8D:18:B2:", "A4-C1-38-8D-18-B2", "A4:C1:38:8D:18:G2",
		"A4:C1:38:8D:18:+2"};
	uint8_t address[6] = {9, 9, 9, 9, 9, 9}, untouched[6] = {9, 9, 9, 9, 9, 9};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(device_address_from_text(bad[i], address), -EINVAL);
		assert_memory_equal(address, untouched, 6);
	}
	assert_int_equal(device_address_from_text("a4:C1:38:8d:18:b2", address), 0);
	assert_memory_equal(address, pendant, 6);
}

/* Loads a file of this text and mode. */
static int load(struct device_keys *keys, const char *text, mode_t mode, char error[])
{
	char path[] = "/tmp/vigie-keys-XXXXXX";
	int fd = mkstemp(path), answer;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	(void)close(fd);
	answer = device_keys_load(keys, path, error);
	(void)unlink(path);
	if (answer < 0)
		memmove(error, error + strlen(path), strlen(error + strlen(path)) + 1);
	return answer;
}

static void test_file_is_loaded(void **state)
{
	static struct device_keys keys;
	char error[DEVICE_KEYS_ERROR_MAX];

	(void)state;
	assert_int_equal(load(&keys,
				 "# pendants\n\nA4:C1:38:8D:18:B2 " HEX "\r\n"
				 "A4:C1:38:8D:18:B3 " OTHER,
				 0600, error),
		0);
	assert_int_equal(keys.count, 2);
	assert_int_equal(device_keys_find(&keys, pendant)->key[0], 1);
	device_keys_done(&keys);
	assert_int_equal(load(&keys, "", 0400, error), 0);
	assert_int_equal(device_keys_load(&keys, "/nonexistent/keys", error), -ENOENT);
	assert_string_equal(error, "/nonexistent/keys: No such file or directory");
}

static void test_file_that_others_may_read_is_refused(void **state)
{
	static const mode_t modes[] = {0604, 0620, 0602, 0601, 0610, 0640, 0440, 0644, 0666};
	static struct device_keys keys;
	char error[DEVICE_KEYS_ERROR_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(
			load(&keys, "A4:C1:38:8D:18:B2 " HEX "\n", modes[i], error), -EPERM);
		assert_non_null(strstr(error, "needs 0600"));
	}
	assert_int_equal(keys.count, 0);
}

static void test_damaged_file_sets_nothing_and_tells_no_key(void **state)
{
	static const struct {
		const char *line, *problem;
	} rows[] = {
		{"A4:C1:38:8D:18:B2", ":2: expected an address, a space and 32 hexadecimal digits"},
		{"A4:C1:38:8D:18:B2 " HEX "0",
			":2: expected an address, a space and 32 hexadecimal digits"},
		{"A4:C1:38:8D:18:B2\t" HEX,
			":2: expected an address, a space and 32 hexadecimal digits"},
		{"A4:C1:38:8D:18:X2 " HEX, ":2: expected an address like A4:C1:38:8D:18:B2"},
		{"A4:C1:38:8D:18:B2 0x02030405060708090a0b0c0d0e0f10",
			":2: expected 32 hexadecimal digits after the address"},
		{"00:00:00:00:00:01 " OTHER, ":2: a second key for the same address"},
	};
	static struct device_keys keys;
	char error[DEVICE_KEYS_ERROR_MAX], text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(text, sizeof(text), "00:00:00:00:00:01 " HEX "\n%s\n", rows[i].line);
		assert_int_equal(load(&keys, text, 0600, error), -EINVAL);
		assert_string_equal(error, rows[i].problem);
		assert_int_equal(keys.count, 0);
	}
}

static void test_kept_keys_are_written_and_found_again(void **state)
{
	static struct device_keys keys, again;
	char path[] = "/tmp/vigie-kept-XXXXXX", error[DEVICE_KEYS_ERROR_MAX];
	struct stat status;
	uint8_t other[6];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	number(other, 7);
	assert_int_equal(device_keys_set(&keys, pendant, HEX), 0);
	assert_int_equal(device_keys_set(&keys, other, OTHER), 0); /* another file's */
	device_keys_find(&keys, pendant)->is_kept = true;
	assert_int_equal(device_keys_keep(&keys, path), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(device_keys_load_kept(&again, path, error), 0);
	assert_int_equal(again.count, 1);
	assert_true(device_keys_find(&again, pendant)->is_kept);
	assert_memory_equal(device_keys_find(&again, pendant)->key,
		device_keys_find(&keys, pendant)->key, DEVICE_KEY_BYTES);
	device_keys_find(&again, pendant)->has_counter = true;
	device_keys_forget(&again, pendant);
	assert_false(device_keys_find(&again, pendant)->has_key);
	assert_false(device_keys_find(&again, pendant)->has_counter);
	assert_int_equal(device_keys_keep(&again, path), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(device_keys_load_kept(&again, path, error), 0);
	device_keys_done(&keys);
	device_keys_done(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found_after_set),
		cmocka_unit_test(test_all_zero_address_is_a_device_like_others),
		cmocka_unit_test(test_bad_keys_change_nothing),
		cmocka_unit_test(test_another_key_forgets_the_counter),
		cmocka_unit_test(test_full_table_evicts_the_longest_unheard_stranger),
		cmocka_unit_test(test_table_full_of_keys_takes_no_more),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_file_is_loaded),
		cmocka_unit_test(test_file_that_others_may_read_is_refused),
		cmocka_unit_test(test_kept_keys_are_written_and_found_again),
		cmocka_unit_test(test_damaged_file_sets_nothing_and_tells_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
