/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hubs say reaches the desk: receipts only after the commit, duplicates, cancellations, a
 * failing store, a heartbeat that differs.
 */
#include "tests/unit/desk_centre.h"

static void test_HS_05_receipt_only_after_the_commit(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(1, INCIDENT_RAISED);
	(void)state;

	open_centre(&c);
	assert_int_equal(desk_take(c.desk, &raised, c.at), 0);
	assert_int_equal(c.receipts, 0);
	c.is_disk_full = true;
	assert_int_equal(desk_flush(c.desk, c.at), -ENOSPC);
	assert_int_equal(c.receipts, 0);
	assert_false(desk_is_store_well(c.desk));
	assert_int_equal(desk_open_count(c.desk), 0);
	/* what cannot be kept is heard all the same, once */
	assert_int_equal(c.said, 1);
	assert_string_equal(c.last_key, "u:" FALL);
	assert_int_equal(receive(&c, &raised), -ENOSPC);
	assert_int_equal(c.said, 1);
	c.is_disk_full = false;
	assert_int_equal(receive(&c, &raised), 0);
	assert_int_equal(c.receipts, 1);
	assert_true(desk_is_store_well(c.desk));
	clear(&c);
}

static void test_a_full_disk_does_not_silence_what_is_open(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(1, INCIDENT_RAISED);
	char id[INCIDENT_ID_MAX];
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &raised), 0);
	c.is_disk_full = true;
	speak(&c);
	assert_int_equal(c.progresses, 0);
	for (unsigned int i = 2; i < 6; i++) {
		pass(&c, 59);
		assert_int_equal(c.said, i - 1);
		pass(&c, 1);
		assert_int_equal(c.said, i);
		speak(&c);
	}
	/* nobody is told what is not written */
	assert_int_equal(c.progresses, 0);
	assert_int_equal(state_of(&c), INCIDENT_RECEIVED);
	assert_int_equal(desk_move(c.desk, "last", INCIDENT_ACCEPTED, INCIDENT_OUTCOME_NONE, "paul",
				 "", c.at, id),
		-ENOSPC);
	c.is_disk_full = false;
	pass(&c, 60);
	assert_int_equal(state_of(&c), INCIDENT_ESCALATED);
	assert_int_equal(c.last_progress.state, INCIDENT_ESCALATED);
	assert_true(desk_is_store_well(c.desk));
	clear(&c);
}

static void test_a_fall_is_said_at_once_and_announced_when_it_was(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(3, INCIDENT_RAISED);
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &raised), 0);
	assert_int_equal(c.said, 1);
	assert_string_equal(c.last_key, FALL);
	assert_false(c.was_reminder);
	assert_int_equal(state_of(&c), INCIDENT_RECEIVED);
	assert_int_equal(c.progresses, 0);
	speak(&c);
	assert_int_equal(state_of(&c), INCIDENT_ANNOUNCED);
	assert_int_equal(c.progresses, 1);
	assert_int_equal(c.last_progress.state, INCIDENT_ANNOUNCED);
	pass(&c, 59);
	assert_int_equal(c.said, 1);
	pass(&c, 1);
	assert_int_equal(c.said, 2);
	assert_true(c.was_reminder);
	assert_int_equal(state_of(&c), INCIDENT_ESCALATED);
	speak(&c);
	assert_int_equal(c.said, 2);
	assert_int_equal(state_of(&c), INCIDENT_ESCALATED);
	clear(&c);
}

static void test_duplicates_and_older_messages_change_nothing(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(3, INCIDENT_RAISED), older = fall(2, INCIDENT_CANCELLED);
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &raised), 0);
	unsigned int commits = c.commits_at_receipt;
	assert_int_equal(receive(&c, &raised), 0);
	assert_int_equal(c.receipt_seq, 3);
	assert_int_equal(receive(&c, &older), 0);
	assert_int_equal(c.receipt_seq, 2);
	assert_int_equal(c.receipts, 3);
	assert_int_equal(c.said, 1);
	assert_int_equal(c.commits_at_receipt, commits);
	assert_int_equal(desk_open_count(c.desk), 1);
	assert_int_equal(state_of(&c), INCIDENT_RECEIVED);
	clear(&c);
}

static void test_a_group_is_one_commit(void **state)
{
	struct centre c = {0};
	(void)state;

	open_centre(&c);
	for (unsigned int i = 0; i < DESK_GROUP_MAX + 1; i++) {
		struct incident one = fall(1, INCIDENT_RAISED);
		(void)snprintf(one.id, sizeof(one.id), "%032x", i);
		assert_int_equal(desk_take(c.desk, &one, c.at), 0);
		assert_int_equal(c.commits_at_receipt, i < DESK_GROUP_MAX ? 0 : 1);
	}
	assert_int_equal(desk_flush(c.desk, c.at), 0);
	assert_int_equal(c.commits_at_receipt, 2);
	assert_int_equal(c.receipts, DESK_GROUP_MAX + 1);
	(void)desk_tick(c.desk, c.at);
	assert_int_equal(c.said, 1); /* one at a time */
	clear(&c);
}

