/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What moves an incident at the centre: operators, the voice, deadlines, restarts, stepped clocks,
 * the gateway's own fault.
 */
#include "tests/unit/desk_centre.h"

static void test_HS_04_operators_moves_and_forgotten_ones(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(1, INCIDENT_RAISED);
	char id[INCIDENT_ID_MAX];
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &raised), 0);
	speak(&c);
	assert_int_equal(desk_move(c.desk, "last", INCIDENT_ACCEPTED, INCIDENT_OUTCOME_NONE, "paul",
				 "", c.at, id),
		0);
	assert_string_equal(id, FALL);
	assert_int_equal(desk_move(c.desk, "5f1d", INCIDENT_ACCEPTED, INCIDENT_OUTCOME_NONE, "paul",
				 "", c.at, id),
		-EALREADY);
	pass(&c, 899);
	assert_int_equal(c.said, 1);
	pass(&c, 1);
	assert_int_equal(state_of(&c), INCIDENT_ESCALATED);
	assert_int_equal(c.said, 2);
	assert_int_equal(desk_move(c.desk, FALL, INCIDENT_CLOSED, INCIDENT_OUTCOME_NONE, "paul", "",
				 c.at, id),
		-EINVAL);
	assert_int_equal(
		desk_move(c.desk, FALL, INCIDENT_CLOSED, INCIDENT_OUTCOME_HELPED, "", "", c.at, id),
		-EINVAL);
	assert_int_equal(desk_move(c.desk, FALL, INCIDENT_CLOSED, INCIDENT_OUTCOME_HELPED, "paul",
				 "levée", c.at, id),
		0);
	assert_int_equal(c.last_progress.state, INCIDENT_CLOSED);
	assert_int_equal(c.last_progress.outcome, INCIDENT_OUTCOME_HELPED);
	speak(&c); /* the reminder that was in the air */
	assert_int_equal(state_of(&c), INCIDENT_CLOSED);
	assert_int_equal(desk_move(c.desk, "last", INCIDENT_ON_SITE, INCIDENT_OUTCOME_NONE, "paul",
				 "", c.at, id),
		-ENOENT);
	clear(&c);
}

static void test_a_cut_id_must_name_one(void **state)
{
	struct centre c = {0};
	struct incident one = fall(1, INCIDENT_RAISED), two = fall(1, INCIDENT_RAISED);
	char id[INCIDENT_ID_MAX];
	(void)state;

	open_centre(&c);
	two.id[31] = '1';
	assert_int_equal(receive(&c, &one), 0);
	assert_int_equal(receive(&c, &two), 0);
	assert_int_equal(desk_move(c.desk, "5f", INCIDENT_ACCEPTED, INCIDENT_OUTCOME_NONE, "p", "",
				 c.at, id),
		-ENOTUNIQ);
	assert_int_equal(
		desk_move(c.desk, "", INCIDENT_ACCEPTED, INCIDENT_OUTCOME_NONE, "p", "", c.at, id),
		-ENOENT);
	assert_int_equal(desk_move(c.desk, "last", INCIDENT_ACCEPTED, INCIDENT_OUTCOME_NONE, "p",
				 "", c.at, id),
		0);
	assert_string_equal(id, two.id);
	clear(&c);
}

static void test_HS_02_a_restart_takes_up_every_open_incident(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(1, INCIDENT_RAISED);
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &raised), 0);
	close_centre(&c); /* killed while it was being said */
	c.at = (struct desk_moment){5 * US_PER_S, c.at.wall_ms + 30000};
	open_centre(&c);
	(void)desk_tick(c.desk, c.at);
	assert_int_equal(c.said, 2);
	speak(&c);
	assert_int_equal(state_of(&c), INCIDENT_ANNOUNCED);
	pass(&c, 20);
	close_centre(&c); /* and again with 40 s left of its 60 */
	c.at = (struct desk_moment){5 * US_PER_S, c.at.wall_ms + 10000};
	open_centre(&c);
	pass(&c, 29);
	assert_int_equal(c.said, 2);
	pass(&c, 1);
	assert_int_equal(c.said, 3);
	clear(&c);
}

