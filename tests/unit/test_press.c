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
		enum asked asked;
		enum press want;
	} rows[] = {
		{BUTTON_USE_HELP, BUTTON_PRESS, ASKED_NOTHING, PRESS_HELP},
		{BUTTON_USE_HELP, BUTTON_PRESS, ASKED_WHETHER_WELL, PRESS_HELP},
		{BUTTON_USE_HELP, BUTTON_LONG, ASKED_NOTHING, PRESS_HELP},
		{BUTTON_USE_HELP, BUTTON_DOUBLE, ASKED_NOTHING, PRESS_HELP},
		{BUTTON_USE_HELP, BUTTON_HOLD, ASKED_NOTHING, PRESS_HELP},
		{BUTTON_USE_HELP, BUTTON_NONE, ASKED_NOTHING, PRESS_NOTHING},
		{BUTTON_USE_FINE, BUTTON_PRESS, ASKED_NOTHING, PRESS_NOTHING},
		{BUTTON_USE_FINE, BUTTON_PRESS, ASKED_WHETHER_WELL, PRESS_FINE},
		{BUTTON_USE_BOTH, BUTTON_PRESS, ASKED_NOTHING, PRESS_HELP},
		{BUTTON_USE_BOTH, BUTTON_PRESS, ASKED_WHETHER_WELL, PRESS_FINE},
		{BUTTON_USE_BOTH, BUTTON_LONG, ASKED_WHETHER_WELL, PRESS_HELP},
		{BUTTON_USE_BOTH, BUTTON_PRESS, ASKED_WHETHER_CALLED, PRESS_HELP},
		{BUTTON_USE_FINE, BUTTON_PRESS, ASKED_WHETHER_CALLED, PRESS_FINE},
		{BUTTON_USE_BOTH, BUTTON_NONE, ASKED_WHETHER_WELL, PRESS_NOTHING},
	};

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct roster_sensor button = {.role = ROLE_BUTTON, .button = rows[n].use};
		struct reading press = {.kind = READING_BUTTON, .value = rows[n].press};

		assert_int_equal(press_meaning(&button, &press, rows[n].asked), rows[n].want);
	}
}

static void test_a_double_press_is_social_only_where_it_is_said_and_nothing_is_asked(void **state)
{
	static const struct {
		enum button_use use;
		bool is_social;
		enum asked asked;
		enum press want;
	} rows[] = {
		{BUTTON_USE_HELP, true, ASKED_NOTHING, PRESS_SOCIAL},
		{BUTTON_USE_BOTH, true, ASKED_NOTHING, PRESS_SOCIAL},
		{BUTTON_USE_FINE, true, ASKED_NOTHING, PRESS_SOCIAL},
		{BUTTON_USE_HELP, true, ASKED_WHETHER_WELL, PRESS_HELP},
		{BUTTON_USE_BOTH, true, ASKED_WHETHER_WELL, PRESS_HELP},
		{BUTTON_USE_HELP, true, ASKED_WHETHER_CALLED, PRESS_HELP},
		{BUTTON_USE_HELP, false, ASKED_NOTHING, PRESS_HELP},
	};
	const struct moment at = {.now_us = 1000, .wall_ms = 1700000000000};

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct roster_sensor button = {.role = ROLE_BUTTON,
			.button = rows[n].use,
			.is_double_social = rows[n].is_social};
		struct reading press = {.kind = READING_BUTTON, .value = BUTTON_DOUBLE};
		struct suspicion s;

		assert_int_equal(press_heard(&button, &press, rows[n].asked, at, &s), rows[n].want);
		assert_int_equal(
			s.class, rows[n].want == PRESS_SOCIAL ? INCIDENT_SOCIAL : INCIDENT_HELP);
		assert_true(s.is_certain);
	}
}

