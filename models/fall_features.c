/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The features' frame: moments of |a| and of its axes in windows round the impact, and the angles
 * between where down was in them. The shape of the impact itself is in fall_shape.c.
 */
#include "models/fall_features.h"
#include "models/fall_line.h"

#include <math.h>
#include <string.h>

enum window { W_FAR, W_PRE, W_LEAD, W_DROP, W_HIT, W_SETTLE, W_POST, W_LATE, W_END, WINDOWS };

/* In bins from the impact, each up to the next. */
static const int16_t bounds[WINDOWS + 1] = {
	-LINE_BEFORE, -100, -50, -20, -5, 6, 25, 50, 75, FALL_FIRST_BINS + 1};

struct moments {
	int32_t count, min_mg, max_mg;
	int64_t sum[3], squares, norm_sum, jerk_squares;
};

int64_t line_root(int64_t square)
{
	return square <= 0 ? 0 : (int64_t)(sqrtf((float)square) + 0.5F);
}

int line_cosine(const int32_t a[3], const int32_t b[3])
{
	int64_t dot = 0, aa = 0, bb = 0;

	for (int k = 0; k < 3; k++) {
		dot += (int64_t)a[k] * b[k];
		aa += (int64_t)a[k] * a[k];
		bb += (int64_t)b[k] * b[k];
	}
	if (aa == 0 || bb == 0)
		return 0;
	return (int)lrintf(1000.0F * ((float)dot / (sqrtf((float)aa) * sqrtf((float)bb))));
}

bool line_direction(const struct fall_line *l, int from, int32_t ret[3])
{
	memset(ret, 0, 3 * sizeof(*ret));
	if (from < l->from || from + 10 > l->to)
		return false;
	for (int k = 0; k < 3; k++) {
		for (int i = from; i < from + 10; i++)
			ret[k] += l->axis_mg[k][i];
	}
	return true;
}

int line_spread(const struct fall_line *l, int from)
{
	int64_t squares = 0, vectors = 0;

	for (int k = 0; k < 3; k++) {
		int64_t sum = 0;

		for (int i = from; i < from + 15; i++) {
			int64_t a = l->axis_mg[k][i];

			sum += a;
			squares += a * a;
		}
		vectors += sum * sum;
	}
	return (int)line_root((squares * 15 - vectors) / (15 * 15));
}

void line_fill(const struct impact_window *w, struct fall_line *ret)
{
	int shift = LINE_BEFORE - (int)w->impact;

	ret->from = line_most(shift, 0);
	ret->to = line_least((int)w->count + shift, LINE_BINS);
	for (int i = ret->from; i < ret->to; i++) {
		const struct retimed *v = &w->bins[i - shift];

		ret->axis_mg[0][i] = v->x_mg;
		ret->axis_mg[1][i] = v->y_mg;
		ret->axis_mg[2][i] = v->z_mg;
		ret->norm_mg[i] = (int32_t)(sqrtf((float)impact_power(v)) + 0.5F);
	}
}

/* Leaves ret as it is where nothing of the window is known. */
static void moments_take(const struct fall_line *l, int from, int to, struct moments *ret)
{
	struct moments m = {.min_mg = INT32_MAX};

	from = line_most(from + LINE_BEFORE, l->from + 1); /* a change needs a bin before */
	to = line_least(to + LINE_BEFORE, l->to);
	for (int i = from; i < to; i++) {
		int32_t norm = l->norm_mg[i];

		m.squares += (int64_t)norm * norm;
		m.norm_sum += norm;
		m.min_mg = norm < m.min_mg ? norm : m.min_mg;
		m.max_mg = norm > m.max_mg ? norm : m.max_mg;
	}
	for (int k = 0; k < 3; k++) {
		for (int i = from; i < to; i++) {
			int64_t a = l->axis_mg[k][i], d = a - l->axis_mg[k][i - 1];

			m.sum[k] += a;
			m.jerk_squares += d * d;
		}
	}
	m.count = to - from;
	if (m.count > 0)
		*ret = m;
}

