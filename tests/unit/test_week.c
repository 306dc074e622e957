/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The week's summary: its sentences, what is called usual, when it is written and how long it is
 * kept.
 */
#include "tests/unit/history_home.h"

#include "hub/history_writer.h"
#include "hub/week.h"

#include <dirent.h>
#include <sys/stat.h>

#define MONDAY 20261116

static void test_a_full_week_in_french(void **state)
{
	struct week w = {.monday = MONDAY,
		.days = 7,
		.usual_days = 28,
		.active_min = 412,
		.usual_active_min = 398,
		.night_ups = 2.4,
		.usual_night_ups = 1,
		.is_night_far_more = true,
		.openings = 14,
		.false_alarms = 1,
		.said_fine = 2,
		.rooms_count = 2,
		.rooms = {{"Salon", 250}, {"Cuisine", 120.4}},
		.wearables_count = 2,
		.wearables = {{"Montre", 17.6}, {"Pendentif", 0.9}},
		.sensors_count = 2,
		.sensors = {{"Cuisine", 12, 0}, {"Porte", -1, 26}}};
	char text[WEEK_TEXT_MAX];
	size_t bytes;

	(void)state;
	w.incidents[INCIDENT_HELP] = 1;
	w.incidents[INCIDENT_FALL] = 2;
	bytes = week_text(&w, WEEK_FRENCH, text);
	assert_int_equal(bytes, strlen(text));
	assert_string_equal(text,
		"Semaine du lundi 16 novembre au dimanche 22 novembre 2026\n\n"
		"Activité : comme d’habitude (mouvement pendant 412 minutes par jour, 398 "
		"d’habitude).\n"
		"Minutes par jour et par pièce : Salon 250, Cuisine 120.\n"
		"Portes et placards : ouverts 14 fois dans la semaine.\n"
		"Nuits : debout 2,4 fois par nuit en moyenne, entre 0 h et 5 h (1,0 d’habitude).\n"
		"Bien plus de mouvements la nuit que les quatre semaines d’avant : à en parler "
		"avec la personne.\n"
		"Alertes : 1 appel à l’aide, 2 chutes soupçonnées ; dont 1 fausse alerte ; 2 fois "
		"la personne a répondu que tout allait bien, ou a bougé.\n"
		"Montre : sur soi 18 h par jour.\n"
		"Pendentif : presque jamais sur soi, une chute peut passer inaperçue.\n"
		"À voir : « Cuisine », pile à 12 %.\n"
		"À voir : « Porte », sans nouvelles pendant 26 h.\n"
		"\nCe résumé reste dans le domicile. Il ne contient ni enregistrement ni mesure de "
		"santé.\n");
}

static void test_an_empty_week_in_english(void **state)
{
	const struct week w = {.monday = 20261228};
	char text[WEEK_TEXT_MAX];

	(void)state;
	(void)week_text(&w, WEEK_ENGLISH, text);
	assert_string_equal(text,
		"Week from Monday 28 December to Sunday 3 January 2027\n\n"
		"Activity: no whole day was listened to.\n"
		"Alerts: none.\n"
		"The box listened on 0 whole days of 7.\n"
		"\nThis summary stays in the home. It holds no recording and no measure of "
		"health.\n");
}

static void test_a_first_week_in_english(void **state)
{
	struct week w = {.monday = 20260601,
		.days = 5,
		.active_min = 90,
		.night_ups = 0.26,
		.openings = 3,
		.wearables_count = 1,
		.wearables = {{"Watch", 0}},
		.rooms_count = 1,
		.rooms = {{"Kitchen", 90}}};
	char text[WEEK_TEXT_MAX];

	(void)state;
	w.incidents[INCIDENT_SOCIAL] = 2;
	w.incidents[INCIDENT_ENVIRONMENT] = 1;
	(void)week_text(&w, WEEK_ENGLISH, text);
	assert_string_equal(text,
		"Week from Monday 1 June to Sunday 7 June 2026\n\n"
		"Activity: movement in 90 minutes a day (nothing is known to be usual yet).\n"
		"Minutes a day by room: Kitchen 90.\n"
		"Doors and cupboards: opened 3 times in the week.\n"
		"Nights: up 0.3 times a night on average, between 0 and 5 o’clock.\n"
		"Alerts: 2 calls for company, 1 smoke, gas or heat alarm.\n"
		"Watch: hardly ever worn, a fall may go unnoticed.\n"
		"The box listened on 5 whole days of 7.\n"
		"\nThis summary stays in the home. It holds no recording and no measure of "
		"health.\n");
	(void)week_text(&w, WEEK_FRENCH, text);
	assert_memory_equal(text, "Semaine du lundi 1er juin au dimanche 7 juin 2026\n", 50);
}