static void test_HS_11_a_pause_button_pauses_and_is_heard_twice_in_the_open(void **state)
{
	const struct moment at = {.now_us = 1000, .wall_ms = 1700000000000};
	struct roster_sensor button = {.role = ROLE_BUTTON, .button = BUTTON_USE_PAUSE};
	struct suspicion s;

	(void)state;
	for (int press = BUTTON_PRESS; press <= BUTTON_HOLD; press++) {
		struct reading r = {.kind = READING_BUTTON, .value = press};

		assert_int_equal(press_heard(&button, &r, ASKED_NOTHING, at, &s), PRESS_PAUSE);
		/* it is no answer, and silence raises */
		assert_int_equal(
			press_heard(&button, &r, ASKED_WHETHER_WELL, at, &s), PRESS_NOTHING);
		r.is_forgeable = true;
		assert_int_equal(press_heard(&button, &r, ASKED_NOTHING, at, &s), PRESS_NOTHING);
		r.repeats = 1;
		assert_int_equal(press_heard(&button, &r, ASKED_NOTHING, at, &s), PRESS_PAUSE);
	}
	/* no gesture on a call button does */
	for (int use = BUTTON_USE_HELP; use <= BUTTON_USE_BOTH; use++)
		for (int press = BUTTON_PRESS; press <= BUTTON_HOLD; press++) {
			struct reading r = {.kind = READING_BUTTON, .value = press};

			button.button = (enum button_use)use;
			assert_int_not_equal(
				press_heard(&button, &r, ASKED_NOTHING, at, &s), PRESS_PAUSE);
		}
}

static const struct {
	enum button_use use;
	bool is_forgeable;
	enum asked asked_first, asked_again;
	enum press first, again;
} hearings[] = {
	{BUTTON_USE_HELP, false, ASKED_NOTHING, ASKED_NOTHING, PRESS_HELP, PRESS_HELP},
	{BUTTON_USE_HELP, true, ASKED_NOTHING, ASKED_NOTHING, PRESS_HELP, PRESS_HELP},
	/* a second hearing means what the first one did, whatever is asked by then */
	{BUTTON_USE_BOTH, true, ASKED_NOTHING, ASKED_WHETHER_WELL, PRESS_HELP, PRESS_HELP},
	{BUTTON_USE_BOTH, true, ASKED_NOTHING, ASKED_WHETHER_CALLED, PRESS_HELP, PRESS_HELP},
	{BUTTON_USE_BOTH, true, ASKED_WHETHER_WELL, ASKED_NOTHING, PRESS_NOTHING, PRESS_FINE},
	/* what could silence an alarm is believed once it is heard twice */
	{BUTTON_USE_FINE, true, ASKED_WHETHER_WELL, ASKED_WHETHER_WELL, PRESS_NOTHING, PRESS_FINE},
	{BUTTON_USE_FINE, false, ASKED_WHETHER_WELL, ASKED_WHETHER_WELL, PRESS_FINE, PRESS_FINE},
	{BUTTON_USE_FINE, true, ASKED_NOTHING, ASKED_WHETHER_WELL, PRESS_NOTHING, PRESS_NOTHING},
};

static void test_what_is_heard_in_the_open_counts_by_its_second_hearing(void **state)
{
	const struct moment at = {.now_us = 1000, .wall_ms = 1700000000000};

	(void)state;
	for (size_t n = 0; n < sizeof(hearings) / sizeof(hearings[0]); n++) {
		bool is_forgeable = hearings[n].is_forgeable;
		struct roster_sensor button = {.role = ROLE_BUTTON, .button = hearings[n].use};
		struct reading press = {.kind = READING_BUTTON,
			.value = BUTTON_PRESS,
			.is_forgeable = is_forgeable};
		struct suspicion s = {.probability = -1};

		assert_int_equal(press_heard(&button, &press, hearings[n].asked_first, at, &s),
			hearings[n].first);
		if (hearings[n].first == PRESS_HELP) {
			assert_int_equal(s.is_certain, !is_forgeable);
			assert_int_equal(s.is_unconfirmed, is_forgeable);
			assert_false(s.is_confirmation);
			assert_true(is_forgeable ? s.probability == PRESS_ONCE_PROBABILITY
						 : s.probability == 1);
		}
		press.repeats = 1;
		assert_int_equal(press_heard(&button, &press, hearings[n].asked_again, at, &s),
			hearings[n].again);
		if (hearings[n].again == PRESS_HELP) {
			assert_true(s.is_certain && s.is_confirmation && !s.is_unconfirmed);
			assert_true(s.probability == 1);
		}
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
		cmocka_unit_test(
			test_a_double_press_is_social_only_where_it_is_said_and_nothing_is_asked),
		cmocka_unit_test(test_HS_11_a_pause_button_pauses_and_is_heard_twice_in_the_open),
		cmocka_unit_test(test_what_is_heard_in_the_open_counts_by_its_second_hearing),
		cmocka_unit_test(test_a_call_is_certain_and_the_residents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
