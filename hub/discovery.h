/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An installer looks who is on air: for some seconds every receiver tells of strangers too. Ends by
 * itself, whoever asked for it may be gone. What was seen is in memory, is told to whoever asks on
 * the control socket and to no log, and is thrown away DISCOVERY_GRACE_US after the end.
 */
#pragma once

#include "hub/hub.h"
#include "sensors/receiver.h"
#include "sensors/sightings.h"

#define DISCOVERY_SECONDS_MAX 600
#define DISCOVERY_GRACE_US    (10 * US_PER_S)

struct discovery {
	uint64_t until_us;
	struct device_keys strangers;
	struct receiver_watch watch;
	struct sightings sightings;
};

/* Begins, or goes on for `seconds` from now. 0; −ENODEV where nothing hears by radio; −ENOMEM. */
int discovery_begin(struct hub *h, unsigned int seconds, uint64_t now_us);
uint64_t discovery_next_us(const struct hub *h);
void discovery_turn(struct hub *h, struct moment at);
/* At once, and forgets. */
void discovery_end(struct hub *h);

/* The verb (docs/PROTOCOL.md). */
int request_discover(struct hub *h, const json_t *request, json_t *answer);
