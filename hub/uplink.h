/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way to the centre: a home's topics over common/mqtt (docs/PROTOCOL.md). Publishes incidents
 * and heartbeats, hears receipts and progress, refuses and counts what it does not understand (its
 * text is logged once a connection). The last will and the greeting on …/link tell the centre when
 * the way is lost and back. Decides nothing and keeps nothing: what matters is the outbox's to
 * repeat.
 */
#pragma once

#include "common/heartbeat.h"
#include "hub/config.h"

#include <systemd/sd-event.h>

#define UPLINK_INCIDENT_EXPIRY_S 600 /* the outbox repeats sooner */
#define UPLINK_SESSION_EXPIRY_S  3600
#define UPLINK_WHY_MAX           INCIDENT_TEXT_MAX

struct uplink;

struct uplink_listener {
	void (*on_link)(bool is_up, void *userdata);
	void (*on_receipt)(const struct receipt *receipt, void *userdata);
	void (*on_progress)(const struct progress *progress, void *userdata);
	void *userdata;
};

int uplink_new(struct uplink **ret, sd_event *event, const struct hub_config *config,
	const struct uplink_listener *listener);
struct uplink *uplink_free(struct uplink *u);

/* 0; −ENOTCONN and the like when it was not taken; −EINVAL for a value that may not be sent. */
int uplink_incident(struct uplink *u, const struct incident *incident);
int uplink_heartbeat(struct uplink *u, const struct heartbeat *heartbeat, uint32_t expiry_s);

bool uplink_is_up(const struct uplink *u);
/* Why it is down, "" while it is up. */
const char *uplink_why(const struct uplink *u);
/* Messages that were not understood. */
uint64_t uplink_refused(const struct uplink *u);
