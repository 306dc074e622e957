/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of kinds: complete, named once, and its ranges hold at their edges. */
#include "sensors/reading.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_every_kind_has_a_row(void **state)
{
	(void)state;
	for (int kind = 0; kind < READING_KINDS; kind++) {
		const struct reading_kind_row *row = &reading_kinds[kind];

		assert_non_null(row->name);
		assert_non_null(row->unit);
		assert_true(strlen(row->name) > 0);
		assert_true(row->min <= row->max);
	}
}

static void test_names_are_unique_and_found(void **state)
{
	(void)state;
	for (int kind = READING_NONE + 1; kind < READING_KINDS; kind++) {
		enum reading_kind found = READING_NONE;

		assert_int_equal(reading_kind_from_name(reading_kinds[kind].name, &found), 0);
		assert_int_equal(found, kind);
	}
}

static void test_unknown_names_leave_the_output(void **state)
{
	static const char *const names[] = {"", "none", "Motion", "motion ", "motio"};
	enum reading_kind kind = READING_SMOKE;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(reading_kind_from_name(names[i], &kind), -EINVAL);
		assert_int_equal(kind, READING_SMOKE);
	}
}

static void test_ranges_hold_at_their_edges(void **state)
{
	(void)state;
	for (int i = READING_NONE + 1; i < READING_KINDS; i++) {
		enum reading_kind kind = (enum reading_kind)i;
		const struct reading_kind_row *row = &reading_kinds[kind];

		assert_true(reading_is_possible(kind, row->min));
		assert_true(reading_is_possible(kind, row->max));
		assert_false(reading_is_possible(kind, nextafter(row->min, -INFINITY)));
		assert_false(reading_is_possible(kind, nextafter(row->max, INFINITY)));
		assert_false(reading_is_possible(kind, NAN));
		assert_false(reading_is_possible(kind, INFINITY));
	}
}

static void test_no_kind_is_never_possible(void **state)
{
	(void)state;
	assert_false(reading_is_possible(READING_NONE, 0));
	assert_false(reading_is_possible(READING_KINDS, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind_has_a_row),
		cmocka_unit_test(test_names_are_unique_and_found),
		cmocka_unit_test(test_unknown_names_leave_the_output),
		cmocka_unit_test(test_ranges_hold_at_their_edges),
		cmocka_unit_test(test_no_kind_is_never_possible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
