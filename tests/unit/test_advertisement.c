/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk over AD structures. */
#include "sensors/advertisement.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct advertisement advertisement(const void *bytes, size_t count)
{
	return (struct advertisement){.contents = bytes_of(bytes, count)};
}

static void test_walks_to_the_end(void **state)
{
	struct advertisement a = advertisement("\x02\x01\x06\x01\xFF\x03\x16\xD2\xFC", 9);
	struct bytes cursor = advertisement_cursor(&a);
	struct ad_structure ad;

	(void)state;
	assert_int_equal(advertisement_next(&cursor, &ad), 1);
	assert_int_equal(ad.type, 1);
	assert_int_equal(ad.value.left, 1);
	assert_int_equal(advertisement_next(&cursor, &ad), 1);
	assert_int_equal(ad.type, 0xFF);
	assert_int_equal(ad.value.left, 0);
	assert_int_equal(advertisement_next(&cursor, &ad), 1);
	assert_int_equal(bytes_u16(&ad.value), 0xFCD2);
	assert_int_equal(advertisement_next(&cursor, &ad), 0);
	assert_int_equal(advertisement_next(&cursor, &ad), 0);
}

static void test_padding_ends_it(void **state)
{
	struct advertisement a = advertisement("\x02\x01\x06\x00\x02\x01\x06", 7);
	struct bytes cursor = advertisement_cursor(&a);
	struct ad_structure ad;

	(void)state;
	assert_int_equal(advertisement_next(&cursor, &ad), 1);
	assert_int_equal(advertisement_next(&cursor, &ad), 0);
	assert_int_equal(advertisement_next(&cursor, &ad), 0);
}

static void test_cut_structures_are_told_and_leave_the_output(void **state)
{
	static const char *const cut[] = {"\x01", "\x03\x16\xD2", "\xFF\x16"};

	(void)state;
	for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		struct advertisement a = advertisement(cut[i], strlen(cut[i]));
		struct bytes cursor = advertisement_cursor(&a);
		struct ad_structure ad = {.type = 0x77};

		assert_int_equal(advertisement_next(&cursor, &ad), -EBADMSG);
		assert_int_equal(ad.type, 0x77);
		assert_int_equal(advertisement_next(&cursor, &ad), 0);
	}
}

static void test_sensor_is_called_by_its_address(void **state)
{
	static const uint8_t address[6] = {0xA4, 0xC1, 0x38, 0x0D, 0xF8, 0xB2};

	(void)state;
	assert_string_equal(advertisement_sensor(address).text, "A4:C1:38:0D:F8:B2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walks_to_the_end),
		cmocka_unit_test(test_padding_ends_it),
		cmocka_unit_test(test_cut_structures_are_told_and_leave_the_output),
		cmocka_unit_test(test_sensor_is_called_by_its_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
