/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Worn, still or stuck, second by second; see fall_wear.h.
 */
#include "models/fall_wear.h"

#include <stdlib.h>
#include <string.h>

#define GRAVITY_LEAST_MG \
	600 /* outside, no sensor at rest is right: gain and offset errors included */
#define GRAVITY_MOST_MG 1400

void wear_watch_init(struct wear_watch *w)
{
	*w = (struct wear_watch){0};
}

static bool is_possible(const int16_t mg[3])
{
	int32_t square = mg[0] * mg[0] + mg[1] * mg[1];

	if (abs(mg[2]) > GRAVITY_MOST_MG || square > GRAVITY_MOST_MG * GRAVITY_MOST_MG)
		return false;
	square += mg[2] * mg[2];
	return square >= GRAVITY_LEAST_MG * GRAVITY_LEAST_MG &&
	       square <= GRAVITY_MOST_MG * GRAVITY_MOST_MG;
}

/* The second is over: is it near the anchor, and could it be true? */
void wear_watch_close_second(struct wear_watch *w)
{
	bool is_near = w->has_anchor, is_odd = w->odd_bins == RETIMED_PER_S;
	int16_t mean_mg[3];

	for (int k = 0; k < 3; k++) {
		mean_mg[k] = (int16_t)(w->sum_mg[k] / RETIMED_PER_S);
		is_near = is_near && abs(mean_mg[k] - w->anchor_mg[k]) <= WEAR_STILL_MG;
	}
	w->still_s = is_near ? w->still_s + (w->still_s < UINT32_MAX) : 0;
	w->moves += w->has_anchor && !is_near && w->moves < UINT32_MAX;
	if (!is_near)
		memcpy(w->anchor_mg, mean_mg, sizeof(mean_mg));
	w->has_anchor = true;
	is_odd = is_odd && !is_possible(mean_mg);
	w->stuck_s = is_odd ? w->stuck_s + (w->stuck_s < UINT32_MAX) : 0;
	memset(w->sum_mg, 0, sizeof(w->sum_mg));
	w->bins = w->odd_bins = 0;
}

enum wear_state wear_watch_state(const struct wear_watch *w)
{
	if (!w->has_anchor)
		return WEAR_UNHEARD;
	if (w->stuck_s >= WEAR_STUCK_S)
		return WEAR_STUCK;
	return w->still_s >= WEAR_STILL_S ? WEAR_STILL : WEAR_WORN;
}
