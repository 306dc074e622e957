/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ladder in virtual time: days pass in microseconds, nothing sleeps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "caller-gateway/ladder.h"
#include "common/clock.h"

#define T0 (1000 * US_PER_S)

static struct ladder received(enum incident_class class)
{
	struct ladder l = {
		.class = class, .state = INCIDENT_STATES, .again_s = 60, .follow_up_s = 900};

	ladder_enter(&l, INCIDENT_RECEIVED, T0);
	return l;
}

static struct ladder announced(enum incident_class class)
{
	struct ladder l = received(class);

	assert_true(ladder_said(&l, T0));
	ladder_enter(&l, INCIDENT_ANNOUNCED, T0);
	return l;
}

static void test_each_state_asks_for_its_own_step(void **state)
{
	static const struct {
		enum incident_class class;
		enum incident_state state;
		enum ladder_step at_once, after_59_s, after_60_s, after_900_s;
	} cases[] = {
		{INCIDENT_FALL, INCIDENT_SUSPECTED, LADDER_WAIT, LADDER_WAIT, LADDER_WAIT,
			LADDER_WAIT},
		{INCIDENT_FALL, INCIDENT_VERIFYING, LADDER_WAIT, LADDER_WAIT, LADDER_WAIT,
			LADDER_WAIT},
		{INCIDENT_FALL, INCIDENT_RECEIVED, LADDER_SAY, LADDER_SAY, LADDER_ESCALATE,
			LADDER_ESCALATE},
		{INCIDENT_FALL, INCIDENT_ANNOUNCED, LADDER_WAIT, LADDER_WAIT, LADDER_ESCALATE,
			LADDER_ESCALATE},
		{INCIDENT_HELP, INCIDENT_ESCALATED, LADDER_SAY, LADDER_SAY, LADDER_ESCALATE,
			LADDER_ESCALATE},
		{INCIDENT_FALL, INCIDENT_ACCEPTED, LADDER_WAIT, LADDER_WAIT, LADDER_WAIT,
			LADDER_ESCALATE},
		{INCIDENT_FALL, INCIDENT_ON_THE_WAY, LADDER_WAIT, LADDER_WAIT, LADDER_WAIT,
			LADDER_ESCALATE},
		{INCIDENT_SOCIAL, INCIDENT_ON_SITE, LADDER_WAIT, LADDER_WAIT, LADDER_WAIT,
			LADDER_ESCALATE},
		{INCIDENT_FALL, INCIDENT_CLOSED, LADDER_WAIT, LADDER_WAIT, LADDER_WAIT,
			LADDER_WAIT},
		{INCIDENT_FALL, INCIDENT_CANCELLED, LADDER_WAIT, LADDER_WAIT, LADDER_WAIT,
			LADDER_WAIT},
		{INCIDENT_TECHNICAL, INCIDENT_RECEIVED, LADDER_SAY, LADDER_SAY, LADDER_SAY,
			LADDER_SAY},
		{INCIDENT_TECHNICAL, INCIDENT_ANNOUNCED, LADDER_WAIT, LADDER_WAIT, LADDER_WAIT,
			LADDER_WAIT},
		{INCIDENT_TECHNICAL, INCIDENT_ACCEPTED, LADDER_WAIT, LADDER_WAIT, LADDER_WAIT,
			LADDER_WAIT},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ladder l = {.class = cases[i].class, .again_s = 60, .follow_up_s = 900};

		ladder_enter(&l, cases[i].state, T0);
		assert_int_equal(ladder_next(&l, T0), cases[i].at_once);
		assert_int_equal(ladder_next(&l, T0 + 60 * US_PER_S - 1), cases[i].after_59_s);
		assert_int_equal(ladder_next(&l, T0 + 60 * US_PER_S), cases[i].after_60_s);
		assert_int_equal(ladder_next(&l, T0 + 900 * US_PER_S), cases[i].after_900_s);
	}
}

