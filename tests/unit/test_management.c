/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets of the kernel's management channel that are cut short, or of no interest.
 */
#include "sensors/management.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const uint8_t told_key[] = {0x0A, 0, 0, 0, 37, 0, 1, 0x01, 0x00, 0x01, 0x01, 0xAA, 0x00,
	0x01, 0x00, 0x01, 0x10, 0xF1, 0x55, 0xBF, 0xE3, 0xD3, 0x8C, 0x37, 0x8F, 0x08, 0x5F, 0xB9,
	0xDE, 0x25, 0xF3, 0x3C, 0xA9, 0x32, 0x1C, 0x07, 0xD5, 0x38, 0x34, 0xD7, 0x7C, 0xA7, 0xB0};
static const uint8_t question[] = {
	0x0F, 0, 0, 0, 12, 0, 0x01, 0x00, 0x01, 0x01, 0xAA, 0x00, 0x01, 1, 0, 0, 0, 0};

static void test_packets_cut_short_are_refused_and_others_passed_over(void **state)
{
	struct management_event e = {.index = 7};

	(void)state;
	for (size_t n = 0; n < sizeof(told_key); n++)
		assert_int_equal(management_read(told_key, n, &e), -EBADMSG);
	for (size_t n = 0; n < sizeof(question); n++)
		assert_int_equal(management_read(question, n, &e), -EBADMSG);
	/* a length that promises less than the event needs */
	assert_int_equal(
		management_read((const uint8_t[]){0x0A, 0, 0, 0, 1, 0, 1}, 7, &e), -EBADMSG);
	/* of another command, and one that failed */
	assert_int_equal(management_read((const uint8_t[]){1, 0, 0, 0, 3, 0, 5, 0, 0}, 9, &e), 0);
	assert_int_equal(management_read((const uint8_t[]){1, 0, 0, 0, 3, 0, 4, 0, 3}, 9, &e), 0);
	assert_int_equal(management_read((const uint8_t[]){0x12, 0, 0, 0, 0, 0}, 6, &e), 0);
	assert_int_equal(e.index, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packets_cut_short_are_refused_and_others_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
