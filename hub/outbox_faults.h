/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the centre was told of faults, in the hub's store beside the incidents that told it. Loop
 * thread only.
 */
#pragma once

#include "hub/faults.h"
#include "hub/outbox.h"

/* Those that a restart must know of, one commit: 0 or −errno. */
int outbox_put_faults(struct outbox *o, const struct faults *f, struct moment at);
/*
 * Into `f`, all zero. A fault whose incident the home has ended is over; an open incident that no
 * row knows is taken up from itself: killed between the two commits, nothing is told twice and
 * nothing stays open for ever. The count, or −EIO.
 */
int outbox_load_faults(struct outbox *o, struct faults *f, struct moment at);
/* The hub starts now: how often it did within the last within_s, this one included, by the wall
 * clock; or −errno. One commit. */
int outbox_put_start(struct outbox *o, uint32_t within_s, struct moment at);
