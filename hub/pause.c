/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A deadline on two clocks and one suspicion.
 */
#include "hub/pause.h"

#include "common/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define US_PER_H (3600 * US_PER_S)
#define MS_PER_H INT64_C(3600000)

void pause_begin(struct pause *p, uint32_t hours, struct moment at)
{
	p->until_us = at.now_us + hours * US_PER_H;
	p->until_ms = at.wall_ms + hours * MS_PER_H;
}

bool pause_is_on(const struct pause *p, uint64_t now_us)
{
	return now_us < p->until_us;
}

bool pause_is_over(const struct pause *p, uint64_t now_us)
{
	return p->until_us && now_us >= p->until_us;
}

bool pause_end(struct pause *p, struct suspicion *ret)
{
	bool has_withheld = p->has_withheld;

	if (has_withheld)
		*ret = p->withheld;
	*p = (struct pause){.until_us = 0};
	return has_withheld;
}

bool pause_withholds(struct pause *p, const struct suspicion *s, uint64_t now_us)
{
	bool is_suspected = s->class == INCIDENT_FALL || s->class == INCIDENT_INACTIVITY ||
			    s->class == INCIDENT_WANDERING;

	/* more of what was raised before belongs to it */
	if (!pause_is_on(p, now_us) || !is_suspected || s->is_update)
		return false;
	p->has_withheld = true;
	p->withheld = *s;
	return true;
}

void pause_moved(struct pause *p)
{
	p->has_withheld = false;
}

void pause_to_text(const struct pause *p, const char *boot, char ret[PAUSE_TEXT_MAX])
{
	(void)snprintf(ret, PAUSE_TEXT_MAX, "%" PRId64 " %" PRIu64 " %s\n", p->until_ms,
		p->until_us, boot);
}

bool pause_from_text(const char *text, const char *boot, struct moment at, struct pause *ret)
{
	char was[PAUSE_BOOT_MAX], after;
	uint64_t until_us, most_us = PAUSE_MAX_H * US_PER_H;
	int64_t until_ms, left_ms;

	if (sscanf(text, "%20" SCNd64 " %20" SCNu64 " %39s%c", &until_ms, &until_us, was, &after) !=
			4 ||
		after != '\n')
		return false;
	if (strcmp(was, boot) != 0) {
		left_ms = until_ms > at.wall_ms ? until_ms - at.wall_ms : 0;
		if (left_ms > PAUSE_MAX_H * MS_PER_H) /* the clock was set back */
			left_ms = PAUSE_MAX_H * MS_PER_H;
		until_us = at.now_us + (uint64_t)left_ms * US_PER_MS;
	}
	if (until_us <= at.now_us)
		return false;
	if (until_us - at.now_us > most_us)
		until_us = at.now_us + most_us;
	*ret = (struct pause){.until_us = until_us,
		.until_ms = at.wall_ms + (int64_t)((until_us - at.now_us) / US_PER_MS)};
	return true;
}
