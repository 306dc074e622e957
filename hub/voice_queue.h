/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What waits to be said: in order, urgent ones first, at most VOICE_QUEUE_MAX. The head is
 * `ordered` while it is being said: nothing comes before it then. Pure. Of hub/voice.c alone.
 */
#pragma once

#include "hub/voice.h"
#include "hub/voice_line.h"

struct voice_queued {
	struct voice_order order;
	uint32_t tag;
	bool is_urgent;
	uint64_t stale_us;
};

struct voice_queue {
	bool is_ordered;
	unsigned int count;
	struct voice_queued waiting[VOICE_QUEUE_MAX + 1]; /* one for a probe */
};

/* Copies it in: 0, or −EINVAL, −EMSGSIZE, −ENOSPC as voice_say(). Where an urgent one crowds one
 * out, that is taken out into ret_crowded_out and the answer is 1. */
int voice_queue_put(struct voice_queue *q, const struct voice_sentence *sentence, uint64_t now_us,
	struct voice_queued *ret_crowded_out);
/* Where nothing waits: asks whether it could speak. */
void voice_queue_put_probe(struct voice_queue *q);
struct voice_queued voice_queue_take(struct voice_queue *q, unsigned int place);
/* The place of one that is stale and not being said, or −ENOENT. */
int voice_queue_stale(const struct voice_queue *q, uint64_t now_us);
/* When voice_queue_stale() has one, or UINT64_MAX. */
uint64_t voice_queue_next_us(const struct voice_queue *q);
