/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a recording, shared by recording.c and the readers of each format. Nobody else
 * includes this.
 */
#pragma once

#include "sensors/recording.h"

#define RECORDING_LINE_MAX 255 /* bytes of a CSV line with its end */

struct recording_sample {
	int64_t t_us;
	int16_t x_mg, y_mg, z_mg;
};

struct recording {
	FILE *stream;
	char *name;
	enum recording_format format;
	struct sensor_id sensor;
	bool has_failed;
	char error[RECORDING_ERROR_MAX];

	uint64_t line;   /* CSV: of the line last read, from 1 */
	uint64_t offset; /* btsnoop: of the next unread byte */
	char *text;      /* CSV: that line, in the buffer, without its end */

	bool has_begun;
	int64_t last_us; /* stamp of the record before, in the recording's own clock */
	uint64_t offset_us;

	bool has_pending; /* trials: a sample read ahead */
	struct recording_sample pending;
	/* RECORDING_PACKET_MAX bytes: btsnoop: the packet; CSV: what was read ahead */
	uint8_t *buffer;
	size_t taken_bytes, ahead_bytes; /* CSV: of the buffer */
};

/* The record's offset_us for a stamp of the recording's clock: steps back count as no time. */
uint64_t recording_advance(struct recording *r, int64_t stamp_us);
/* Both set the recording failed and return −EBADMSG. The first names the line, the second an
 * offset in the file. */
int recording_fail_line(struct recording *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int recording_fail_at(struct recording *r, uint64_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The next line in r->text without its end: 1, 0 at the end of the file, −EBADMSG. */
int recording_line(struct recording *r);

int recording_trial_next(struct recording *r, struct recording_record *ret);
int recording_home_next(struct recording *r, struct recording_record *ret);
int recording_btsnoop_begin(struct recording *r);
int recording_btsnoop_next(struct recording *r, struct recording_record *ret);
