/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Longest gaps by the day.
 */
#include "hub/cadence.h"

#include "common/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S      86400
#define GAP_MAX_US (UINT32_MAX / 8 * US_PER_S)

static uint32_t most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static void close_day(struct cadence *c)
{
	if (c->days == CADENCE_DAYS_MAX)
		memmove(&c->longest_s[0], &c->longest_s[1], (--c->days) * sizeof(c->longest_s[0]));
	c->longest_s[c->days++] = c->day_longest_s;
	c->day_us = 0;
	c->day_longest_s = c->day_gaps = 0;
}

void cadence_learn(struct cadence *c, uint64_t gap_us)
{
	uint64_t gap_s;

	c->burst_us += gap_us < GAP_MAX_US ? gap_us : GAP_MAX_US;
	if (c->burst_us < US_PER_S)
		return;
	gap_s = (c->burst_us + US_PER_S - 1) / US_PER_S;
	c->day_longest_s = most(c->day_longest_s, (uint32_t)gap_s);
	c->day_gaps++;
	c->day_us += c->burst_us;
	c->burst_us = 0;
	if (c->day_us >= DAY_S * US_PER_S)
		close_day(c);
}

static bool is_even(const struct cadence *c)
{
	uint64_t day_s = c->day_us / US_PER_S;

	return c->day_gaps >= CADENCE_EVEN_GAPS && day_s >= CADENCE_EVEN_LEAST_S &&
	       (uint64_t)c->day_longest_s * c->day_gaps <= CADENCE_EVEN_SPREAD * day_s;
}

bool cadence_is_learned(const struct cadence *c, const struct cadence_bounds *bounds)
{
	return c->days >= CADENCE_DAYS_LEAST || (bounds->is_clocked && (c->days > 0 || is_even(c)));
}

uint32_t cadence_usual_s(const struct cadence *c, const struct cadence_bounds *bounds)
{
	uint32_t first_s = c->day_longest_s, second_s = 0;

	if (!cadence_is_learned(c, bounds))
		return 0;
	for (unsigned int n = 0; n < c->days; n++) {
		if (c->longest_s[n] > first_s) {
			second_s = first_s;
			first_s = c->longest_s[n];
		} else {
			second_s = most(second_s, c->longest_s[n]);
		}
	}
	return c->days >= CADENCE_DAYS_ROBUST ? second_s : first_s;
}

uint32_t cadence_deadline_s(const struct cadence *c, const struct cadence_bounds *bounds)
{
	uint32_t deadline_s = bounds->first_s;

	if (cadence_is_learned(c, bounds))
		deadline_s = CADENCE_MARGIN * cadence_usual_s(c, bounds);
	deadline_s = most(deadline_s, bounds->least_s);
	return deadline_s < bounds->most_s ? deadline_s : bounds->most_s;
}

void cadence_to_text(const struct cadence *c, char ret[CADENCE_TEXT_MAX])
{
	size_t used = (size_t)snprintf(ret, CADENCE_TEXT_MAX, "%u %u %u",
		(unsigned int)(c->day_us / US_PER_S), c->day_longest_s, c->day_gaps);

	for (unsigned int n = 0; n < c->days && used < CADENCE_TEXT_MAX; n++)
		used += (size_t)snprintf(
			ret + used, CADENCE_TEXT_MAX - used, " %u", c->longest_s[n]);
}

/* The next number of the text: false at its end or at what is none. */
static bool read_number(const char **at, uint32_t *ret)
{
	unsigned long number;
	char *end;

	*at += strspn(*at, " ");
	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	number = strtoul(*at, &end, 10);
	if (errno || number > UINT32_MAX / 8)
		return false;
	*at = end;
	*ret = (uint32_t)number;
	return true;
}

int cadence_from_text(const char *text, struct cadence *ret)
{
	struct cadence c = {0};
	uint32_t number, day_s;

	if (!read_number(&text, &day_s) || !read_number(&text, &c.day_longest_s) ||
		!read_number(&text, &c.day_gaps) || day_s >= DAY_S)
		return -EINVAL;
	c.day_us = day_s * US_PER_S;
	while (c.days < CADENCE_DAYS_MAX && read_number(&text, &number))
		c.longest_s[c.days++] = number;
	if (*text)
		return -EINVAL;
	*ret = c;
	return 0;
}