static void test_HS_18_the_intervals_of_its_beginning_govern_an_incident(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(1, INCIDENT_RAISED), other = fall(1, INCIDENT_RAISED);
	char id[INCIDENT_ID_MAX];
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &raised), 0);
	speak(&c);
	close_centre(&c); /* the configuration changes at noon */
	c.policy = (struct desk_policy){3600, 10};
	open_centre(&c);
	pass(&c, 60);
	assert_int_equal(c.said, 2);
	speak(&c);
	assert_int_equal(desk_move(c.desk, FALL, INCIDENT_ACCEPTED, INCIDENT_OUTCOME_NONE, "paul",
				 "", c.at, id),
		0);
	pass(&c, 899);
	assert_int_equal(c.said, 2);
	pass(&c, 1);
	assert_int_equal(c.said, 3);
	speak(&c);
	/* and the next one has the new ones */
	other.id[31] = '1';
	assert_int_equal(receive(&c, &other), 0);
	speak(&c);
	assert_int_equal(desk_move(c.desk, other.id, INCIDENT_ACCEPTED, INCIDENT_OUTCOME_NONE,
				 "paul", "", c.at, id),
		0);
	pass(&c, 10);
	assert_string_equal(c.last_key, other.id);
	clear(&c);
}

static void test_a_stepped_wall_clock_moves_no_deadline(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(1, INCIDENT_RAISED);
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &raised), 0);
	speak(&c);
	c.at.wall_ms += INT64_C(86400000);
	pass(&c, 59);
	assert_int_equal(c.said, 1);
	c.at.wall_ms -= INT64_C(864000000);
	pass(&c, 1);
	assert_int_equal(c.said, 2);
	clear(&c);
}

static void test_a_voice_that_fails_is_asked_again(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(1, INCIDENT_RAISED);
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &raised), 0);
	desk_not_announced(c.desk, c.last_key, c.at);
	(void)desk_tick(c.desk, c.at);
	assert_int_equal(c.said, 1);
	pass(&c, LADDER_RETRY_S);
	assert_int_equal(c.said, 2);
	assert_false(c.was_reminder);
	assert_false(desk_is_voice_stuck(c.desk, c.at.now_us - 1)); /* asked with an older time */
	pass(&c, DESK_VOICE_S + 1);
	assert_true(desk_is_voice_stuck(c.desk, c.at.now_us));
	speak(&c);
	assert_false(desk_is_voice_stuck(c.desk, c.at.now_us));
	clear(&c);
}

static void test_the_gateways_own_fault_is_kept_shown_and_closed(void **state)
{
	struct centre c = {0};
	(void)state;

	open_centre(&c);
	desk_set_fault(c.desk, true, "sound: No such device", c.at);
	desk_set_fault(c.desk, true, "sound: No such device", c.at);
	assert_int_equal(desk_open_count(c.desk), 1);
	pass(&c, 1000);
	close_centre(&c);
	open_centre(&c);
	desk_set_fault(c.desk, true, "sound: No such device", c.at);
	assert_int_equal(desk_open_count(c.desk), 1);
	desk_set_fault(c.desk, false, "", c.at);
	assert_int_equal(desk_open_count(c.desk), 0);
	assert_int_equal(c.said, 0);
	assert_int_equal(c.progresses, 0);
	clear(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_HS_04_operators_moves_and_forgotten_ones),
		cmocka_unit_test(test_a_cut_id_must_name_one),
		cmocka_unit_test(test_HS_02_a_restart_takes_up_every_open_incident),
		cmocka_unit_test(test_HS_18_the_intervals_of_its_beginning_govern_an_incident),
		cmocka_unit_test(test_a_stepped_wall_clock_moves_no_deadline),
		cmocka_unit_test(test_a_voice_that_fails_is_asked_again),
		cmocka_unit_test(test_the_gateways_own_fault_is_kept_shown_and_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
