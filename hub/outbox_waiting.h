/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shocks that are weighed and not yet told, in the store, so that a hub killed meanwhile forgets
 * none. They are no incidents: nobody is told of them. outbox_commit() of a fall takes out the one
 * that it began as.
 */
#pragma once

#include "hub/outbox.h"

#define OUTBOX_WAITING_MAX 8

/* In place of all that were kept, in one transaction: 0 or −errno as outbox_commit(). */
int outbox_put_waiting(struct outbox *o, const struct suspicion waiting[], unsigned int count);
/* Those that were kept, at most OUTBOX_WAITING_MAX: how many, or −errno. What cannot be read is
 * left out. */
int outbox_load_waiting(struct outbox *o, struct suspicion ret[OUTBOX_WAITING_MAX]);