static void windows_take(const struct fall_line *l, struct moments m[WINDOWS])
{
	memset(m, 0, WINDOWS * sizeof(*m));
	moments_take(l, bounds[W_HIT], bounds[W_HIT + 1], &m[W_HIT]);
	for (int w = W_HIT - 1; w >= 0; w--) {
		m[w] = m[w + 1];
		moments_take(l, bounds[w], bounds[w + 1], &m[w]);
	}
	for (int w = W_HIT + 1; w < WINDOWS; w++) {
		m[w] = m[w - 1];
		moments_take(l, bounds[w], bounds[w + 1], &m[w]);
	}
}

/* The mean vector of two windows that follow each other. */
static void mean_of(const struct moments *a, const struct moments *b, int32_t ret[3])
{
	int32_t count = a->count + b->count;

	for (int k = 0; k < 3; k++)
		ret[k] = count ? (int32_t)((a->sum[k] + b->sum[k]) / count) : 0;
}

static void put_moments(struct feature_writer *w, const struct moments *m)
{
	int64_t n = m->count ? m->count : 1, vectors = 0;

	for (int k = 0; k < 3; k++)
		vectors += m->sum[k] * m->sum[k];
	put(w, m->norm_sum / n);
	put(w, line_root((m->squares * n - m->norm_sum * m->norm_sum) / (n * n)));
	put(w, line_root((m->squares * n - vectors) / (n * n)));
	put(w, m->min_mg);
	put(w, m->max_mg);
	put(w, line_root(m->jerk_squares / n));
}

static void put_cosines(struct feature_writer *w, const struct moments m[WINDOWS],
	const int32_t before[3], const int32_t after[3])
{
	static const uint8_t pairs[][2] = {{W_PRE, W_LEAD}, {W_LEAD, W_DROP}, {W_PRE, W_DROP},
		{W_PRE, W_END}, {W_LEAD, W_END}, {W_DROP, W_END}, {W_SETTLE, W_END},
		{W_POST, W_END}, {W_LATE, W_END}, {W_DROP, W_SETTLE}, {W_PRE, W_POST},
		{W_PRE, W_LATE}};
	static const struct moments none = {0};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		int32_t a[3], b[3];

		mean_of(&m[pairs[i][0]], &none, a);
		mean_of(&m[pairs[i][1]], &none, b);
		put(w, line_cosine(a, b));
	}
	put(w, line_cosine(before, after));
}

/* Which way the blow came, against where down was before and after. */
static void put_blow(struct feature_writer *w, const struct fall_line *l, const int32_t before[3],
	const int32_t after[3])
{
	int32_t blow[3] = {0};

	for (int i = line_most(LINE_BEFORE - 2, l->from); i < line_least(LINE_BEFORE + 3, l->to);
		i++) {
		for (int k = 0; k < 3; k++)
			blow[k] += l->axis_mg[k][i];
	}
	put(w, line_cosine(blow, before));
	put(w, line_cosine(blow, after));
}

void fall_features_of(const struct impact_window *window, int16_t ret[FALL_FEATURES])
{
	struct feature_writer w = {ret};
	struct fall_line line __attribute__((uninitialized)); /* 4 kB that are about to be filled */
	struct moments m[WINDOWS];
	int32_t before[3], after[3];

	line_fill(window, &line);
	windows_take(&line, m);
	mean_of(&m[W_FAR], &m[W_PRE], before);
	mean_of(&m[W_LATE], &m[W_END], after);
	for (int i = W_PRE; i < WINDOWS; i++)
		put_moments(&w, &m[i]);
	put_cosines(&w, m, before, after);
	put_blow(&w, &line, before, after);
	put_velocity(&w, &line, -50, -5, before);
	put_velocity(&w, &line, -25, -3, before);
	put_velocity(&w, &line, -15, 16, before);
	put_velocity(&w, &line, -15, 16, after);
	put_velocity(&w, &line, -5, 40, after);
	put_lightness(&w, &line);
	put_peaks(&w, &line);
	put_turning(&w, &line, before);
	put_stillness(&w, &line);
	put_course(&w, &line, before, after);
}
