/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the model is measured beside, on the same silences and with the same knowledge of who is
 * home: a timer, and the longest silence of each hour of the day (after Cuddihy, Weisenberg,
 * Graichen and Ganesh, HealthNet 2007): a silence alarms when it is longer, by a factor, than any
 * that was known to be under way in that hour.
 */
#include "models/eval/routine_trial.h"

#include <math.h>

#define HOUR_MS 3600000LL
#define LEAST_MS \
	600000LL /* added to the longest, so that hours without any are not alarms at once */
#define HOURS  24
#define LOOK_H 72

static void learn(int64_t longest_ms[HOURS], const struct trial_silence *s)
{
	for (int64_t hour = s->from_ms / HOUR_MS; hour * HOUR_MS < s->until_ms; hour++) {
		int64_t end_ms = (hour + 1) * HOUR_MS;
		int64_t lasted_ms = (end_ms < s->until_ms ? end_ms : s->until_ms) - s->from_ms;
		int64_t *longest = &longest_ms[hour % HOURS];

		*longest = lasted_ms > *longest ? lasted_ms : *longest;
	}
}

static int64_t alarm_by_hour(
	const int64_t longest_ms[HOURS], const struct trial_silence *s, double factor)
{
	int64_t first = s->from_ms / HOUR_MS;

	for (int64_t hour = first; hour < first + LOOK_H; hour++) {
		int64_t limit_ms =
			s->from_ms + LEAST_MS + llround(factor * (double)longest_ms[hour % HOURS]);
		int64_t begins_ms = hour * HOUR_MS > s->from_ms ? hour * HOUR_MS : s->from_ms;

		if (limit_ms < (hour + 1) * HOUR_MS)
			return limit_ms > begins_ms ? limit_ms : begins_ms;
	}
	return INT64_MAX;
}

void rival_alarms(
	const struct routine_trial *t, enum rival rival, double setting, int64_t *ret_alarm_ms)
{
	int64_t longest_ms[HOURS] = {0};

	for (size_t i = 0; i < t->count; i++) {
		const struct trial_silence *s = &t->silences[i];

		if (i >= t->scored_from)
			ret_alarm_ms[i - t->scored_from] =
				rival == RIVAL_FIXED
					? s->from_ms + llround(setting * (double)HOUR_MS)
					: alarm_by_hour(longest_ms, s, setting);
		if (s->is_learned)
			learn(longest_ms, s);
	}
}
