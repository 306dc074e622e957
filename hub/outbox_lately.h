/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of what judgement heard lately, in and out of the store (hub/lately.h).
 */
#pragma once

#include "hub/evidence.h"
#include "hub/outbox.h"

/* In place of all that was kept, in one transaction: 0 or −errno as outbox_commit(). */
int outbox_put_lately(struct outbox *o, const struct evidence_lately rows[], unsigned int count);
/* What was kept, at most FUSION_LATELY_MAX: how many, or −errno. */
int outbox_load_lately(struct outbox *o, struct evidence_lately ret[FUSION_LATELY_MAX]);
