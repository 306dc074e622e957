/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ATT packets byte for byte, and lists that are cut or lie about their size. */
#include "sensors/att.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define assert_packet(packet, ...) \
	do { \
		const uint8_t wanted[] = {__VA_ARGS__}; \
		struct att_packet got = (packet); \
\
		assert_int_equal(got.count, sizeof(wanted)); \
		assert_memory_equal(got.at, wanted, sizeof(wanted)); \
	} while (0)

static void test_packets(void **state)
{
	(void)state;
	assert_packet(att_mtu(ATT_MTU_REQUEST, 517), 0x02, 0x05, 0x02);
	assert_packet(att_error(0x0A, 0x0102, 0x06), 0x01, 0x0A, 0x02, 0x01, 0x06);
	assert_packet(att_search(ATT_READ_BY_GROUP_REQUEST, 1, 0xFFFF, 0x2800), 0x10, 0x01, 0x00,
		0xFF, 0xFF, 0x00, 0x28);
	assert_packet(
		att_search(ATT_FIND_INFORMATION_REQUEST, 4, 6, 0), 0x04, 0x04, 0x00, 0x06, 0x00);
	assert_packet(att_value(ATT_READ_REQUEST, 3, NULL, 0), 0x0A, 0x03, 0x00);
	assert_packet(att_value(ATT_WRITE_COMMAND, 3, "\x02", 1), 0x52, 0x03, 0x00, 0x02);
	assert_packet(att_confirmation(), 0x1E);
}

static void test_uuids(void **state)
{
	const struct att_uuid battery = ATT_UUID16(0x180F);
	const struct att_uuid own = {{0x0F, 0x18}};

	(void)state;
	assert_true(att_uuid_is16(&battery, 0x180F));
	assert_false(att_uuid_is16(&battery, 0x1810));
	assert_false(att_uuid_is16(&own, 0x180F));
}

static void test_services(void **state)
{
	/* after the opcode: two services of Bluetooth's own */
	const uint8_t list[] = {6, 1, 0, 5, 0, 0x00, 0x18, 6, 0, 0xFF, 0xFF, 0x0F, 0x18};
	struct bytes b = bytes_of(list, sizeof(list));
	struct att_service s;
	uint8_t size = 0;

	(void)state;
	assert_int_equal(att_service_next(&b, &size, &s), 1);
	assert_int_equal(s.first, 1);
	assert_int_equal(s.last, 5);
	assert_true(att_uuid_is16(&s.uuid, 0x1800));
	assert_int_equal(att_service_next(&b, &size, &s), 1);
	assert_int_equal(s.last, 0xFFFF);
	assert_int_equal(att_service_next(&b, &size, &s), 0);
	for (size_t n = 0; n < sizeof(list); n++) {
		int r, whole = 0;

		b = bytes_of(list, n);
		size = 0;
		while ((r = att_service_next(&b, &size, &s)) > 0)
			whole++;
		assert_int_equal(whole, n < 7 ? 0 : 1);
		assert_int_equal(r, n == 7 ? 0 : -EBADMSG);
	}
}

static void test_long_characteristics(void **state)
{
	const uint8_t list[] = {
		21, 2, 0, 0x10, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
	struct bytes b = bytes_of(list, sizeof(list));
	struct att_characteristic c;
	uint8_t size = 0;

	(void)state;
	assert_int_equal(att_characteristic_next(&b, &size, &c), 1);
	assert_int_equal(c.declaration, 2);
	assert_int_equal(c.value, 3);
	assert_int_equal(c.properties, ATT_PROPERTY_NOTIFY);
	assert_memory_equal(c.uuid.at, list + 6, 16);
	assert_int_equal(att_characteristic_next(&b, &size, &c), 0);
}

static void test_sizes_that_none_has(void **state)
{
	struct att_service s;
	struct att_characteristic c;
	struct att_descriptor d;

	(void)state;
	for (unsigned int size = 0; size <= 255; size++) {
		uint8_t list[256] = {(uint8_t)size};
		struct bytes b = bytes_of(list, sizeof(list));
		uint8_t kept = 0;

		assert_int_equal(
			att_service_next(&b, &kept, &s), size == 6 || size == 20 ? 1 : -EBADMSG);
		b = bytes_of(list, sizeof(list));
		kept = 0;
		assert_int_equal(att_characteristic_next(&b, &kept, &c),
			size == 7 || size == 21 ? 1 : -EBADMSG);
		b = bytes_of(list, sizeof(list));
		kept = 0;
		assert_int_equal(
			att_descriptor_next(&b, &kept, &d), size == 1 || size == 2 ? 1 : -EBADMSG);
	}
}

static void test_descriptors(void **state)
{
	const uint8_t list[] = {1, 4, 0, 0x02, 0x29, 5, 0, 0x01, 0x29};
	struct bytes b = bytes_of(list, sizeof(list));
	struct att_descriptor d;
	uint8_t size = 0;

	(void)state;
	assert_int_equal(att_descriptor_next(&b, &size, &d), 1);
	assert_int_equal(d.handle, 4);
	assert_true(att_uuid_is16(&d.uuid, ATT_TYPE_CONFIGURATION));
	assert_int_equal(att_descriptor_next(&b, &size, &d), 1);
	assert_int_equal(att_descriptor_next(&b, &size, &d), 0);
	b = bytes_of(list, sizeof(list) - 1);
	size = 0;
	assert_int_equal(att_descriptor_next(&b, &size, &d), 1);
	assert_int_equal(att_descriptor_next(&b, &size, &d), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_uuids),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_long_characteristics),
		cmocka_unit_test(test_sizes_that_none_has),
		cmocka_unit_test(test_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
