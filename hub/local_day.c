/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Days and weeks by the C library's calendar: it alone knows when the clocks are changed.
 */
#include "hub/local_day.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int32_t number_of(const struct tm *t)
{
	return (t->tm_year + 1900) * 10000 + (t->tm_mon + 1) * 100 + t->tm_mday;
}

struct local_time local_time_of(int64_t wall_ms)
{
	time_t s = (time_t)(wall_ms / 1000);
	struct tm t = {.tm_mday = 1};

	(void)localtime_r(&s, &t);
	return (struct local_time){.day = number_of(&t),
		.minute = t.tm_hour * 60 + t.tm_min,
		.weekday = (t.tm_wday + 6) % 7};
}

/* Noon of the day, UTC: far from any change of clocks. */
static struct tm noon_of(int32_t day)
{
	return (struct tm){.tm_year = day / 10000 - 1900,
		.tm_mon = day / 100 % 100 - 1,
		.tm_mday = day % 100,
		.tm_hour = 12};
}

int64_t local_day_begin_ms(int32_t day)
{
	struct tm t = noon_of(day);
	time_t s;

	t.tm_hour = 0;
	t.tm_isdst = -1;
	s = mktime(&t);
	/* where midnight itself is skipped, mktime() answers an instant of the day before */
	if (s != (time_t)-1 && number_of(&t) < day)
		s += 3600;
	return s == (time_t)-1 ? -1 : (int64_t)s * 1000;
}

int32_t local_day_add(int32_t day, int days)
{
	struct tm t = noon_of(day);

	t.tm_mday += days;
	(void)timegm(&t);
	return number_of(&t);
}

int local_days_between(int32_t from, int32_t to)
{
	struct tm a = noon_of(from), b = noon_of(to);

	return (int)((timegm(&b) - timegm(&a)) / 86400);
}

void local_week_of(int32_t day, char ret[LOCAL_WEEK_MAX])
{
	struct tm t = noon_of(day);

	(void)timegm(&t);
	if (strftime(ret, LOCAL_WEEK_MAX, "%G-W%V", &t) == 0)
		ret[0] = '\0';
}

int32_t local_week_monday(const char *week)
{
	char again[LOCAL_WEEK_MAX];
	int year = 0, number = 0, end = 0;
	int32_t day;
	struct tm t;

	if (sscanf(week, "%4d-W%2d%n", &year, &number, &end) != 2 || week[end] || year < 1970 ||
		year > 9998 || number < 1)
		return -1;
	/* 4 January lies in the first week */
	t = noon_of(year * 10000 + 104);
	(void)timegm(&t);
	day = local_day_add(year * 10000 + 104, 7 * (number - 1) - (t.tm_wday + 6) % 7);
	local_week_of(day, again);
	return strcmp(week, again) == 0 ? day : -1;
}
