/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the routine model makes of the resident's own word: who is well and says so is soon not
 * asked any more; a call for help teaches nothing.
 */
#include "tests/unit/routine_home.h"

#define READS_FROM  (15 * HOUR)
#define READS_UNTIL (19 * HOUR)
#define STATE_TAIL  20 /* what version 6 added at the end, before the checksum */

/* Looks at `local_ms`; a question is answered at once: how many were asked. */
static int look_and_answer(const struct lived *l, int64_t local_ms, bool is_fine)
{
	struct routine_answer a[ROUTINE_ANSWERS_MAX];

	if (routine_judge(l->r, at(l, local_ms), a) == 0)
		return 0;
	assert_int_equal(routine_answered(l->r, at(l, local_ms), is_fine), 0);
	return 1;
}

/* From 15 to 19 h in a chair, answering each question: how many there were. */
static int read_a_book(struct lived *l, int64_t day_ms, bool is_fine)
{
	int asked = 0;

	live_until(l, day_ms, READS_FROM, 0);
	for (; l->now_ms < day_ms + READS_UNTIL; l->now_ms += MINUTE)
		asked += look_and_answer(l, l->now_ms, is_fine);
	for (int64_t m = READS_UNTIL; m < 23 * HOUR; m += 10 * MINUTE)
		move(l, KITCHEN, day_ms + m);
	move(l, BEDROOM, day_ms + 23 * HOUR);
	return asked;
}

static void test_who_is_well_is_soon_not_asked_any_more(void **state)
{
	struct lived l = move_in(NULL, true);
	int asked[6];

	(void)state;
	live(&l, 10);
	for (int i = 0; i < 6; i++)
		asked[i] = read_a_book(&l, MONDAY0 + (10 + i) * DAY, true);
	/* the room stayed in, and the silence there, each begun anew by each answer */
	assert_in_range(asked[0], 1, 4);
	assert_in_range(asked[1], 0, 4);
	for (int i = 2; i < 6; i++)
		assert_int_equal(asked[i], 0);
	move_out(&l);
}

/* Whoever lay there for hours before she reached a button did not rest. */
static void test_a_call_for_help_is_not_learned_from(void **state)
{
	struct lived l = move_in(NULL, true);

	(void)state;
	live(&l, 10);
	for (int i = 0; i < 6; i++)
		assert_true(read_a_book(&l, MONDAY0 + (10 + i) * DAY, false) >= 1);
	move_out(&l);
}

/* Up at one, about in the living room, back at four: how often asked. */
static int wake(struct lived *l, int64_t day_ms)
{
	int asked = 0;

	for (int64_t m = HOUR; m < 4 * HOUR; m += 5 * MINUTE) {
		move(l, LIVING, day_ms + m);
		for (int i = 1; i < 5; i++)
			asked += look_and_answer(l, day_ms + m + i * MINUTE, true);
	}
	move(l, BEDROOM, day_ms + 4 * HOUR);
	for (int64_t m = 7 * HOUR; m < 23 * HOUR; m += 10 * MINUTE)
		move(l, KITCHEN, day_ms + m);
	move(l, BEDROOM, day_ms + 23 * HOUR);
	return asked;
}

static void test_who_is_up_each_night_is_soon_not_asked_any_more(void **state)
{
	struct lived l = move_in(NULL, true);
	int asked[4];

	(void)state;
	live(&l, 14);
	for (int i = 0; i < 4; i++)
		asked[i] = wake(&l, MONDAY0 + (14 + i) * DAY);
	assert_in_range(asked[0], 1, 2);
	assert_int_equal(asked[2] + asked[3], 0);
	move_out(&l);
}

static uint64_t check_of(const uint8_t *bytes, size_t count)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < count; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
	return hash;
}

/* As the version before wrote it. */
static size_t without_tail(uint8_t *bytes, size_t count)
{
	size_t body = count - STATE_TAIL - 8;
	uint64_t hash;

	bytes[5] = 5;
	for (size_t i = 0; i < 4; i++)
		bytes[6 + i] = (uint8_t)((body + 8) >> 8 * (3 - i));
	hash = check_of(bytes, body);
	for (size_t i = 0; i < 8; i++)
		bytes[body + i] = (uint8_t)(hash >> 8 * (7 - i));
	return body + 8;
}

/* Started again after "I am fine": asked when she would have been, and it is learned. */
static void test_an_answer_outlasts_a_restart(void **state)
{
	static uint8_t bytes[ROUTINE_STATE_MAX_BYTES];
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int64_t fine_ms, told_ms;
	int n;

	(void)state;
	live(&l, 10);
	live_until(&l, MONDAY0 + 10 * DAY, READS_FROM, 0);
	fine_ms = wait_for(&l, l.now_ms + 12 * HOUR, a);
	assert_int_equal(routine_answered(l.r, at(&l, fine_ms), true), 0);
	n = routine_save(l.r, bytes, sizeof(bytes));
	told_ms = wait_for(&l, fine_ms + 12 * HOUR, a);
	assert_true(told_ms > fine_ms + 20 * MINUTE);
	for (int is_old = 0; is_old < 2; is_old++) {
		size_t count = is_old ? without_tail(bytes, (size_t)n) : (size_t)n;

		assert_int_equal(routine_init(l.r, NULL), 0);
		assert_int_equal(routine_load(l.r, bytes, count, at(&l, fine_ms)), 0);
		install(l.r, true);
		l.now_ms = fine_ms + MINUTE;
		/* what the version before did not keep is judged from the last sign of life */
		assert_int_equal(
			wait_for(&l, told_ms + HOUR, a), is_old ? fine_ms + MINUTE : told_ms);
	}
	move_out(&l);
}

/* The wall clock is set after the answer: she is asked as long after it as she would have been. */
static void test_an_answer_moves_with_the_clock(void **state)
{
	struct lived l = move_in(NULL, true);
	struct routine_answer a[ROUTINE_ANSWERS_MAX];
	int64_t fine_ms;
	struct routine_time since;
	bool is_on_mat;
	uint8_t room;

	(void)state;
	live(&l, 10);
	live_until(&l, MONDAY0 + 10 * DAY, READS_FROM, 0);
	fine_ms = wait_for(&l, l.now_ms + 12 * HOUR, a);
	assert_int_equal(routine_answered(l.r, at(&l, fine_ms), true), 0);
	assert_int_equal(routine_clock_set(l.r, -HOUR), 0);
	assert_true(routine_where(l.r, &since, &room, &is_on_mat));
	assert_int_equal(since.utc_ms, at(&l, fine_ms - HOUR).utc_ms);
	l.now_ms = fine_ms - HOUR + MINUTE;
	assert_in_range(
		wait_for(&l, fine_ms + 12 * HOUR, a) - (fine_ms - HOUR), 20 * MINUTE, 8 * HOUR);
	move_out(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_is_well_is_soon_not_asked_any_more),
		cmocka_unit_test(test_a_call_for_help_is_not_learned_from),
		cmocka_unit_test(test_who_is_up_each_night_is_soon_not_asked_any_more),
		cmocka_unit_test(test_an_answer_outlasts_a_restart),
		cmocka_unit_test(test_an_answer_moves_with_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
