/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened to one incident, for people: read from the store, where it is never read otherwise.
 */
#pragma once

#include "hub/outbox.h"

#define OUTBOX_TRANSITIONS_MAX 200 /* of one incident are told: the latest */

/* In their order, those not yet saved included. How many; −EIO and others as outbox_list(). */
int outbox_transitions(struct outbox *o, const char *incident,
	void (*on_transition)(const struct transition *t, void *userdata), void *userdata);
