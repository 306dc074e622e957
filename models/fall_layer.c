/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sums; see fall_layer.h.
 */
#include "models/fall_layer.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

static inline int32_t two_of(const int16_t *inputs)
{
	int32_t two;

	memcpy(&two, inputs, sizeof(two));
	return two;
}

void fall_layer_narrow(const struct fall_layer *l, const int16_t *inputs, int16_t *restrict ret)
{
	for (size_t from = 0; from < l->units; from += 8) {
		const __m128i *o = (const __m128i *)(const void *)&l->offsets[from];
		__m128i a = _mm_loadu_si128(&o[0]), b = _mm_loadu_si128(&o[1]);

#pragma GCC unroll 8
		for (size_t p = 0; p < l->pairs; p++) {
			__m128i w = _mm_loadu_si128((const __m128i *)(const void *)&l
							    ->weights[2 * (p * l->units + from)]);
			__m128i two = _mm_set1_epi32(two_of(&inputs[2 * p]));

			/* each byte twice, and shifted down with its sign */
			a = _mm_add_epi32(
				a, _mm_madd_epi16(two, _mm_srai_epi16(_mm_unpacklo_epi8(w, w), 8)));
			b = _mm_add_epi32(
				b, _mm_madd_epi16(two, _mm_srai_epi16(_mm_unpackhi_epi8(w, w), 8)));
		}
		a = _mm_packs_epi32(_mm_srai_epi32(a, l->shift), _mm_srai_epi32(b, l->shift));
		a = _mm_min_epi16(_mm_max_epi16(a, _mm_setzero_si128()), _mm_set1_epi16(l->most));
		_mm_storeu_si128((__m128i *)(void *)&ret[from], a);
	}
}

static __attribute__((target("avx2"))) void layer_wide(
	const struct fall_layer *l, const int16_t *inputs, int16_t *restrict ret)
{
	for (size_t from = 0; from < l->units; from += 16) {
		const __m256i *o = (const __m256i *)(const void *)&l->offsets[from];
		__m256i a = _mm256_loadu_si256(&o[0]), b = _mm256_loadu_si256(&o[1]);

#pragma GCC unroll 8
		for (size_t p = 0; p < l->pairs; p++) {
			const __m128i *w = (const __m128i *)(const void *)&l
						   ->weights[2 * (p * l->units + from)];
			__m256i two = _mm256_set1_epi32(two_of(&inputs[2 * p]));

			a = _mm256_add_epi32(
				a, _mm256_madd_epi16(
					   two, _mm256_cvtepi8_epi16(_mm_loadu_si128(&w[0]))));
			b = _mm256_add_epi32(
				b, _mm256_madd_epi16(
					   two, _mm256_cvtepi8_epi16(_mm_loadu_si128(&w[1]))));
		}
		a = _mm256_packs_epi32(
			_mm256_srai_epi32(a, l->shift), _mm256_srai_epi32(b, l->shift));
		/* packed within each half: the quarters in their order again */
		a = _mm256_permute4x64_epi64(a, 0xD8);
		a = _mm256_min_epi16(
			_mm256_max_epi16(a, _mm256_setzero_si256()), _mm256_set1_epi16(l->most));
		_mm256_storeu_si256((__m256i *)(void *)&ret[from], a);
	}
}
#else
void fall_layer_narrow(const struct fall_layer *l, const int16_t *inputs, int16_t *restrict ret)
{
	for (size_t u = 0; u < l->units; u++) {
		int32_t sum = l->offsets[u];

		for (size_t p = 0; p < l->pairs; p++)
			sum += inputs[2 * p] * l->weights[2 * (p * l->units + u)] +
			       inputs[2 * p + 1] * l->weights[2 * (p * l->units + u) + 1];
		sum >>= l->shift;
		ret[u] = (int16_t)(sum < 0 ? 0 : sum > l->most ? l->most : sum);
	}
}
#endif

fall_layer_of fall_layer_widest(void)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		return layer_wide;
#endif
	return fall_layer_narrow;
}

int64_t fall_layer_most(const struct fall_layer *l, size_t unit, const int32_t *inputs)
{
	int64_t most = llabs((int64_t)l->offsets[unit]);

	for (size_t i = 0; i < 2 * l->pairs; i++)
		most += (int64_t)abs(l->weights[2 * (i / 2 * l->units + unit) + i % 2]) * inputs[i];
	return most;
}
