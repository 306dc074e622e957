/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What weighs now against what is kept: news are written, what only faded is not.
 */
#include "hub/lately.h"

#include <string.h>

#define SAME_MS 5000 /* the wall clock is set by that much and more only in earnest */

static bool is_same(const struct evidence_lately *a, const struct evidence_lately *b)
{
	return strcmp(a->sensor.text, b->sensor.text) == 0 && a->count == b->count &&
	       a->at_ms < b->at_ms + SAME_MS && b->at_ms < a->at_ms + SAME_MS;
}

static bool is_kept(const struct lately *l, const struct evidence_lately *now)
{
	for (unsigned int n = 0; n < l->count; n++)
		if (is_same(&l->kept[n], now))
			return true;
	return false;
}

void lately_turn(struct lately *l, const struct judge *j, struct outbox *outbox, struct moment at)
{
	struct evidence_lately now[FUSION_LATELY_MAX];
	unsigned int count = judge_lately(j, at, now);
	bool has_news = false;

	for (unsigned int n = 0; n < count; n++)
		has_news |= !is_kept(l, &now[n]);
	if (!has_news || (l->written_us && at.now_us < l->written_us + LATELY_WRITE_US))
		return;
	l->written_us = at.now_us;
	if (outbox_put_lately(outbox, now, count) < 0)
		return;
	l->count = count;
	memcpy(l->kept, now, count * sizeof(now[0]));
}

void lately_resume(struct lately *l, struct judge *j, struct outbox *outbox, struct moment at)
{
	int count = outbox_load_lately(outbox, l->kept);

	l->count = count > 0 ? (unsigned int)count : 0;
	l->written_us = 0;
	for (unsigned int n = 0; n < l->count; n++)
		judge_recall(j, &l->kept[n], at);
}
