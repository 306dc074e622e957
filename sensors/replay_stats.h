/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole recording counted, as `vigie-hub --replay FILE --stats` prints it: one JSON object on one
 * line, all keys always there and all values whole numbers:
 *   records                         in the file: packets, home events, or samples of a trial
 *   packets_sent                    of those, to the controller (not looked into)
 *   advertising_reports, extended_advertising_reports, extended_truncated
 *   notifications, indications, malformed
 *   unknown                         advertisements of no format known here
 *   decoded {format: advertisements}, refused {reason: advertisements or parts of them}
 *   readings                        told, by radio or by a home log
 *   accel_samples, accel_batches    of a trial
 *   duration_ms                     from the first record to the last
 */
#pragma once

#include "sensors/decoder.h"
#include "sensors/hci.h"
#include "sensors/recording.h"

struct replay_stats {
	uint64_t records, packets_sent;
	struct hci_counters hci;
	struct decoding_counters decoding;
	uint64_t readings, accel_samples, accel_batches;
	uint64_t duration_us;
};

/* `keys` may be NULL. 0; −errno with the message in ret_error: ret then holds what was read before
 * (all 0 where the file could not be opened). */
int replay_stats_read(const char *path, struct device_keys *keys, struct replay_stats *ret,
	char ret_error[RECORDING_ERROR_MAX]);
/* 0 or −EIO. */
int replay_stats_print(const struct replay_stats *s, FILE *to);
