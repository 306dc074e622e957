/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Points sorted, cut into blocks of neighbours. A block that a slave refuses is cut into its
 * points, so that one wrong address does not silence the right ones beside it.
 */
#include "sensors/bus_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_points(const void *left, const void *right)
{
	const struct register_point *a = left, *b = right;

	if (a->slave != b->slave)
		return a->slave < b->slave ? -1 : 1;
	if (a->table != b->table)
		return a->table < b->table ? -1 : 1;
	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return a->bit - b->bit;
}

/* Where the last cell of a point ends. */
static unsigned int end_of(const struct register_point *p)
{
	return p->address + register_type_cells(p->type);
}

/* Does the point begin inside the block or right behind it, and still fit? */
static bool is_neighbour(
	const struct bus_plan *p, const struct bus_block *b, const struct register_point *point)
{
	const struct register_point *first = &p->points[b->first];

	return point->slave == first->slave && point->table == first->table &&
	       point->address <= b->address + b->cells &&
	       end_of(point) - b->address <= BUS_BLOCK_CELLS_MAX;
}

static unsigned int slave_of(struct bus_plan *p, uint8_t id)
{
	/* sorted: a slave is the last one or a new one */
	if (p->slaves_count == 0 || p->slaves[p->slaves_count - 1].id != id)
		p->slaves[p->slaves_count++] = (struct bus_slave){.id = id};
	return p->slaves_count - 1;
}

static void widen(struct bus_block *b, const struct register_point *point)
{
	if (end_of(point) > (unsigned int)b->address + b->cells)
		b->cells = (uint16_t)(end_of(point) - b->address);
	b->count++;
}

static struct bus_block block_of(const struct bus_plan *p, unsigned int slave, unsigned int point)
{
	struct bus_block b = {.slave = slave,
		.table = p->points[point].table,
		.address = p->points[point].address,
		.first = point};

	widen(&b, &p->points[point]);
	return b;
}

static void add_first_read(struct bus_plan *p, unsigned int slave, unsigned int point)
{
	p->blocks[p->blocks_count++] = (struct bus_block){.slave = slave,
		.table = REGISTER_DISCRETE_INPUT,
		.address = (uint16_t)p->points[point].first_read,
		.cells = 1,
		.first = point};
}

int bus_plan_init(struct bus_plan *p, const struct register_point points[], unsigned int count)
{
	if (count > BUS_POINTS_MAX)
		return -ENOSPC;
	memset(p, 0, sizeof(*p));
	if (count > 0)
		memcpy(p->points, points, count * sizeof(points[0]));
	p->points_count = count;
	qsort(p->points, count, sizeof(p->points[0]), compare_points);
	for (unsigned int n = 0; n < count; n++) {
		unsigned int before = p->blocks_count;
		unsigned int slave = slave_of(p, p->points[n].slave);
		struct bus_block *last = before > 0 ? &p->blocks[before - 1] : NULL;

		if (last && last->count > 0 && is_neighbour(p, last, &p->points[n]))
			widen(last, &p->points[n]);
		else
			p->blocks[p->blocks_count++] = block_of(p, slave, n);
	}
	for (unsigned int n = 0, slave = 0; n < count; n++) {
		while (p->slaves[slave].id != p->points[n].slave)
			slave++;
		if (p->points[n].first_read >= 0)
			add_first_read(p, slave, n);
	}
	p->next = p->blocks_count;
	p->suspect = p->slaves_count;
	return 0;
}

void bus_plan_begin_cycle(struct bus_plan *p, uint64_t now_us)
{
	p->next = 0;
	p->suspect = p->slaves_count;
	for (unsigned int n = 0; n < p->slaves_count; n++) {
		struct bus_slave *s = &p->slaves[n];

		s->is_passed_over = false;
		if (s->failures > 0 && now_us >= s->retry_us &&
			(p->suspect == p->slaves_count ||
				s->retry_us < p->slaves[p->suspect].retry_us))
			p->suspect = n;
	}
}

const struct bus_block *bus_plan_next(struct bus_plan *p, uint64_t now_us)
{
	while (p->next < p->blocks_count) {
		const struct bus_block *b = &p->blocks[p->next++];
		const struct bus_slave *s = &p->slaves[b->slave];

		if (now_us < b->due_us || s->is_passed_over ||
			(s->failures > 0 && b->slave != p->suspect))
			continue;
		return b;
	}
	return NULL;
}

const struct bus_block *bus_plan_asked(const struct bus_plan *p)
{
	return &p->blocks[p->next - 1];
}

