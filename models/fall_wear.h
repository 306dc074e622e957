/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a stream looks like a sensor on a person: one that moves now and then, one that nothing
 * moves, or one whose values cannot be true. Pure; a few numbers a stream.
 *
 * Still: each second's mean stayed within WEAR_STILL_MG of where it was WEAR_STILL_S ago, on every
 * axis. The longest such time in the 15.8 seated hours of Stress-Predict (17 people, awake) is 224
 * s; how still a sleeper's wrist lies was not measured. It may be a table, and it may be somebody
 * who does not move: whoever reads it decides nothing by it alone.
 *
 * Stuck: for WEAR_STUCK_S every second's samples were the same to the last digit, or at a rail, and
 * of a length that gravity cannot have. A sensor that repeats a possible value is told as still.
 */
#pragma once

#include "models/retime.h"

#include <stdbool.h>
#include <stdint.h>

#define WEAR_STILL_MG 15
#define WEAR_STILL_S  1800
#define WEAR_STUCK_S  60

enum wear_state {
	WEAR_UNHEARD, /* less than a second was heard */
	WEAR_WORN,
	WEAR_STILL,
	WEAR_STUCK
};

struct wear_watch {
	int32_t sum_mg[3]; /* of the open second */
	uint16_t bins, odd_bins;
	int16_t first_mg[3]; /* of the open second: an odd bin is this one again, or railed */
	bool has_anchor;
	int16_t anchor_mg[3];
	uint32_t still_s, stuck_s;
	uint32_t moves; /* seconds that were not where the stream had rested before */
};

void wear_watch_init(struct wear_watch *w);
enum wear_state wear_watch_state(const struct wear_watch *w);
/* wear_watch_feed() alone calls it, once in RETIMED_PER_S. */
void wear_watch_close_second(struct wear_watch *w);

/* Inline, since every sample passes. */
static inline __attribute__((always_inline)) void wear_watch_feed(
	struct wear_watch *w, const struct retimed *v)
{
	if (w->bins == 0) {
		w->first_mg[0] = v->x_mg;
		w->first_mg[1] = v->y_mg;
		w->first_mg[2] = v->z_mg;
	}
	w->sum_mg[0] += v->x_mg;
	w->sum_mg[1] += v->y_mg;
	w->sum_mg[2] += v->z_mg;
	if ((v->marks & RETIMED_CLIPPED) ||
		(v->x_mg == w->first_mg[0] && v->y_mg == w->first_mg[1] &&
			v->z_mg == w->first_mg[2]))
		w->odd_bins++;
	if (++w->bins == RETIMED_PER_S)
		wear_watch_close_second(w);
}
