/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is asked what and when on a bus, in virtual time. */
#include "sensors/bus_plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define S  UINT64_C(1000000)
#define MS UINT64_C(1000)

static struct register_point point(uint8_t slave, enum register_table table, uint16_t address)
{
	struct register_point p = {.slave = slave,
		.table = table,
		.type = register_table_is_bits(table) ? REGISTER_BIT : REGISTER_U16,
		.address = address,
		.bit = REGISTER_WHOLE_WORD,
		.kind = READING_MOTION,
		.scale = 1,
		.first_read = REGISTER_NO_FIRST_READ};

	(void)snprintf(p.sensor.text, sizeof(p.sensor.text), "%u/%d/%u", slave, table, address);
	return p;
}

/* One cycle in which the slaves of `absent` (bit n: slave n) are silent: how many were, and how
 * many requests went to each. */
static unsigned int run_cycle(struct bus_plan *p, uint32_t absent, uint64_t now_us,
	unsigned int ret_asked[32], unsigned int *ret_changes)
{
	const struct bus_block *b;
	unsigned int silences = 0;

	bus_plan_begin_cycle(p, now_us);
	while ((b = bus_plan_next(p, now_us)) != NULL) {
		uint8_t id = p->slaves[b->slave].id;
		bool is_absent = absent >> id & 1;
		enum bus_change change;

		ret_asked[id]++;
		silences += is_absent;
		(void)bus_plan_result(p, is_absent ? BUS_SILENT : BUS_ANSWERED, now_us, &change);
		*ret_changes += change != BUS_NO_CHANGE;
	}
	return silences;
}

static void test_neighbours_are_one_request(void **state)
{
	static struct bus_plan p;
	struct register_point points[] = {
		point(2, REGISTER_INPUT, 10),
		point(1, REGISTER_DISCRETE_INPUT, 3),
		point(1, REGISTER_DISCRETE_INPUT, 1),
		point(1, REGISTER_DISCRETE_INPUT, 2),
		point(1, REGISTER_DISCRETE_INPUT, 5),
		point(1, REGISTER_COIL, 4),
		point(2, REGISTER_INPUT, 8),
		point(2, REGISTER_INPUT, 8),
	};

	(void)state;
	points[6].type = REGISTER_U32;
	points[7].bit = 3;
	assert_int_equal(bus_plan_init(&p, points, 8), 0);
	assert_int_equal(p.slaves_count, 2);
	assert_int_equal(p.blocks_count, 4);
	assert_int_equal(p.blocks[0].table, REGISTER_COIL);
	assert_int_equal(p.blocks[1].address, 1);
	assert_int_equal(p.blocks[1].cells, 3);
	assert_int_equal(p.blocks[2].address, 5);
	assert_int_equal(p.blocks[3].address, 8);
	assert_int_equal(p.blocks[3].cells, 3);
	assert_int_equal(p.blocks[3].count, 3);
}

static void test_as_many_as_may_be_and_one_more(void **state)
{
	static struct bus_plan p;
	static struct register_point points[BUS_POINTS_MAX + 1];

	(void)state;
	for (unsigned int n = 0; n <= BUS_POINTS_MAX; n++) {
		points[n] = point((uint8_t)(n + 1), REGISTER_COIL, 0);
		points[n].first_read = 7;
	}
	assert_int_equal(bus_plan_init(&p, points, BUS_POINTS_MAX + 1), -ENOSPC);
	assert_int_equal(bus_plan_init(&p, points, BUS_POINTS_MAX), 0);
	assert_int_equal(p.blocks_count, BUS_BLOCKS_MAX);
	assert_int_equal(p.slaves_count, BUS_POINTS_MAX);
	/* more neighbours than one answer holds */
	for (unsigned int n = 0; n < BUS_POINTS_MAX; n++)
		points[n] = point(1, REGISTER_HOLDING, (uint16_t)n);
	assert_int_equal(bus_plan_init(&p, points, BUS_POINTS_MAX), 0);
	assert_int_equal(p.blocks_count, 2);
	assert_int_equal(p.blocks[0].cells, BUS_BLOCK_CELLS_MAX);
	assert_int_equal(p.blocks[1].cells, BUS_POINTS_MAX - BUS_BLOCK_CELLS_MAX);
	assert_int_equal(bus_plan_init(&p, points, 0), 0);
	bus_plan_begin_cycle(&p, 1);
	assert_null(bus_plan_next(&p, 1));
	assert_false(bus_plan_is_silent(&p));
}

