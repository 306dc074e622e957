/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Through the C library and tzdata.
 */
#include "hub/local_time.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define ZONES_DIR "/usr/share/zoneinfo"

static bool is_name(const char *zone)
{
	const char *const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_+-/";
	size_t bytes = strlen(zone);

	return bytes > 0 && bytes < LOCAL_TIME_ZONE_MAX && strspn(zone, letters) == bytes &&
	       zone[0] != '/' && zone[bytes - 1] != '/';
}

bool local_time_zone_is_known(const char *zone)
{
	char path[sizeof(ZONES_DIR) + LOCAL_TIME_ZONE_MAX];
	struct stat file;

	if (!is_name(zone))
		return false;
	(void)snprintf(path, sizeof(path), "%s/%s", ZONES_DIR, zone);
	return stat(path, &file) == 0 && S_ISREG(file.st_mode);
}

int local_time_set_zone(const char *zone)
{
	char name[LOCAL_TIME_ZONE_MAX + 1];

	if (!local_time_zone_is_known(zone))
		return -ENOENT;
	(void)snprintf(name, sizeof(name), ":%s", zone);
	if (setenv("TZ", name, 1) < 0)
		return -errno;
	tzset();
	return 0;
}

int32_t local_time_offset_s(int64_t utc_ms)
{
	time_t at = (time_t)(utc_ms / 1000);
	struct tm local;

	return localtime_r(&at, &local) ? (int32_t)local.tm_gmtoff : 0;
}

int64_t local_time_to_utc_ms(int64_t local_ms)
{
	/* the offset of half a day before is the old one wherever the clocks change in between */
	int32_t before_s = local_time_offset_s(local_ms - 12 * 3600000LL);
	int64_t utc_ms = local_ms - before_s * 1000LL;
	int32_t then_s = local_time_offset_s(utc_ms);

	if (then_s == before_s)
		return utc_ms;
	return local_time_offset_s(local_ms - then_s * 1000LL) == then_s
		       ? local_ms - then_s * 1000LL
		       : utc_ms;
}
