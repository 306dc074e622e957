/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The net's layers; see fall_net.h. Written so that compilers turn the sums into multiply-and-add
 * of eight 16-bit numbers at a time, or of sixteen where the processor has AVX2: integers, so that
 * the sums are the same.
 */
#include "models/fall_net.h"

#include <stdlib.h>
#include <string.h>

#define ABREAST     4 /* sums that share one reading of the inputs */
#define MARGIN_DOWN 9 /* 1024ths times 2048ths to FALL_LEAF_PARTS */

_Static_assert(FALL_NET_HIDDEN % ABREAST == 0 && FALL_NET_SECOND % ABREAST == 0, "layers of fours");

static inline int32_t rectified(int32_t sum)
{
	sum >>= FALL_NET_SHIFT;
	sum = sum < 0 ? 0 : sum;
	return sum > FALL_NET_MOST ? FALL_NET_MOST : sum;
}

static inline __attribute__((always_inline)) void take_inputs(const struct fall_net *n,
	const int16_t features[FALL_FEATURES], int16_t ret[FALL_NET_INPUTS])
{
	int16_t x[FALL_NET_INPUTS] __attribute__((uninitialized));

	memcpy(x, features, FALL_FEATURES * sizeof(x[0]));
	for (int i = FALL_FEATURES; i < FALL_NET_INPUTS; i++)
		x[i] = 0;
	for (int i = 0; i < FALL_NET_INPUTS; i++) {
		int16_t v = x[i] < n->low[i] ? n->low[i] : x[i];

		v = v > n->high[i] ? n->high[i] : v;
		ret[i] = (int16_t)((v - n->middle[i]) * n->times[i]);
	}
}

/* `width` is known where it is called. */
static inline __attribute__((always_inline)) void sum_four(const int16_t *restrict inputs,
	const int16_t *restrict weights, const int width, int32_t *restrict ret)
{
	int32_t a = 0, b = 0, c = 0, d = 0;

	for (int i = 0; i < width; i++) {
		a += inputs[i] * weights[i];
		b += inputs[i] * weights[width + i];
		c += inputs[i] * weights[2 * width + i];
		d += inputs[i] * weights[3 * width + i];
	}
	ret[0] = a;
	ret[1] = b;
	ret[2] = c;
	ret[3] = d;
}

/* Compiled once for any processor and once for AVX2. What is not set here is about to be. */
static inline __attribute__((always_inline)) int32_t margin_of(
	const struct fall_net *n, const int16_t features[FALL_FEATURES])
{
	int16_t inputs[FALL_NET_INPUTS] __attribute__((uninitialized));
	int16_t hidden[FALL_NET_HIDDEN] __attribute__((uninitialized));
	int32_t sums[FALL_NET_HIDDEN] __attribute__((uninitialized));
	int32_t margin = n->last_offset;

	take_inputs(n, features, inputs);
	for (int h = 0; h < FALL_NET_HIDDEN; h += ABREAST)
		sum_four(inputs, n->first[h], FALL_NET_INPUTS, &sums[h]);
	for (int h = 0; h < FALL_NET_HIDDEN; h++)
		hidden[h] = (int16_t)rectified(sums[h] + n->first_offset[h]);
	for (int s = 0; s < FALL_NET_SECOND; s += ABREAST)
		sum_four(hidden, n->second[s], FALL_NET_HIDDEN, &sums[s]);
	for (int s = 0; s < FALL_NET_SECOND; s++)
		margin += (int16_t)rectified(sums[s] + n->second_offset[s]) * n->last[s];
	return margin >> MARGIN_DOWN;
}

int32_t fall_net_margin_narrow(const struct fall_net *n, const int16_t features[FALL_FEATURES])
{
	return margin_of(n, features);
}

#if defined(__x86_64__)
static __attribute__((target("avx2"))) int32_t margin_wide(
	const struct fall_net *n, const int16_t features[FALL_FEATURES])
{
	return margin_of(n, features);
}

int32_t fall_net_margin(const struct fall_net *n, const int16_t features[FALL_FEATURES])
{
	return __builtin_cpu_supports("avx2") ? margin_wide(n, features)
					      : fall_net_margin_narrow(n, features);
}
#else
int32_t fall_net_margin(const struct fall_net *n, const int16_t features[FALL_FEATURES])
{
	return fall_net_margin_narrow(n, features);
}
#endif

/* The most a sum can reach, from its offset and its weights times the most of each input. */
static int64_t most_of(int64_t offset, const int16_t *weights, const int32_t *inputs, int count)
{
	int64_t most = llabs(offset);

	for (int i = 0; i < count; i++)
		most += (int64_t)abs(weights[i]) * inputs[i];
	return most;
}

/* The most of each input; false where one would not fit. */
static bool inputs_most(const struct fall_net *n, int32_t ret[FALL_NET_INPUTS])
{
	for (int i = 0; i < FALL_NET_INPUTS; i++) {
		int32_t below = abs(n->low[i] - n->middle[i]),
			above = abs(n->high[i] - n->middle[i]);

		if (n->low[i] > n->high[i])
			return false;
		ret[i] = (below > above ? below : above) * abs(n->times[i]);
		if (ret[i] > INT16_MAX)
			return false;
	}
	return true;
}

bool fall_net_is_sound(const struct fall_net *n)
{
	int32_t inputs[FALL_NET_INPUTS], layer[FALL_NET_HIDDEN];
	bool is_sound = inputs_most(n, inputs);

	for (int k = 0; k < FALL_NET_HIDDEN; k++)
		layer[k] = FALL_NET_MOST;
	for (int h = 0; is_sound && h < FALL_NET_HIDDEN; h++)
		is_sound = most_of(n->first_offset[h], n->first[h], inputs, FALL_NET_INPUTS) <=
			   INT32_MAX;
	for (int s = 0; is_sound && s < FALL_NET_SECOND; s++)
		is_sound = most_of(n->second_offset[s], n->second[s], layer, FALL_NET_HIDDEN) <=
			   INT32_MAX;
	return is_sound && most_of(n->last_offset, n->last, layer, FALL_NET_SECOND) <= INT32_MAX;
}
