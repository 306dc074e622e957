/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The judge of impacts, for now a threshold-and-stillness rule (models/training/MODEL.md, "rule,
 * 0.1"): how far the acceleration swung, how still it is afterwards, how far the sensor has turned
 * over. A judge sees one window and nothing else. Pure.
 */
#pragma once

#include "models/fall.h"
#include "models/impact.h"

#define FALL_FIRST_BINS  (2 * RETIMED_PER_S) /* judged first with this much after the impact */
#define FALL_SECOND_BINS (FALL_SECOND_ANSWER_S * RETIMED_PER_S)

/* What the rule looks at; measured from a window, in whole units that a person can check. */
struct fall_signs {
	uint32_t swing_mg;  /* length of (largest − smallest) of the three axes, −0.4..+0.8 s */
	uint32_t motion_mg; /* mean |Δx|+|Δy|+|Δz| from one 20 ms bin to the next, +1..+2 s */
	float turn_deg;     /* between the mean directions of −2..−0.8 s and +0.8..+2 s */
	uint32_t still_s;   /* whole seconds from +1 s on: the longest run of still ones */
	uint32_t lively_s;  /* … and how many are lively, from +2 s on */
	uint32_t gap_bins;  /* of the whole window */
	bool is_clipped;    /* within a second of the impact */
};

void fall_signs_of(const struct impact_window *w, struct fall_signs *ret);
/* Probability of a fall, 0..1. The second stage also weighs what came after the first. */
float fall_judge(const struct fall_signs *s, enum wear_place place, enum fall_stage stage);
/* The shipped threshold. */
float fall_threshold(enum wear_place place, enum fall_stage stage);