static void test_an_unacknowledged_incident_escalates_for_ever(void **state)
{
	struct ladder l = announced(INCIDENT_FALL);
	uint64_t now_us = T0;
	(void)state;

	for (unsigned int i = 0; i < 1000; i++) {
		assert_int_equal(ladder_due_us(&l), now_us + 60 * US_PER_S);
		now_us += 60 * US_PER_S;
		assert_int_equal(ladder_next(&l, now_us), LADDER_ESCALATE);
		ladder_enter(&l, INCIDENT_ESCALATED, now_us);
		assert_int_equal(ladder_next(&l, now_us), LADDER_SAY);
		now_us += 5 * US_PER_S;
		assert_false(ladder_said(&l, now_us));
		assert_int_equal(l.state, INCIDENT_ESCALATED);
		assert_int_equal(ladder_next(&l, now_us), LADDER_WAIT);
	}
}

static void test_HS_04_acknowledged_but_not_closed_escalates(void **state)
{
	struct ladder l = announced(INCIDENT_FALL);
	(void)state;

	ladder_enter(&l, INCIDENT_ACCEPTED, T0);
	assert_int_equal(ladder_due_us(&l), T0 + 900 * US_PER_S);
	assert_int_equal(ladder_next(&l, T0 + 900 * US_PER_S), LADDER_ESCALATE);
	/* each sign of help gives it its time anew */
	ladder_enter(&l, INCIDENT_ON_THE_WAY, T0 + 800 * US_PER_S);
	assert_int_equal(ladder_next(&l, T0 + 900 * US_PER_S), LADDER_WAIT);
	ladder_enter(&l, INCIDENT_ON_SITE, T0 + 1600 * US_PER_S);
	assert_int_equal(ladder_next(&l, T0 + 2499 * US_PER_S), LADDER_WAIT);
	assert_int_equal(ladder_next(&l, T0 + 2500 * US_PER_S), LADDER_ESCALATE);
	ladder_enter(&l, INCIDENT_ESCALATED, T0 + 2500 * US_PER_S);
	assert_int_equal(ladder_next(&l, T0 + 2500 * US_PER_S), LADDER_SAY);
}

static void test_HS_01_only_closing_or_cancelling_ends_it(void **state)
{
	(void)state;
	for (enum incident_state s = INCIDENT_RECEIVED; s < INCIDENT_STATES; s++) {
		struct ladder l = announced(INCIDENT_FALL);

		ladder_enter(&l, s, T0);
		if (l.say != LADDER_SAY_NOTHING)
			(void)ladder_said(&l, T0);
		bool is_ended = ladder_due_us(&l) == LADDER_NEVER_US;
		assert_int_equal(is_ended, s == INCIDENT_CLOSED || s == INCIDENT_CANCELLED);
		assert_int_equal(ladder_is_over(&l), is_ended);
	}
}

static void test_HS_01_fine_after_raising_is_told_and_the_ladder_goes_on(void **state)
{
	struct ladder l = announced(INCIDENT_FALL);
	uint64_t due_us = l.deadline_us;
	(void)state;

	ladder_said_fine(&l, false, T0 + US_PER_S);
	assert_int_equal(l.say, LADDER_SAY_FINE);
	assert_int_equal(ladder_next(&l, T0 + US_PER_S), LADDER_SAY);
	assert_false(ladder_said(&l, T0 + 5 * US_PER_S));
	assert_int_equal(l.state, INCIDENT_ANNOUNCED);
	assert_int_equal(l.say, LADDER_SAY_NOTHING);
	/* it buys no time, and closes nothing */
	assert_int_equal(ladder_due_us(&l), due_us);
	assert_int_equal(ladder_next(&l, due_us), LADDER_ESCALATE);
	assert_false(ladder_is_over(&l));
}

