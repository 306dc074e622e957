/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What supervision knows of the sensors, in the hub's store beside the incidents: a small table,
 * written whole and rarely. Loop thread only.
 */
#pragma once

#include "hub/outbox.h"
#include "hub/supervision.h"

/* All sensors ever heard, one commit: 0; −errno as outbox_commit(), the table stays as it was. */
int outbox_put_watched(struct outbox *o, const struct supervision *s, uint64_t now_us);
/* Into `s`, whose roster is set; rows of sensors not installed and rows that make no sense are left
 * out. The count, or −EIO. */
int outbox_load_watched(struct outbox *o, struct supervision *s, uint64_t now_us);
