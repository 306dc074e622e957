/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slaves that are silent, late, cut short, garbled, busy or babbling: what they cost the others,
 * and that all are heard again afterwards.
 */
#include "tests/unit/modbus_room.h"

/* Slave 2 of 3 is in a mood: it is told as failed, the others go on, and it comes back. */
static void endure(bool is_tcp, enum slave_mood mood)
{
	struct room *r = begin_room(is_tcp, 3);
	struct source_modbus_counts counts;

	print_message("# %s\n", slave_moods[mood]);
	slaves_set_late(&r->slaves, 2 * RESPONSE_MS * US_PER_MS);
	wait_for(r, r->readings >= 3);
	slaves_set_mood(&r->slaves, 2, mood);
	wait_for(r, r->notices[SOURCE_SENSOR_FAILED] == 1);
	assert_string_equal(r->notice, "couloir slave 2 does not answer");
	slaves_set_bit(&r->slaves, 1, 0, true);
	slaves_set_bit(&r->slaves, 3, 0, true);
	wait_for(r, r->last[1].value > 0 && r->last[3].value > 0);
	assert_int_equal(r->state, SOURCE_HEARING);
	counts = source_modbus_counts(r->source);
	assert_true(counts.silences + counts.garbled + counts.losses >= BUS_ABSENT_AFTER);
	slaves_set_bit(&r->slaves, 2, 0, true);
	slaves_set_mood(&r->slaves, 2, MOOD_GOOD);
	wait_for(r, r->notices[SOURCE_SENSOR_BACK] == 1);
	wait_for(r, r->last[2].value > 0);
	assert_int_equal(r->notices[SOURCE_SENSOR_FAILED], 1);
	end_room(r);
}

static void test_every_bad_mood_over_tcp(void **state)
{
	/* not MOOD_OTHER: gateways do answer in another unit's name, and the transaction is ours */
	const enum slave_mood moods[] = {
		MOOD_SILENT, MOOD_LATE, MOOD_CUT, MOOD_GARBAGE, MOOD_FLIPPED, MOOD_BUSY};

	(void)state;
	for (size_t n = 0; n < sizeof(moods) / sizeof(moods[0]); n++)
		endure(true, moods[n]);
}

static void test_every_bad_mood_over_a_serial_line(void **state)
{
	const enum slave_mood moods[] = {MOOD_SILENT, MOOD_LATE, MOOD_CUT, MOOD_GARBAGE,
		MOOD_FLIPPED, MOOD_OTHER, MOOD_BUSY};

	(void)state;
	for (size_t n = 0; n < sizeof(moods) / sizeof(moods[0]); n++)
		endure(false, moods[n]);
}

/* On one wire a slave that does not stop talking drowns the others: nobody can help that, but the
 * thread is not held, and all are back when it is over. */
static void endure_babble(bool is_tcp)
{
	struct room *r = begin_room(is_tcp, 3);

	wait_for(r, r->readings >= 3);
	slaves_set_mood(&r->slaves, 2, MOOD_DRIP);
	wait_for(r, r->notices[SOURCE_SENSOR_FAILED] >= 1);
	slaves_set_mood(&r->slaves, 2, MOOD_GOOD);
	for (uint8_t id = 1; id <= 3; id++)
		slaves_set_bit(&r->slaves, id, 0, true);
	wait_for(r, r->last[1].value > 0 && r->last[2].value > 0 && r->last[3].value > 0);
	slaves_set_mood(&r->slaves, 2, MOOD_DRIP);
	wait_for(r, r->notices[SOURCE_SENSOR_FAILED] >= 2);
	end_room(r);
}

static void test_a_babbling_slave_holds_nobody_for_ever(void **state)
{
	(void)state;
	endure_babble(false);
	endure_babble(true);
}

static void test_a_split_answer_is_an_answer(void **state)
{
	(void)state;
	for (int is_tcp = 0; is_tcp < 2; is_tcp++) {
		struct room *r = begin_room(is_tcp, 1);

		slaves_set_mood(&r->slaves, 1, MOOD_SPLIT);
		wait_for(r, r->readings >= 1);
		slaves_set_bit(&r->slaves, 1, 0, true);
		wait_for(r, r->last[1].value > 0);
		assert_int_equal(r->notices[SOURCE_SENSOR_FAILED], 0);
		end_room(r);
	}
}

/* The most an absent slave may cost: one time-out a cycle. */
static void test_an_absent_slave_costs_one_time_out_a_cycle(void **state)
{
	struct room *r = begin_room(false, 3);
	struct source_modbus_counts before, after;
	uint64_t began_us, took_us;

	(void)state;
	slaves_set_mood(&r->slaves, 2, MOOD_SILENT);
	wait_for(r, r->notices[SOURCE_SENSOR_FAILED] == 1);
	before = source_modbus_counts(r->source);
	began_us = clock_boot_us();
	wait_for(r, clock_boot_us() - began_us > 2500 * US_PER_MS);
	after = source_modbus_counts(r->source);
	took_us = clock_boot_us() - began_us;
	assert_true(after.silences - before.silences <= took_us / BUS_ABSENT_MIN_US);
	assert_true(after.silences - before.silences <= after.cycles - before.cycles);
	assert_true(after.cycles - before.cycles > 20);
	end_room(r);
}

static void test_when_nobody_answers_the_bus_is_deaf(void **state)
{
	struct room *r = begin_room(false, 2);

	(void)state;
	wait_for(r, r->state == SOURCE_HEARING);
	slaves_set_mood(&r->slaves, 1, MOOD_SILENT);
	slaves_set_mood(&r->slaves, 2, MOOD_SILENT);
	wait_for(r, r->state == SOURCE_DEAF);
	assert_string_equal(r->why, "couloir: no slave answers");
	slaves_set_mood(&r->slaves, 1, MOOD_GOOD);
	slaves_set_mood(&r->slaves, 2, MOOD_GOOD);
	wait_for(r, r->state == SOURCE_HEARING && r->notices[SOURCE_SENSOR_BACK] == 2);
	end_room(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_bad_mood_over_tcp),
		cmocka_unit_test(test_every_bad_mood_over_a_serial_line),
		cmocka_unit_test(test_a_babbling_slave_holds_nobody_for_ever),
		cmocka_unit_test(test_a_split_answer_is_an_answer),
		cmocka_unit_test(test_an_absent_slave_costs_one_time_out_a_cycle),
		cmocka_unit_test(test_when_nobody_answers_the_bus_is_deaf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
