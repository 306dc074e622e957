/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pause: what it withholds and what it never does, that it ends by itself whatever becomes of
 * the clocks, and what is kept of it.
 */
#include "tests/unit/suspicions.h"

#include "hub/pause.h"

#define H_S  3600.0
#define BOOT "0b0e1f5c-6a3e-4a55-9d0c-2a6f4d9be001"

static void test_HS_11_what_the_hub_suspects_is_withheld_and_no_call_ever(void **state)
{
	struct pause p = {.until_us = 0};

	(void)state;
	for (enum incident_class c = 0; c < INCIDENT_CLASSES; c++) {
		struct suspicion s = suspicion_of(c, "x");
		bool is_suspected =
			c == INCIDENT_FALL || c == INCIDENT_INACTIVITY || c == INCIDENT_WANDERING;

		p = (struct pause){.until_us = 0};
		assert_false(pause_withholds(&p, &s, at_s(0).now_us));
		pause_begin(&p, 1, at_s(0));
		assert_int_equal(pause_withholds(&p, &s, at_s(1).now_us), is_suspected);
		/* what was raised before the pause is not cut short */
		s.is_update = true;
		assert_false(pause_withholds(&p, &s, at_s(1).now_us));
		s.is_update = false;
		assert_false(pause_withholds(&p, &s, at_s(H_S).now_us));
	}
}

static void test_HS_11_it_ends_by_itself(void **state)
{
	struct pause p = {.until_us = 0};

	(void)state;
	assert_false(pause_is_on(&p, at_s(0).now_us));
	assert_false(pause_is_over(&p, at_s(0).now_us));
	pause_begin(&p, PAUSE_MAX_H, at_s(0));
	assert_int_equal(p.until_ms, at_s(12 * H_S).wall_ms);
	assert_true(pause_is_on(&p, at_s(12 * H_S - 1).now_us));
	assert_false(pause_is_on(&p, at_s(12 * H_S).now_us));
	assert_true(pause_is_over(&p, at_s(12 * H_S).now_us));
	/* begun anew: from now on */
	pause_begin(&p, 2, at_s(H_S));
	assert_true(pause_is_over(&p, at_s(3 * H_S).now_us));
}

static void test_what_was_withheld_is_asked_about_unless_somebody_moved(void **state)
{
	struct suspicion first = suspicion_of(INCIDENT_FALL, "montre"),
			 last = suspicion_of(INCIDENT_INACTIVITY, "maison"), s;
	struct pause p = {.until_us = 0};

	(void)state;
	pause_begin(&p, 1, at_s(0));
	assert_true(pause_withholds(&p, &first, at_s(1).now_us));
	assert_true(pause_withholds(&p, &last, at_s(2).now_us));
	assert_true(pause_end(&p, &s));
	assert_int_equal(s.class, INCIDENT_INACTIVITY);
	assert_false(pause_is_on(&p, at_s(3).now_us));
	pause_begin(&p, 1, at_s(0));
	assert_true(pause_withholds(&p, &first, at_s(1).now_us));
	pause_moved(&p);
	assert_false(pause_end(&p, &s));
}

static void test_HS_11_kept_over_a_restart_and_a_reboot(void **state)
{
	static const struct {
		const char *boot;
		double now_s;  /* boot clock of the one that reads */
		double wall_s; /* its wall clock */
		bool is_on;
		double left_s;
	} rows[] = {
		{BOOT, H_S, H_S, true, 2 * H_S},       /* killed and back */
		{BOOT, H_S, 500 * H_S, true, 2 * H_S}, /* a stepped wall clock changes nothing */
		{BOOT, 3 * H_S, 3 * H_S, false, 0},    /* over meanwhile */
		{"other", -900, H_S, true, 2 * H_S},   /* another boot: by the wall clock */
		{"other", -900, 4 * H_S, false, 0},
		{"other", -900, -9000 * H_S, true, 12 * H_S}, /* set back: bounded all the same */
	};
	struct pause p = {.until_us = 0};
	char text[PAUSE_TEXT_MAX];

	(void)state;
	pause_begin(&p, 3, at_s(0));
	pause_to_text(&p, BOOT, text);
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct moment at = {.now_us = at_s(rows[n].now_s).now_us,
			.wall_ms = at_s(rows[n].wall_s).wall_ms};
		struct pause back = {.until_us = 7};

		assert_int_equal(pause_from_text(text, rows[n].boot, at, &back), rows[n].is_on);
		if (!rows[n].is_on) {
			assert_int_equal(back.until_us, 7);
			continue;
		}
		assert_int_equal(back.until_us, at_s(rows[n].now_s + rows[n].left_s).now_us);
		assert_int_equal(back.until_ms, at_s(rows[n].wall_s + rows[n].left_s).wall_ms);
	}
}

static void test_what_is_no_pause_is_none(void **state)
{
	static const char *const texts[] = {"", "\n", "x", "1 2", "1 2 boot", "1 2 boot ",
		"1 2 boot x\n", "9999999999999999999999 1 " BOOT "\n",
		"1700003600000 18446744073709551615999 " BOOT "\n", "-1 -1 " BOOT "\n",
		"1700003600000 999 " BOOT "\n"};

	(void)state;
	for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++) {
		struct pause p = {.until_us = 0};
		bool is_on = pause_from_text(texts[n], BOOT, at_s(0), &p);

		/* whatever was written, it is bounded */
		if (is_on)
			assert_true(p.until_us <= at_s(12 * H_S).now_us);
		else
			assert_int_equal(p.until_us, 0);
	}
	struct pause longest = {.until_us = UINT64_MAX, .until_ms = INT64_MAX};
	char text[PAUSE_TEXT_MAX];

	pause_to_text(&longest, "123456789012345678901234567890123456789", text);
	assert_int_equal(text[strlen(text) - 1], '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_HS_11_what_the_hub_suspects_is_withheld_and_no_call_ever),
		cmocka_unit_test(test_HS_11_it_ends_by_itself),
		cmocka_unit_test(test_what_was_withheld_is_asked_about_unless_somebody_moved),
		cmocka_unit_test(test_HS_11_kept_over_a_restart_and_a_reboot),
		cmocka_unit_test(test_what_is_no_pause_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
