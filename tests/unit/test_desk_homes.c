/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Homes that are lost and back, from the watch to the desk and the store: one incident, after the
 * alarms, closed by itself; restarts, a full disk, an operator who was quicker, a whole department.
 */
#include "caller-gateway/seen.h"
#include "tests/unit/desk_centre.h"

static struct seen *watch(struct centre *c)
{
	struct seen *s = NULL;

	assert_int_equal(seen_new(&s, &c->failing, VIGIL_LOST_DEFAULT_S, c->at), 0);
	seen_listen(s, c->at.now_us);
	return s;
}

static int turn_after(struct centre *c, struct seen *s, uint64_t after_s)
{
	pass(c, after_s);
	int r = seen_turn(s, c->desk, c->at);
	(void)desk_tick(c->desk, c->at);
	return r;
}

struct found {
	unsigned int count;
	struct stored_incident last;
};

static int find_technical(const struct stored_incident *row, void *userdata)
{
	struct found *f = userdata;

	if (row->incident.class != INCIDENT_TECHNICAL)
		return 0;
	f->count++;
	f->last = *row;
	return 0;
}

static struct found technical(struct centre *c)
{
	struct found f = {0};

	assert_int_equal(c->store->ops->each_recent(c->store, 10000, find_technical, &f), 0);
	return f;
}

static void test_HS_13_a_lost_home_is_one_incident_closed_when_it_is_back(void **state)
{
	struct centre c = {0};
	(void)state;

	open_centre(&c);
	struct seen *s = watch(&c);
	seen_note(s, "demo", "0.1.0", c.at);
	int64_t heard_ms = c.at.wall_ms;
	assert_int_equal(turn_after(&c, s, 239), 0);
	assert_int_equal(seen_lost_count(s, c.at.now_us), 0);
	assert_int_equal(turn_after(&c, s, 1), 1);
	assert_int_equal(seen_lost_count(s, c.at.now_us), 1);
	struct found f = technical(&c);
	assert_int_equal(f.count, 1);
	assert_string_equal(f.last.incident.home, "demo");
	assert_string_equal(f.last.incident.sensor, DESK_LINK);
	assert_int_equal(f.last.incident.event_ms, heard_ms);
	assert_string_equal(c.last_key, f.last.incident.id);
	speak(&c);
	assert_int_equal(technical(&c).last.incident.state, INCIDENT_ANNOUNCED);
	/* said once, made once */
	assert_int_equal(turn_after(&c, s, 86400), 0);
	assert_int_equal(c.said, 1);
	seen_note(s, "demo", NULL, c.at);
	assert_int_equal(turn_after(&c, s, 1), 1);
	assert_int_equal(seen_lost_count(s, c.at.now_us), 0);
	f = technical(&c);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.last.incident.state, INCIDENT_CLOSED);
	assert_int_equal(f.last.incident.outcome, INCIDENT_OUTCOME_REPAIRED);
	assert_string_equal(f.last.incident.by, "gateway");
	assert_int_equal(desk_open_count(c.desk), 0);
	assert_int_equal(c.said, 1);
	assert_int_equal(c.progresses, 0); /* no hub is told of it */
	assert_null(seen_free(s));
	clear(&c);
}

static void test_HS_13_a_lost_home_waits_for_the_alarms(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(1, INCIDENT_RAISED), other = fall(1, INCIDENT_RAISED);
	(void)state;

	open_centre(&c);
	struct seen *s = watch(&c);
	seen_note(s, "demo", NULL, c.at);
	pass(&c, 240);
	assert_int_equal(receive(&c, &raised), 0); /* is being said */
	assert_int_equal(turn_after(&c, s, 0), 1);
	other.id[31] = '1';
	assert_int_equal(receive(&c, &other), 0);
	assert_string_equal(c.last_key, FALL);
	speak(&c);
	assert_string_equal(c.last_key, other.id);
	speak(&c);
	assert_string_equal(c.last_key, technical(&c).last.incident.id);
	assert_null(seen_free(s));
	clear(&c);
}

static void test_HS_13_a_restart_makes_no_second_incident(void **state)
{
	struct centre c = {0};
	(void)state;

	open_centre(&c);
	struct seen *s = watch(&c);
	seen_note(s, "demo", NULL, c.at);
	assert_int_equal(seen_write(s), 0);
	pass(&c, 200);
	assert_null(seen_free(s)); /* killed before it was lost: 40 s are left, and the grace */
	close_centre(&c);
	c.at.now_us = 7 * US_PER_S;
	open_centre(&c);
	s = watch(&c);
	assert_int_equal(turn_after(&c, s, VIGIL_GRACE_S - 1), 0);
	assert_int_equal(turn_after(&c, s, 1), 1);
	assert_null(seen_free(s)); /* killed at once after the commit */
	close_centre(&c);
	open_centre(&c);
	s = watch(&c);
	assert_int_equal(turn_after(&c, s, 86400), 0);
	assert_int_equal(technical(&c).count, 1);
	assert_int_equal(seen_lost_count(s, c.at.now_us), 1);
	seen_note(s, "demo", NULL, c.at);
	assert_int_equal(turn_after(&c, s, 0), 1);
	assert_int_equal(technical(&c).last.incident.state, INCIDENT_CLOSED);
	assert_null(seen_free(s));
	clear(&c);
}

