/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Coming home and leaving by the outer door, in the routine model: whoever came in and then falls
 * must not be thought away.
 */
#include "tests/unit/routine_home.h"

#define TEN_DAYS 10
#define HALL     SENSORS /* the sensor at the door, installed after all others */

/* Ten days, out since ten on the eleventh, and the door is used again at noon. */
static struct lived back_at_noon(void)
{
	struct lived l = move_in(NULL, true);
	int64_t day_ms = MONDAY0 + TEN_DAYS * DAY;
	struct routine_answer a[ROUTINE_ANSWERS_MAX];

	assert_int_equal(
		routine_sensor(l.r, "hall pir", "entrance", ROUTINE_MOTION, ROUTINE_AT_DOOR), HALL);
	live(&l, TEN_DAYS);
	live_until(&l, day_ms, 10 * HOUR, 0);
	move(&l, DOOR, day_ms + 10 * HOUR);
	assert_int_equal(wait_for(&l, day_ms + 12 * HOUR - MINUTE, a), 0);
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	move(&l, DOOR, day_ms + 12 * HOUR);
	return l;
}

static void test_who_comes_home_may_be_heard_in_the_hall_alone(void **state)
{
	static const struct {
		int64_t after_ms;
		bool is_home;
	} heard[] = {{3 * MINUTE, true}, {9 * MINUTE, true},
		/* too soon: whoever passes the door, from either side; too late: not by this door
		 */
		{MINUTE / 2, false}, {11 * MINUTE, false}};

	(void)state;
	for (size_t n = 0; n < sizeof(heard) / sizeof(heard[0]); n++) {
		struct lived l = back_at_noon();
		struct routine_answer a[ROUTINE_ANSWERS_MAX];
		int64_t since_ms = l.now_ms + heard[n].after_ms, told_ms;

		move(&l, HALL, since_ms);
		told_ms = wait_for(&l, since_ms + 12 * HOUR, a);
		assert_int_equal(told_ms != 0, heard[n].is_home);
		assert_int_equal(routine_presence(l.r) == ROUTINE_HOME, heard[n].is_home);
		move_out(&l);
	}
}

static void test_who_came_home_and_leaves_again_is_away(void **state)
{
	struct lived l = back_at_noon();
	struct routine_answer a[ROUTINE_ANSWERS_MAX];

	(void)state;
	move(&l, HALL, l.now_ms + 3 * MINUTE);
	move(&l, DOOR, l.now_ms + 5 * MINUTE);
	assert_int_equal(wait_for(&l, l.now_ms + 12 * HOUR, a), 0);
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	move_out(&l);
}

/* Three minutes after she came in the hub starts again, and she is heard no more. */
static void test_who_came_home_before_a_restart_is_at_home(void **state)
{
	static uint8_t bytes[ROUTINE_STATE_MAX_BYTES];

	(void)state;
	for (uint8_t by = 0; by < 2; by++) {
		struct lived l = back_at_noon();
		struct routine_answer a[ROUTINE_ANSWERS_MAX];
		int64_t since_ms = l.now_ms + 3 * MINUTE;
		int n;

		move(&l, by == 0 ? KITCHEN : HALL, since_ms);
		n = routine_save(l.r, bytes, sizeof(bytes));
		assert_int_equal(routine_init(l.r, NULL), 0);
		assert_int_equal(routine_load(l.r, bytes, (size_t)n, at(&l, since_ms + MINUTE)), 0);
		install(l.r, true);
		assert_int_equal(routine_sensor(l.r, "hall pir", "entrance", ROUTINE_MOTION,
					 ROUTINE_AT_DOOR),
			HALL);
		assert_in_range(
			wait_for(&l, since_ms + 12 * HOUR, a) - since_ms, 30 * MINUTE, 6 * HOUR);
		move_out(&l);
	}
}

/* Out when the hub fell deaf for half an hour: she may be back, and lie there. */
static void test_who_may_have_come_back_unheard_is_judged(void **state)
{
	struct lived l = back_at_noon();
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int64_t heard_ms = l.now_ms + HOUR;

	(void)state;
	assert_int_equal(wait_for(&l, heard_ms, a), 0);
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	assert_int_equal(routine_not_heard(l.r, at(&l, heard_ms)), 0);
	assert_in_range(wait_for(&l, heard_ms + 12 * HOUR, a) - heard_ms, 30 * MINUTE, 6 * HOUR);
	move_out(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_comes_home_may_be_heard_in_the_hall_alone),
		cmocka_unit_test(test_who_came_home_and_leaves_again_is_away),
		cmocka_unit_test(test_who_came_home_before_a_restart_is_at_home),
		cmocka_unit_test(test_who_may_have_come_back_unheard_is_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
