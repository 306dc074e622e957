/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A home with three sensors and a history in a folder of its own, for the tests of hub/history*.
 */
#pragma once

#include "tests/unit/stores.h"

#include "hub/history_store.h"
#include "hub/local_day.h"

#include <time.h>

#define MINUTE_MS INT64_C(60000)
#define DAY       20261124 /* a Tuesday */

enum { SALON, PORTE, MONTRE, HOME_SENSORS };

static inline int in_paris(void **state)
{
	(void)setenv("TZ", "Europe/Paris", 1);
	tzset();
	return make_dir(state);
}

static inline struct roster home_roster(void)
{
	static const struct {
		const char *id, *name, *room;
		enum sensor_role role;
	} rows[HOME_SENSORS] = {{"a", "Détecteur", "Salon", ROLE_MOTION},
		{"b", "Porte", "Entrée", ROLE_CONTACT}, {"c", "Montre", "", ROLE_WEARABLE}};
	struct roster r = {.installed = 0};

	for (unsigned int n = 0; n < HOME_SENSORS; n++) {
		struct roster_sensor s = {.role = rows[n].role};

		(void)snprintf(s.id.text, sizeof(s.id.text), "%s", rows[n].id);
		(void)snprintf(s.name, sizeof(s.name), "%s", rows[n].name);
		(void)snprintf(s.room, sizeof(s.room), "%s", rows[n].room);
		assert_int_equal(roster_add(&r, &s), 0);
	}
	return r;
}

/* At that minute of that local day, as its clocks show it (of two such minutes the first). */
static inline int64_t at(int32_t day, int hour, int minute)
{
	struct tm t = {.tm_year = day / 10000 - 1900,
		.tm_mon = day / 100 % 100 - 1,
		.tm_mday = day % 100,
		.tm_hour = hour,
		.tm_min = minute,
		.tm_isdst = -1};

	return (int64_t)mktime(&t) * 1000;
}

static inline struct diary_slice slice_of(
	uint8_t sensor, unsigned int kind, int64_t wall_ms, uint16_t count, uint16_t rises)
{
	return (struct diary_slice){.begin_min = (uint32_t)(wall_ms / MINUTE_MS),
		.sensor = sensor,
		.kind = (uint8_t)kind,
		.count = count,
		.rises = rises,
		.high = 1,
		.last = 1};
}

static inline struct history_incident incident_of(const char *id, int64_t event_ms)
{
	struct history_incident i = {.class = INCIDENT_FALL,
		.state = INCIDENT_RAISED,
		.event_ms = event_ms,
		.changed_ms = event_ms,
		.room = "Salon"};

	(void)snprintf(i.id, sizeof(i.id), "%s", id);
	return i;
}

/* The number that a statement answers, of the history in that folder. */
static inline double history_number(const char *dir, const char *sql)
{
	char path[300];
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	double number = -1;

	(void)snprintf(path, sizeof(path), "%s/history.db", dir);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	if (sqlite3_step(st) == SQLITE_ROW)
		number = sqlite3_column_double(st, 0);
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
	return number;
}
