/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What came after an impact: still, lively, and lying another way than before; nothing is made up
 * where too little was heard.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/fall_signs.h"

#include <math.h>

static struct impact_window window;

/* `before` and `after` bins round an impact of 3 g; down turns by `degrees`, and each bin of the
 * time after it differs by `move_mg` from the last. */
static struct fall_signs signs_of(uint32_t before, uint32_t after, double degrees, int move_mg)
{
	struct fall_signs ret;

	window = (struct impact_window){.count = before + 1 + after, .impact = before};
	for (uint32_t i = 0; i < window.count; i++) {
		double at = i > before ? degrees * 3.14159265358979 / 180 : 0;
		int move = i > before && i % 2 ? move_mg : 0;

		window.bins[i] = (struct retimed){(int16_t)(1000 * sin(at)),
			(int16_t)(-1000 * cos(at)), (int16_t)(i == before ? 3000 : move), 0};
	}
	fall_signs_of(&window, &ret);
	return ret;
}

static void test_lying_is_still_and_turned(void **state)
{
	struct fall_signs s = signs_of(IMPACT_BEFORE, IMPACT_AFTER_MAX, 90, 0);

	(void)state;
	assert_true(s.is_turned);
	assert_int_equal(s.still_s, 19);
	assert_int_equal(s.lying_s, 19);
	assert_int_equal(s.lively_s, 0);
}

static void test_as_upright_as_before_is_not_lying(void **state)
{
	struct fall_signs s = signs_of(IMPACT_BEFORE, IMPACT_AFTER_MAX, 40, 0);

	(void)state;
	assert_false(s.is_turned);
	assert_int_equal(s.still_s, 19);
	assert_int_equal(s.lying_s, 0);
	assert_true(signs_of(IMPACT_BEFORE, IMPACT_AFTER_MAX, 50, 0).is_turned);
	assert_true(signs_of(IMPACT_BEFORE, IMPACT_AFTER_MAX, 180, 0).is_turned);
}

static void test_turned_and_lively_is_not_lying(void **state)
{
	struct fall_signs s = signs_of(IMPACT_BEFORE, IMPACT_AFTER_MAX, 90, 200);

	(void)state;
	assert_true(s.is_turned);
	assert_int_equal(s.lying_s, 0);
	assert_int_equal(s.lively_s, 18);
}

static void test_what_was_not_heard_is_not_turned(void **state)
{
	(void)state;
	assert_false(signs_of(0, IMPACT_AFTER_MAX, 90, 0).is_turned);
	assert_false(signs_of(RETIMED_PER_S, IMPACT_AFTER_MAX, 90, 0).is_turned);
	assert_true(signs_of(RETIMED_PER_S + 10, IMPACT_AFTER_MAX, 90, 0).is_turned);
	assert_false(signs_of(IMPACT_BEFORE, 0, 90, 0).is_turned);
	assert_false(signs_of(IMPACT_BEFORE, 3 * RETIMED_PER_S - 2, 90, 0).is_turned);
	assert_true(signs_of(IMPACT_BEFORE, 3 * RETIMED_PER_S, 90, 0).is_turned);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lying_is_still_and_turned),
		cmocka_unit_test(test_as_upright_as_before_is_not_lying),
		cmocka_unit_test(test_turned_and_lively_is_not_lying),
		cmocka_unit_test(test_what_was_not_heard_is_not_turned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
