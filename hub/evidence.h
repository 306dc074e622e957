/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the hub and models/fusion: installed sensors become its sensors (by their rows), what
 * they say its evidence, its verdicts suspicions with phrases for the operator, in French. No
 * clock, no I/O; allocates in evidence_new() only.
 */
#pragma once

#include "hub/roster.h"
#include "hub/suspicion.h"
#include "models/fusion.h"

struct evidence;

/* The roster is borrowed; whoever is in it is installed. −ENOMEM; −EINVAL for a home that cannot
 * be (models/fusion.h). */
int evidence_new(
	struct evidence **ret, const struct roster *roster, const struct fusion_home *home);
struct evidence *evidence_free(struct evidence *e);
/* A sensor was added to the roster, or is about to leave it. */
void evidence_add(struct evidence *e, const struct roster_sensor *sensor);
void evidence_remove(struct evidence *e, const struct roster_sensor *sensor);

void evidence_reading(struct evidence *e, const struct roster_sensor *sensor,
	const struct reading *reading, struct moment at);
/* A wearable's samples, before the answers to them. */
void evidence_accel(
	struct evidence *e, const struct roster_sensor *sensor, const struct accel_batch *batch);
/* Answers of the fall model; last_us: the wearable's clock at `at`. */
void evidence_answers(struct evidence *e, const struct roster_sensor *sensor,
	const struct fall_answer answers[], int count, uint64_t last_us, struct moment at);
/* The wearable itself says a fall. */
void evidence_told(struct evidence *e, const struct roster_sensor *sensor, struct moment at);
/* What is unlike this home, and how hub/rhythm would say it. */
void evidence_surprise(struct evidence *e, const struct routine_answer *answer,
	const struct suspicion *said, struct moment at);
/* Whether the home is heard at all. */
void evidence_heard(struct evidence *e, bool is_heard, struct moment at);

void evidence_turn(struct evidence *e, struct moment at);
uint64_t evidence_next_us(const struct evidence *e);
/* True with the next thing to be told; until there is none. */
bool evidence_conclude(struct evidence *e, struct moment at, struct suspicion *ret);
/* Shocks that are not concluded and still may be, as they would be told now: how many. */
unsigned int evidence_waiting(
	const struct evidence *e, struct moment at, struct suspicion ret[], unsigned int max);

/* What fusion heard lately (models/fusion.h), by names and calendar, for who keeps it. */
struct evidence_lately {
	struct sensor_id sensor; /* ""; the outer door */
	double amount;
	uint32_t count;
	int64_t at_ms; /* UTC */
};
unsigned int evidence_lately(
	const struct evidence *e, struct moment at, struct evidence_lately ret[FUSION_LATELY_MAX]);
/* What was kept, after the start: of a sensor that is not installed it is passed over. */
void evidence_recall(struct evidence *e, const struct evidence_lately *l, struct moment at);
