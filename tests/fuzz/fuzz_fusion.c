/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any sequence of evidence: six bytes a step (what, which sensor, a value, how much time passes).
 * Whatever it is, probabilities are numbers between 0 and 1, reasons are few and sayable, and
 * what falls due comes to an end.
 */
#include "models/fusion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP_BYTES 6
#define TURNS_MAX  2000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void drain(struct fusion *f)
{
	struct fusion_verdict v;
	unsigned int verdicts = 0;

	while (fusion_verdict(f, &v) == 1) {
		float sum = 0;
		char text[97];

		if (!(v.probability >= 0 && v.probability <= 1) ||
			v.reasons_count > FUSION_REASONS_MAX || !v.mark ||
			++verdicts > FUSION_EVENTS_MAX)
			abort();
		for (unsigned int n = 0; n < v.reasons_count; n++) {
			if (n && fabsf(v.reasons[n].weight) > fabsf(v.reasons[n - 1].weight))
				abort();
			sum += v.reasons[n].weight;
			fusion_reason_text(&v.reasons[n], WEAR_WRIST, "Salon", text, sizeof(text));
			if (!text[0])
				abort();
		}
		if (!isfinite(sum))
			abort();
		fusion_verdict_text(&v, text, sizeof(text));
	}
}

static void pass(struct fusion *f, struct fusion_time *at, uint64_t us)
{
	unsigned int turns = 0;
	uint64_t until_us = at->now_us + us, next_us;

	while ((next_us = fusion_next_us(f)) <= until_us) {
		if (++turns > TURNS_MAX)
			abort();
		if (next_us > at->now_us)
			at->now_us = next_us;
		fusion_turn(f, *at);
		drain(f);
	}
	at->now_us = until_us;
}

static float value_of(uint8_t byte)
{
	return byte == 255 ? NAN : byte == 254 ? INFINITY : (float)byte / 250;
}

static void answer(struct fusion *f, const uint8_t *step, struct fusion_time at)
{
	const struct fall_answer a = {.stage = step[0] & 8 ? FALL_SECOND : FALL_FIRST,
		.impact_us = step[5] * 1000000ULL,
		.probability = value_of(step[2]),
		.peak_mg = (uint16_t)(step[2] * 64),
		.still_ms = (uint16_t)(step[5] * 100),
		.is_clipped = step[0] & 16};

	(void)fusion_answer(f, step[1] % 16, &a, at.now_us - step[5] * 1000ULL, at);
}

static void surprise(struct fusion *f, const uint8_t *step, struct fusion_time at)
{
	const struct routine_answer a = {.what = (enum routine_what)(step[1] % 8),
		.lasted_s = step[2] * 300U,
		.limit_s = step[5] * 300U,
		.confidence = value_of(step[2])};

	(void)fusion_surprise(f, &a, step[5] % 8, at);
}

static void one(struct fusion *f, const uint8_t *step, struct fusion_time *at)
{
	const struct fusion_sensor anew = {.role = (enum fusion_role)(step[2] % 6), .room = 1};
	struct accel_batch b = {.time_us = at->now_us,
		.first_us = step[5] * 60000000ULL,
		.count = 1,
		.samples = {{.x_mg = (int16_t)(step[2] * 100)}}};

	switch (step[0] % 8) {
	case 0:
	case 1:
		answer(f, step, *at);
		break;
	case 2:
		(void)fusion_told(f, step[1] % 16, *at);
		break;
	case 3:
	case 4:
		(void)fusion_reading(f, step[1] % 160, (enum reading_kind)(step[5] % 80),
			(double)value_of(step[2]) * 250, *at);
		break;
	case 5:
		(void)fusion_accel(f, step[1] % 16, &b);
		break;
	case 6:
		surprise(f, step, *at);
		break;
	default:
		if (step[0] & 64)
			(void)fusion_install(f, step[1], &anew);
		fusion_heard(f, step[1] & 1, *at);
		at->local_ms += (int64_t)step[2] * 1800000;
		break;
	}
	drain(f);
	pass(f, at, (uint64_t)(step[3] * 256 + step[4]) * 100000);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct fusion *f = malloc(fusion_size());
	struct fusion_time at = {.now_us = 1000000000, .local_ms = 1764158400000};
	struct fusion_home home = {.residents = 1, .ask = 0.5F, .raise = 0.99F};

	if (f && count) {
		home.residents = (uint8_t)(1 + bytes[0] % 3);
		home.has_pets = bytes[0] & 4;
		home.visits_count = bytes[0] & 8 ? 1 : 0;
		home.visits[0] = (struct fusion_visit){3, 8, 20};
		if (fusion_init(f, &home) < 0)
			abort();
		for (uint8_t n = 0; n < 16; n++)
			(void)fusion_install(f, n,
				&(struct fusion_sensor){.role = (enum fusion_role)(n % 6),
					.room = (uint8_t)(n % 5),
					.resident = (uint8_t)(n % 3)});
		for (size_t n = 1; n + STEP_BYTES <= count && n < 1200; n += STEP_BYTES)
			one(f, bytes + n, &at);
	}
	free(f);
	return 0;
}
