/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a saved state of the routine model, with its length and checksum put right so that
 * what lies behind them is reached, then a day on it: nothing is read or written beyond its own.
 * First byte: 0 as it is, 1 put right as of the version before, else as of this one.
 */
#include "models/routine.h"

#include <stdlib.h>
#include <string.h>

#define CHECK_BYTES 8
#define LENGTH_AT   6
#define START_MS    INT64_C(1773619200000)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void put_right(uint8_t *bytes, size_t count, uint8_t version)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	if (count < 10 + CHECK_BYTES)
		return;
	memcpy(bytes, "VGRT", 4);
	bytes[4] = 0;
	bytes[5] = version;
	for (size_t i = 0; i < 4; i++)
		bytes[LENGTH_AT + i] = (uint8_t)(count >> 8 * (3 - i));
	for (size_t i = 0; i < count - CHECK_BYTES; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
	for (size_t i = 0; i < CHECK_BYTES; i++)
		bytes[count - CHECK_BYTES + i] = (uint8_t)(hash >> 8 * (7 - i));
}

static void live(struct routine *r)
{
	static const char *const names[] = {"bed", "door", "sink", "hall"};
	struct routine_answer answers[ROUTINE_ANSWERS_MAX];
	uint8_t saved[ROUTINE_STATE_MAX_BYTES];
	int sensors[4];

	for (int i = 0; i < 4; i++)
		sensors[i] = routine_sensor(r, names[i], names[i],
			i == 0 ? ROUTINE_MAT : ROUTINE_CONTACT,
			i == 1 ? ROUTINE_OUTER_DOOR : ROUTINE_INSIDE);
	for (int i = 0; i < 48; i++) {
		struct routine_time now = {START_MS + i * 1800000LL, 3600};
		struct routine_event e = {now, (uint8_t)sensors[i % 4], i % 3 != 0};

		(void)routine_push(r, &e);
		now.utc_ms += 1200000;
		if (i % 5 == 0)
			(void)routine_worn(r, now,
				&(struct routine_worn){now.utc_ms - i * 900000LL,
					now.utc_ms - i * 60000, now.utc_ms - i * 1000});
		if (i % 7 == 0)
			(void)routine_answered(r, now, i % 2 == 0);
		if (routine_judge(r, now, answers) > ROUTINE_ANSWERS_MAX)
			abort();
	}
	if (routine_save(r, saved, sizeof(saved)) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct routine *r = malloc(routine_size());
	uint8_t *copy = malloc(count ? count : 1);
	struct routine_time now = {START_MS, 3600};

	if (r && copy && count) {
		memcpy(copy, bytes + 1, count - 1);
		if (bytes[0])
			put_right(copy, count - 1, bytes[0] == 1 ? 5 : 6);
		(void)routine_init(r, NULL);
		if (routine_load(r, copy, count - 1, now) == 0)
			live(r);
	}
	free(copy);
	free(r);
	return 0;
}
