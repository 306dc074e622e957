/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The curves; see fall_waves.h. One curve after the other, so that compilers take many bins at a
 * time. The same on every machine: products of vectors are whole numbers below 2^53, which doubles
 * hold, and from there on single precision, one operation at a time.
 */
#include "models/fall_waves.h"
#include "models/fall_line.h"

#include <math.h>

#define INLINE static inline __attribute__((always_inline)) /* once for each width of registers */

#define PRESS_MG     4096
#define BEFORE_BINS  100 /* 2 s from the first bin on */
#define AFTER_BINS   50  /* 1 s to the last */
#define SMOOTH       5   /* bins to either side */
#define TURNING_BINS 10
#define COSINE_PARTS 1000.0F

#define BINS   ((FALL_WAVE_BINS + 7) / 8 * 8) /* registers are full; the last few go nowhere */
#define BEYOND 10                             /* bins to either side that are as the outermost */

_Static_assert(BEYOND >= TURNING_BINS && BEYOND >= BINS - FALL_WAVE_BINS + SMOOTH, "all are there");

struct vector {
	int32_t x, y, z;
};

/* Vectors bin by bin; the first is at BEYOND. */
struct course {
	int32_t axis[3][BEYOND + BINS + BEYOND];
	float length[BEYOND + BINS + BEYOND];
};

/* Of a vector that is nothing the length is 1: what is divided by it is 0 all the same. */
struct direction {
	struct vector v;
	float length;
};

INLINE struct vector at(const struct course *c, int bin)
{
	return (struct vector){
		c->axis[0][BEYOND + bin], c->axis[1][BEYOND + bin], c->axis[2][BEYOND + bin]};
}

INLINE float dot_of(struct vector a, struct vector b)
{
	return (float)((double)a.x * b.x + (double)a.y * b.y + (double)a.z * b.z);
}

INLINE float length_of(struct vector v)
{
	float square = dot_of(v, v);

	return sqrtf(square > 1 ? square : 1);
}

/* As lrintf(), but many at a time: with 1.5 · 2^23 added, a float holds no less than whole numbers.
 * |x| < 2^22. */
INLINE int32_t nearest(float x)
{
	float whole = x + 12582912.0F;

	return (int32_t)(whole - 12582912.0F);
}

/*
 * v · 4096 / (4096 + v), rounded down, is 4096 − q, with q = 2^24 / (4096 + v) rounded up. Where q
 * is no whole number it is above the next lower one, k, by 1 / (4096 + v) or more, which is q /
 * 2^24 and so more than k / 2^24, which is half a float's step above k or more: it is not taken for
 * k.
 */
INLINE void press(int32_t mg[BINS])
{
	for (int i = 0; i < BINS; i++) {
		int32_t size = mg[i] < 0 ? -mg[i] : mg[i];
		float quotient = (float)(PRESS_MG * PRESS_MG) / (float)(PRESS_MG + size);
		int32_t down = (int32_t)quotient;
		int32_t pressed = PRESS_MG - (down + ((float)down < quotient));

		mg[i] = mg[i] < 0 ? -pressed : pressed;
	}
}

/* What was not seen is as the nearest bin that was. */
INLINE void fill(const struct impact_window *w, struct course *ret)
{
	int shift = LINE_BEFORE - (int)w->impact;
	int from = line_most(shift, 0), to = line_least((int)w->count + shift, FALL_WAVE_BINS);

	for (int i = 0; i < BEYOND + BINS + BEYOND; i++) {
		int bin = line_most(line_least(i - BEYOND, to - 1), from);
		const struct retimed *v = &w->bins[bin - shift];

		ret->axis[0][i] = v->x_mg;
		ret->axis[1][i] = v->y_mg;
		ret->axis[2][i] = v->z_mg;
	}
}

INLINE int32_t mean_over(const int32_t *bins, int count)
{
	int32_t sum = 0;

	for (int i = 0; i < count; i++)
		sum += bins[i];
	return sum / count;
}

INLINE struct direction direction_over(const struct course *line, int from, int count)
{
	struct direction d;

	d.v.x = mean_over(&line->axis[0][BEYOND + from], count);
	d.v.y = mean_over(&line->axis[1][BEYOND + from], count);
	d.v.z = mean_over(&line->axis[2][BEYOND + from], count);
	d.length = length_of(d.v);
	return d;
}

