/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside fall_features and fall_waves: the bins round one impact laid out by axis, and the
 * arithmetic on them.
 */
#pragma once

#include "models/fall_features.h"

#define LINE_BEFORE IMPACT_BEFORE
#define LINE_BINS   (LINE_BEFORE + 1 + FALL_FIRST_BINS)

/* Bin LINE_BEFORE is the impact; only from ..  to − 1 are known. */
struct fall_line {
	int32_t axis_mg[3][LINE_BINS];
	int32_t norm_mg[LINE_BINS];
	int from, to;
};

struct feature_writer {
	int16_t *at;
};

static inline int line_most(int a, int b)
{
	return a > b ? a : b;
}

static inline int line_least(int a, int b)
{
	return a < b ? a : b;
}

static inline void put(struct feature_writer *w, int64_t value)
{
	*w->at++ = (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

/* The window round its impact; what it does not hold stays as it was. */
void line_fill(const struct impact_window *w, struct fall_line *ret);
int64_t line_root(int64_t square); /* to the nearest; 0 of what is negative */
/* cos × 1000 of the angle between two vectors; 0 when one of them is nothing. */
int line_cosine(const int32_t a[3], const int32_t b[3]);
/* Sum of 10 bins from `from` on, counted in the line; false where they are not all known. */
bool line_direction(const struct fall_line *l, int from, int32_t ret[3]);
/* Root of the variance of all axes together over 15 bins. */
int line_spread(const struct fall_line *l, int from);

/* fall_shape.c: */
void put_velocity(struct feature_writer *w, const struct fall_line *l, int from, int to,
	const int32_t down[3]);
void put_lightness(struct feature_writer *w, const struct fall_line *l);
void put_peaks(struct feature_writer *w, const struct fall_line *l);
void put_turning(struct feature_writer *w, const struct fall_line *l, const int32_t before[3]);
void put_stillness(struct feature_writer *w, const struct fall_line *l);
void put_course(struct feature_writer *w, const struct fall_line *l, const int32_t before[3],
	const int32_t after[3]);
