/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What following a wearable costs: the fall model over an hour of 50 Hz, in nanoseconds a sample,
 * beside its floor measured in the same run: one pass over the same int16 samples that computes
 * |a|², its largest and its sum. Three hours: quiet, walking (an impact a second, each judged
 * twice), and one that knocks now and then. Then a town of wearables at once, each with its own
 * state, far beyond any cache. Prints; passes no judgement.
 */
#include "models/fall.h"
#include "models/recordings/random.h"

#include "common/cleanup.h"
#include "common/clock.h"

#include <stdlib.h>
#include <string.h>

#define RATE_HZ     50
#define SAMPLES     (3600 * RATE_HZ)
#define BATCH       25
#define BATCHES     (SAMPLES / BATCH)
#define STRETCH     240    /* divides SAMPLES; 240 · (4 g)² fits 32 bits */
#define RUNS        15     /* the fastest counts */
#define TOWN        100000 /* wearables on one core */
#define TOWN_S      12     /* seconds of each; the first two are not counted: streams settle */
#define FLOOR_TURNS 200    /* passes in one floor run: one alone is too short to time */

struct hour {
	const char *name;
	int32_t tremor_mg, step_mg, apart; /* a knock of step_mg each `apart` samples; 0: none */
};

static const struct hour hours[] = {
	{"quiet hour", 8, 0, 0},
	{"a knock each 10 s", 30, 2500, 500},
	{"walking hour", 120, 1500, 55},
};

struct work {
	int16_t x_mg[SAMPLES], y_mg[SAMPLES], z_mg[SAMPLES];
	struct accel_batch batches[BATCHES];
	struct fall *fall;
	uint64_t sink; /* keeps the compiler from leaving work out */
	int answers;
};

static void fill(struct work *w, const struct hour *h)
{
	struct random random = {7};

	for (int32_t i = 0; i < SAMPLES; i++) {
		bool is_knock = h->apart && i % h->apart < 2;
		struct accel_batch *b = &w->batches[i / BATCH];

		w->x_mg[i] = (int16_t)(random_around(&random, h->tremor_mg) -
				       (is_knock ? h->step_mg : 0));
		w->y_mg[i] = (int16_t)(-980 + random_around(&random, h->tremor_mg));
		w->z_mg[i] = (int16_t)(200 + random_around(&random, h->tremor_mg));
		if (i % BATCH == 0)
			*b = (struct accel_batch){.first_us = (uint64_t)i * (1000000 / RATE_HZ)};
		b->samples[b->count++] =
			(struct accel_sample){(uint32_t)(i % BATCH) * (1000000 / RATE_HZ),
				w->x_mg[i], w->y_mg[i], w->z_mg[i]};
	}
}

/* Sums in 32 bits within a stretch, so that the compiler may use its widest registers. */
static uint64_t floor_pass(const struct work *w)
{
	uint64_t sum = 0;
	uint32_t largest = 0;

	for (int32_t s = 0; s < SAMPLES; s += STRETCH) {
		uint32_t part = 0;

		for (int32_t i = s; i < s + STRETCH; i++) {
			uint32_t power = (uint32_t)(w->x_mg[i] * w->x_mg[i]) +
					 (uint32_t)(w->y_mg[i] * w->y_mg[i]) +
					 (uint32_t)(w->z_mg[i] * w->z_mg[i]);

			largest = power > largest ? power : largest;
			part += power;
		}
		sum += part;
	}
	return sum + largest;
}

static double floor_ns(struct work *w)
{
	uint64_t best_us = UINT64_MAX;

	for (int run = 0; run < RUNS; run++) {
		uint64_t began_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);

		for (int turn = 0; turn < FLOOR_TURNS; turn++) {
			w->sink += floor_pass(w);
			__asm__ volatile("" : : "r"(w) : "memory"); /* each pass anew */
		}

		uint64_t took_us = clock_us(CLOCK_PROCESS_CPUTIME_ID) - began_us;

		best_us = took_us < best_us ? took_us : best_us;
	}
	return (double)best_us * 1000 / FLOOR_TURNS / SAMPLES;
}

static double model_ns(struct work *w)
{
	struct fall_answer answers[FALL_EVENTS_MAX];
	uint64_t best_us = UINT64_MAX;

	for (int run = 0; run < RUNS; run++) {
		uint64_t began_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);

		fall_init(w->fall, WEAR_WRIST);
		w->answers = 0;
		for (int b = 0; b < BATCHES; b++)
			w->answers += fall_push(w->fall, &w->batches[b], answers);
		w->answers += fall_finish(w->fall, answers);

		uint64_t took_us = clock_us(CLOCK_PROCESS_CPUTIME_ID) - began_us;

		best_us = took_us < best_us ? took_us : best_us;
	}
	return (double)best_us * 1000 / SAMPLES;
}

/* Seconds of processor for each second of a town's wearables, knocking now and then; < 0 where
 * there is no memory for them. */
static double town_s(const struct work *w)
{
	struct fall_answer answers[FALL_EVENTS_MAX];
	_cleanup_(free_p) char *states = calloc(TOWN, fall_size());
	uint64_t began_us = 0;

	if (!states)
		return -1;
	for (size_t i = 0; i < TOWN; i++)
		fall_init((struct fall *)(void *)(states + i * fall_size()), WEAR_WRIST);
	for (int s = 0; s < TOWN_S; s++) {
		if (s == 2)
			began_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);
		for (size_t i = 0; i < TOWN; i++)
			for (int half = 0; half < RATE_HZ / BATCH; half++)
				(void)fall_push((struct fall *)(void *)(states + i * fall_size()),
					&w->batches[(i * 7) % 1000 + (size_t)(2 * s + half)],
					answers);
	}
	return (double)(clock_us(CLOCK_PROCESS_CPUTIME_ID) - began_us) / 1e6 / (TOWN_S - 2);
}

int main(void)
{
	_cleanup_(free_p) struct work *w = calloc(1, sizeof(*w));

	if (!w)
		return 1;
	w->fall = malloc(fall_size());
	if (!w->fall)
		return 1;
	(void)printf("fall model, state %zu bytes a wearable, %d samples of %d Hz\n", fall_size(),
		SAMPLES, RATE_HZ);
	for (size_t i = 0; i < sizeof(hours) / sizeof(hours[0]); i++) {
		memset(w->batches, 0, sizeof(w->batches));
		fill(w, &hours[i]);

		double least_ns = floor_ns(w), ns = model_ns(w);

		(void)printf("%s: %.2f ns/sample; one pass over them %.2f ns/sample; ratio %.1f; "
			     "%d answers, %.0f wearables on one core\n",
			hours[i].name, ns, least_ns, ns / least_ns, w->answers,
			1e9 / (ns * RATE_HZ));
	}
	memset(w->batches, 0, sizeof(w->batches));
	fill(w, &hours[1]);

	double town = town_s(w);

	if (town < 0)
		(void)printf("a town of %d wearables: no memory for %zu bytes\n", TOWN,
			TOWN * fall_size());
	else
		(void)printf(
			"a town of %d wearables, a knock each 10 s: %.2f s of one core a second, "
			"%.1f ns/sample\n",
			TOWN, town, town * 1e9 / TOWN / RATE_HZ);
	free(w->fall);
	return 0;
}