static void test_fine_that_nobody_waits_for_is_not_said_by_itself(void **state)
{
	struct ladder unheard = received(INCIDENT_FALL), over = announced(INCIDENT_FALL),
		      waiting = announced(INCIDENT_FALL);
	(void)state;

	ladder_said_fine(&unheard, false, T0);
	assert_int_equal(unheard.say, LADDER_SAY_ALERT); /* its own sentence says it */
	ladder_enter(&waiting, INCIDENT_ESCALATED, T0);
	ladder_said_fine(&waiting, false, T0);
	assert_int_equal(waiting.say, LADDER_SAY_ALERT);
	ladder_enter(&over, INCIDENT_CLOSED, T0);
	ladder_said_fine(&over, false, T0);
	assert_true(ladder_is_over(&over));
}

static void test_fine_while_the_alert_is_being_said_follows_it(void **state)
{
	struct ladder first = received(INCIDENT_FALL), again = announced(INCIDENT_FALL);
	(void)state;

	ladder_said_fine(&first, true, T0);
	assert_int_equal(first.say, LADDER_SAY_ALERT);
	assert_true(ladder_said(&first, T0));
	ladder_enter(&first, INCIDENT_ANNOUNCED, T0);
	assert_int_equal(first.say, LADDER_SAY_FINE);
	ladder_enter(&again, INCIDENT_ESCALATED, T0);
	ladder_said_fine(&again, true, T0);
	assert_false(ladder_said(&again, T0));
	assert_int_equal(again.say, LADDER_SAY_FINE);
	/* and a call after that is a call */
	ladder_called_again(&again, T0);
	assert_int_equal(again.say, LADDER_SAY_ALERT);
}

static void test_a_cancellation_is_said_once_and_only_where_the_alert_was(void **state)
{
	struct ladder heard = announced(INCIDENT_FALL), unheard = received(INCIDENT_FALL);
	(void)state;

	ladder_enter(&unheard, INCIDENT_CANCELLED, T0);
	assert_true(ladder_is_over(&unheard));
	ladder_enter(&heard, INCIDENT_CANCELLED, T0);
	assert_int_equal(heard.say, LADDER_SAY_CANCELLED);
	assert_int_equal(ladder_next(&heard, T0), LADDER_SAY);
	assert_false(ladder_is_over(&heard));
	assert_false(ladder_said(&heard, T0));
	assert_true(ladder_is_over(&heard));
}

static void test_what_could_not_be_said_is_tried_again(void **state)
{
	struct ladder l = received(INCIDENT_FALL);
	(void)state;

	ladder_not_said(&l, T0);
	assert_int_equal(ladder_next(&l, T0), LADDER_WAIT);
	assert_int_equal(ladder_due_us(&l), T0 + LADDER_RETRY_S * US_PER_S);
	assert_int_equal(ladder_next(&l, T0 + LADDER_RETRY_S * US_PER_S), LADDER_SAY);
	/* and it escalates at its own time nevertheless */
	ladder_not_said(&l, T0 + 55 * US_PER_S);
	assert_int_equal(ladder_next(&l, T0 + 60 * US_PER_S), LADDER_ESCALATE);
}

static void test_a_repeated_call_is_said_soon_and_not_too_often(void **state)
{
	struct ladder l = announced(INCIDENT_HELP);
	(void)state;

	ladder_called_again(&l, T0 + 3 * US_PER_S);
	ladder_called_again(&l, T0 + 5 * US_PER_S); /* both are one */
	assert_int_equal(ladder_next(&l, T0 + 10 * US_PER_S - 1), LADDER_WAIT);
	assert_int_equal(ladder_due_us(&l), T0 + 10 * US_PER_S);
	assert_int_equal(ladder_next(&l, T0 + 10 * US_PER_S), LADDER_SAY);
	assert_false(ladder_said(&l, T0 + 14 * US_PER_S));
	assert_int_equal(l.state, INCIDENT_ANNOUNCED);
	assert_int_equal(ladder_due_us(&l), T0 + 74 * US_PER_S);
	ladder_called_again(&l, T0 + 40 * US_PER_S);
	assert_int_equal(ladder_next(&l, T0 + 40 * US_PER_S), LADDER_SAY); /* at once */
	/* somebody has taken it: the ladder is theirs */
	ladder_enter(&l, INCIDENT_ACCEPTED, T0 + 41 * US_PER_S);
	ladder_called_again(&l, T0 + 42 * US_PER_S);
	assert_int_equal(ladder_next(&l, T0 + 60 * US_PER_S), LADDER_WAIT);
	ladder_enter(&l, INCIDENT_CLOSED, T0 + 43 * US_PER_S);
	ladder_called_again(&l, T0 + 44 * US_PER_S);
	assert_true(ladder_is_over(&l));
}

