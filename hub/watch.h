/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Joins supervision to the hub: which way each sensor is heard by, what sources tell of themselves,
 * and the store. Loop thread only.
 */
#pragma once

#include "hub/hub.h"

#define WATCH_SAVE_US \
	(6 * 3600 * US_PER_S) /* what was learned is kept so often: flash is precious */

/* After the store: every sensor of the roster is watched, with what the store knew of it. */
void watch_begin(struct hub *h, struct moment at);
/* A sensor gave a sign of life. */
void watch_hear(struct hub *h, const struct roster_sensor *sensor, uint64_t now_us);
/* What a source last told of itself has changed. */
void watch_source(const struct hub_source *source, uint64_t now_us);
/* The slow round. */
void watch_turn(struct hub *h, struct moment at);
/* Keeps what was learned. */
void watch_save(struct hub *h, struct moment at);
