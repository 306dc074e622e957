/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only crossing from a worker thread to the loop: records of a fixed largest size over a
 * SOCK_SEQPACKET pair. A record is copied whole or not at all, order is kept, and a full channel
 * blocks the worker (back-pressure), never the loop.
 */
#pragma once

#include <stddef.h>
#include <systemd/sd-event.h>

#define CHANNEL_RECORD_MAX 16384

struct channel;

/* One record has arrived; `record` is aligned for any type and valid during the call. Loop thread.
 */
typedef void (*channel_on_record)(const void *record, size_t bytes, void *userdata);
/* Called once after the records of one wake-up have been delivered (group commits hang here); may
 * be NULL. */
typedef void (*channel_on_drained)(void *userdata);

int channel_new(struct channel **ret, sd_event *event, channel_on_record on_record,
	channel_on_drained on_drained, void *userdata);
/* After every worker has been joined (channel_close() first), never from a callback. */
struct channel *channel_free(struct channel *c);

/* Worker threads. 0; −EINVAL for an empty record; −EMSGSIZE over CHANNEL_RECORD_MAX; −EPIPE once
 * closed. Blocks while full. */
int channel_send(struct channel *c, const void *record, size_t bytes);
/* Any thread; before joining a worker: pending and later channel_send() return −EPIPE. Records
 * already in the channel are still delivered while the loop runs. */
void channel_close(struct channel *c);
