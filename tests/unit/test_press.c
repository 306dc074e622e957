/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every kind of press on every kind of button means, asked and not asked.
 */
#include "hub/press.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_what_a_press_means(void **state)
{
	static const struct {
		enum button_use use;
		double press;
		bool is_asking;
		enum press want;
	} rows[] = {
		{BUTTON_USE_HELP, BUTTON_PRESS, false, PRESS_HELP},
		{BUTTON_USE_HELP, BUTTON_PRESS, true, PRESS_HELP},
		{BUTTON_USE_HELP, BUTTON_LONG, false, PRESS_HELP},
		{BUTTON_USE_HELP, BUTTON_DOUBLE, false, PRESS_HELP},
		{BUTTON_USE_HELP, BUTTON_HOLD, false, PRESS_HELP},
		{BUTTON_USE_HELP, BUTTON_NONE, false, PRESS_NOTHING},
		{BUTTON_USE_FINE, BUTTON_PRESS, false, PRESS_NOTHING},
		{BUTTON_USE_FINE, BUTTON_PRESS, true, PRESS_FINE},
		{BUTTON_USE_BOTH, BUTTON_PRESS, false, PRESS_HELP},
		{BUTTON_USE_BOTH, BUTTON_PRESS, true, PRESS_FINE},
		{BUTTON_USE_BOTH, BUTTON_LONG, true, PRESS_HELP},
		{BUTTON_USE_BOTH, BUTTON_NONE, true, PRESS_NOTHING},
	};

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct roster_sensor button = {.role = ROLE_BUTTON, .button = rows[n].use};
		struct reading press = {.kind = READING_BUTTON, .value = rows[n].press};

		assert_int_equal(press_meaning(&button, &press, rows[n].is_asking), rows[n].want);
	}
}

static void test_a_call_is_certain_and_the_residents(void **state)
{
	struct roster_sensor button = {
		.id = {.text = "b"}, .name = "Pendentif", .room = "Salon", .role = ROLE_BUTTON};
	struct suspicion s = press_call(&button, PRESS_CALLED, false, 1700000000000);

	(void)state;
	assert_int_equal(s.class, INCIDENT_HELP);
	assert_true(s.is_certain);
	assert_false(s.is_test);
	assert_int_equal(s.event_ms, 1700000000000);
	assert_string_equal(s.by, "resident");
	assert_string_equal(s.name, "Pendentif");
	assert_string_equal(s.room, "Salon");
	assert_string_equal(s.why, "bouton d’appel");
	assert_string_equal(s.sensor.text, "b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_press_means),
		cmocka_unit_test(test_a_call_is_certain_and_the_residents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
