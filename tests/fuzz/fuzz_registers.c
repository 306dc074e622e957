/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the answers of a bus: what points there are, what each request came to, when, and
 * which cells it brought. Whatever slaves say, no value outside its kind leaves, no request is
 * larger than an answer, and a cycle has an end.
 */
#include "sensors/bus_plan.h"

#include <stdlib.h>
#include <string.h>

#define POINTS_MAX 24
#define CYCLES_MAX 200

struct script {
	const uint8_t *at;
	size_t left;
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

static uint8_t next(struct script *s)
{
	if (s->left == 0)
		return 0;
	s->left--;
	return *s->at++;
}

static struct register_point point(struct script *s)
{
	static const enum reading_kind kinds[] = {READING_PULL_CORD, READING_BUTTON,
		READING_TEMPERATURE, READING_HUMIDITY, READING_MOTION, READING_COUNT};
	struct register_point p = {.sensor = {.text = "x"}, .slave = 1 + next(s) % 8, .scale = 1};
	uint8_t what = next(s);

	p.table = (enum register_table)(what % REGISTER_TABLES);
	p.kind = kinds[next(s) % 6];
	p.type = register_table_is_bits(p.table)
			 ? REGISTER_BIT
			 : (enum register_type)(1 + what / 4 % (REGISTER_TYPES - 1));
	p.bit = what & 128 ? what % 16 : REGISTER_WHOLE_WORD;
	p.is_inverted = what & 64;
	p.address = (uint16_t)(next(s) % 4 ? next(s) : 65533);
	p.debounce_ms = next(s);
	p.first_read = what & 32 ? 272 : REGISTER_NO_FIRST_READ;
	return p;
}

static void check_news(const struct register_news *news)
{
	must(!(news->has_reading && news->has_broken));
	must(!news->has_reading || reading_is_possible(news->reading.kind, news->reading.value));
}

static void believe(
	struct bus_plan *p, const struct bus_block *b, struct script *s, uint64_t now_us)
{
	uint16_t cells[BUS_BLOCK_CELLS_MAX];
	struct register_news news;

	for (unsigned int n = 0; n < b->cells; n++)
		cells[n] = (uint16_t)(next(s) << 8 | next(s));
	if (b->count == 0) {
		(void)bus_plan_has_rebooted(p, b, cells[0] != 0);
		return;
	}
	for (unsigned int n = b->first; n < b->first + b->count; n++) {
		const struct register_point *point = &p->points[n];

		must(point->address >= b->address &&
			point->address + register_type_cells(point->type) <=
				(unsigned int)b->address + b->cells);
		register_watch_read(
			&p->watches[n], point, &cells[point->address - b->address], now_us, &news);
		check_news(&news);
	}
}

static void run_cycle(struct bus_plan *p, struct script *s, uint64_t now_us)
{
	const struct bus_block *b;
	unsigned int requests = 0;

	bus_plan_begin_cycle(p, now_us);
	while ((b = bus_plan_next(p, now_us)) != NULL) {
		struct bus_block asked = *b;
		enum bus_change change;

		must(asked.cells >= 1 && asked.cells <= BUS_BLOCK_CELLS_MAX);
		must(p->blocks_count <= BUS_BLOCKS_MAX && ++requests <= BUS_BLOCKS_MAX);
		if (bus_plan_result(p, (enum bus_result)(next(s) % 5), now_us, &change))
			believe(p, &asked, s, now_us);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static struct bus_plan p;
	struct register_point points[POINTS_MAX] = {0};
	struct script s = {.at = bytes, .left = count};
	unsigned int points_count = next(&s) % (POINTS_MAX + 1);
	uint64_t now_us = 0;

	for (unsigned int n = 0; n < points_count; n++)
		points[n] = point(&s);
	must(bus_plan_init(&p, points, points_count) == 0);
	for (unsigned int n = 0; n < CYCLES_MAX && s.left > 0; n++) {
		uint8_t step = next(&s);

		now_us += (uint64_t)step * step * 1000;
		run_cycle(&p, &s, now_us);
	}
	(void)bus_plan_is_silent(&p);
	return 0;
}