static enum bus_change fail(struct bus_slave *s, uint64_t now_us)
{
	s->is_passed_over = true;
	s->retry_us = now_us;
	if (s->failures < BUS_ABSENT_AFTER)
		s->failures++;
	if (s->failures < BUS_ABSENT_AFTER)
		return BUS_NO_CHANGE;
	s->wait_us = s->is_absent && s->wait_us > 0 ? 2 * s->wait_us : BUS_ABSENT_MIN_US;
	if (s->wait_us > BUS_ABSENT_MAX_US)
		s->wait_us = BUS_ABSENT_MAX_US;
	s->retry_us = now_us + s->wait_us;
	if (s->is_absent)
		return BUS_NO_CHANGE;
	s->is_absent = true;
	return BUS_SLAVE_ABSENT;
}

static void say_anew(struct bus_plan *p, uint8_t slave)
{
	for (unsigned int n = 0; n < p->points_count; n++)
		if (p->points[n].slave == slave)
			register_watch_again(&p->watches[n]);
}

/* Heard again after a failure: nothing of this cycle is believed. */
static enum bus_change recover(struct bus_plan *p, struct bus_slave *s)
{
	bool was_absent = s->is_absent, was_silent = bus_plan_is_silent(p);

	s->failures = 0;
	s->is_absent = false;
	s->is_passed_over = true;
	if (!was_absent)
		return BUS_NO_CHANGE;
	/* the cable is back: the others need not wait */
	for (unsigned int n = 0; was_silent && n < p->slaves_count; n++)
		p->slaves[n].retry_us = p->slaves[n].wait_us = 0;
	say_anew(p, s->id);
	for (unsigned int n = 0; n < p->blocks_count; n++)
		if (p->slaves[p->blocks[n].slave].id == s->id)
			p->blocks[n].due_us = 0;
	return BUS_SLAVE_BACK;
}

/* The block just asked becomes a block a point, all to be asked from the next cycle on. */
static void cut(struct bus_plan *p, struct bus_slave *s)
{
	unsigned int at = p->next - 1, more = p->blocks[at].count - 1;
	unsigned int slave = p->blocks[at].slave, first = p->blocks[at].first;

	memmove(&p->blocks[at + more + 1], &p->blocks[at + 1],
		(p->blocks_count - at - 1) * sizeof(p->blocks[0]));
	for (unsigned int n = 0; n <= more; n++)
		p->blocks[at + n] = block_of(p, slave, first + n);
	p->blocks_count += more;
	p->next = at + 1;
	s->is_passed_over = true;
}

static enum bus_change refuse(
	struct bus_plan *p, struct bus_block *b, struct bus_slave *s, uint64_t now_us)
{
	bool is_news = !b->is_refused;

	if (b->count > 1) {
		cut(p, s);
		return BUS_NO_CHANGE;
	}
	b->is_refused = true;
	b->due_us = now_us + BUS_REFUSED_US;
	return is_news ? BUS_BLOCK_REFUSED : BUS_NO_CHANGE;
}

static void answered(struct bus_plan *p, struct bus_block *b, uint64_t now_us)
{
	b->due_us = b->count == 0 ? now_us + BUS_FIRST_READ_US : 0;
	if (b->is_refused && b->count > 0)
		register_watch_again(&p->watches[b->first]);
	b->is_refused = false;
}

bool bus_plan_result(
	struct bus_plan *p, enum bus_result result, uint64_t now_us, enum bus_change *ret_change)
{
	struct bus_block *b = &p->blocks[p->next - 1];
	struct bus_slave *s = &p->slaves[b->slave];

	*ret_change = BUS_NO_CHANGE;
	if (result == BUS_LOST)
		return false;
	if (result == BUS_SILENT || result == BUS_GARBLED) {
		*ret_change = fail(s, now_us);
		return false;
	}
	if (s->failures > 0) {
		*ret_change = recover(p, s);
		return false;
	}
	if (result == BUS_REFUSED) {
		*ret_change = refuse(p, b, s, now_us);
		return false;
	}
	answered(p, b, now_us);
	return true;
}

bool bus_plan_has_rebooted(struct bus_plan *p, const struct bus_block *block, bool is_first_read)
{
	struct bus_slave *s = &p->slaves[block->slave];
	bool has_rebooted = is_first_read && s->was_read;

	s->was_read = true;
	if (has_rebooted)
		say_anew(p, s->id);
	return has_rebooted;
}

bool bus_plan_is_silent(const struct bus_plan *p)
{
	for (unsigned int n = 0; n < p->slaves_count; n++)
		if (!p->slaves[n].is_absent)
			return false;
	return p->slaves_count > 0;
}
