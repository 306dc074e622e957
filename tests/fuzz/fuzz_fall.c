/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as batches of a wearable into the fall model: it never reads or writes beyond its own,
 * and what it answers is always possible. First byte: the place. Then batches: one byte of count,
 * one that says how the clock goes on, eight bytes of clock where it jumps, six or seven a sample.
 */
#include "models/fall.h"

#include <stdlib.h>

#define CLOCK_JUMPS 0x80 /* the batch names its own clock */
#define SLOW        0x40 /* steps of 256 ms instead of 1 ms */

struct input {
	const uint8_t *at;
	size_t left;
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static uint64_t take(struct input *in, size_t bytes)
{
	uint64_t value = 0;

	for (size_t i = 0; i < bytes && in->left; i++, in->left--)
		value = value << 8 | *in->at++;
	return value;
}

static void check(const struct fall_answer *answers, int count)
{
	if (count > FALL_EVENTS_MAX)
		abort();
	for (int i = 0; i < count; i++)
		if (!(answers[i].probability >= 0 && answers[i].probability <= 1) ||
			answers[i].answer_us < answers[i].impact_us)
			abort();
}

static void take_batch(struct input *in, struct accel_batch *batch)
{
	uint8_t how;

	batch->count = (uint16_t)(take(in, 1) % (ACCEL_BATCH_MAX + 2)); /* one too many, too */
	how = (uint8_t)take(in, 1);
	if (how & CLOCK_JUMPS)
		batch->first_us = take(in, 8);
	batch->range_mg = how & 1 ? 2000 : how & 2 ? 16000 : 0;

	uint32_t offset_us = 0;

	for (uint16_t i = 0; i < batch->count && i < ACCEL_BATCH_MAX; i++) {
		struct accel_sample *s = &batch->samples[i];

		offset_us += (uint32_t)take(in, 1) * (how & SLOW ? 256000 : 1000);
		*s = (struct accel_sample){offset_us, (int16_t)take(in, 2), (int16_t)take(in, 2),
			(int16_t)take(in, 2)};
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct input in = {bytes, count};
	struct fall *fall = malloc(fall_size());
	struct fall_answer answers[FALL_EVENTS_MAX];
	struct accel_batch batch = {0};

	if (!fall)
		return 0;
	fall_init(fall, (enum wear_place)(take(&in, 1) % 3));
	while (in.left) {
		take_batch(&in, &batch);
		check(answers, fall_push(fall, &batch, answers));
		if (fall_wear(fall) > WEAR_STUCK)
			abort();
		batch.first_us += 500000;
	}
	check(answers, fall_finish(fall, answers));
	free(fall);
	return 0;
}