static void test_alarms_go_before_cancellations_and_technical_last(void **state)
{
	struct ladder fall = received(INCIDENT_FALL), technical = received(INCIDENT_TECHNICAL),
		      cancelled = announced(INCIDENT_HELP), social = received(INCIDENT_SOCIAL);
	(void)state;

	ladder_enter(&cancelled, INCIDENT_CANCELLED, T0);
	assert_true(ladder_rank(&fall) < ladder_rank(&social));
	assert_true(ladder_rank(&social) < ladder_rank(&cancelled));
	assert_true(ladder_rank(&cancelled) < ladder_rank(&technical));
}

/* Stored deadlines are absolute: however long the gateway was down, and whatever the clocks did. */
static void test_HS_02_a_deadline_survives_a_restart(void **state)
{
	static const struct {
		int64_t clock_moved_ms; /* between storing and taking up */
		uint64_t due_in_us;
	} cases[] = {
		{0, 40 * US_PER_S}, {15000, 25 * US_PER_S}, {40000, 0},
		{INT64_C(86400000) * 365, 0}, /* long gone: due once, now */
		{-1000, 41 * US_PER_S},
		{-INT64_C(86400000) * 365, 60 * US_PER_S}, /* stepped back: one interval at most */
	};
	const int64_t wall_ms = INT64_C(1795464010250);
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ladder l = announced(INCIDENT_FALL), after;
		int64_t stored_ms = ladder_deadline_ms(&l, T0 + 20 * US_PER_S, wall_ms);
		uint64_t boot_us = 3 * US_PER_S; /* another boot */

		assert_int_equal(stored_ms, wall_ms + 40000);
		after = l;
		ladder_resume(&after, stored_ms, boot_us, wall_ms + cases[i].clock_moved_ms);
		assert_int_equal(after.deadline_us, boot_us + cases[i].due_in_us);
	}
}

static void test_no_deadline_stays_none(void **state)
{
	struct ladder l = announced(INCIDENT_TECHNICAL);
	(void)state;

	assert_int_equal(ladder_deadline_ms(&l, T0, 5000), 0);
	ladder_resume(&l, 0, T0, 5000);
	assert_int_equal(l.deadline_us, LADDER_NEVER_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_state_asks_for_its_own_step),
		cmocka_unit_test(test_an_unacknowledged_incident_escalates_for_ever),
		cmocka_unit_test(test_HS_04_acknowledged_but_not_closed_escalates),
		cmocka_unit_test(test_HS_01_only_closing_or_cancelling_ends_it),
		cmocka_unit_test(test_HS_01_fine_after_raising_is_told_and_the_ladder_goes_on),
		cmocka_unit_test(test_fine_that_nobody_waits_for_is_not_said_by_itself),
		cmocka_unit_test(test_fine_while_the_alert_is_being_said_follows_it),
		cmocka_unit_test(test_a_cancellation_is_said_once_and_only_where_the_alert_was),
		cmocka_unit_test(test_what_could_not_be_said_is_tried_again),
		cmocka_unit_test(test_a_repeated_call_is_said_soon_and_not_too_often),
		cmocka_unit_test(test_alarms_go_before_cancellations_and_technical_last),
		cmocka_unit_test(test_HS_02_a_deadline_survives_a_restart),
		cmocka_unit_test(test_no_deadline_stays_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
