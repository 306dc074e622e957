/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pause (hub/pause.h) in this hub: begun and ended by a button, a technician or its time; said
 * aloud, kept in state_dir/pause, told to the centre with the heartbeat.
 */
#pragma once

#include "hub/hub.h"

#define PAUSING_GAP_US (2 * US_PER_S) /* between two presses of the pause button */

/* Takes up one that was on; one that ended meanwhile is over. */
void pausing_resume(struct hub *h, struct moment at);
/* The pause button: begins one of the usual length, or ends the one that is on. */
void pausing_pressed(struct hub *h, struct moment at);
/* A row of the duties: it ends by itself. */
void pausing_turn(struct hub *h, struct moment at);
uint64_t pausing_next_us(const struct hub *h);
/* True where this makes no incident now (and is told to those who follow). */
bool pausing_withholds(struct hub *h, const struct suspicion *s, struct moment at);

/* The verbs `pause` and `resume` (hub/requests.h). */
int pausing_request_pause(struct hub *h, const json_t *request, json_t *answer);
int pausing_request_resume(struct hub *h, const json_t *request, json_t *answer);
