/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which way in, when it is deaf, keeps the home's rhythm from being judged. */
#include "hub/hub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_a_deaf_bus_hears_no_rooms_but_a_missing_line_costs_only_its_sensors(void **state)
{
	static struct hub h;
	struct hub_source *bus = &h.sources[0], *lines = &h.sources[1];

	(void)state;
	h.sources_count = 2;
	bus->is_bus = true;
	lines->is_gpio = true;
	assert_false(hub_is_deaf(&h));
	lines->health.state = SOURCE_DEAF;
	assert_false(hub_is_deaf(&h));
	bus->health.state = SOURCE_DEAF;
	assert_true(hub_is_deaf(&h));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_deaf_bus_hears_no_rooms_but_a_missing_line_costs_only_its_sensors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
