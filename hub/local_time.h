/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The home's own clock: hours and days are decided in local time, everything is kept in UTC. The C
 * library knows one zone a process; it is set once, before any thread is made.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define LOCAL_TIME_ZONE_MAX 48
#define LOCAL_TIME_USUAL    "Europe/Paris"

/* A name like "Indian/Reunion" that this machine's tzdata knows. */
bool local_time_zone_is_known(const char *zone);
/* From now on this is the home's zone. 0 or −errno. */
int local_time_set_zone(const char *zone);
/* Local − UTC at that instant, in seconds. */
int32_t local_time_offset_s(int64_t utc_ms);
/* The instant at which the home's clocks show `local_ms` (read as if it were UTC): of the two in
 * October's doubled hour the first, in March's missing one what it would have been. */
int64_t local_time_to_utc_ms(int64_t local_ms);
