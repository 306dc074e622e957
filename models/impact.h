/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last 25 s of an even stream, and the impacts in it worth a judgement: a peak of |a| of at
 * least IMPACT_LEAST_MG that nothing within a second before or after exceeds. Shared by every judge
 * of falls, so that what a judge is trained on is what it will be asked. Pure; fixed memory.
 */
#pragma once

#include "models/retime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMPACT_LEAST_MG    1400
#define IMPACT_LEAST_POWER ((uint32_t)IMPACT_LEAST_MG * IMPACT_LEAST_MG)
#define IMPACT_ALONE       RETIMED_PER_S        /* bins: a higher peak this near replaces it */
#define IMPACT_BEFORE      (3 * RETIMED_PER_S)  /* bins kept and shown before an impact */
#define IMPACT_AFTER_MAX   (20 * RETIMED_PER_S) /* and the most after it */
#define IMPACT_BINS_MAX    (IMPACT_BEFORE + 1 + IMPACT_AFTER_MAX)
#define IMPACT_RING        1280 /* bins kept: a window and some to spare for a late answer */

struct impact {
	uint64_t bin;   /* since the stream began */
	uint32_t power; /* |a|² in mg² */
};

struct impact_watch {
	uint64_t bins; /* heard */
	uint32_t at;   /* where the next one goes in the ring */
	bool has_peak; /* a peak that may still be exceeded */
	struct impact peak;
	struct retimed ring[IMPACT_RING];
};

/* An impact and what surrounds it, oldest first, in memory of the asker's. */
struct impact_window {
	uint32_t count;  /* bins */
	uint32_t impact; /* which of them it is */
	struct retimed bins[IMPACT_BINS_MAX];
};

static inline uint32_t impact_power(const struct retimed *v)
{
	return (uint32_t)((int32_t)v->x_mg * v->x_mg) + (uint32_t)((int32_t)v->y_mg * v->y_mg) +
	       (uint32_t)((int32_t)v->z_mg * v->z_mg);
}

/* A window of one bin of nothing. */
static inline void impact_window_empty(struct impact_window *w)
{
	w->count = 1;
	w->impact = 0;
	w->bins[0] = (struct retimed){0};
}

void impact_watch_init(struct impact_watch *w);
/* The stream ended: true with the impact that nothing will exceed any more. */
bool impact_watch_finish(struct impact_watch *w, struct impact *ret);
/* What is kept of IMPACT_BEFORE bins before it and `after` bins after it. −ENODATA where the impact
 * itself is no longer kept. */
int impact_watch_window(const struct impact_watch *w, const struct impact *impact, uint32_t after,
	struct impact_window *ret);

/* One bin: true with an impact that is now known to stand alone, IMPACT_ALONE bins after it.
 * Inline, since every sample passes. */
static inline __attribute__((always_inline)) bool impact_watch_feed(
	struct impact_watch *w, const struct retimed *v, struct impact *ret)
{
	uint32_t power = impact_power(v);
	uint64_t bin = w->bins++;
	bool is_alone = w->has_peak && bin - w->peak.bin > IMPACT_ALONE;

	w->ring[w->at] = *v;
	w->at = w->at + 1 < IMPACT_RING ? w->at + 1 : 0;
	if (is_alone) {
		*ret = w->peak;
		w->has_peak = false;
	}
	if (power >= IMPACT_LEAST_POWER && (!w->has_peak || power > w->peak.power)) {
		w->peak = (struct impact){bin, power};
		w->has_peak = true;
	}
	return is_alone;
}
