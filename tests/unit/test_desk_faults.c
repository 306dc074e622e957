/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults that hubs tell, at the desk: said once and after every alarm, closed when the hub says
 * that they are over, and never in the way of those who call.
 */
#include "tests/unit/desk_centre.h"

#define FAULT "00000000000000000000000000000001"

static struct incident fault(uint32_t seq, enum incident_state state)
{
	struct incident i = fall(seq, state);

	memcpy(i.id, FAULT, sizeof(i.id));
	i.class = INCIDENT_TECHNICAL;
	(void)snprintf(i.sensor, sizeof(i.sensor), "Bouton");
	(void)snprintf(i.why, sizeof(i.why), "capteur muet depuis 3 h");
	return i;
}

static struct incident stored(struct centre *c, const char *id)
{
	struct stored_incident row;

	assert_int_equal(c->store->ops->get(c->store, id, &row), 0);
	return row.incident;
}

static void test_HS_12_a_fault_that_is_over_is_closed_as_repaired(void **state)
{
	struct centre c = {0};
	struct incident raised = fault(2, INCIDENT_RAISED), over = fault(3, INCIDENT_CANCELLED);
	struct incident known;
	(void)state;

	open_centre(&c);
	(void)snprintf(over.why, sizeof(over.why), "de nouveau entendu");
	assert_int_equal(receive(&c, &raised), 0);
	assert_string_equal(c.last_key, FAULT);
	desk_announced(c.desk, FAULT, c.at);
	assert_int_equal(receive(&c, &over), 0);
	assert_int_equal(c.receipt_seq, 3);
	assert_int_equal(c.said, 1); /* that it is over is not said: "false alert" it was not */
	known = stored(&c, FAULT);
	assert_int_equal(known.state, INCIDENT_CLOSED);
	assert_int_equal(known.outcome, INCIDENT_OUTCOME_REPAIRED);
	assert_string_equal(known.by, "hub");
	assert_string_equal(known.why, "de nouveau entendu");
	assert_int_equal(desk_open_count(c.desk), 0);
	clear(&c);
}

static void test_HS_12_a_fault_that_came_and_went_unheard_is_kept_and_not_said(void **state)
{
	struct centre c = {0};
	struct incident over = fault(3, INCIDENT_CANCELLED);
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &over), 0);
	assert_int_equal(c.said, 0);
	assert_int_equal(stored(&c, FAULT).state, INCIDENT_CLOSED);
	assert_int_equal(stored(&c, FAULT).outcome, INCIDENT_OUTCOME_REPAIRED);
	clear(&c);
}

static void test_HS_12_an_operator_may_close_a_fault_before_it_is_over(void **state)
{
	struct centre c = {0};
	struct incident raised = fault(2, INCIDENT_RAISED), over = fault(3, INCIDENT_CANCELLED);
	char id[INCIDENT_ID_MAX];
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &raised), 0);
	assert_int_equal(desk_move(c.desk, "last", INCIDENT_CLOSED, INCIDENT_OUTCOME_FALSE_ALARM,
				 "anne", "essai du technicien", c.at, id),
		0);
	assert_int_equal(receive(&c, &over), 0);
	assert_int_equal(c.receipt_seq, 3);
	assert_int_equal(stored(&c, FAULT).outcome, INCIDENT_OUTCOME_FALSE_ALARM);
	assert_string_equal(stored(&c, FAULT).by, "anne");
	clear(&c);
}

static void test_HS_12_a_cancelled_alarm_is_not_repaired(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(2, INCIDENT_RAISED), fine = fall(3, INCIDENT_CANCELLED);
	(void)state;

	open_centre(&c);
	assert_int_equal(receive(&c, &raised), 0);
	assert_int_equal(receive(&c, &fine), 0);
	assert_int_equal(stored(&c, FALL).state, INCIDENT_CANCELLED);
	assert_int_equal(stored(&c, FALL).outcome, INCIDENT_OUTCOME_NONE);
	clear(&c);
}

static void test_HS_12_alarms_are_said_before_faults_and_faults_once(void **state)
{
	struct centre c = {0};
	struct incident first = fault(2, INCIDENT_RAISED), second = first;
	struct incident alarm = fall(2, INCIDENT_RAISED);
	(void)state;

	open_centre(&c);
	second.id[0] = 'f';
	assert_int_equal(receive(&c, &first), 0); /* is being said */
	assert_int_equal(receive(&c, &second), 0);
	assert_int_equal(receive(&c, &alarm), 0);
	desk_announced(c.desk, FAULT, c.at);
	(void)desk_tick(c.desk, c.at);
	assert_string_equal(c.last_key, FALL);
	desk_announced(c.desk, FALL, c.at);
	(void)desk_tick(c.desk, c.at);
	assert_string_equal(c.last_key, second.id);
	desk_announced(c.desk, second.id, c.at);
	assert_int_equal(c.said, 3);
	c.at.now_us += 3600 * US_PER_S;
	c.at.wall_ms += 3600 * 1000;
	(void)desk_tick(c.desk, c.at);
	assert_string_equal(c.last_key, FALL); /* nobody acknowledged: again; a fault is not */
	clear(&c);
}

static void test_HS_12_faults_at_the_maximum_and_one_more_leave_room_for_alarms(void **state)
{
	struct centre c = {0};
	struct incident one = fault(2, INCIDENT_RAISED), alarm = fall(2, INCIDENT_RAISED);
	(void)state;

	open_centre(&c);
	for (unsigned int n = 0; n < DESK_FAULTS_MAX; n++) {
		(void)snprintf(one.id, sizeof(one.id), "%032x", n + 1);
		assert_int_equal(desk_take(c.desk, &one, c.at), 0);
		if (n % DESK_GROUP_MAX == DESK_GROUP_MAX - 1)
			assert_int_equal(desk_flush(c.desk, c.at), 0);
	}
	assert_int_equal(desk_open_count(c.desk), DESK_FAULTS_MAX);
	(void)snprintf(one.id, sizeof(one.id), "%032x", DESK_FAULTS_MAX + 1);
	assert_int_equal(desk_take(c.desk, &one, c.at), -ENOSPC); /* sent again, later */
	assert_int_equal(c.said, 0);                              /* nor is it said unkept */
	assert_int_equal(receive(&c, &alarm), 0);
	assert_string_equal(c.last_key, FALL);
	clear(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_HS_12_a_fault_that_is_over_is_closed_as_repaired),
		cmocka_unit_test(
			test_HS_12_a_fault_that_came_and_went_unheard_is_kept_and_not_said),
		cmocka_unit_test(test_HS_12_an_operator_may_close_a_fault_before_it_is_over),
		cmocka_unit_test(test_HS_12_a_cancelled_alarm_is_not_repaired),
		cmocka_unit_test(test_HS_12_alarms_are_said_before_faults_and_faults_once),
		cmocka_unit_test(
			test_HS_12_faults_at_the_maximum_and_one_more_leave_room_for_alarms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