static void test_absent_slaves_cost_one_time_out_a_cycle(void **state)
{
	static struct bus_plan p;
	struct register_point points[16];
	unsigned int asked[32] = {0}, changes = 0, cycles = 0, silences;
	const uint32_t absent = 1 << 3 | 1 << 5 | 1 << 7;
	uint64_t now_us = 1 * S;

	(void)state;
	for (unsigned int n = 0; n < 16; n++)
		points[n] = point((uint8_t)(1 + n / 2), REGISTER_DISCRETE_INPUT, (uint16_t)(n * 5));
	assert_int_equal(bus_plan_init(&p, points, 16), 0);
	/* the cycle in which they vanish: each once, and not a second time */
	assert_int_equal(run_cycle(&p, absent, now_us, asked, &changes), 3);
	for (; now_us < 61 * S; now_us += 100 * MS, cycles++) {
		silences = run_cycle(&p, absent, now_us, asked, &changes);
		assert_true(silences <= 1);
	}
	assert_int_equal(changes, 3);
	for (uint8_t id = 1; id <= 8; id++)
		if (absent >> id & 1)
			/* three until it is believed, then 1, 2, 4, 8, 15 s later and so on */
			assert_in_range(asked[id], 6, 10);
		else
			assert_int_equal(asked[id], 2 * (cycles + 1));
	assert_false(bus_plan_is_silent(&p));
}

static void test_a_slave_back_is_believed_from_its_second_answer(void **state)
{
	static struct bus_plan p;
	const struct register_point points[] = {
		point(1, REGISTER_COIL, 0), point(1, REGISTER_DISCRETE_INPUT, 0)};
	enum bus_change change;
	uint64_t now_us = 1 * S;

	(void)state;
	assert_int_equal(bus_plan_init(&p, points, 2), 0);
	for (int n = 0; n < BUS_ABSENT_AFTER; n++) {
		bus_plan_begin_cycle(&p, now_us);
		assert_non_null(bus_plan_next(&p, now_us));
		assert_false(bus_plan_result(&p, BUS_GARBLED, now_us, &change));
		assert_null(bus_plan_next(&p, now_us));
	}
	assert_int_equal(change, BUS_SLAVE_ABSENT);
	assert_true(bus_plan_is_silent(&p));
	bus_plan_begin_cycle(&p, now_us + BUS_ABSENT_MIN_US - 1);
	assert_null(bus_plan_next(&p, now_us + BUS_ABSENT_MIN_US - 1));
	now_us += BUS_ABSENT_MIN_US;
	bus_plan_begin_cycle(&p, now_us);
	assert_non_null(bus_plan_next(&p, now_us));
	/* it may answer what was asked before */
	assert_false(bus_plan_result(&p, BUS_ANSWERED, now_us, &change));
	assert_int_equal(change, BUS_SLAVE_BACK);
	assert_true(p.watches[0].must_say && p.watches[1].must_say);
	assert_null(bus_plan_next(&p, now_us));
	bus_plan_begin_cycle(&p, now_us);
	assert_non_null(bus_plan_next(&p, now_us));
	assert_true(bus_plan_result(&p, BUS_ANSWERED, now_us, &change));
	assert_int_equal(change, BUS_NO_CHANGE);
}

static void test_one_lost_answer_is_noise(void **state)
{
	static struct bus_plan p;
	const struct register_point points[] = {point(1, REGISTER_COIL, 0)};
	unsigned int asked[32] = {0}, changes = 0;

	(void)state;
	assert_int_equal(bus_plan_init(&p, points, 1), 0);
	for (unsigned int n = 0; n < 30; n++)
		(void)run_cycle(&p, n % 3 == 0 ? 1 << 1 : 0, n * 100 * MS, asked, &changes);
	assert_int_equal(changes, 0);
	assert_int_equal(asked[1], 30);
}

