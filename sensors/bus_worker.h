/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The thread of one Modbus bus, and what it shares with the loop. Private to source_modbus.c, which
 * fills it before the thread starts and takes it apart after the thread was joined.
 */
#pragma once

#include "common/channel.h"
#include "sensors/bus_plan.h"
#include "sensors/source_modbus.h"

#include <pthread.h>
#include <stdatomic.h>

#define BUS_READINGS_A_SEND 16

enum bus_record_what {
	BUS_RECORD_READINGS,
	BUS_RECORD_HEALTH,
	BUS_RECORD_NOTICE,
	BUS_RECORD_WRITTEN
};

/* What crosses to the loop. Of readings only `count` are sent. */
struct bus_record {
	enum bus_record_what what;
	unsigned int count;
	union {
		struct reading readings[BUS_READINGS_A_SEND];
		struct source_health health;
		struct source_notice notice;
		struct {
			struct modbus_write write;
			int error;
		} written;
	};
};

enum bus_count {
	BUS_COUNT_CYCLES,
	BUS_COUNT_REQUESTS,
	BUS_COUNT_ANSWERS,
	BUS_COUNT_SILENCES,
	BUS_COUNT_GARBLED,
	BUS_COUNT_REFUSALS,
	BUS_COUNT_LOSSES,
	BUS_COUNT_IMPOSSIBLE,
	BUS_COUNTS
};

struct bus_worker {
	struct bus bus;
	struct channel *channel;
	int wake_fd; /* an eventfd: there is a write, or an end */
	atomic_bool is_stopping;
	atomic_ullong counts[BUS_COUNTS];
	pthread_mutex_t lock; /* guards the queue of writes */
	unsigned int writes_count;
	struct modbus_write writes[SOURCE_MODBUS_WRITES_MAX];
	/* the thread's alone */
	struct bus_plan plan;
	struct bus_link *link;
	struct source_health health; /* last told */
	uint64_t reopen_us, reopen_wait_us;
	bool has_answered;      /* since the line was opened */
	struct bus_record news; /* readings not sent yet */
};

/* The thread's body; `argument` is the worker. Ends soon after is_stopping. */
void *bus_worker_run(void *argument);
