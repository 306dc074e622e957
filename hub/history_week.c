/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A week's sums out of the history, and its summary into state_dir/summaries.
 */
#include "hub/history_writer.h"

#include "common/cleanup.h"
#include "hub/local_day.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define WHOLE_DAY_MIN  1200 /* listened to this long: a day that can be compared */
#define BATTERY_LOW    20
#define SILENT_MIN     360
#define USUAL_DAYS_AGO 28
#define SUMMARY_DAYS   372
#define MORNING_MIN    360

static const char *const endings[WEEK_LANGUAGES] = {"fr", "en"};

/* Days ?1 .. ?2 that were listened to. */
#define WHOLE_DAYS \
	"(SELECT day FROM day WHERE what = 'running_min' AND value >= 1200 AND day >= ?1 AND day < ?2)"

_Static_assert(WHOLE_DAY_MIN == 1200, "as in WHOLE_DAYS");

static sqlite3_stmt *ask(struct history_store *s, const char *sql, int32_t from, int32_t before)
{
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		return NULL;
	(void)sqlite3_bind_int(st, 1, from);
	(void)sqlite3_bind_int(st, 2, before);
	return st;
}

static double number_of(struct history_store *s, const char *sql, int32_t from, int32_t before)
{
	sqlite3_stmt *st = ask(s, sql, from, before);
	double number = st && sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_double(st, 0) : 0;

	(void)sqlite3_finalize(st);
	return number;
}

/* Rows of a name and up to two numbers, one a call: false at the end. */
static bool next_row(sqlite3_stmt *st, char ret_name[INCIDENT_TEXT_MAX], double ret_numbers[2])
{
	if (!st || sqlite3_step(st) != SQLITE_ROW)
		return false;
	(void)snprintf(ret_name, INCIDENT_TEXT_MAX, "%s", (const char *)sqlite3_column_text(st, 0));
	ret_numbers[0] = sqlite3_column_double(st, 1);
	ret_numbers[1] = sqlite3_column_double(st, 2);
	return true;
}

static void take_names(struct history_store *s, int32_t from, int32_t before, struct week *w)
{
	char name[INCIDENT_TEXT_MAX];
	double n[2];
	sqlite3_stmt *st = ask(s,
		"SELECT subject, avg(value), 0 FROM day WHERE what = 'active_min' AND subject <> '*'"
		" AND subject <> '' AND day IN " WHOLE_DAYS
		" GROUP BY subject ORDER BY 2 DESC LIMIT 6",
		from, before);

	while (w->rooms_count < WEEK_ROOMS_MAX && next_row(st, name, n)) {
		struct week_room *room = &w->rooms[w->rooms_count++];

		memcpy(room->name, name, sizeof(room->name));
		room->active_min = n[0];
	}
	(void)sqlite3_finalize(st);
	st = ask(s,
		"SELECT subject, sum(value) / (SELECT max(count(*), 1) FROM " WHOLE_DAYS
		"), 0 FROM day"
		" WHERE what = 'worn_h' AND day IN " WHOLE_DAYS " GROUP BY subject",
		from, before);
	while (w->wearables_count < WEEK_WEARABLES_MAX && next_row(st, name, n)) {
		struct week_wearable *worn = &w->wearables[w->wearables_count++];

		memcpy(worn->name, name, sizeof(worn->name));
		worn->worn_h = n[0];
	}
	(void)sqlite3_finalize(st);
	st = ask(s,
		"SELECT subject, min(iif(what = 'battery_pct', value, NULL)),"
		" sum(iif(what = 'silent_min', value, 0)) FROM day"
		" WHERE what IN ('battery_pct', 'silent_min') AND day >= ?1 AND day < ?2"
		" GROUP BY subject",
		from, before);
	while (w->sensors_count < WEEK_SENSORS_MAX && next_row(st, name, n)) {
		bool is_low = sqlite3_column_type(st, 1) != SQLITE_NULL && n[0] < BATTERY_LOW;
		struct week_sensor *sensor = &w->sensors[w->sensors_count];

		if (!is_low && n[1] < SILENT_MIN)
			continue;
		memcpy(sensor->name, name, sizeof(sensor->name));
		sensor->battery_pct = is_low ? (int)n[0] : -1;
		sensor->silent_h = n[1] >= SILENT_MIN ? (unsigned int)n[1] / 60 : 0;
		w->sensors_count++;
	}
	(void)sqlite3_finalize(st);
}