static void test_when_the_cable_is_back_nobody_waits(void **state)
{
	static struct bus_plan p;
	struct register_point points[4];
	unsigned int asked[32] = {0}, changes = 0;
	uint64_t now_us = 1 * S;

	(void)state;
	for (unsigned int n = 0; n < 4; n++)
		points[n] = point((uint8_t)(n + 1), REGISTER_COIL, 0);
	assert_int_equal(bus_plan_init(&p, points, 4), 0);
	for (; now_us < 300 * S; now_us += 250 * MS)
		(void)run_cycle(&p, 0x1E, now_us, asked, &changes);
	assert_true(bus_plan_is_silent(&p));
	assert_int_equal(changes, 4);
	while (bus_plan_is_silent(&p)) {
		now_us += 250 * MS;
		(void)run_cycle(&p, 0, now_us, asked, &changes);
		assert_true(now_us < 316 * S);
	}
	for (int n = 0; n < 3; n++)
		(void)run_cycle(&p, 0, now_us, asked, &changes);
	assert_int_equal(changes, 8);
}

static void test_a_wrong_address_does_not_silence_its_neighbours(void **state)
{
	static struct bus_plan p;
	const struct register_point points[] = {point(1, REGISTER_COIL, 0),
		point(1, REGISTER_COIL, 1), point(1, REGISTER_COIL, 2), point(2, REGISTER_COIL, 0)};
	enum bus_change change;
	unsigned int asked[3] = {0}, refusals = 0;

	(void)state;
	assert_int_equal(bus_plan_init(&p, points, 4), 0);
	assert_int_equal(p.blocks_count, 2);
	for (uint64_t now_us = 1 * S; now_us < 32 * S; now_us += 1 * S) {
		const struct bus_block *b;

		bus_plan_begin_cycle(&p, now_us);
		while ((b = bus_plan_next(&p, now_us)) != NULL) {
			bool is_wrong = p.slaves[b->slave].id == 1 && b->address <= 1 &&
					b->address + b->cells > 1;

			if (b->slave == 0 && b->count == 1)
				asked[b->address]++;
			(void)bus_plan_result(
				&p, is_wrong ? BUS_REFUSED : BUS_ANSWERED, now_us, &change);
			refusals += change == BUS_BLOCK_REFUSED;
		}
	}
	assert_int_equal(p.blocks_count, 4);
	assert_int_equal(refusals, 1);
	assert_int_equal(asked[0], 30);
	assert_int_equal(asked[1], 1);
	assert_int_equal(asked[2], 30);
}

static void test_a_reboot_is_noticed_by_the_first_read_bit(void **state)
{
	static struct bus_plan p;
	struct register_point points[] = {point(1, REGISTER_DISCRETE_INPUT, 0)};
	unsigned int reads = 0, reboots = 0;

	(void)state;
	points[0].first_read = 272;
	assert_int_equal(bus_plan_init(&p, points, 1), 0);
	for (uint64_t now_us = 1 * S; now_us < 21 * S; now_us += 100 * MS) {
		const struct bus_block *b;
		enum bus_change change;

		bus_plan_begin_cycle(&p, now_us);
		while ((b = bus_plan_next(&p, now_us)) != NULL) {
			assert_true(bus_plan_result(&p, BUS_ANSWERED, now_us, &change));
			if (b->count > 0)
				continue;
			assert_int_equal(b->address, 272);
			/* 1 at the very first, and once more at the third */
			reboots += bus_plan_has_rebooted(&p, b, reads == 0 || reads == 2);
			reads++;
		}
	}
	assert_int_equal(reads, 4);
	assert_int_equal(reboots, 1);
	assert_true(p.watches[0].must_say);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_neighbours_are_one_request),
		cmocka_unit_test(test_as_many_as_may_be_and_one_more),
		cmocka_unit_test(test_absent_slaves_cost_one_time_out_a_cycle),
		cmocka_unit_test(test_a_slave_back_is_believed_from_its_second_answer),
		cmocka_unit_test(test_one_lost_answer_is_noise),
		cmocka_unit_test(test_when_the_cable_is_back_nobody_waits),
		cmocka_unit_test(test_a_wrong_address_does_not_silence_its_neighbours),
		cmocka_unit_test(test_a_reboot_is_noticed_by_the_first_read_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
