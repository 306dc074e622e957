/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whoever sits or lies on a mat is there, whatever ends elsewhere.
 */
#include "routine_home.h"

static const char *heard_in(const struct lived *l, bool *ret_on_mat)
{
	struct routine_time since;
	uint8_t room;

	assert_true(routine_where(l->r, &since, &room, ret_on_mat));
	return routine_room_name(l->r, room);
}

/* To bed at 23:00: the bathroom's sensor says a minute later that nobody moves there any more, and
 * its lamp switches itself off. */
static void test_in_bed_nobody_is_where_something_ends(void **state)
{
	struct lived l = move_in(NULL, true);
	int64_t bed_ms = MONDAY0 + 23 * HOUR;
	int lamp = routine_sensor(l.r, "lamp", "bathroom", ROUTINE_USE, 0);
	bool is_on_mat;

	(void)state;
	live_until(&l, MONDAY0, 22 * HOUR, 0);
	assert_int_equal(sign(&l, (uint8_t)lamp, bed_ms - 2 * MINUTE, true), 0);
	assert_int_equal(sign(&l, BATHROOM, bed_ms - MINUTE, true), 0);
	assert_int_equal(sign(&l, BED, bed_ms, true), 0);
	assert_int_equal(sign(&l, BATHROOM, bed_ms + MINUTE, false), 0);
	assert_int_equal(sign(&l, (uint8_t)lamp, bed_ms + 2 * MINUTE, false), 0);
	assert_string_equal(heard_in(&l, &is_on_mat), "bedroom");
	assert_true(is_on_mat);
	/* what begins, and what a hand closes, is done there: a mat may stick */
	assert_int_equal(sign(&l, BATHROOM, bed_ms + 3 * MINUTE, true), 0);
	assert_string_equal(heard_in(&l, &is_on_mat), "bathroom");
	assert_false(is_on_mat);
	assert_int_equal(sign(&l, BED, bed_ms + 4 * MINUTE, false), 0);
	assert_int_equal(sign(&l, BATHROOM, bed_ms + 5 * MINUTE, false), 0);
	assert_string_equal(heard_in(&l, &is_on_mat), "bathroom");
	assert_int_equal(sign(&l, CUPBOARD, bed_ms + 6 * MINUTE, true), 0);
	assert_int_equal(sign(&l, BED, bed_ms + 7 * MINUTE, true), 0);
	assert_int_equal(sign(&l, CUPBOARD, bed_ms + 8 * MINUTE, false), 0);
	assert_string_equal(heard_in(&l, &is_on_mat), "kitchen");
	move_out(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_bed_nobody_is_where_something_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