static void take_incidents(struct history_store *s, int32_t from, int32_t before, struct week *w)
{
	char name[INCIDENT_TEXT_MAX];
	double n[2];
	sqlite3_stmt *st = ask(s,
		"SELECT subject, sum(value), 0 FROM day WHERE what = 'incidents' AND day >= ?1"
		" AND day < ?2 GROUP BY subject",
		from, before);

	while (next_row(st, name, n)) {
		enum incident_class class;

		if (incident_class_from_text(name, &class) == 0)
			w->incidents[class] = (unsigned int)n[0];
	}
	(void)sqlite3_finalize(st);
	w->false_alarms = (unsigned int)number_of(s,
		"SELECT sum(value) FROM day WHERE what = 'false_alarms' AND day >= ?1 AND day < ?2",
		from, before);
	w->said_fine = (unsigned int)number_of(s,
		"SELECT sum(value) FROM day WHERE what = 'said_fine' AND day >= ?1 AND day < ?2",
		from, before);
}

void history_week(struct history_store *s, int32_t monday, struct week *ret)
{
	static const char whole[] = "SELECT count(*) FROM " WHOLE_DAYS;
	static const char active[] = "SELECT avg(value) FROM day WHERE what = 'active_min' AND"
				     " subject = '*' AND day IN " WHOLE_DAYS;
	static const char ups[] =
		"SELECT avg(value) FROM day WHERE what = 'night_ups' AND day IN " WHOLE_DAYS;
	int32_t end = local_day_add(monday, 7), usual = local_day_add(monday, -USUAL_DAYS_AGO);

	*ret = (struct week){.monday = monday};
	ret->days = (unsigned int)number_of(s, whole, monday, end);
	ret->usual_days = (unsigned int)number_of(s, whole, usual, monday);
	ret->active_min = number_of(s, active, monday, end);
	ret->usual_active_min = number_of(s, active, usual, monday);
	ret->night_ups = number_of(s, ups, monday, end);
	ret->usual_night_ups = number_of(s, ups, usual, monday);
	ret->openings = (unsigned int)number_of(s,
		"SELECT sum(value) FROM day WHERE what = 'openings' AND day >= ?1 AND day < ?2",
		monday, end);
	take_names(s, monday, end, ret);
	take_incidents(s, monday, end, ret);
}

/* Whole or not at all, and for the service's eyes alone. */
static int write_file(const char *path, const char *text, size_t bytes)
{
	char part[HISTORY_PATH_MAX + 8];
	_cleanup_(close_p) int fd = -1;

	(void)snprintf(part, sizeof(part), "%s.part", path);
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (write(fd, text, bytes) != (ssize_t)bytes)
		return errno ? -errno : -EIO;
	if (fdatasync(fd) < 0 || rename(part, path) < 0)
		return -errno;
	return 0;
}

static void drop_old(const char *dir, int32_t today)
{
	char oldest[LOCAL_WEEK_MAX], path[HISTORY_PATH_MAX];
	const struct dirent *entry;
	DIR *d = opendir(dir);

	local_week_of(local_day_add(today, -SUMMARY_DAYS), oldest);
	while (d && (entry = readdir(d))) {
		if (entry->d_name[0] == '.' || strcmp(entry->d_name, oldest) >= 0)
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name) < (int)sizeof(path))
			(void)unlink(path);
	}
	if (d)
		(void)closedir(d);
}

int history_week_write(
	struct history_store *s, const char *dir, int64_t wall_ms, bool is_night_far_more)
{
	struct local_time now = local_time_of(wall_ms);
	int32_t monday = local_day_add(now.day, -now.weekday - 7);
	char name[LOCAL_WEEK_MAX], path[HISTORY_PATH_MAX], text[WEEK_TEXT_MAX];
	struct week week;
	int r = 0;

	if (now.weekday == 0 && now.minute < MORNING_MIN)
		return 0;
	local_week_of(monday, name);
	if (snprintf(path, sizeof(path), "%s/%s.%s.txt", dir, name, endings[0]) >=
			(int)sizeof(path) ||
		access(path, F_OK) == 0)
		return 0;
	history_week(s, monday, &week);
	if (week.days == 0 && week.usual_days == 0)
		return 0; /* nobody was here */
	week.is_night_far_more = is_night_far_more;
	(void)mkdir(dir, 0700);
	/* the one that is looked for is written last */
	for (int language = WEEK_LANGUAGES - 1; r == 0 && language >= 0; language--) {
		size_t bytes = week_text(&week, (enum week_language)language, text);

		(void)snprintf(path, sizeof(path), "%s/%s.%s.txt", dir, name, endings[language]);
		r = write_file(path, text, bytes);
	}
	drop_old(dir, now.day);
	return r == 0 ? 1 : r;
}
