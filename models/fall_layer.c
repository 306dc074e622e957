/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sums; see fall_layer.h.
 */
#include "models/fall_layer.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define ABREAST 4 /* places at a time, so that weights are widened once for them all */

static inline int32_t two_of(const int16_t *inputs)
{
	int32_t two;

	memcpy(&two, inputs, sizeof(two));
	return two;
}

/* `places` is known where it is called, so that the sums of all stay in registers. */
static inline __attribute__((always_inline)) void narrow_at(const struct fall_layer *l,
	const int16_t *inputs, const size_t places, int16_t *restrict ret)
{
	for (size_t from = 0; from < l->units; from += 8) {
		const __m128i *o = (const __m128i *)(const void *)&l->offsets[from];
		__m128i a[ABREAST], b[ABREAST];

#pragma GCC unroll 4
		for (size_t k = 0; k < places; k++) {
			a[k] = _mm_loadu_si128(&o[0]);
			b[k] = _mm_loadu_si128(&o[1]);
		}
		for (size_t p = 0; p < l->pairs; p++) {
			__m128i w = _mm_loadu_si128((const __m128i *)(const void *)&l
							    ->weights[2 * (p * l->units + from)]);
			/* each byte twice, and shifted down with its sign */
			__m128i low = _mm_srai_epi16(_mm_unpacklo_epi8(w, w), 8);
			__m128i high = _mm_srai_epi16(_mm_unpackhi_epi8(w, w), 8);

#pragma GCC unroll 4
			for (size_t k = 0; k < places; k++) {
				__m128i two = _mm_set1_epi32(two_of(&inputs[k * l->step + 2 * p]));

				a[k] = _mm_add_epi32(a[k], _mm_madd_epi16(two, low));
				b[k] = _mm_add_epi32(b[k], _mm_madd_epi16(two, high));
			}
		}
#pragma GCC unroll 4
		for (size_t k = 0; k < places; k++) {
			a[k] = _mm_packs_epi32(
				_mm_srai_epi32(a[k], l->shift), _mm_srai_epi32(b[k], l->shift));
			a[k] = _mm_min_epi16(
				_mm_max_epi16(a[k], _mm_setzero_si128()), _mm_set1_epi16(l->most));
			_mm_storeu_si128((__m128i *)(void *)&ret[k * l->units + from], a[k]);
		}
	}
}

static inline __attribute__((always_inline, target("avx2"))) void wide_at(
	const struct fall_layer *l, const int16_t *inputs, const size_t places,
	int16_t *restrict ret)
{
	for (size_t from = 0; from < l->units; from += 16) {
		const __m256i *o = (const __m256i *)(const void *)&l->offsets[from];
		__m256i a[ABREAST], b[ABREAST];

#pragma GCC unroll 4
		for (size_t k = 0; k < places; k++) {
			a[k] = _mm256_loadu_si256(&o[0]);
			b[k] = _mm256_loadu_si256(&o[1]);
		}
		for (size_t p = 0; p < l->pairs; p++) {
			const __m128i *w = (const __m128i *)(const void *)&l
						   ->weights[2 * (p * l->units + from)];
			__m256i low = _mm256_cvtepi8_epi16(_mm_loadu_si128(&w[0]));
			__m256i high = _mm256_cvtepi8_epi16(_mm_loadu_si128(&w[1]));

#pragma GCC unroll 4
			for (size_t k = 0; k < places; k++) {
				__m256i two =
					_mm256_set1_epi32(two_of(&inputs[k * l->step + 2 * p]));

				a[k] = _mm256_add_epi32(a[k], _mm256_madd_epi16(two, low));
				b[k] = _mm256_add_epi32(b[k], _mm256_madd_epi16(two, high));
			}
		}
#pragma GCC unroll 4
		for (size_t k = 0; k < places; k++) {
			a[k] = _mm256_packs_epi32(_mm256_srai_epi32(a[k], l->shift),
				_mm256_srai_epi32(b[k], l->shift));
			/* packed within each half: the quarters in their order again */
			a[k] = _mm256_permute4x64_epi64(a[k], 0xD8);
			a[k] = _mm256_min_epi16(_mm256_max_epi16(a[k], _mm256_setzero_si256()),
				_mm256_set1_epi16(l->most));
			_mm256_storeu_si256((__m256i *)(void *)&ret[k * l->units + from], a[k]);
		}
	}
}

void fall_layer_narrow(const struct fall_layer *l, const int16_t *inputs, int16_t *restrict ret)
{
	size_t i = 0;

	for (; i + ABREAST <= l->places; i += ABREAST)
		narrow_at(l, inputs + i * l->step, ABREAST, ret + i * l->units);
	for (; i < l->places; i++)
		narrow_at(l, inputs + i * l->step, 1, ret + i * l->units);
}

static __attribute__((target("avx2"))) void layer_wide(
	const struct fall_layer *l, const int16_t *inputs, int16_t *restrict ret)
{
	size_t i = 0;

	for (; i + ABREAST <= l->places; i += ABREAST)
		wide_at(l, inputs + i * l->step, ABREAST, ret + i * l->units);
	for (; i < l->places; i++)
		wide_at(l, inputs + i * l->step, 1, ret + i * l->units);
}
#else
void fall_layer_narrow(const struct fall_layer *l, const int16_t *inputs, int16_t *restrict ret)
{
	for (size_t at = 0; at < l->places * l->units; at++) {
		const int16_t *x = inputs + at / l->units * l->step;
		size_t u = at % l->units;
		int32_t sum = l->offsets[u];

		for (size_t p = 0; p < l->pairs; p++)
			sum += x[2 * p] * l->weights[2 * (p * l->units + u)] +
			       x[2 * p + 1] * l->weights[2 * (p * l->units + u) + 1];
		sum >>= l->shift;
		ret[at] = (int16_t)(sum < 0 ? 0 : sum > l->most ? l->most : sum);
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