static void test_an_id_belongs_to_one_home(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(1, INCIDENT_RAISED), thief = fall(9, INCIDENT_CANCELLED);
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &raised), 0);
	(void)snprintf(thief.home, sizeof(thief.home), "thief");
	assert_int_equal(receive(&c, &thief), -EXDEV);
	(void)snprintf(thief.home, sizeof(thief.home), "%s", DESK_OWN_HOME);
	assert_int_equal(receive(&c, &thief), -EXDEV);
	assert_int_equal(c.receipts, 1);
	assert_int_equal(state_of(&c), INCIDENT_RECEIVED);
	clear(&c);
}

static void test_HS_01_fine_after_raising_is_said_and_only_an_operator_closes(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(1, INCIDENT_RAISED), fine = fall(2, INCIDENT_RAISED);
	char id[INCIDENT_ID_MAX];
	(void)state;

	open_centre(&c);
	fine.said = INCIDENT_SAID_FINE;
	assert_int_equal(receive(&c, &raised), 0);
	speak(&c);
	assert_int_equal(state_of(&c), INCIDENT_ANNOUNCED);
	assert_int_equal(receive(&c, &fine), 0);
	assert_int_equal(c.said, 2);
	assert_int_equal(c.last_say, LADDER_SAY_FINE);
	speak(&c);
	assert_int_equal(state_of(&c), INCIDENT_ANNOUNCED);
	assert_int_equal(c.said, 2);
	/* more of the same is no news; a minute later the alert is said again */
	fine.seq = 3;
	assert_int_equal(receive(&c, &fine), 0);
	assert_int_equal(c.said, 2);
	pass(&c, 60);
	assert_int_equal(c.said, 3);
	assert_int_equal(c.last_say, LADDER_SAY_ALERT);
	speak(&c);
	assert_int_equal(desk_move(c.desk, "last", INCIDENT_CLOSED, INCIDENT_OUTCOME_FALSE_ALARM,
				 "anne", "", c.at, id),
		0);
	assert_int_equal(desk_open_count(c.desk), 0);
	/* fine that was on its way while it was closed opens nothing */
	fine.seq = 4;
	fine.class = INCIDENT_HELP;
	assert_int_equal(receive(&c, &fine), 0);
	assert_int_equal(desk_open_count(c.desk), 0);
	clear(&c);
}

static void test_a_cancelled_fall_is_taken_back_aloud_once(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(1, INCIDENT_RAISED), fine = fall(2, INCIDENT_CANCELLED);
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &raised), 0);
	/* cancelled while it is being said: half heard is heard */
	assert_int_equal(receive(&c, &fine), 0);
	assert_int_equal(c.said, 1);
	speak(&c);
	assert_int_equal(c.said, 2);
	assert_int_equal(c.last_say, LADDER_SAY_CANCELLED);
	speak(&c);
	assert_int_equal(c.said, 2);
	assert_int_equal(desk_open_count(c.desk), 0);
	pass(&c, 10000);
	assert_int_equal(c.said, 2);
	assert_int_equal(state_of(&c), INCIDENT_CANCELLED);
	/* it stays over, whatever comes late */
	raised.seq = 5;
	assert_int_equal(receive(&c, &raised), 0);
	assert_int_equal(c.said, 2);
	assert_int_equal(state_of(&c), INCIDENT_CANCELLED);
	clear(&c);
}

static void test_HS_09_a_call_after_its_incident_was_closed_is_received_anew(void **state)
{
	struct centre c = {0};
	struct incident call = fall(2, INCIDENT_RAISED), more = fall(9, INCIDENT_RAISED);
	char id[INCIDENT_ID_MAX];
	(void)state;

	open_centre(&c);
	call.class = INCIDENT_HELP;
	assert_int_equal(receive(&c, &call), 0);
	speak(&c);
	assert_int_equal(desk_move(c.desk, FALL, INCIDENT_CLOSED, INCIDENT_OUTCOME_HELPED, "paul",
				 "", c.at, id),
		0);
	assert_int_equal(receive(&c, &call), 0); /* what was closed over, repeated */
	assert_int_equal(state_of(&c), INCIDENT_CLOSED);
	call.seq = 3;
	assert_int_equal(receive(&c, &call), 0);
	assert_int_equal(c.receipt_seq, 3);
	assert_int_equal(state_of(&c), INCIDENT_RECEIVED);
	assert_int_equal(c.said, 2);
	assert_false(c.was_reminder);
	speak(&c);
	assert_int_equal(c.last_progress.state, INCIDENT_ANNOUNCED);
	assert_int_equal(c.last_progress.outcome, INCIDENT_OUTCOME_NONE);
	close_centre(&c);
	open_centre(&c); /* it is there after a restart, and repeats like any other */
	pass(&c, 60);
	assert_int_equal(c.said, 3);
	assert_int_equal(desk_move(c.desk, "last", INCIDENT_CLOSED, INCIDENT_OUTCOME_HELPED, "paul",
				 "", c.at, id),
		0);
	/* more evidence of something else than a call does not, nor does a cancellation */
	call.seq = 4;
	call.state = INCIDENT_CANCELLED;
	assert_int_equal(receive(&c, &call), 0);
	assert_int_equal(receive(&c, &more), 0);
	assert_int_equal(c.receipt_seq, 9);
	assert_int_equal(state_of(&c), INCIDENT_CLOSED);
	assert_int_equal(desk_open_count(c.desk), 0);
	clear(&c);
}

