/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sensors said, boiled down to slices of time before it is kept: signs of life by the minute,
 * everything else by the quarter of an hour. A slice counts readings and how often "no" became
 * "yes"; of a quantity it has the least, the greatest and the last. No raw sample and no heart rate
 * is kept. Pure: no clock, no I/O, no allocation; the state is a plain struct.
 */
#pragma once

#include "sensors/reading.h"

#include <stdbool.h>
#include <stdint.h>

#define DIARY_OPEN_MAX 512 /* sensors × kinds that are followed; what is beyond is left out */
#define DIARY_HUB      255 /* the "sensor" of what the hub tells of itself */

/* Beside the kinds of readings. */
enum {
	DIARY_MOVED = READING_KINDS, /* count: batches of a wearable; rises: those that moved */
	DIARY_SILENT,                /* count: minutes in which a sensor was silent too long */
	DIARY_RUNNING,               /* count: minutes of the hub itself */
	DIARY_KINDS
};

struct diary_slice {
	uint32_t begin_min; /* UTC, minutes since 1970 */
	uint8_t sensor;     /* its place in the roster, or DIARY_HUB */
	uint8_t kind;
	uint16_t count, rises;
	float low, high, last;
};

struct diary_open {
	struct diary_slice slice; /* count 0: nothing yet in this slice */
	bool is_used;
};

struct diary {
	unsigned int used;
	uint64_t left_out; /* readings of a sensor and kind that found no room */
	struct diary_open open[DIARY_OPEN_MAX];
};

/* "motion", "moved"; as in reading_kinds[]. */
const char *diary_kind_name(unsigned int kind);
/* 1 or 15; 0 for what is not kept. */
unsigned int diary_slice_min(unsigned int kind);

/* Each of these: 1 when the slice before is over by that, in ret_over; else 0. */
int diary_reading(struct diary *d, uint8_t sensor, const struct reading *reading, int64_t wall_ms,
	struct diary_slice *ret_over);
int diary_accel(struct diary *d, uint8_t sensor, const struct accel_batch *batch, int64_t wall_ms,
	struct diary_slice *ret_over);
/* One minute of DIARY_SILENT or DIARY_RUNNING. */
int diary_minute(struct diary *d, uint8_t sensor, unsigned int kind, int64_t wall_ms,
	struct diary_slice *ret_over);
/*
 * Slices that are over at that time (is_end: all there are), one a call, from *at on, which begins
 * at 0: 1 with a slice, 0 when there is none left.
 */
int diary_next_over(struct diary *d, int64_t wall_ms, bool is_end, unsigned int *at,
	struct diary_slice *ret_over);
