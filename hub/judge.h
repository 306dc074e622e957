/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what installed sensors say to what may have happened: the fall model on each wearable, the
 * call cord, alarms that a sensor tells by itself. What is no alarm by itself is weighed together
 * with all other evidence (hub/evidence.h) and concluded by judge_next(). No clock, no I/O;
 * allocates in judge_new() and judge_add() only.
 */
#pragma once

#include "hub/escalate.h"
#include "hub/evidence.h"
#include "hub/roster.h"

#define JUDGE_SILENCE_US (5 * US_PER_S) /* a wearable this silent has said all it will say */

struct judge;

/* The roster is borrowed. −EINVAL for a home that cannot be. */
int judge_new(struct judge **ret, const struct roster *roster, const struct fusion_home *home);
struct judge *judge_free(struct judge *j);
/* A sensor was added to the roster: nothing is known of it yet. 0 or −ENOMEM. */
int judge_add(struct judge *j, const struct roster_sensor *sensor);
/* It is about to be removed from the roster: what was known of it is forgotten. */
void judge_remove(struct judge *j, const struct roster_sensor *sensor);

/* A batch of an installed wearable: 0, or −EINVAL for one that the model refuses or a sensor that
 * is no wearable. */
int judge_accel(struct judge *j, const struct roster_sensor *sensor,
	const struct accel_batch *batch, struct moment at);
/* The fall model's answers, where it runs elsewhere; last_us: the wearable's clock at `at`. */
void judge_answers(struct judge *j, const struct roster_sensor *sensor,
	const struct fall_answer answers[], int count, uint64_t last_us, struct moment at);
/* Its stream ended (link lost, recording over): what it still had to say is said. */
void judge_end(struct judge *j, const struct roster_sensor *sensor, struct moment at);
/* A reading of an installed sensor, second hearings too, presses apart (hub/press.h): true with a
 * suspicion. An alarm in the open is unconfirmed when first heard; said again (the same frame or
 * another) it is a confirmation. */
bool judge_reading(struct judge *j, const struct roster_sensor *sensor,
	const struct reading *reading, struct moment at, struct suspicion *ret_suspicion);
/* What is unlike this home, and how hub/rhythm would say it. */
void judge_surprise(struct judge *j, const struct routine_answer *answer,
	const struct suspicion *said, struct moment at);
/* Whether the home is heard at all. */
void judge_heard(struct judge *j, bool is_heard, struct moment at);
/* Whether a wearable's stream looks worn (models/fall_wear.h), for supervision. */
enum wear_state judge_wear(const struct judge *j, const struct roster_sensor *sensor);
/* In how many seconds of its stream it moved (models/fall.h); 0 for what is no wearable. */
uint32_t judge_moves(const struct judge *j, const struct roster_sensor *sensor);
/* Time passed; a wearable silent for JUDGE_SILENCE_US has said all it will say. */
void judge_turn(struct judge *j, struct moment at);
/* When judge_turn() is due, or UINT64_MAX. */
uint64_t judge_next_us(const struct judge *j);
/* After any of these: true with the next thing concluded, until there is none. */
bool judge_next(struct judge *j, struct moment at, struct suspicion *ret);
/* Shocks that are not concluded and still may be, as they would be told now: how many. */
unsigned int judge_waiting(
	const struct judge *j, struct moment at, struct suspicion ret[], unsigned int max);
/* What weighs for an hour and longer, and its recall after a start (hub/lately.h). */
unsigned int judge_lately(
	const struct judge *j, struct moment at, struct evidence_lately ret[FUSION_LATELY_MAX]);
void judge_recall(struct judge *j, const struct evidence_lately *l, struct moment at);
