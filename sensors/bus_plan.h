/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked on one Modbus bus, in which order, and whom to spare: neighbouring points are read
 * in one request, a slave that does not answer is asked less and less often, and never are two
 * doubtful slaves asked in one cycle, so that absent ones cost the others at most one time-out a
 * cycle. Pure: knows no wire and no clock.
 */
#pragma once

#include "sensors/registers.h"

#include <stdbool.h>
#include <stdint.h>

#define BUS_POINTS_MAX      128
#define BUS_BLOCKS_MAX      (2 * BUS_POINTS_MAX) /* each point may bring its first-read bit */
#define BUS_BLOCK_CELLS_MAX 120 /* below what one answer may hold, bits and words alike */
/* One lost answer is noise; this many in a row are an absent slave. */
#define BUS_ABSENT_AFTER  3
#define BUS_ABSENT_MIN_US UINT64_C(1000000)
#define BUS_ABSENT_MAX_US UINT64_C(30000000)
#define BUS_REFUSED_US    UINT64_C(30000000)
#define BUS_FIRST_READ_US UINT64_C(5000000)

/* What a request came to. */
enum bus_result {
	BUS_ANSWERED,
	BUS_SILENT,  /* no answer in time, also when a gateway says so */
	BUS_GARBLED, /* an answer that is none of ours */
	BUS_REFUSED, /* the slave's own exception */
	BUS_LOST     /* the line itself is gone */
};

/* What that means for the slave. */
enum bus_change {
	BUS_NO_CHANGE,
	BUS_SLAVE_ABSENT,
	BUS_SLAVE_BACK,   /* heard again; its points are read anew from the next cycle on */
	BUS_BLOCK_REFUSED /* by a slave that is there: the configuration is wrong */
};

struct bus_block {
	unsigned int slave; /* index in bus_plan.slaves */
	enum register_table table;
	uint16_t address, cells;
	unsigned int first, count; /* points of it; count 0: the first-read bit of point `first` */
	uint64_t due_us;           /* not before */
	bool is_refused;
};

struct bus_slave {
	uint8_t id;
	uint8_t failures; /* in a row, counted to BUS_ABSENT_AFTER */
	bool is_absent, is_passed_over, was_read;
	uint64_t retry_us, wait_us;
};

struct bus_plan {
	unsigned int points_count, blocks_count, slaves_count;
	struct register_point points[BUS_POINTS_MAX]; /* by slave, table, address, bit */
	struct register_watch watches[BUS_POINTS_MAX];
	struct bus_block blocks[BUS_BLOCKS_MAX];
	struct bus_slave slaves[BUS_POINTS_MAX];
	unsigned int next;    /* block */
	unsigned int suspect; /* the one doubtful slave of this cycle; slaves_count: none */
};

/* −ENOSPC over BUS_POINTS_MAX. The points are copied. */
int bus_plan_init(struct bus_plan *p, const struct register_point points[], unsigned int count);
void bus_plan_begin_cycle(struct bus_plan *p, uint64_t now_us);
/* The next request of this cycle; NULL when it is over. */
const struct bus_block *bus_plan_next(struct bus_plan *p, uint64_t now_us);
/*
 * What the last request came to. *ret_change and whether its cells may be believed: the first
 * answer after a failure may be a late one to an older question, and is not.
 */
bool bus_plan_result(
	struct bus_plan *p, enum bus_result result, uint64_t now_us, enum bus_change *ret_change);
/* The block last given by bus_plan_next(). */
const struct bus_block *bus_plan_asked(const struct bus_plan *p);
/* The first-read bit was 1: has the slave lost its power since it was last read by us? The first
 * time of all tells nothing. Its points are said anew. */
bool bus_plan_has_rebooted(struct bus_plan *p, const struct bus_block *block, bool is_first_read);
/* There are slaves, and none answers. */
bool bus_plan_is_silent(const struct bus_plan *p);