static void test_what_differs_is_said_in_words(void **state)
{
	static const struct {
		double now, usual;
		const char *want;
	} rows[] = {{49, 100, "much less than usual"}, {50, 100, "less than usual"},
		{75, 100, "as usual"}, {125, 100, "as usual"}, {126, 100, "more than usual"},
		{201, 100, "much more than usual"}, {0, 0, "as usual"}};
	char text[WEEK_TEXT_MAX];

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct week w = {.monday = MONDAY,
			.days = 7,
			.usual_days = WEEK_USUAL_DAYS,
			.active_min = rows[n].now,
			.usual_active_min = rows[n].usual};
		char want[80];

		(void)week_text(&w, WEEK_ENGLISH, text);
		(void)snprintf(want, sizeof(want), "Activity: %s (", rows[n].want);
		assert_non_null(strstr(text, want));
		w.usual_days = WEEK_USUAL_DAYS - 1;
		(void)week_text(&w, WEEK_ENGLISH, text);
		assert_non_null(strstr(text, "nothing is known to be usual yet"));
	}
}

static void test_the_longest_week_fits(void **state)
{
	struct week w = {.monday = MONDAY, .days = 6, .usual_days = 28, .is_night_far_more = true};
	char text[WEEK_TEXT_MAX];
	size_t bytes;

	(void)state;
	w.rooms_count = WEEK_ROOMS_MAX;
	w.wearables_count = WEEK_WEARABLES_MAX;
	w.sensors_count = WEEK_SENSORS_MAX;
	for (unsigned int n = 0; n < WEEK_ROOMS_MAX; n++)
		memset(w.rooms[n].name, 'r', INCIDENT_TEXT_MAX - 1);
	for (unsigned int n = 0; n < WEEK_WEARABLES_MAX; n++)
		memset(w.wearables[n].name, 'w', INCIDENT_TEXT_MAX - 1);
	for (unsigned int n = 0; n < WEEK_SENSORS_MAX; n++) {
		memset(w.sensors[n].name, 's', INCIDENT_TEXT_MAX - 1);
		w.sensors[n].silent_h = UINT32_MAX;
	}
	for (int class = 0; class < INCIDENT_CLASSES; class ++)
		w.incidents[class] = UINT32_MAX;
	bytes = week_text(&w, WEEK_FRENCH, text);
	assert_true(bytes < WEEK_TEXT_MAX - 1);
	assert_non_null(strstr(text, "mesure de santé.\n"));
}

static void open_store(const char *dir, struct history_store *s)
{
	*s = (struct history_store){.days = 30};
	(void)snprintf(s->path, sizeof(s->path), "%s/history.db", dir);
	assert_int_equal(history_store_open(s), 0);
}

static void put_day(
	struct history_store *s, int32_t day, const char *what, const char *subject, double value)
{
	char sql[300];