/* Sums over SMOOTH bins to either side. */
INLINE void smooth(const struct course *line, struct course *ret)
{
	for (int k = 0; k < 3; k++) {
		for (int i = BEYOND; i < BEYOND + BINS; i++) {
			int32_t sum = 0;

			for (int j = i - SMOOTH; j <= i + SMOOTH; j++)
				sum += line->axis[k][j];
			ret->axis[k][i] = sum;
		}
		for (int i = 0; i < BEYOND; i++)
			ret->axis[k][i] = ret->axis[k][BEYOND];
	}
	for (int i = -BEYOND; i < BINS; i++)
		ret->length[BEYOND + i] = length_of(at(ret, i));
}

INLINE void norms(const struct course *line, int32_t ret[BINS])
{
	for (int i = 0; i < BINS; i++)
		ret[i] = (int32_t)(sqrtf(dot_of(at(line, i), at(line, i))) + 0.5F);
}

INLINE void along(const struct course *line, const struct direction *d, int32_t ret[BINS])
{
	for (int i = 0; i < BINS; i++)
		ret[i] = nearest(dot_of(at(line, i), d->v) / d->length);
}

/* The part that is not the part along. The product is rounded as the difference of squares is. */
INLINE void across(const int32_t norm[BINS], const int32_t down[BINS], int32_t ret[BINS])
{
	for (int i = 0; i < BINS; i++) {
		float square = (float)(norm[i] - down[i]) * (float)(norm[i] + down[i]);

		ret[i] = (int32_t)(sqrtf(square > 0 ? square : 0) + 0.5F);
	}
}

INLINE void changes(const struct course *line, int32_t ret[BINS])
{
	for (int i = 0; i < BINS; i++) {
		struct vector now = at(line, i), last = at(line, i - 1);
		struct vector change = {now.x - last.x, now.y - last.y, now.z - last.z};

		ret[i] = nearest(sqrtf(dot_of(change, change)));
	}
}

INLINE void cosines(const struct course *turned, const struct direction *d, int32_t ret[BINS])
{
	for (int i = 0; i < BINS; i++)
		ret[i] = nearest(COSINE_PARTS * (dot_of(at(turned, i), d->v) /
							(turned->length[BEYOND + i] * d->length)));
}

INLINE void turning(const struct course *turned, int32_t ret[BINS])
{
	const float *length = &turned->length[BEYOND];

	for (int i = 0; i < BINS; i++)
		ret[i] = nearest(
			COSINE_PARTS * (dot_of(at(turned, i), at(turned, i - TURNING_BINS)) /
					       (length[i] * length[i - TURNING_BINS])));
}

INLINE void curves_of(const struct impact_window *w, struct fall_waves *ret)
{
	struct course line __attribute__((uninitialized)), turned __attribute__((uninitialized));
	int32_t curve[FALL_WAVES][BINS] __attribute__((uninitialized)); /* all filled here */
	struct direction before, after;

	fill(w, &line);
	smooth(&line, &turned);
	before = direction_over(&line, 0, BEFORE_BINS);
	after = direction_over(&line, FALL_WAVE_BINS - AFTER_BINS, AFTER_BINS);
	norms(&line, curve[FALL_WAVE_NORM]);
	along(&line, &before, curve[FALL_WAVE_ALONG_BEFORE]);
	along(&line, &after, curve[FALL_WAVE_ALONG_AFTER]);
	across(curve[FALL_WAVE_NORM], curve[FALL_WAVE_ALONG_BEFORE], curve[FALL_WAVE_ACROSS]);
	changes(&line, curve[FALL_WAVE_CHANGE]);
	for (int k = FALL_WAVE_NORM; k <= FALL_WAVE_CHANGE; k++)
		press(curve[k]);
	cosines(&turned, &before, curve[FALL_WAVE_FROM_BEFORE]);
	cosines(&turned, &after, curve[FALL_WAVE_FROM_AFTER]);
	turning(&turned, curve[FALL_WAVE_TURNING]);
	for (int i = 0; i < FALL_WAVE_BINS; i++)
		for (int k = 0; k < FALL_WAVES; k++)
			ret->at[i][k] = (int16_t)curve[k][i];
}

void fall_waves_of_narrow(const struct impact_window *w, struct fall_waves *ret)
{
	curves_of(w, ret);
}

#if defined(__x86_64__)
static __attribute__((target("avx2"))) void curves_wide(
	const struct impact_window *w, struct fall_waves *ret)
{
	curves_of(w, ret);
}
#endif

void fall_waves_of(const struct impact_window *w, struct fall_waves *ret)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2")) {
		curves_wide(w, ret);
		return;
	}
#endif
	fall_waves_of_narrow(w, ret);
}
