/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store of the hub: what was committed is there after a restart, what cannot be used is kept
 * aside, what cannot be written is remembered.
 */
#include "hub/outbox_transitions.h"
#include "tests/unit/stores.h"

static void test_HS_02_what_was_committed_is_there_after_a_restart(void **state)
{
	struct outbox *o = open_in(*state);
	struct episode e = episode_of(ID, INCIDENT_VERIFYING), found[2];
	struct transition t = transition_of(&e);
	struct moment later = {.now_us = now.now_us + 1, .wall_ms = now.wall_ms + 99999};

	e.verify_until_us = now.now_us + 30 * US_PER_S;
	assert_int_equal(outbox_commit(o, &e, &t, 1, NULL, now), 0);
	assert_string_equal(outbox_fault(o), "");
	(void)outbox_free(o);
	o = open_in(*state);
	assert_int_equal(outbox_load_open(o, later, found, 2), 1);
	assert_string_equal(found[0].incident.id, ID);
	assert_int_equal(found[0].incident.state, INCIDENT_VERIFYING);
	assert_int_equal(found[0].verify_until_us, e.verify_until_us);
	assert_int_equal(found[0].mark, 77);
	assert_string_equal(found[0].sensor.text, "montre");
	assert_int_equal(outbox_depth(o), 0);
	(void)outbox_free(o);
	assert_int_equal(number(*state, "SELECT count(*) FROM transition"), 1);
}

static void test_HS_02_deadlines_of_another_boot_go_by_the_wall_clock(void **state)
{
	static const struct {
		int64_t passed_ms;
		uint64_t left_s;
	} rows[] = {{10000, 20}, {30000, 0}, {9000000, 0}, {-9000000, ESCALATE_ASK_MAX_S}};

	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct outbox *o = open_in(*state);
		struct episode e = episode_of(ID, INCIDENT_VERIFYING), found;
		struct moment later = {
			.now_us = 7 * US_PER_S, .wall_ms = now.wall_ms + rows[n].passed_ms};

		e.verify_until_us = now.now_us + 30 * US_PER_S;
		assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
		(void)outbox_free(o);
		(void)number(*state, "UPDATE incident SET boot = 'another'");
		o = open_in(*state);
		assert_int_equal(outbox_load_open(o, later, &found, 1), 1);
		assert_int_equal(found.verify_until_us, (7 + rows[n].left_s) * US_PER_S);
		(void)outbox_free(o);
	}
}

static void test_done_is_kept_and_not_loaded(void **state)
{
	struct outbox *o = open_in(*state);
	struct episode e = episode_of(ID, INCIDENT_RAISED), found;

	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	assert_int_equal(outbox_depth(o), 1);
	e.incident.state = INCIDENT_CLOSED;
	e.incident.outcome = INCIDENT_OUTCOME_HELPED;
	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	assert_int_equal(outbox_load_open(o, now, &found, 1), 0);
	assert_int_equal(outbox_find(o, ID, now, &found), 0);
	assert_int_equal(found.incident.outcome, INCIDENT_OUTCOME_HELPED);
	assert_int_equal(outbox_find(o, "none", now, &found), -ENOENT);
	assert_int_equal(outbox_depth(o), 0);
	(void)outbox_free(o);
}

static void count_and_keep(const struct transition *t, void *userdata)
{
	*(struct transition *)userdata = *t;
}

