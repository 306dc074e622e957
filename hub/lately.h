/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What judgement knows of the last hours (near falls, that somebody came or went by the outer door)
 * over a restart: kept in the store when it changed, at most once a minute, which is a few commits
 * a day. Everything else that is weighed lasts for minutes. Knows no loop and no clock.
 */
#pragma once

#include "hub/judge.h"
#include "hub/outbox_lately.h"

#define LATELY_WRITE_US (60 * US_PER_S)

struct lately {
	unsigned int count; /* as kept in the store */
	struct evidence_lately kept[FUSION_LATELY_MAX];
	uint64_t written_us; /* last, 0: never */
};

/* In the slow round. */
void lately_turn(struct lately *l, const struct judge *j, struct outbox *outbox, struct moment at);
/* At the start, once. */
void lately_resume(struct lately *l, struct judge *j, struct outbox *outbox, struct moment at);
