/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What waits against what is kept: a new one is written at once, one that is over is taken out when
 * there is time.
 */
#include "hub/waiting.h"

#include <stdio.h>
#include <string.h>

static bool is_kept(const struct waiting *w, const struct suspicion *s)
{
	for (unsigned int n = 0; n < w->count; n++)
		if (w->kept[n].mark == s->mark &&
			strcmp(w->kept[n].sensor.text, s->sensor.text) == 0)
			return true;
	return false;
}

static bool are_kept(const struct waiting *w, const struct suspicion now[], unsigned int count)
{
	for (unsigned int n = 0; n < count; n++)
		if (!is_kept(w, &now[n]))
			return false;
	return true;
}

static void keep(struct waiting *w, const struct judge *j, struct outbox *outbox, struct moment at)
{
	struct suspicion now[OUTBOX_WAITING_MAX];
	unsigned int count = judge_waiting(j, at, now, OUTBOX_WAITING_MAX);
	bool has_new = !are_kept(w, now, count);

	if (!has_new && count == w->count)
		return;
	if (w->written_us &&
		at.now_us < w->written_us + (has_new ? WAITING_WRITE_US : WAITING_FORGET_US))
		return;
	w->written_us = at.now_us;
	if (outbox_put_waiting(outbox, now, count) < 0)
		return;
	w->count = count;
	for (unsigned int n = 0; n < count; n++) {
		w->kept[n].sensor = now[n].sensor;
		w->kept[n].mark = now[n].mark;
	}
}

void waiting_turn(struct waiting *w, const struct judge *j, struct outbox *outbox, struct moment at)
{
	struct suspicion one;

	/* nearly always: no room is made for more */
	if (w->count > 0 || judge_waiting(j, at, &one, 1) > 0)
		keep(w, j, outbox, at);
}

unsigned int waiting_resume(struct waiting *w, struct outbox *outbox, struct moment at,
	struct suspicion ret[OUTBOX_WAITING_MAX])
{
	int count = outbox_load_waiting(outbox, ret);
	unsigned int taken = 0;

	*w = (struct waiting){.count = 0};
	for (int n = 0; n < count; n++) {
		struct suspicion *s = &ret[n];

		w->kept[w->count].sensor = s->sensor;
		w->kept[w->count++].mark = s->mark;
		if (at.wall_ms > s->event_ms + WAITING_OLD_MS)
			continue;
		if (s->reasons_count < INCIDENT_REASONS_MAX)
			(void)snprintf(s->reasons[s->reasons_count++].text, INCIDENT_TEXT_MAX,
				"la box a redémarré avant la suite");
		ret[taken++] = *s;
	}
	return taken;
}