static void test_HS_13_a_full_disk_does_not_lose_a_loss(void **state)
{
	struct centre c = {0};
	(void)state;

	open_centre(&c);
	struct seen *s = watch(&c);
	seen_note(s, "demo", NULL, c.at);
	c.is_disk_full = true;
	assert_int_equal(turn_after(&c, s, 240), -ENOSPC);
	assert_int_equal(desk_open_count(c.desk), 0);
	assert_int_equal(seen_lost_count(s, c.at.now_us), 1); /* shown all the same */
	c.is_disk_full = false;
	assert_int_equal(turn_after(&c, s, 10), 1);
	c.is_disk_full = true;
	seen_note(s, "demo", NULL, c.at);
	assert_int_equal(turn_after(&c, s, 10), -ENOSPC);
	assert_int_equal(desk_open_count(c.desk), 1);
	c.is_disk_full = false;
	assert_int_equal(turn_after(&c, s, 10), 1);
	assert_int_equal(technical(&c).count, 1);
	assert_int_equal(technical(&c).last.incident.state, INCIDENT_CLOSED);
	assert_null(seen_free(s));
	clear(&c);
}

static void test_HS_13_an_operator_may_close_it_first(void **state)
{
	struct centre c = {0};
	char id[INCIDENT_ID_MAX];
	(void)state;

	open_centre(&c);
	struct seen *s = watch(&c);
	seen_note(s, "demo", NULL, c.at);
	assert_int_equal(turn_after(&c, s, 240), 1);
	speak(&c);
	assert_int_equal(desk_move(c.desk, "last", INCIDENT_CLOSED, INCIDENT_OUTCOME_FALSE_ALARM,
				 "anne", "moving house", c.at, id),
		0);
	assert_int_equal(turn_after(&c, s, 86400), 0); /* not again while it is the same loss */
	seen_note(s, "demo", NULL, c.at);
	assert_int_equal(turn_after(&c, s, 1), 1);
	assert_string_equal(technical(&c).last.incident.by, "anne");
	assert_int_equal(turn_after(&c, s, 240), 1);
	assert_int_equal(technical(&c).count, 2);
	assert_int_equal(c.progresses, 0);
	assert_null(seen_free(s));
	clear(&c);
}

static void test_HS_13_a_whole_department_leaves_room_for_alarms(void **state)
{
	struct centre c = {0};
	struct incident raised = fall(1, INCIDENT_RAISED);
	char home[INCIDENT_HOME_MAX];
	int turned;
	(void)state;

	open_centre(&c);
	struct seen *s = watch(&c);
	for (unsigned int i = 0; i < 5000; i++) {
		(void)snprintf(home, sizeof(home), "h%u", i);
		seen_note(s, home, NULL, c.at);
	}
	pass(&c, 240);
	do {
		turned = turn_after(&c, s, 0);
		assert_true(turned >= 0 && turned <= DESK_GROUP_MAX);
	} while (turned > 0);
	assert_int_equal(desk_open_count(c.desk), DESK_CASES_MAX / 2);
	assert_int_equal(seen_lost_count(s, c.at.now_us), 5000);
	assert_int_equal(receive(&c, &raised), 0);
	assert_int_equal(c.receipts, 1);
	desk_announced(c.desk, c.last_key, c.at); /* and is said next */
	(void)desk_tick(c.desk, c.at);
	assert_string_equal(c.last_key, FALL);
	for (unsigned int i = 0; i < 5000; i++) {
		(void)snprintf(home, sizeof(home), "h%u", i);
		seen_note(s, home, NULL, c.at);
	}
	do
		turned = turn_after(&c, s, 0);
	while (turned > 0);
	assert_int_equal(desk_open_count(c.desk), 1);
	assert_int_equal(seen_lost_count(s, c.at.now_us), 0);
	assert_null(seen_free(s));
	clear(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_HS_13_a_lost_home_is_one_incident_closed_when_it_is_back),
		cmocka_unit_test(test_HS_13_a_lost_home_waits_for_the_alarms),
		cmocka_unit_test(test_HS_13_a_restart_makes_no_second_incident),
		cmocka_unit_test(test_HS_13_a_full_disk_does_not_lose_a_loss),
		cmocka_unit_test(test_HS_13_an_operator_may_close_it_first),
		cmocka_unit_test(test_HS_13_a_whole_department_leaves_room_for_alarms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
