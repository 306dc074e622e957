/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a restart need not forget, out and in again.
 */
#include "models/fusion_state.h"

#include <errno.h>
#include <math.h>

#define AMOUNT_MOST 100.0F /* more signs than anybody makes in hours */

static uint64_t since(struct fusion_time at, uint64_t then_us)
{
	return at.now_us > then_us ? at.now_us - then_us : 0;
}

unsigned int fusion_lately(
	const struct fusion *f, struct fusion_time at, struct fusion_lately ret[FUSION_LATELY_MAX])
{
	unsigned int count = 0;

	if (f->outer_door_us && since(at, f->outer_door_us) < FUSION_VISIT_US)
		ret[count++] = (struct fusion_lately){.sensor = FUSION_SENSORS_MAX,
			.count = f->moved_us > f->outer_door_us,
			.at_us = f->outer_door_us};
	for (unsigned int n = 0; n < FUSION_SENSORS_MAX; n++) {
		const struct fusion_wearable *w = &f->wearables[f->sensors[n].wearable];

		if (f->sensors[n].sensor.role == FUSION_WEARABLE && w->signs_count &&
			fusion_fade(w->signs, since(at, w->signs_us)) >= FUSION_SIGNS_TOLD)
			ret[count++] = (struct fusion_lately){.sensor = (uint8_t)n,
				.amount = w->signs,
				.count = w->signs_count,
				.at_us = w->signs_us};
	}
	return count;
}

/* What was before this clock began counts from its begin: longer, and never shorter, than it would.
 */
static int recall_door(struct fusion *f, bool has_moved, uint64_t ago_us, struct fusion_time at)
{
	if (ago_us >= FUSION_VISIT_US)
		return 0;
	f->outer_door_us = at.now_us > ago_us ? at.now_us - ago_us : 1;
	if (has_moved && f->moved_us <= f->outer_door_us)
		f->moved_us = f->outer_door_us + 1;
	return 1;
}

int fusion_recall(
	struct fusion *f, const struct fusion_lately *l, uint64_t ago_us, struct fusion_time at)
{
	struct fusion_wearable *w;
	float left;

	if (l->sensor == FUSION_SENSORS_MAX)
		return recall_door(f, l->count > 0, ago_us, at);
	if (l->sensor > FUSION_SENSORS_MAX || !(l->amount > 0 && l->amount <= AMOUNT_MOST) ||
		l->count == 0 || f->sensors[l->sensor].sensor.role != FUSION_WEARABLE)
		return -EINVAL;
	left = fusion_fade(l->amount, ago_us);
	if (left < FUSION_SIGNS_TOLD)
		return 0;
	w = &f->wearables[f->sensors[l->sensor].wearable];
	w->signs = left;
	w->signs_count = l->count;
	w->signs_us = at.now_us;
	return 1;
}
