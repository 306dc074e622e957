/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fusion knows of the last hours, over a restart: near falls add up still, and who came in
 * by the door may be who moves.
 */
#include "tests/unit/fusion_home.h"

#include <errno.h>

/* A new hub a minute later, which is told what the old one knew, or nothing. */
static void restart(struct lived *l, bool is_told)
{
	struct fusion_lately rows[FUSION_LATELY_MAX];
	unsigned int count = fusion_lately(l->f, time_of(l), rows);
	struct lived next;

	live(&next, NULL);
	next.now_s = l->now_s + 60;
	for (unsigned int n = 0; is_told && n < count; n++)
		assert_int_equal(fusion_recall(next.f, &rows[n],
					 time_of(&next).now_us - rows[n].at_us, time_of(&next)),
			1);
	done(l);
	*l = next;
}

static void near_fall(struct lived *l)
{
	double impact_s;

	/* the other room is heard all the while */
	says(l, KITCHEN_PIR, READING_MOTION, 0);
	impact_s = shock(l, WATCH, 0.4);

	pass(l, impact_s + 20);
	answers(l, WATCH, FALL_SECOND, impact_s, 0.4, 0);
	pass(l, impact_s + 300);
}

static void test_HS_02_near_falls_add_up_over_a_restart(void **state)
{
	(void)state;
	for (unsigned int is_told = 0; is_told < 2; is_told++) {
		struct lived l;

		live(&l, NULL);
		an_ordinary_morning(&l);
		near_fall(&l);
		near_fall(&l);
		assert_int_equal(l.news, 0);
		restart(&l, is_told);
		near_fall(&l);
		assert_int_equal(l.news, is_told);
		assert_int_equal(weight_of(&l, FUSION_WEAK) > 0, is_told);
		done(&l);
	}
}

static void test_HS_02_whoever_came_in_before_a_restart_may_move(void **state)
{
	(void)state;
	for (unsigned int is_told = 0; is_told < 2; is_told++) {
		struct lived l;
		double impact_s;

		live(&l, NULL);
		an_ordinary_morning(&l);
		says(&l, DOOR, READING_DOOR, 1);
		pass(&l, l.now_s + 60);
		restart(&l, is_told);
		an_ordinary_morning(&l);
		impact_s = shock(&l, WATCH, 0.7);
		pass(&l, impact_s + 15);
		says(&l, KITCHEN_PIR, READING_MOTION, 1);
		pass(&l, impact_s + 25);
		/* else the visitor's steps would clear the fall of the one who lies there */
		assert_int_equal(l.news, is_told);
		done(&l);
	}
}

static void test_what_is_recalled_fades_as_if_nothing_had_been(void **state)
{
	struct fusion_lately before[FUSION_LATELY_MAX], after[FUSION_LATELY_MAX];
	struct lived l, other;

	(void)state;
	live(&l, NULL);
	an_ordinary_morning(&l);
	says(&l, DOOR, READING_DOOR, 1);
	pass(&l, l.now_s + 1);
	says(&l, LIVING_PIR, READING_MOTION, 1);
	near_fall(&l);
	assert_int_equal(fusion_lately(l.f, time_of(&l), before), 2);
	assert_int_equal(before[0].sensor, FUSION_SENSORS_MAX);
	assert_int_equal(before[0].count, 1);
	assert_int_equal(before[1].sensor, WATCH);
	/* half an hour later both again, the shocks by so much less */
	live(&other, NULL);
	other.now_s = l.now_s + 1800;
	for (unsigned int n = 0; n < 2; n++)
		assert_int_equal(fusion_recall(other.f, &before[n],
					 time_of(&other).now_us - before[n].at_us, time_of(&other)),
			1);
	assert_int_equal(fusion_lately(other.f, time_of(&other), after), 2);
	assert_int_equal(after[0].at_us, before[0].at_us);
	assert_int_equal(after[0].count, 1);
	assert_true(after[1].amount < 0.75F * before[1].amount);
	assert_true(after[1].amount > 0.65F * before[1].amount);
	/* and in time none of it weighs */
	pass(&l, l.now_s + 24 * 3600);
	assert_int_equal(fusion_lately(l.f, time_of(&l), after), 0);
	for (unsigned int n = 0; n < 2; n++)
		assert_int_equal(
			fusion_recall(other.f, &before[n], 24 * 3600 * SECOND, time_of(&l)), 0);
	done(&l);
	done(&other);
}

static void test_what_was_before_the_clock_began_and_what_cannot_be(void **state)
{
	static const struct fusion_lately wrong[] = {
		{.sensor = FUSION_SENSORS_MAX + 1, .amount = 1, .count = 1},
		{.sensor = KITCHEN_PIR, .amount = 1, .count = 1},
		{.sensor = WATCH, .amount = 0, .count = 1},
		{.sensor = WATCH, .amount = NAN, .count = 1},
		{.sensor = WATCH, .amount = 1000, .count = 1},
		{.sensor = WATCH, .amount = 1, .count = 0},
	};
	const struct fusion_lately door = {.sensor = FUSION_SENSORS_MAX, .count = 1};
	const struct fusion_time boot = {.now_us = 30 * SECOND, .local_ms = NOON_MS};
	struct fusion_lately found[FUSION_LATELY_MAX];
	struct lived l;

	(void)state;
	live(&l, NULL);
	for (size_t n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++)
		assert_int_equal(fusion_recall(l.f, &wrong[n], 0, boot), -EINVAL);
	assert_int_equal(fusion_lately(l.f, boot, found), 0);
	/* used 10 min ago, and the machine is up for 30 s: as if at its start */
	assert_int_equal(fusion_recall(l.f, &door, 600 * SECOND, boot), 1);
	assert_int_equal(fusion_lately(l.f, boot, found), 1);
	assert_int_equal(found[0].at_us, 1);
	assert_int_equal(found[0].count, 1);
	done(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_HS_02_near_falls_add_up_over_a_restart),
		cmocka_unit_test(test_HS_02_whoever_came_in_before_a_restart_may_move),
		cmocka_unit_test(test_what_is_recalled_fades_as_if_nothing_had_been),
		cmocka_unit_test(test_what_was_before_the_clock_began_and_what_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
