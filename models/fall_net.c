/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The net's layers; see fall_net.h. Integers, so that the sums are the same however many of them
 * are made at a time: sixteen with AVX2, eight with what every x86-64 has, else as compilers like.
 */
#include "models/fall_net.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define MARGIN_DOWN 9 /* 1024ths times 2048ths to FALL_LEAF_PARTS */

_Static_assert(FALL_NET_HIDDEN % 16 == 0 && FALL_NET_SECOND % 16 == 0, "whole registers");

/* One layer: `pairs` of inputs, their weights and an offset for each of `units`, to what each
 * gives. */
typedef void (*layer_of)(const int16_t *inputs, const int16_t *weights, const int32_t *offsets,
	size_t pairs, size_t units, int16_t *restrict ret);

static void take_inputs(const struct fall_net *n, const int16_t features[FALL_FEATURES],
	int16_t ret[FALL_NET_INPUTS])
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

#if defined(__x86_64__)
static inline int32_t two_of(const int16_t *inputs)
{
	int32_t two;

	memcpy(&two, inputs, sizeof(two));
	return two;
}

/* Packing with saturation is the upper bound, FALL_NET_MOST. */
static void layer_narrow(const int16_t *inputs, const int16_t *weights, const int32_t *offsets,
	size_t pairs, size_t units, int16_t *restrict ret)
{
	for (size_t from = 0; from < units; from += 8) {
		const __m128i *o = (const __m128i *)(const void *)&offsets[from];
		__m128i a = _mm_loadu_si128(&o[0]), b = _mm_loadu_si128(&o[1]);

#pragma GCC unroll 8
		for (size_t p = 0; p < pairs; p++) {
			const __m128i *w =
				(const __m128i *)(const void *)&weights[2 * (p * units + from)];
			__m128i two = _mm_set1_epi32(two_of(&inputs[2 * p]));

			a = _mm_add_epi32(a, _mm_madd_epi16(two, _mm_loadu_si128(&w[0])));
			b = _mm_add_epi32(b, _mm_madd_epi16(two, _mm_loadu_si128(&w[1])));
		}
		a = _mm_packs_epi32(
			_mm_srai_epi32(a, FALL_NET_SHIFT), _mm_srai_epi32(b, FALL_NET_SHIFT));
		_mm_storeu_si128(
			(__m128i *)(void *)&ret[from], _mm_max_epi16(a, _mm_setzero_si128()));
	}
}

static __attribute__((target("avx2"))) void layer_wide(const int16_t *inputs,
	const int16_t *weights, const int32_t *offsets, size_t pairs, size_t units,
	int16_t *restrict ret)
{
	for (size_t from = 0; from < units; from += 16) {
		const __m256i *o = (const __m256i *)(const void *)&offsets[from];
		__m256i a = _mm256_loadu_si256(&o[0]), b = _mm256_loadu_si256(&o[1]);

#pragma GCC unroll 8
		for (size_t p = 0; p < pairs; p++) {
			const __m256i *w =
				(const __m256i *)(const void *)&weights[2 * (p * units + from)];
			__m256i two = _mm256_set1_epi32(two_of(&inputs[2 * p]));

			a = _mm256_add_epi32(a, _mm256_madd_epi16(two, _mm256_loadu_si256(&w[0])));
			b = _mm256_add_epi32(b, _mm256_madd_epi16(two, _mm256_loadu_si256(&w[1])));
		}
		a = _mm256_packs_epi32(
			_mm256_srai_epi32(a, FALL_NET_SHIFT), _mm256_srai_epi32(b, FALL_NET_SHIFT));
		/* packed within each half: the quarters in their order again */
		a = _mm256_permute4x64_epi64(a, 0xD8);
		_mm256_storeu_si256(
			(__m256i *)(void *)&ret[from], _mm256_max_epi16(a, _mm256_setzero_si256()));
	}
}
#else
static void layer_narrow(const int16_t *inputs, const int16_t *weights, const int32_t *offsets,
	size_t pairs, size_t units, int16_t *restrict ret)
{
	for (size_t u = 0; u < units; u++) {
		int32_t sum = offsets[u];

		for (size_t p = 0; p < pairs; p++)
			sum += inputs[2 * p] * weights[2 * (p * units + u)] +
			       inputs[2 * p + 1] * weights[2 * (p * units + u) + 1];
		sum >>= FALL_NET_SHIFT;
		ret[u] = (int16_t)(sum < 0 ? 0 : sum > FALL_NET_MOST ? FALL_NET_MOST : sum);
	}
}
#endif

/* What is not set here is about to be. */
static int32_t margin_of(
	const struct fall_net *n, const int16_t features[FALL_FEATURES], layer_of layer)
{
	int16_t inputs[FALL_NET_INPUTS] __attribute__((uninitialized));
	int16_t hidden[FALL_NET_HIDDEN] __attribute__((uninitialized));
	int16_t second[FALL_NET_SECOND] __attribute__((uninitialized));
	int32_t margin = n->last_offset;

	take_inputs(n, features, inputs);
	layer(inputs, n->first[0][0], n->first_offset, FALL_NET_INPUTS / 2, FALL_NET_HIDDEN,
		hidden);
	layer(hidden, n->second[0][0], n->second_offset, FALL_NET_HIDDEN / 2, FALL_NET_SECOND,
		second);
	for (int s = 0; s < FALL_NET_SECOND; s++)
		margin += second[s] * n->last[s];
	return margin >> MARGIN_DOWN;
}

int32_t fall_net_margin_narrow(const struct fall_net *n, const int16_t features[FALL_FEATURES])
{
	return margin_of(n, features, layer_narrow);
}

int32_t fall_net_margin(const struct fall_net *n, const int16_t features[FALL_FEATURES])
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		return margin_of(n, features, layer_wide);
#endif
	return margin_of(n, features, layer_narrow);
}

/* The most a sum can reach, from its offset and its weights, `apart` from two to two, times the
 * most of each input. */
static int64_t most_of(
	int64_t offset, const int16_t *weights, const int32_t *inputs, int count, int apart)
{
	int64_t most = llabs(offset);

	for (int i = 0; i < count; i++)
		most += (int64_t)abs(weights[i / 2 * apart + i % 2]) * inputs[i];
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
		is_sound = most_of(n->first_offset[h], n->first[0][h], inputs, FALL_NET_INPUTS,
				   2 * FALL_NET_HIDDEN) <= INT32_MAX;
	for (int s = 0; is_sound && s < FALL_NET_SECOND; s++)
		is_sound = most_of(n->second_offset[s], n->second[0][s], layer, FALL_NET_HIDDEN,
				   2 * FALL_NET_SECOND) <= INT32_MAX;
	return is_sound && most_of(n->last_offset, n->last, layer, FALL_NET_SECOND, 2) <= INT32_MAX;
}
