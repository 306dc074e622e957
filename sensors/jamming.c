/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows of broken frames.
 */
#include "sensors/jamming.h"

#define US_PER_S 1000000

struct jamming_counts jamming_count(const struct receiver *r)
{
	static const enum refusal broken[] = {
		REFUSED_CORRUPT, REFUSED_IMPOSSIBLE, REFUSED_NOT_AUTHENTIC, REFUSED_REPLAYED};
	const struct hci_counters *hci = &r->hci.counters;
	struct jamming_counts c = {
		.sound = hci->advertising_reports + hci->extended_advertising_reports,
		.broken = hci->malformed};
	uint64_t refused = 0;

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		refused += r->decoding.refused[broken[i]];
	c.broken += refused;
	/* a report may have several parts refused */
	c.sound -= refused < c.sound ? refused : c.sound;
	return c;
}

static void begin_window(struct jamming *j, struct jamming_counts counts, uint64_t now_us)
{
	j->has_begun = true;
	j->window_us = now_us;
	j->before = counts;
}

static uint64_t grown(uint64_t before, uint64_t now)
{
	return now > before ? now - before : 0;
}

/* Whether the window that ends now is a bad one. */
static bool close_window(struct jamming *j, struct jamming_counts counts, uint64_t now_us)
{
	uint64_t lasted_us = now_us - j->window_us;
	uint64_t broken = grown(j->before.broken, counts.broken);
	uint64_t per_s = broken * US_PER_S / lasted_us;

	j->broken_per_s = per_s > UINT32_MAX ? UINT32_MAX : (uint32_t)per_s;
	return per_s >= JAMMING_LEAST_PER_S && broken >= grown(j->before.sound, counts.sound);
}

enum jamming_news jamming_judge(struct jamming *j, struct jamming_counts counts, uint64_t now_us)
{
	bool is_bad;

	if (!j->has_begun || now_us < j->window_us || counts.broken < j->before.broken) {
		begin_window(j, counts, now_us);
		return JAMMING_NOTHING;
	}
	if (now_us - j->window_us < JAMMING_WINDOW_US)
		return JAMMING_NOTHING;
	is_bad = close_window(j, counts, now_us);
	begin_window(j, counts, now_us);
	if (is_bad) {
		bool was_jammed = j->is_jammed;

		j->last_bad_us = now_us;
		j->is_jammed = true;
		return was_jammed ? JAMMING_NOTHING : JAMMING_BEGAN;
	}
	if (!j->is_jammed || now_us - j->last_bad_us < JAMMING_CLEAR_US)
		return JAMMING_NOTHING;
	j->is_jammed = false;
	return JAMMING_OVER;
}
