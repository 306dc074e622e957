/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sensor's own stamps in, an even 50 Hz out. Real streams stamp samples in bursts (a Fitbit
 * Sense: five samples 1..2 ms apart each 100 ms, 50 Hz by count; seen in WEDA-FALL, 2026-11),
 * twice, late, or lose 100-400 ms on the air. So a sample's time is believed by its count first and
 * by its stamp in the long run: a second-order loop follows the stream's period and phase, and only
 * a jump well beyond the stream's usual jitter is a gap. Each sample lands whole in its own 20 ms
 * bin (faster streams are averaged, so peaks of slower ones are kept), and empty bins are drawn as
 * a straight line, marked RETIMED_GAP where the samples were lost.
 *
 * Pure: fixed memory, integers only, at most RETIME_GAP_MAX_US / RETIMED_US bins a sample. Push one
 * sample, then take what is ready with retime_next() until it says false.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RETIMED_US         20000    /* one bin: 50 Hz */
#define RETIMED_PER_S      50       /* bins */
#define RETIME_GAP_MAX_US  10000000 /* a longer silence is another stream */
#define RETIME_HELD_MAX    64       /* samples held at the start to learn the period … */
#define RETIME_HELD_US     1000000  /* … or this long, whichever ends first */
#define RETIME_CLIP_LOW_MG 1900     /* range not known: a value repeated above this is a rail */

enum retimed_mark {
	RETIMED_GAP = 1,    /* nothing was heard here: the value is drawn */
	RETIMED_CLIPPED = 2 /* at least one sample in it stood at the sensor's rail */
};

struct retimed {
	int16_t x_mg, y_mg, z_mg;
	uint16_t marks; /* of enum retimed_mark */
};

struct retime_sample {
	int64_t stamp_us; /* after the stream's first */
	struct retimed value;
};

struct retime {
	uint64_t first_us;   /* the stream's first stamp */
	int64_t stamp_us;    /* … and everything else after it: last stamp, */
	int64_t believed_us; /* where the last sample is believed to lie, */
	int64_t bin_end_us;  /* end of the open bin */
	uint32_t period_us;
	uint32_t jitter_us;           /* mean distance between stamp and belief */
	uint32_t span_us, span_count; /* since the period was last looked at */
	bool is_started, is_ending;
	struct retimed previous; /* the sample before: a repeated high value is a rail */
	/* the open bin */
	int32_t sum_mg[3];
	uint16_t count, marks;
	/* the bin that a sample closed, not yet taken, and the line drawn after it */
	bool has_ready;
	struct retimed ready;
	struct retimed from, to;
	uint32_t drawn, to_draw;
	uint16_t draw_marks;
	/* samples taken, not yet placed */
	uint16_t held_first, held_count;
	struct retime_sample held[RETIME_HELD_MAX];
};

/* A new stream. */
void retime_init(struct retime *r);
/*
 * One sample by its sensor's clock; range_mg is the full scale or 0. Takes nothing and returns
 * −EINVAL where the stamp lies before the last one, −ESTALE where it lies more than
 * RETIME_GAP_MAX_US after it (finish this stream and start another), −ENOBUFS where what was ready
 * has not been taken.
 */
int retime_push(struct retime *r, uint64_t stamp_us, int16_t x_mg, int16_t y_mg, int16_t z_mg,
	uint16_t range_mg);
/* No more samples: what is held and the open bin become ready. */
void retime_finish(struct retime *r);
/* The next bin in order, or false. Bin n's middle lies n · RETIMED_US after retime_first_us(). */
bool retime_next(struct retime *r, struct retimed *ret);
/* The sensor's clock at the middle of bin 0, known once a first bin has been taken. Up to a quarter
 * of a second before the first stamp, so it may lie before the clock's zero. */
static inline int64_t retime_first_us(const struct retime *r)
{
	return (int64_t)r->first_us;
}
