/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What nobody who learns from the days before can reach, on the same silences and with the same
 * knowledge of who is home: the model's figures are read between its rivals and these.
 */
#include "models/eval/routine_trial.h"

#define PART_MS (3 * 3600000LL)
#define PARTS   8
#define CELLS   (ROUTINE_ROOMS_MAX * 2 * PARTS)

static size_t cell_of(const struct trial_silence *s)
{
	size_t part = (size_t)(s->from_ms / PART_MS % PARTS);

	return ((size_t)s->room * 2 + s->is_on_mat) * PARTS + part;
}

static void find_longest(const struct routine_trial *t, int64_t longest_ms[CELLS])
{
	for (size_t i = t->scored_from; i < t->count; i++) {
		const struct trial_silence *s = &t->silences[i];
		int64_t length_ms = s->until_ms - s->from_ms, *longest = &longest_ms[cell_of(s)];

		if (!s->is_away && s->alarm_ms == 0 && length_ms > *longest)
			*longest = length_ms;
	}
}

void floor_alarms(const struct routine_trial *t, enum floor floor, int64_t *ret_alarm_ms)
{
	int64_t longest_ms[CELLS] = {0};

	find_longest(t, longest_ms);
	for (size_t i = t->scored_from; i < t->count; i++) {
		const struct trial_silence *s = &t->silences[i];

		ret_alarm_ms[i - t->scored_from] =
			floor == FLOOR_ORACLE ? s->until_ms : s->from_ms + longest_ms[cell_of(s)];
	}
}