	(void)snprintf(sql, sizeof(sql), "INSERT INTO day VALUES (%d, '%s', '%s', %f)", day, what,
		subject, value);
	assert_int_equal(sqlite3_exec(s->db, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* Days of that many active minutes, each listened to from midnight to midnight. */
static void put_days(struct history_store *s, int32_t from, int count, double active_min)
{
	for (int n = 0; n < count; n++) {
		int32_t day = local_day_add(from, n);

		put_day(s, day, "running_min", "", 1440);
		put_day(s, day, "active_min", "*", active_min);
		put_day(s, day, "active_min", "Salon", active_min);
		put_day(s, day, "night_ups", "", 1);
		put_day(s, day, "worn_h", "Montre", 10);
	}
}

static void test_a_week_is_gathered_from_sums(void **state)
{
	struct history_store s;
	struct week w;

	open_store(*state, &s);
	put_days(&s, local_day_add(MONDAY, -29), 29, 300); /* one day too old */
	put_days(&s, MONDAY, 5, 200);
	put_day(&s, local_day_add(MONDAY, 5), "running_min", "", 1199); /* not a whole day */
	put_day(&s, local_day_add(MONDAY, 5), "active_min", "*", 1);
	put_days(&s, local_day_add(MONDAY, 7), 1, 900); /* the week after */
	put_day(&s, MONDAY, "battery_pct", "Porte", 19);
	put_day(&s, MONDAY, "battery_pct", "Salon", 20);
	put_day(&s, MONDAY, "silent_min", "Cuisine", 200);
	put_day(&s, local_day_add(MONDAY, 1), "silent_min", "Cuisine", 160);
	put_day(&s, MONDAY, "incidents", "fall", 1);
	put_day(&s, local_day_add(MONDAY, 6), "incidents", "fall", 2);
	put_day(&s, MONDAY, "false_alarms", "fall", 1);
	history_week(&s, MONDAY, &w);
	assert_int_equal(w.days, 5);
	assert_int_equal(w.usual_days, 28);
	assert_true(w.active_min == 200 && w.usual_active_min == 300);
	assert_int_equal(w.rooms_count, 1);
	assert_string_equal(w.rooms[0].name, "Salon");
	assert_int_equal(w.wearables_count, 1);
	assert_true(w.wearables[0].worn_h == 10);
	assert_int_equal(w.sensors_count, 2);
	assert_string_equal(w.sensors[0].name, "Cuisine");
	assert_int_equal(w.sensors[0].battery_pct, -1);
	assert_int_equal(w.sensors[0].silent_h, 6);
	assert_int_equal(w.sensors[1].battery_pct, 19);
	assert_int_equal(w.incidents[INCIDENT_FALL], 3);
	assert_int_equal(w.false_alarms, 1);
	history_store_close(&s);
}

static unsigned int summaries(const char *dir)
{
	DIR *d = opendir(dir);
	unsigned int count = 0;
	const struct dirent *e;

	while (d && (e = readdir(d)))
		count += e->d_name[0] != '.';
	if (d)
		(void)closedir(d);
	return count;
}

static void test_it_is_written_once_from_monday_morning_on(void **state)
{
	int32_t next = local_day_add(MONDAY, 7);
	char dir[256], path[300];
	struct history_store s;
	struct stat status;

	open_store(*state, &s);
	put_days(&s, MONDAY, 7, 200);
	(void)snprintf(dir, sizeof(dir), "%s/summaries", (char *)*state);
	assert_int_equal(history_week_write(&s, dir, at(next, 5, 59), false), 0);
	assert_int_equal(summaries(dir), 0);
	assert_int_equal(history_week_write(&s, dir, at(next, 6, 0), false), 1);
	assert_int_equal(history_week_write(&s, dir, at(next, 6, 1), false), 0);
	assert_int_equal(summaries(dir), 2);
	(void)snprintf(path, sizeof(path), "%s/2026-W47.fr.txt", dir);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(stat(dir, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	/* the hub was off on Monday: the day after will do */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(history_week_write(&s, dir, at(next, 30, 0), false), 1);
	history_store_close(&s);
}

static void test_weeks_in_which_the_clocks_are_changed(void **state)
{
	static const struct {
		int32_t monday;
		const char *name;
	} weeks[] = {{20260323, "2026-W13"}, {20261019, "2026-W43"}, {20261228, "2026-W53"}};
	char dir[256], path[300];
	struct history_store s;

	open_store(*state, &s);
	(void)snprintf(dir, sizeof(dir), "%s/summaries", (char *)*state);
	for (size_t n = 0; n < sizeof(weeks) / sizeof(weeks[0]); n++) {
		struct week w;

		put_days(&s, weeks[n].monday, 7, 200);
		history_week(&s, weeks[n].monday, &w);
		assert_int_equal(w.days, 7);
		assert_int_equal(history_week_write(&s, dir,
					 at(local_day_add(weeks[n].monday, 7), 6, 0), false),
			1);
		(void)snprintf(path, sizeof(path), "%s/%s.en.txt", dir, weeks[n].name);
		assert_int_equal(access(path, R_OK), 0);
	}
	history_store_close(&s);
}

static void test_nothing_is_written_of_nothing_and_old_ones_go(void **state)
{
	struct history_store s;
	char dir[256], path[300];

	open_store(*state, &s);
	(void)snprintf(dir, sizeof(dir), "%s/summaries", (char *)*state);
	assert_int_equal(history_week_write(&s, dir, at(MONDAY, 9, 0), false), 0);
	assert_int_equal(summaries(dir), 0);
	put_days(&s, local_day_add(MONDAY, -7), 7, 100);
	assert_int_equal(history_week_write(&s, dir, at(MONDAY, 9, 0), false), 1);
	put_days(&s, 20271108, 7, 100);
	assert_int_equal(history_week_write(&s, dir, at(20271115, 9, 0), false), 1);
	assert_int_equal(summaries(dir), 4);
	put_days(&s, 20271122, 7, 100);
	assert_int_equal(history_week_write(&s, dir, at(20271129, 9, 0), false), 1);
	(void)snprintf(path, sizeof(path), "%s/2026-W46.fr.txt", dir);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(summaries(dir), 4);
	history_store_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_full_week_in_french),
		cmocka_unit_test(test_an_empty_week_in_english),
		cmocka_unit_test(test_a_first_week_in_english),
		cmocka_unit_test(test_what_differs_is_said_in_words),
		cmocka_unit_test(test_the_longest_week_fits),
		cmocka_unit_test_setup_teardown(
			test_a_week_is_gathered_from_sums, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_it_is_written_once_from_monday_morning_on, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_weeks_in_which_the_clocks_are_changed, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_nothing_is_written_of_nothing_and_old_ones_go, in_paris, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
