/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is on a bed or chair mat did not go out with the visitor; a mat that sticks says nothing of
 * that, until it was sat on and left again.
 */
#include "routine_home.h"

/* In bed since before, when the nurse leaves: nobody went away, and silence is told. */
static int64_t told_after_the_nurse_left(struct lived *l, int64_t day_ms)
{
	struct routine_answer a[ROUTINE_ANSWERS_MAX];

	live_until(l, day_ms, 9 * HOUR, 0);
	assert_int_equal(sign(l, BED, day_ms + 9 * HOUR, true), 0);
	move(l, DOOR, day_ms + 9 * HOUR + 20 * MINUTE);
	l->now_ms = day_ms + 9 * HOUR + 21 * MINUTE;
	return wait_for(l, day_ms + 22 * HOUR, a);
}

static void test_on_a_mat_nobody_left_with_the_visitor(void **state)
{
	struct lived l = move_in(NULL, true);
	int64_t day_ms;

	(void)state;
	live(&l, 14);
	day_ms = MONDAY0 + 14 * DAY;
	assert_in_range(
		told_after_the_nurse_left(&l, day_ms), day_ms + 10 * HOUR, day_ms + 20 * HOUR);
	assert_int_equal(routine_presence(l.r), ROUTINE_HOME);
	move_out(&l);
}

/* Two weeks, and a day on which the mat was on through an absence of four hours and until evening.
 */
static struct lived stuck_once(const struct routine_worn *worn)
{
	struct lived l = move_in(NULL, true);
	int64_t day_ms = MONDAY0 + 14 * DAY;

	live(&l, 14);
	live_until(&l, day_ms, 9 * HOUR, 0);
	assert_int_equal(sign(&l, BED, day_ms + 9 * HOUR, true), 0);
	move(&l, DOOR, day_ms + 9 * HOUR + MINUTE);
	if (worn)
		assert_int_equal(routine_worn(l.r, at(&l, day_ms + 12 * HOUR), worn), 0);
	move(&l, DOOR, day_ms + 13 * HOUR + MINUTE);
	for (int m = 2; m < 20; m++)
		move(&l, KITCHEN, day_ms + 13 * HOUR + m * MINUTE);
	assert_int_equal(sign(&l, BED, day_ms + 22 * HOUR, false), 0);
	move(&l, BATHROOM, day_ms + 22 * HOUR + MINUTE);
	return l;
}

/* That very evening and the next morning: so often pressed for so long, and left. */
static void sit(struct lived *l, int times, int64_t for_ms)
{
	int64_t t = MONDAY0 + 14 * DAY + 22 * HOUR + 2 * MINUTE;

	for (int n = 0; n < times; n++) {
		assert_int_equal(sign(l, BED, t, true), 0);
		assert_int_equal(sign(l, BED, t + for_ms, false), 0);
		move(l, BATHROOM, t + for_ms + 1000);
		t += for_ms + MINUTE;
	}
}

static bool is_believed(struct lived *l)
{
	int64_t told_ms = told_after_the_nurse_left(l, MONDAY0 + 15 * DAY);

	assert_int_equal(routine_presence(l->r), told_ms ? ROUTINE_HOME : ROUTINE_AWAY);
	return told_ms != 0;
}

static void test_a_mat_that_stuck_is_believed_after_thirty_sits(void **state)
{
	static const struct {
		int times;
		int64_t for_ms;
		bool is_believed;
	} rows[] = {
		/* the evening's end, after 13 h, was the first */
		{0, 0, false}, {28, 5 * MINUTE, false}, {29, 5 * MINUTE, true},
		{40, 5 * MINUTE - 1, false}, /* brushed against */
	};

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct lived l = stuck_once(NULL);

		sit(&l, rows[n].times, rows[n].for_ms);
		assert_int_equal(is_believed(&l), rows[n].is_believed);
		move_out(&l);
	}
}

/* On for more than a night: that it is off at last is no proof of anybody. */
static void test_a_day_on_end_is_no_sit(void **state)
{
	struct lived l = stuck_once(NULL);
	int64_t day_ms = MONDAY0 + 15 * DAY;

	(void)state;
	sit(&l, 28, 5 * MINUTE);
	assert_int_equal(sign(&l, BED, day_ms + 2 * HOUR, true), 0);
	live_until(&l, day_ms, DAY, 0);
	assert_int_equal(sign(&l, BED, day_ms + 23 * HOUR + 30 * MINUTE, false), 0);
	assert_int_equal(told_after_the_nurse_left(&l, day_ms + DAY), 0);
	move_out(&l);
}

static void test_the_doubt_is_kept_over_a_restart(void **state)
{
	static uint8_t bytes[ROUTINE_STATE_MAX_BYTES];

	(void)state;
	for (int more = 0; more < 2; more++) {
		struct lived l = stuck_once(NULL);
		int count;

		sit(&l, 28, 5 * MINUTE);
		count = routine_save(l.r, bytes, sizeof(bytes));
		assert_true(count > 0);
		assert_int_equal(routine_init(l.r, NULL), 0);
		assert_int_equal(routine_load(l.r, bytes, (size_t)count, at(&l, l.now_ms)), 0);
		install(l.r, true);
		if (more) {
			move(&l, LIVING, l.now_ms + MINUTE);
			assert_int_equal(sign(&l, BED, l.now_ms + MINUTE, true), 0);
			assert_int_equal(sign(&l, BED, l.now_ms + 6 * MINUTE, false), 0);
		}
		assert_int_equal(is_believed(&l), more);
		move_out(&l);
	}
}

/* Between two visits of the nurse she lay there and wore her watch: the mat was right. */
static void test_a_mat_is_not_doubted_while_somebody_is_known_to_be_there(void **state)
{
	const int64_t at_ms = MONDAY0 + 14 * DAY + 12 * HOUR - HOUR; /* UTC */
	const struct routine_worn worn = {at_ms - 9 * HOUR, at_ms, at_ms};
	struct lived l = stuck_once(&worn);

	(void)state;
	assert_true(is_believed(&l));
	move_out(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_on_a_mat_nobody_left_with_the_visitor),
		cmocka_unit_test(test_a_mat_that_stuck_is_believed_after_thirty_sits),
		cmocka_unit_test(test_a_day_on_end_is_no_sit),
		cmocka_unit_test(test_the_doubt_is_kept_over_a_restart),
		cmocka_unit_test(test_a_mat_is_not_doubted_while_somebody_is_known_to_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