static void test_a_call_repeated_before_anybody_answered_is_said_again_soon(void **state)
{
	struct centre c = {0};
	struct incident call = fall(2, INCIDENT_RAISED), more = fall(3, INCIDENT_RAISED);
	(void)state;

	open_centre(&c);
	call.class = INCIDENT_HELP;
	assert_int_equal(receive(&c, &call), 0);
	speak(&c);
	for (call.seq = 3; call.seq <= 32; call.seq++) { /* 30 presses in 60 s */
		pass(&c, 2);
		assert_int_equal(receive(&c, &call), 0);
		if (c.said > 1 + (call.seq - 2) / 5)
			fail_msg("said %u times at %u", c.said, call.seq);
		if (desk_is_voice_stuck(c.desk, UINT64_MAX))
			speak(&c);
	}
	assert_int_equal(c.said, 7);
	assert_true(c.was_reminder);
	/* more evidence of a fall is told when its time comes */
	memset(more.id, 'a', sizeof(more.id) - 1);
	assert_int_equal(receive(&c, &more), 0);
	speak(&c);
	unsigned int said = c.said;
	more.seq = 4;
	assert_int_equal(receive(&c, &more), 0);
	pass(&c, 8);
	assert_int_equal(c.said, said);
	clear(&c);
}

static void test_a_cancelled_fall_that_nobody_heard_stays_silent(void **state)
{
	struct centre c = {.has_no_voice = true};
	struct incident raised = fall(1, INCIDENT_RAISED), fine = fall(2, INCIDENT_CANCELLED);
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &raised), 0);
	assert_int_equal(receive(&c, &fine), 0);
	c.has_no_voice = false;
	pass(&c, 100);
	assert_int_equal(c.said, 0);
	assert_int_equal(desk_open_count(c.desk), 0);
	clear(&c);
}

static void test_a_heartbeat_that_differs_gets_its_progress_again(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(1, INCIDENT_RAISED);
	struct heartbeat beat = {.home = "demo", .open_count = 2};
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &raised), 0);
	memcpy(beat.open[0].incident, FALL, sizeof(FALL));
	beat.open[0].state = INCIDENT_RAISED;
	memcpy(beat.open[1].incident, "00000000000000000000000000000000", INCIDENT_ID_MAX);
	desk_compare(c.desk, &beat);
	assert_int_equal(c.progresses, 0); /* received is not told */
	speak(&c);
	desk_compare(c.desk, &beat);
	assert_int_equal(c.progresses, 2);
	beat.open[0].state = INCIDENT_ANNOUNCED;
	desk_compare(c.desk, &beat);
	assert_int_equal(c.progresses, 2);
	beat.open[0].state = INCIDENT_RAISED;
	(void)snprintf(beat.home, sizeof(beat.home), "other");
	desk_compare(c.desk, &beat);
	assert_int_equal(c.progresses, 2);
	clear(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_HS_05_receipt_only_after_the_commit),
		cmocka_unit_test(test_a_full_disk_does_not_silence_what_is_open),
		cmocka_unit_test(test_a_fall_is_said_at_once_and_announced_when_it_was),
		cmocka_unit_test(test_duplicates_and_older_messages_change_nothing),
		cmocka_unit_test(test_a_group_is_one_commit),
		cmocka_unit_test(test_an_id_belongs_to_one_home),
		cmocka_unit_test(test_HS_01_fine_after_raising_is_said_and_only_an_operator_closes),
		cmocka_unit_test(test_a_cancelled_fall_is_taken_back_aloud_once),
		cmocka_unit_test(test_HS_09_a_call_after_its_incident_was_closed_is_received_anew),
		cmocka_unit_test(test_a_call_repeated_before_anybody_answered_is_said_again_soon),
		cmocka_unit_test(test_a_cancelled_fall_that_nobody_heard_stays_silent),
		cmocka_unit_test(test_a_heartbeat_that_differs_gets_its_progress_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
