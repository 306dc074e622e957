/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the hub keeps of what it hears: feeds the diary and the history. Losing any of it delays and
 * changes no alarm.
 */
#pragma once

#include "hub/hub.h"

/* 0 or −errno; keep_done() in any case. */
int keep_init(struct hub *h);
/* Writes what is not written yet. */
void keep_done(struct hub *h);

void keep_reading(struct hub *h, const struct roster_sensor *sensor, const struct reading *reading,
	struct moment at);
void keep_accel(struct hub *h, const struct roster_sensor *sensor, const struct accel_batch *batch,
	struct moment at);
/* After each change of an incident. */
void keep_incident(struct hub *h, const struct episode *episode);

/* The minute's turn, among the duties. */
uint64_t keep_next_us(const struct hub *h);
void keep_turn(struct hub *h, struct moment at);
