/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One recorded file, pulled record by record. What it is, is told from its content, not its name:
 *   accelerometer trial   t_ms,x_mg,y_mg,z_mg            → batches of samples of one wearable
 *   home log              time,sensor,room,kind,value    → readings (local time)
 *   btsnoop, version 1    datalink 1002 (HCI UART, H4)   → HCI packets, for sensors/hci.h
 * Knows no loop and no clock: sensors/source_replay plays it, sensors/replay_stats and vigie-eval
 * read it as fast as they can.
 *
 * Errors are one line: `FILE:LINE: …` for CSV, `FILE: offset N: …` for btsnoop, naming what was
 * expected. After one, what was returned before stands, and nothing more comes. A last CSV line
 * without its end of line counts as cut: "…,82" may have been "…,826".
 *
 * Clocks of the recording that go back (27 of the 6.9 million steps in WEDA-FALL do: the watch was
 * set) are not repaired: a batch ends there and the next one begins at the earlier stamp, as a live
 * stream would bring it. Equal stamps are kept. Only `offset_us` never goes back.
 */
#pragma once

#include "sensors/reading.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define RECORDING_ERROR_MAX     512
#define RECORDING_ROOM_MAX      48
#define RECORDING_BATCH_SAMPLES 25     /* a batch ends at this many samples … */
#define RECORDING_BATCH_US      500000 /* … or before a sample this long after its first */
#define RECORDING_PACKET_MAX    65541  /* the longest ACL packet with its H4 type */

enum recording_format { RECORDING_ACCELEROMETER, RECORDING_HOME_LOG, RECORDING_BTSNOOP };
enum recording_what { RECORDING_ACCEL, RECORDING_READING, RECORDING_PACKET };

struct recording_packet {
	bool is_received;   /* from the controller; else sent to it */
	uint32_t cut_bytes; /* of the packet, not written to the file */
	uint32_t bytes;
	const uint8_t *at; /* borrowed from the recording until the next record */
};

struct recording_record {
	uint64_t offset_us; /* after the first record; a batch counts when its last sample is heard
			     */
	/* the recording's calendar: home logs local time as if it were UTC, btsnoop UTC, in µs
	 * since 1970; 0 for trials, which have none */
	int64_t calendar_us;
	enum recording_what what;
	char room[RECORDING_ROOM_MAX]; /* home logs; else empty */
	union {
		struct accel_batch accel; /* time_us is offset_us, for the player to replace */
		struct reading reading;   /* the same */
		struct recording_packet packet;
	};
};

struct recording;

/* `sensor` is the id that samples of a trial get: NULL for "wearable". 0; −errno with the message
 * in ret_error. */
int recording_open(struct recording **ret, const char *path, const char *sensor,
	char ret_error[RECORDING_ERROR_MAX]);
/* The same over an open stream, which is the recording's from then on, also on failure. */
int recording_new(struct recording **ret, FILE *stream, const char *name, const char *sensor,
	char ret_error[RECORDING_ERROR_MAX]);
struct recording *recording_free(struct recording *r);

/* 1 with a record; 0 at the end; −EBADMSG or −EIO with the message in recording_error(). */
int recording_next(struct recording *r, struct recording_record *ret);
const char *recording_error(const struct recording *r);
enum recording_format recording_format(const struct recording *r);
/* "accelerometer", "home log", "btsnoop". */
const char *recording_format_name(enum recording_format format);