static void test_transitions_are_told_in_their_order_and_the_latest_only(void **state)
{
	struct outbox *o = open_in(*state);
	struct episode e = episode_of(ID, INCIDENT_VERIFYING);
	struct transition t = transition_of(&e), last = {.seq = 0};

	assert_int_equal(outbox_transitions(o, ID, count_and_keep, &last), 0);
	for (uint32_t n = 1; n <= OUTBOX_TRANSITIONS_MAX; n++) {
		t.seq = n;
		assert_int_equal(outbox_commit(o, &e, &t, 1, NULL, now), 0);
	}
	assert_int_equal(outbox_transitions(o, ID, count_and_keep, &last), OUTBOX_TRANSITIONS_MAX);
	assert_int_equal(last.seq, OUTBOX_TRANSITIONS_MAX);
	assert_int_equal(last.to, t.to);
	assert_string_equal(last.why, t.why);
	t.seq++;
	assert_int_equal(outbox_commit(o, &e, &t, 1, NULL, now), 0);
	assert_int_equal(outbox_transitions(o, ID, count_and_keep, &last), OUTBOX_TRANSITIONS_MAX);
	assert_int_equal(last.seq, OUTBOX_TRANSITIONS_MAX + 1);
	assert_int_equal(outbox_transitions(o, "another", count_and_keep, &last), 0);
	(void)outbox_free(o);
}

static void test_the_most_urgent_are_loaded_first(void **state)
{
	struct outbox *o = open_in(*state);
	struct episode e = episode_of("0000000000000000000000000000000a", INCIDENT_CANCELLED),
		       found;

	e.incident.event_ms += 1000;
	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	e = episode_of(ID, INCIDENT_RAISED);
	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, now), 0);
	assert_int_equal(outbox_open_count(o), 2);
	assert_int_equal(outbox_load_open(o, now, &found, 1), 1);
	assert_string_equal(found.incident.id, ID);
	(void)outbox_free(o);
}

static void test_a_counter_of_another_key_does_not_shut_the_sensor_out(void **state)
{
	static struct device_keys keys, again;
	const uint8_t address[6] = {1, 2, 3, 4, 5, 6};
	struct outbox *o = open_in(*state);
	struct device_key *d;

	assert_int_equal(device_keys_set(&keys, address, "231d39c1d7cc1ab1aee224cd096db932"), 0);
	d = device_keys_find(&keys, address);
	d->has_counter = d->is_counter_new = true;
	d->counter = 5;
	assert_int_equal(outbox_commit(o, NULL, NULL, 0, &keys, now), 0);
	assert_int_equal(device_keys_set(&again, address, "231d39c1d7cc1ab1aee224cd096db933"), 0);
	assert_int_equal(outbox_load_counters(o, &again), 0);
	assert_false(device_keys_find(&again, address)->has_counter);
	(void)outbox_free(o);
	device_keys_done(&keys);
	device_keys_done(&again);
}

static void test_HS_08_counters_survive_with_the_press_that_moved_them(void **state)
{
	static struct device_keys keys, again;
	const uint8_t address[6] = {0xA4, 0xC1, 0x38, 1, 2, 3};
	struct episode e = episode_of(ID, INCIDENT_RAISED);
	struct outbox *o = open_in(*state);
	struct device_key *d = device_keys_ensure(&keys, address);

	d->has_counter = d->is_counter_new = true;
	d->counter = 0xFFFFFFF0;
	assert_int_equal(outbox_commit(o, &e, NULL, 0, &keys, now), 0);
	assert_false(d->is_counter_new);
	(void)outbox_free(o);
	o = open_in(*state);
	assert_int_equal(outbox_load_counters(o, &again), 1);
	d = device_keys_find(&again, address);
	assert_non_null(d);
	assert_true(d->has_counter);
	assert_int_equal(d->counter, 0xFFFFFFF0);
	(void)outbox_free(o);
}

#define in_dir(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_dir(test_HS_02_what_was_committed_is_there_after_a_restart),
		in_dir(test_HS_02_deadlines_of_another_boot_go_by_the_wall_clock),
		in_dir(test_done_is_kept_and_not_loaded),
		in_dir(test_transitions_are_told_in_their_order_and_the_latest_only),
		in_dir(test_the_most_urgent_are_loaded_first),
		in_dir(test_HS_08_counters_survive_with_the_press_that_moved_them),
		in_dir(test_a_counter_of_another_key_does_not_shut_the_sensor_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
