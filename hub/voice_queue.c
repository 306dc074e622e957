/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A short array, moved by hand: at most nine are in it.
 */
#include "hub/voice_queue.h"

#include "common/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What is being said stays where it is; a probe is before nobody's word. */
static unsigned int place_of(const struct voice_queue *q, bool is_urgent)
{
	unsigned int place = q->is_ordered;

	if (!is_urgent)
		return q->count;
	while (place < q->count && q->waiting[place].is_urgent)
		place++;
	return place;
}

static int check(const struct voice_sentence *s)
{
	if (!s->text[0] || s->volume_pct < 1 || s->volume_pct > VOICE_VOLUME_FULL)
		return -EINVAL;
	if (strlen(s->text) >= SPEECH_SENTENCE_MAX ||
		(s->clip && strlen(s->clip) >= SPEECH_CLIP_KEY_MAX))
		return -EMSGSIZE;
	return 0;
}

/* 0 there is room; 1 the last that is not urgent had to go; −ENOSPC. */
static int make_room(struct voice_queue *q, bool is_urgent, struct voice_queued *ret_crowded_out)
{
	unsigned int last = q->count - 1;

	if (q->count < VOICE_QUEUE_MAX)
		return 0;
	if (!is_urgent || q->waiting[last].is_urgent)
		return -ENOSPC;
	*ret_crowded_out = voice_queue_take(q, last);
	return 1;
}

int voice_queue_put(struct voice_queue *q, const struct voice_sentence *sentence, uint64_t now_us,
	struct voice_queued *ret_crowded_out)
{
	struct voice_queued new = {.tag = sentence->tag,
		.is_urgent = sentence->is_urgent,
		.stale_us = now_us + VOICE_STALE_S * US_PER_S,
		.order = {.what = VOICE_ORDER_SAY, .volume_pct = sentence->volume_pct}};
	int r = check(sentence);
	unsigned int place;

	if (r == 0)
		r = make_room(q, sentence->is_urgent, ret_crowded_out);
	if (r < 0)
		return r;
	(void)snprintf(new.order.text, sizeof(new.order.text), "%s", sentence->text);
	(void)snprintf(
		new.order.clip, sizeof(new.order.clip), "%s", sentence->clip ? sentence->clip : "");
	place = place_of(q, sentence->is_urgent);
	memmove(q->waiting + place + 1, q->waiting + place,
		(q->count - place) * sizeof(q->waiting[0]));
	q->waiting[place] = new;
	q->count++;
	return r;
}

void voice_queue_put_probe(struct voice_queue *q)
{
	if (q->count == 0)
		q->waiting[q->count++] =
			(struct voice_queued){.order = {.what = VOICE_ORDER_PROBE, .volume_pct = 1},
				.stale_us = UINT64_MAX};
}

struct voice_queued voice_queue_take(struct voice_queue *q, unsigned int place)
{
	struct voice_queued taken = q->waiting[place];

	q->count--;
	memmove(q->waiting + place, q->waiting + place + 1,
		(q->count - place) * sizeof(q->waiting[0]));
	if (place == 0)
		q->is_ordered = false;
	return taken;
}

int voice_queue_stale(const struct voice_queue *q, uint64_t now_us)
{
	for (unsigned int n = q->is_ordered; n < q->count; n++)
		if (now_us >= q->waiting[n].stale_us)
			return (int)n;
	return -ENOENT;
}

uint64_t voice_queue_next_us(const struct voice_queue *q)
{
	uint64_t next_us = UINT64_MAX;

	for (unsigned int n = q->is_ordered; n < q->count; n++)
		if (q->waiting[n].stale_us < next_us)
			next_us = q->waiting[n].stale_us;
	return next_us;
}
