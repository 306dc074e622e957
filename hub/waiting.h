/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A shock that is not sure waits up to 25 s for the wearable's second answer and for who moves
 * meanwhile. Until then it is no incident; a hub killed in between must not forget it (HS-02): it
 * is kept in the store, and after the start the resident is asked about it, for what would have
 * cleared it was not heard. Knows no loop and no clock.
 */
#pragma once

#include "hub/judge.h"
#include "hub/outbox_waiting.h"

#define WAITING_WRITE_US  US_PER_S         /* between two commits: knocks come in rows */
#define WAITING_FORGET_US (10 * US_PER_S)  /* before what no longer waits is taken out */
#define WAITING_OLD_MS    INT64_C(3600000) /* nobody is asked about a shock older than that */

struct waiting {
	unsigned int count; /* as kept in the store */
	struct {
		struct sensor_id sensor;
		uint64_t mark;
	} kept[OUTBOX_WAITING_MAX];
	uint64_t written_us; /* last, 0: never */
};

/* After whatever was heard and told, and now and then: what waits now is kept. */
void waiting_turn(
	struct waiting *w, const struct judge *j, struct outbox *outbox, struct moment at);
/* At the start, once: what waited when the hub was killed, to be suspected; how many. Then
 * waiting_turn() takes out of the store what became no incident. */
unsigned int waiting_resume(struct waiting *w, struct outbox *outbox, struct moment at,
	struct suspicion ret[OUTBOX_WAITING_MAX]);
