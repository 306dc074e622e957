/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what installed sensors say to what may have happened: the fall model on each wearable, the
 * call cord, alarms that a sensor tells by itself (smoke, a pendant with its own fall
 * detection). Each sensor is judged alone; weighing them together is fusion's matter and takes this
 * file's place. No clock, no I/O; allocates in judge_new() and judge_add() only.
 */
#pragma once

#include "hub/escalate.h"
#include "hub/roster.h"

#define JUDGE_SILENCE_US (5 * US_PER_S) /* a wearable this silent has said all it will say */

struct judge;

/* The roster is borrowed. */
int judge_new(struct judge **ret, const struct roster *roster);
struct judge *judge_free(struct judge *j);
/* A sensor was added to the roster: nothing is known of it yet. 0 or −ENOMEM. */
int judge_add(struct judge *j, const struct roster_sensor *sensor);
/* It is about to be removed from the roster: what was known of it is forgotten. */
void judge_remove(struct judge *j, const struct roster_sensor *sensor);

/* What a batch of an installed wearable says: 0..FALL_EVENTS_MAX suspicions, or −EINVAL for a batch
 * that the model refuses or a sensor that is no wearable. */
int judge_accel(struct judge *j, const struct roster_sensor *sensor,
	const struct accel_batch *batch, struct moment at, struct suspicion ret[FALL_EVENTS_MAX]);
/* Time passed: what a wearable that fell silent JUDGE_SILENCE_US ago still had to say. Asks one
 * wearable a call: 0 when none is left. */
int judge_silence(struct judge *j, struct moment at, struct suspicion ret[FALL_EVENTS_MAX]);
/* Its stream ended (link lost, recording over): what this wearable still had to say. */
int judge_end(struct judge *j, const struct roster_sensor *sensor, struct moment at,
	struct suspicion ret[FALL_EVENTS_MAX]);
/* When judge_silence() may have something to say, or UINT64_MAX. */
uint64_t judge_next_us(const struct judge *j);

/* A reading of an installed sensor, second hearings too, presses apart (hub/press.h): true with a
 * suspicion. An alarm in the open is unconfirmed when first heard; said again (the same frame or
 * another) it is a confirmation. */
bool judge_reading(struct judge *j, const struct roster_sensor *sensor,
	const struct reading *reading, struct moment at, struct suspicion *ret_suspicion);
