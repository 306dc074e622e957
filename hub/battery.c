/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Charge by the day, and a line through it.
 */
#include "hub/battery.h"

#include "common/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_US (86400 * US_PER_S)
#define ENDS   3 /* days at either end that the line goes through */

static double mean(const uint8_t values[], unsigned int count)
{
	double sum = 0;

	for (unsigned int n = 0; n < count; n++)
		sum += values[n];
	return sum / count;
}

int battery_days_left(const struct battery *b)
{
	double first, last, fall;

	if (!b->has_pct || b->days < BATTERY_DAYS_LEAST)
		return -1;
	first = mean(b->least_pct, ENDS);
	last = mean(&b->least_pct[b->days - ENDS], ENDS);
	fall = first - last;
	if (fall < BATTERY_FALL_PCT)
		return -1;
	return (int)(b->pct / (fall / (b->days - ENDS)));
}

/* What cannot be told from one word alone keeps what was known. */
static void judge(struct battery *b)
{
	int days = battery_days_left(b);
	bool is_mv_known = b->has_mv && b->mv < BATTERY_KNOWN_MV && !b->has_pct;
	bool is_low = b->says_low || (b->has_pct && b->pct <= BATTERY_LOW_PCT) ||
		      (days >= 0 && days <= BATTERY_LOW_DAYS) ||
		      (is_mv_known && b->mv <= BATTERY_LOW_MV);
	bool is_well = !b->says_low && (!b->has_pct || b->pct >= BATTERY_WELL_PCT) &&
		       (days < 0 || days >= BATTERY_WELL_DAYS) &&
		       (!is_mv_known || b->mv >= BATTERY_WELL_MV);

	b->is_low = b->is_low ? !is_well : is_low;
}

static void close_day(struct battery *b)
{
	if (b->days == BATTERY_DAYS_MAX)
		memmove(&b->least_pct[0], &b->least_pct[1], --b->days);
	b->least_pct[b->days++] = b->day_pct;
}

void battery_hear_pct(struct battery *b, uint8_t pct, uint64_t now_us)
{
	bool is_changed = b->has_pct && pct > b->pct + 30;

	b->has_pct = true;
	b->pct = pct;
	if (is_changed) /* a new one: its fall begins anew */
		b->days = 0;
	if (is_changed || b->day_us == 0 || now_us < b->day_us) {
		b->day_us = now_us > 0 ? now_us : 1;
		b->day_pct = pct;
	} else if (now_us - b->day_us >= DAY_US) {
		close_day(b);
		b->day_us = now_us;
		b->day_pct = pct;
	}
	if (pct < b->day_pct)
		b->day_pct = pct;
	judge(b);
}

void battery_hear_mv(struct battery *b, uint16_t mv)
{
	b->has_mv = true;
	b->mv = mv;
	judge(b);
}

void battery_hear_low(struct battery *b, bool is_low)
{
	b->says_low = is_low;
	judge(b);
}

void battery_to_text(const struct battery *b, char ret[BATTERY_TEXT_MAX])
{
	size_t used = (size_t)snprintf(ret, BATTERY_TEXT_MAX, "%d %d %d %d", b->says_low, b->is_low,
		b->has_pct ? b->pct : -1, b->has_mv ? b->mv : -1);

	for (unsigned int n = 0; n < b->days && used < BATTERY_TEXT_MAX; n++)
		used += (size_t)snprintf(
			ret + used, BATTERY_TEXT_MAX - used, " %u", b->least_pct[n]);
}

/* The next number of the text within its range: false at the end, or where it is none. */
static bool read_number(const char **at, long least, long most, long *ret)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(*at, &end, 10);
	if (errno || end == *at || number < least || number > most)
		return false;
	*at = end;
	*ret = number;
	return true;
}

int battery_from_text(const char *text, struct battery *ret)
{
	struct battery b = {0};
	long says, low, pct, mv, day;

	if (!read_number(&text, 0, 1, &says) || !read_number(&text, 0, 1, &low) ||
		!read_number(&text, -1, 100, &pct) || !read_number(&text, -1, UINT16_MAX, &mv))
		return -EINVAL;
	while (b.days < BATTERY_DAYS_MAX && read_number(&text, 0, 100, &day))
		b.least_pct[b.days++] = (uint8_t)day;
	if (*text)
		return -EINVAL;
	b.says_low = says;
	b.is_low = low;
	b.has_pct = pct >= 0;
	b.pct = b.has_pct ? (uint8_t)pct : 0;
	b.has_mv = mv >= 0;
	b.mv = b.has_mv ? (uint16_t)mv : 0;
	*ret = b;
	return 0;
}
