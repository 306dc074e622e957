/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What weighing evidence costs: models/fusion in nanoseconds a reading and a batch of a wearable's
 * samples, with nothing open and with every event open, beside a floor measured in the same run:
 * the same readings kept in an array with one comparison each. Prints; passes no judgement.
 */
#include "models/fusion.h"
#include "models/recordings/random.h"

#include "common/cleanup.h"
#include "common/clock.h"

#include <stdlib.h>

#define READINGS 200000
#define SENSORS  128
#define RUNS     9 /* the fastest counts */
#define APART_US 1000

struct given {
	uint8_t sensor;
	bool is_on;
	uint64_t now_us;
};

struct work {
	struct given readings[READINGS], kept[READINGS];
	struct accel_batch batch;
	struct fusion *fusion;
	uint64_t sink;
};

static const struct fusion_sensor kinds[] = {{.role = FUSION_WEARABLE, .place = WEAR_WRIST},
	{.role = FUSION_MOTION, .room = 1}, {.role = FUSION_MOTION, .room = 2},
	{.role = FUSION_MAT, .room = 3}, {.role = FUSION_CONTACT, .room = 2}};

static void fill(struct work *w)
{
	struct random random = {11};

	for (size_t n = 0; n < READINGS; n++)
		w->readings[n] = (struct given){(uint8_t)(8 + random_to(&random, SENSORS - 9)),
			random_to(&random, 1) == 1, (n + 1) * APART_US};
	w->batch = (struct accel_batch){.count = ACCEL_BATCH_MAX};
	for (size_t n = 0; n < ACCEL_BATCH_MAX; n++)
		w->batch.samples[n] = (struct accel_sample){.offset_us = (uint32_t)n * 20000,
			.x_mg = (int16_t)random_to(&random, 40),
			.z_mg = 1000};
}

static void install(struct work *w, unsigned int events)
{
	const struct fusion_home home = {.residents = 1, .ask = 0.5F, .raise = 0.99F};
	struct fall_answer answer = {.probability = 0.5F};

	(void)fusion_init(w->fusion, &home);
	for (uint8_t n = 0; n < SENSORS; n++)
		(void)fusion_install(w->fusion, n, n < 8 ? &kinds[0] : &kinds[1 + n % 4]);
	for (unsigned int n = 0; n < events; n++) {
		answer.impact_us = n;
		(void)fusion_answer(w->fusion, (uint8_t)(n % 8), &answer, n * 20000000ULL,
			(struct fusion_time){.now_us = n * 20000000ULL});
	}
}

static double ns_since(uint64_t began_us, double times)
{
	return (double)(clock_us(CLOCK_PROCESS_CPUTIME_ID) - began_us) * 1000 / times;
}

static double floor_ns(struct work *w)
{
	double best = 1e18;

	for (int run = 0; run < RUNS; run++) {
		uint64_t began_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);

		for (size_t n = 0; n < READINGS; n++) {
			w->kept[n] = w->readings[n];
			w->sink += n && w->kept[n].sensor < w->kept[n - 1].sensor;
		}
		__asm__ volatile("" : : "r"(w) : "memory");

		double ns = ns_since(began_us, READINGS);

		best = ns < best ? ns : best;
	}
	return best;
}

static double reading_ns(struct work *w, unsigned int events)
{
	double best = 1e18;

	for (int run = 0; run < RUNS; run++) {
		struct fusion_verdict verdict;

		install(w, events);

		uint64_t began_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);

		for (size_t n = 0; n < READINGS; n++) {
			const struct given *g = &w->readings[n];
			enum reading_kind kind = READING_MOTION;

			if (g->sensor % 4 == 2)
				kind = READING_PRESSURE_MAT;
			else if (g->sensor % 4 == 3)
				kind = READING_DOOR;
			w->sink += (uint64_t)fusion_reading(w->fusion, g->sensor, kind, g->is_on,
				(struct fusion_time){.now_us = events * 20000000ULL + g->now_us});
			w->sink += (uint64_t)fusion_verdict(w->fusion, &verdict);
		}

		double ns = ns_since(began_us, READINGS);

		best = ns < best ? ns : best;
	}
	return best;
}

static double sample_ns(struct work *w)
{
	double best = 1e18;

	install(w, 0);
	for (int run = 0; run < RUNS; run++) {
		uint64_t began_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);

		for (size_t n = 0; n < 10000; n++) {
			w->batch.first_us = w->batch.time_us = n * 1280000;
			w->sink += (uint64_t)fusion_accel(w->fusion, 0, &w->batch);
		}

		double ns = ns_since(began_us, 10000.0 * ACCEL_BATCH_MAX);

		best = ns < best ? ns : best;
	}
	return best;
}

int main(void)
{
	_cleanup_(free_p) struct work *w = calloc(1, sizeof(*w));
	double floor;

	if (!w)
		return 1;
	w->fusion = malloc(fusion_size());
	if (!w->fusion)
		return 1;
	fill(w);
	floor = floor_ns(w);
	(void)printf("fusion, state %zu bytes a home, %d sensors, %d readings\n", fusion_size(),
		SENSORS, READINGS);
	(void)printf("%-34s %8s %8s %7s\n", "", "ns each", "floor", "ratio");
	for (unsigned int events = 0; events <= FUSION_EVENTS_MAX; events += FUSION_EVENTS_MAX) {
		double ns = reading_ns(w, events);

		(void)printf("a reading, %2u events open%10s %8.1f %8.2f %7.1f\n", events, "", ns,
			floor, ns / floor);
	}
	(void)printf("%-34s %8.2f\n", "a sample of a wearable", sample_ns(w));
	free(w->fusion);
	return w->sink == 42;
}
