/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a source asks for scan responses. */
#include "tests/fakes/controller.h"

/* A SwitchBot contact as it is heard without being asked: its maker's number. */
static void test_a_device_that_must_be_asked_is_asked(void **state)
{
	struct controller c = {0};
	struct adapter_calls calls;

	(void)state;
	begin(&c, &calls);
	UNTIL(&c, c.health.state == SOURCE_HEARING);
	assert_false(c.is_active);
	/* a stranger's does not count */
	SAY(&c, 4, 0x3E, 19, 2, 1, 0, 0, 0xB3, 0x18, 0x8D, 0x38, 0xC1, 0xA4, 7, 2, 1, 6, 3, 0xFF,
		0x69, 0x09, 0xC8);
	press(&c, 1);
	UNTIL(&c, c.readings == 2);
	assert_false(c.is_active);
	SAY(&c, 4, 0x3E, 19, 2, 1, 0, 0, 0xB2, 0x18, 0x8D, 0x38, 0xC1, 0xA4, 7, 2, 1, 6, 3, 0xFF,
		0x69, 0x09, 0xC8);
	UNTIL(&c, c.is_active && c.is_scanning);
	assert_int_equal(c.opened, 1);
	assert_int_equal(c.healths, 2); /* starting, hearing: nothing to tell */
	end(&c);
}

static void test_who_is_looked_for_is_asked(void **state)
{
	struct controller c = {0};
	struct adapter_calls calls;

	(void)state;
	begin(&c, &calls);
	UNTIL(&c, c.health.state == SOURCE_HEARING);
	receiver_discover(source_receiver(c.source), true);
	press(&c, 1);
	UNTIL(&c, c.is_active && c.is_scanning);
	receiver_discover(source_receiver(c.source), false);
	press(&c, 2);
	UNTIL(&c, !c.is_active && c.is_scanning);
	end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_device_that_must_be_asked_is_asked),
		cmocka_unit_test(test_who_is_looked_for_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
