/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Joins supervision to the hub: which way each sensor is heard by, what sources tell of themselves,
 * the store, the home's power, and from faults to incidents. Loop thread only.
 */
#pragma once

#include "hub/hub.h"

#include <jansson.h>

#define WATCH_SAVE_US \
	(6 * 3600 * US_PER_S)           /* what was learned is kept so often: flash is precious */
#define WATCH_STARTS  5                 /* within an hour are too many */
#define WATCH_NOTE_US (3600 * US_PER_S) /* what was is said for so long */
#define WATCH_STEP_MS 2000              /* what a clock may drift between two rounds */
#define WATCH_LINK_US (60 * US_PER_S)   /* a shorter loss of the link is not worth a word */

/* After the store: every sensor of the roster is watched, with what the store knew of it. */
void watch_begin(struct hub *h, struct moment at);
/* A sensor gave a sign of life. */
void watch_hear(struct hub *h, const struct roster_sensor *sensor, uint64_t now_us);
/* A sensor was added to the roster, or is about to leave it: its faults are over, which the next
 * watch_tell() tells. */
void watch_add(struct hub *h, const struct roster_sensor *sensor, struct moment at);
void watch_remove(struct hub *h, const struct roster_sensor *sensor, struct moment at);
/* What a source last told of itself has changed. */
void watch_source(const struct hub_source *source, uint64_t now_us);
/* The way to the centre is open, or not. */
void watch_link(struct hub *h, bool is_up, struct moment at);
/* The slow round. */
void watch_turn(struct hub *h, struct moment at);
/* Keeps what was learned. */
void watch_save(struct hub *h, struct moment at);
/* What is wrong, for a technician, in English: beside the `count` there are already, at most
 * HEARTBEAT_FAULTS_MAX together. */
unsigned int watch_faults(
	const struct hub *h, char ret[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX], unsigned int count);
/* The faults there are, as a list of {kind, subject, name, room, what, since_ms, told} for the
 * control socket. */
json_t *watch_faults_json(const struct hub *h);
