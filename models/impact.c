/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the last bins of a stream and finds the peaks that stand alone.
 */
#include "models/impact.h"

#include <errno.h>
#include <string.h>

void impact_watch_init(struct impact_watch *w)
{
	w->bins = 0;
	w->at = 0;
	w->has_peak = false;
}

bool impact_watch_finish(struct impact_watch *w, struct impact *ret)
{
	if (!w->has_peak)
		return false;
	*ret = w->peak;
	w->has_peak = false;
	return true;
}

int impact_watch_window(const struct impact_watch *w, const struct impact *impact, uint32_t after,
	struct impact_window *ret)
{
	uint64_t oldest = w->bins > IMPACT_RING ? w->bins - IMPACT_RING : 0;
	uint64_t first = impact->bin > IMPACT_BEFORE ? impact->bin - IMPACT_BEFORE : 0;
	uint64_t end = impact->bin + 1 + (after < IMPACT_AFTER_MAX ? after : IMPACT_AFTER_MAX);

	if (impact->bin < oldest || impact->bin >= w->bins)
		return -ENODATA;
	first = first < oldest ? oldest : first;
	end = end > w->bins ? w->bins : end;

	uint32_t count = (uint32_t)(end - first);
	uint32_t back = (uint32_t)(w->bins - first); /* 1..IMPACT_RING */
	uint32_t from = w->at >= back ? w->at - back : w->at + IMPACT_RING - back;
	uint32_t part = count < IMPACT_RING - from ? count : IMPACT_RING - from;

	memcpy(ret->bins, &w->ring[from], part * sizeof(ret->bins[0]));
	memcpy(&ret->bins[part], w->ring, (count - part) * sizeof(ret->bins[0]));
	ret->count = count;
	ret->impact = (uint32_t)(impact->bin - first);
	return 0;
}
