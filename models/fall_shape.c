/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shape of an impact: how light it became before, how it struck, how the sensor turned and when
 * it came to rest. Which of them beats what is in models/training/MODEL.md.
 */
#include "models/fall_line.h"

#include <stdlib.h>
#include <string.h>

#define LIGHT_BINS 60 /* looked at for lightness: 1.2 s */

/* Sums of a − g over [from, to) from the impact, in mg·s, g of 1000 mg along `down`: how long the
 * sum is, and its part along down. */
void put_velocity(struct feature_writer *w, const struct fall_line *l, int from, int to,
	const int32_t down[3])
{
	int64_t sum[3] = {0}, square = 0, along = 0, norm = 0, n;

	from = line_most(LINE_BEFORE + from, l->from);
	to = line_least(LINE_BEFORE + to, l->to);
	n = to > from ? to - from : 0;
	for (int k = 0; k < 3; k++)
		norm += (int64_t)down[k] * down[k];
	norm = norm ? line_root(norm) : 1;
	for (int k = 0; k < 3; k++) {
		for (int i = from; i < to; i++)
			sum[k] += l->axis_mg[k][i];
		along += sum[k] * down[k];
		sum[k] -= n * 1000 * down[k] / norm;
		square += sum[k] * sum[k];
	}
	put(w, line_root(square) / RETIMED_PER_S);
	put(w, (along / norm - n * 1000) / RETIMED_PER_S);
}

/* Least |a| before the impact, how long before, bins below 0.8 and 0.6 g, longest run below 0.75 g
 * and how long ago it ended, and the lightness summed up. */
void put_lightness(struct feature_writer *w, const struct fall_line *l)
{
	int least = 1000, when = 0, below800 = 0, below600 = 0, run = 0, longest = 0,
	    ago = LIGHT_BINS;
	int64_t lightness = 0;

	for (int i = line_most(LINE_BEFORE - LIGHT_BINS, l->from); i < LINE_BEFORE; i++) {
		int a = l->norm_mg[i];

		if (a < least) {
			least = a;
			when = LINE_BEFORE - i;
		}
		below800 += a < 800;
		below600 += a < 600;
		run = a < 750 ? run + 1 : 0;
		longest = line_most(longest, run);
		ago = a < 750 ? LINE_BEFORE - i : ago;
		lightness += a < 1000 ? 1000 - a : 0;
	}
	put(w, least);
	put(w, when);
	put(w, below800);
	put(w, below600);
	put(w, longest);
	put(w, ago);
	put(w, lightness / RETIMED_PER_S);
}

/* In [from, to): local maxima above 1.3 g, bins above 1.5 g, the largest in thousandths of the
 * peak. */
static void put_crossings(struct feature_writer *w, const struct fall_line *l, int from, int to)
{
	int peaks = 0, over = 0, largest = 0;

	from = line_most(LINE_BEFORE + from, l->from + 1);
	to = line_least(LINE_BEFORE + to, l->to - 1);
	for (int i = from; i < to; i++) {
		int a = l->norm_mg[i];

		peaks += a > 1300 && a >= l->norm_mg[i - 1] && a > l->norm_mg[i + 1];
		over += a > 1500;
		largest = line_most(largest, a);
	}
	put(w, peaks);
	put(w, over);
	put(w, (int64_t)largest * 1000 / line_most(l->norm_mg[LINE_BEFORE], 1));
}

/* Peaks before, round and after the impact; its width at half height to either side; its bulk. */
void put_peaks(struct feature_writer *w, const struct fall_line *l)
{
	static const int16_t parts[][2] = {
		{-LINE_BEFORE, -50}, {-50, -10}, {-10, 11}, {11, 50}, {50, 96}};
	int half = (l->norm_mg[LINE_BEFORE] + 1000) / 2, left = LINE_BEFORE, right = LINE_BEFORE;
	int64_t bulk = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		put_crossings(w, l, parts[i][0], parts[i][1]);
	while (left > l->from && l->norm_mg[left] > half)
		left--;
	while (right < l->to - 1 && l->norm_mg[right] > half)
		right++;
	put(w, LINE_BEFORE - left);
	put(w, right - LINE_BEFORE);
	for (int i = line_most(LINE_BEFORE - 15, l->from); i < line_least(LINE_BEFORE + 16, l->to);
		i++)
		bulk += l->norm_mg[i] > 1200 ? l->norm_mg[i] - 1200 : 0;
	put(w, bulk / RETIMED_PER_S);
}

/* Before, round and after the impact: how far the direction got from where it was before, and how
 * much it turned from 0.2 s to 0.2 s. */
void put_turning(struct feature_writer *w, const struct fall_line *l, const int32_t before[3])
{
	int least[3] = {1000, 1000, 1000}, path[3] = {0};
	int32_t mean[3], last[3];
	bool has_last = false;

	for (int i = -100; i + 10 <= FALL_FIRST_BINS + 1; i += 10) {
		int part = i < -10 ? 0 : i < 30 ? 1 : 2;

		if (!line_direction(l, LINE_BEFORE + i, mean))
			continue;
		least[part] = line_least(least[part], line_cosine(mean, before));
		path[part] += has_last ? 1000 - line_cosine(mean, last) : 0;
		memcpy(last, mean, sizeof(last));
		has_last = true;
	}
	for (int p = 0; p < 3; p++) {
		put(w, least[p]);
		put(w, path[p]);
	}
}

/* The quietest 0.3 s after the impact and when; the last movement; how much movement. */
void put_stillness(struct feature_writer *w, const struct fall_line *l)
{
	int quietest = INT16_MAX, when = FALL_FIRST_BINS, last_move = 0, moving = 0;

	for (int i = LINE_BEFORE + 1; i < l->to; i++) {
		int off = abs(l->norm_mg[i] - 1000);

		moving += off > 150;
		last_move = off > 250 ? i - LINE_BEFORE : last_move;
	}
	for (int i = LINE_BEFORE + 5; i + 15 <= l->to; i += 5) {
		int spread = line_spread(l, i);

		if (spread < quietest) {
			quietest = spread;
			when = i - LINE_BEFORE;
		}
	}
	put(w, quietest);
	put(w, when);
	put(w, last_move);
	put(w, moving);
}

/* The course of the direction against where down was afterwards, when it left where it was before
 * and when it reached where it is after. */
void put_course(struct feature_writer *w, const struct fall_line *l, const int32_t before[3],
	const int32_t after[3])
{
	static const int8_t at[] = {-100, -75, -50, -38, -25, -15, 8, 18, 28, 38, 50, 65};
	int left = 100, reached = 0;
	int32_t mean[3];

	for (size_t i = 0; i < sizeof(at); i++)
		put(w, line_direction(l, LINE_BEFORE + at[i], mean) ? line_cosine(mean, after)
								    : 1000);
	for (int i = -100; i <= 0; i += 5)
		if (line_direction(l, LINE_BEFORE + i, mean) && line_cosine(mean, before) > 900)
			left = -i;
	for (int i = 0; i <= 85; i += 5)
		if (line_direction(l, LINE_BEFORE + i, mean) && line_cosine(mean, after) < 900)
			reached = i + 5;
	put(w, left);
	put(w, reached);
}
