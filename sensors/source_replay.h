/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source that plays a recording: trials as a wearable's batches, home logs as readings, btsnoop
 * files through the same receiver that the radio has. Loop thread only.
 *
 * Deadlines are absolute (start + offset / speed): a late loop catches up and does not drift. What
 * is told carries the CLOCK_BOOTTIME at which it was told; the sensor's own stamps inside a batch
 * stay as recorded, and what is a repetition on air is judged by the recording's time, so that a
 * recording played faster is judged the same.
 */
#pragma once

#include "sensors/keys.h"
#include "sensors/recording.h"
#include "sensors/source.h"

#include <systemd/sd-event.h>

#define SOURCE_REPLAY_SPEED_MAX 1e6

struct source_replay_options {
	const char *path;
	const char *sensor;       /* the id of a trial's samples; NULL for "wearable" */
	double speed;             /* 1 as it was; N times faster; 0 as fast as the loop turns */
	struct device_keys *keys; /* borrowed, outlives the source: strangers in a btsnoop file are
				     dropped; NULL: none are known and all are told */
};

/*
 * Opens the recording (its header is checked now), plays it after source_start(). Health: HEARING
 * at start, ENDED once after the last record, `why` being "end of the recording" or the error's
 * text. source_stop() pauses and source_start() goes on from there. The listener may free the
 * source when told of its end, not from elsewhere within a call. −errno with the message in
 * ret_error.
 */
int source_replay_new(struct source **ret, sd_event *event,
	const struct source_replay_options *options, const struct source_listener *listener,
	char ret_error[RECORDING_ERROR_MAX]);

/* When a record is due. Pure. */
uint64_t source_replay_due_us(uint64_t start_us, uint64_t offset_us, double speed);
