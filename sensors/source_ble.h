/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source that hears what sensors say by radio: a Bluetooth controller kept scanning (scanning.h),
 * its packets through the same receiver that recordings take. Loop thread only; needs no
 * bluetoothd and leaves one alone; never waits.
 *
 * Health: STARTING, then HEARING while the controller scans, or DEAF with the reason: no adapter,
 * removed, switched off, reset by an error, commands refused or unanswered. It tries again by
 * itself: 0.25 s later, doubling to 30 s, at once when an adapter appears.
 */
#pragma once

#include "sensors/adapter.h"
#include "sensors/keys.h"
#include "sensors/receiver.h"
#include "sensors/source.h"

#include <systemd/sd-event.h>

#define SOURCE_BLE_RETRY_MIN_US 250000
#define SOURCE_BLE_RETRY_MAX_US 30000000

struct source_ble_options {
	const char *adapter;               /* borrowed; "" for the first there is */
	bool is_active;                    /* asks devices for their scan response, at their cost */
	struct device_keys *keys;          /* borrowed, outlives the source */
	const struct adapter_calls *calls; /* borrowed; NULL: the kernel's */
};

/* 0; −EINVAL for a name that is none, −ENOMEM. */
int source_ble_new(struct source **ret, sd_event *event, const struct source_ble_options *options,
	const struct source_listener *listener);
/* Its counters. `s` is one that source_ble_new() made. */
const struct receiver *source_ble_receiver(const struct source *s);
