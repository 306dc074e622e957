/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plays tests/scenarios/<name>.jsonl and tests/scenarios/fusion/<name>.jsonl in virtual time: what
 * happens in a home, and what must be so. Every file is a test of its own name. Real: judge of
 * readings, escalation, episodes, outbox on a disk. Played: the clock, the wire and the centre.
 * tests/scenarios/README.md is the list of verbs.
 */
#include "tests/unit/scenario_weigh.h"

#include <sqlite3.h>

#define SCENARIOS_MAX  128
#define LINE_MAX_BYTES 4096

static void add_sensor(struct play *p, const json_t *object)
{
	struct roster_sensor s = {.stale_s = 60};
	const char *use = text_of(object, "button", "help");

	(void)snprintf(s.id.text, sizeof(s.id.text), "%s", text_of(object, "id", ""));
	(void)snprintf(s.name, sizeof(s.name), "%s", s.id.text);
	(void)snprintf(s.room, sizeof(s.room), "%s", text_of(object, "room", ""));
	check(p, sensor_role_from_text(text_of(object, "role", ""), &s.role) == 0, "no such role");
	s.button = strcmp(use, "fine") == 0   ? BUTTON_USE_FINE
		   : strcmp(use, "both") == 0 ? BUTTON_USE_BOTH
					      : BUTTON_USE_HELP;
	s.is_double_social = strcmp(text_of(object, "double", "help"), "social") == 0;
	(void)reading_kind_from_name(text_of(object, "fall", ""), &s.fall_kind);
	(void)wear_place_from_text(text_of(object, "place", ""), &s.place);
	s.is_outer = json_is_true(json_object_get(object, "outer"));
	s.resident = (uint8_t)json_integer_value(json_object_get(object, "resident"));
	check(p, roster_add(&p->roster, &s) == 0, "the roster is full");
}

/* The first line: the home. */
static void do_home(struct play *p, const json_t *step)
{
	json_t *ask_s = json_object_get(step, "ask_s");
	const json_t *sensor;
	size_t n;

	json_array_foreach (json_object_get(step, "sensors"), n, sensor)
		add_sensor(p, sensor);
	p->home = home_of(p, step);
	assert_int_equal(judge_new(&p->judge, &p->roster, &p->home), 0);
	p->episodes.is_link_up = true;
	p->is_centre_awake = true;
	start(p, "maison", ask_s ? (uint32_t)json_integer_value(ask_s) : 30);
}

static void do_press(struct play *p, const json_t *step)
{
	const char *how = text_of(step, "how", "short");
	struct roster_sensor *sensor = sensor_of(p, text_of(step, "press", ""));
	struct reading reading = {.time_us = moment_of(p).now_us,
		.kind = READING_BUTTON,
		.value = strcmp(how, "long") == 0     ? BUTTON_LONG
			 : strcmp(how, "double") == 0 ? BUTTON_DOUBLE
						      : BUTTON_PRESS,
		.is_forgeable = is_forgeable(step),
		.repeats = is_again(step)};
	struct suspicion call;

	switch (press_heard(sensor, &reading, episodes_asked(&p->episodes), moment_of(p), &call)) {
	case PRESS_HELP:
	case PRESS_SOCIAL:
		suspect(p, &call);
		break;
	case PRESS_FINE:
		(void)episodes_answer(&p->episodes, NULL, ANSWER_FINE, moment_of(p));
		break;
	case PRESS_PAUSE:
	case PRESS_NOTHING:
		break;
	}
}

static void do_reading(struct play *p, const json_t *step)
{
	enum reading_kind kind = READING_NONE;
	const struct roster_sensor *sensor;
	struct suspicion suspicion;
	struct reading reading;

	check(p, reading_kind_from_name(text_of(step, "reading", ""), &kind) == 0,
		"no such kind of reading");
	sensor = sensor_of(p, text_of(step, "sensor", ""));
	reading = (struct reading){.time_us = moment_of(p).now_us,
		.sensor = sensor->id,
		.kind = kind,
		.is_forgeable = is_forgeable(step),
		.repeats = is_again(step),
		.value = json_number_value(json_object_get(step, "value"))};
	if (judge_reading(p->judge, sensor, &reading, moment_of(p), &suspicion))
		suspect(p, &suspicion);
	conclude(p);
}

/* The fall model's answer, as hub/judge passes it on. */
static void do_fall(struct play *p, const json_t *step)
{
	const struct roster_sensor *sensor = sensor_of(p, text_of(step, "fall", ""));
	struct suspicion s = {.class = INCIDENT_FALL,
		.sensor = sensor->id,
		.by = "hub",
		.why = "chute détectée",
		.is_update = json_is_true(json_object_get(step, "update")),
		.mark = (uint64_t)json_integer_value(json_object_get(step, "impact")) + 1,
		.event_ms = moment_of(p).wall_ms,
		.probability = json_number_value(json_object_get(step, "probability"))};

	(void)snprintf(s.room, sizeof(s.room), "%s", sensor->room);
	suspect(p, &s);
}

/* As hub/rhythm suspects when nobody is heard for too long in that room. */
static void do_inactive(struct play *p, const json_t *step)
{
	struct suspicion s = {.class = INCIDENT_INACTIVITY,
		.sensor = {.text = "routine"},
		.by = "hub",
		.why = "aucun signe de vie depuis 2 h 40",
		.event_ms = moment_of(p).wall_ms,
		.probability = 0.5};

	(void)snprintf(s.room, sizeof(s.room), "%s", text_of(step, "inactive", ""));
	suspect(p, &s);
}

static void do_answer(struct play *p, const json_t *step)
{
	bool is_fine = strcmp(text_of(step, "answer", ""), "fine") == 0;

	(void)episodes_answer(
		&p->episodes, NULL, is_fine ? ANSWER_FINE : ANSWER_HELP, moment_of(p));
}

static void do_link(struct play *p, const json_t *step)
{
	const char *link = text_of(step, "link", "");

	p->is_wire_broken = strcmp(link, "broken") == 0;
	if (!p->is_wire_broken)
		episodes_link(&p->episodes, strcmp(link, "up") == 0, moment_of(p));
}

static void do_centre(struct play *p, const json_t *step)
{
	p->is_centre_awake = strcmp(text_of(step, "centre", ""), "awake") == 0;
}

/* The newest incident that was published. */
static void do_progress(struct play *p, const json_t *step)
{
	struct progress progress = {.changed_ms = moment_of(p).wall_ms, .by = "operator"};

	memcpy(progress.incident, p->last.id, sizeof(progress.incident));
	check(p, incident_state_from_text(text_of(step, "progress", ""), &progress.state) == 0,
		"no such state");
	if (progress.state == INCIDENT_CLOSED)
		progress.outcome = INCIDENT_OUTCOME_HELPED;
	(void)episodes_progress(&p->episodes, &progress, moment_of(p));
}

/* kill -9 and start again: what was not on the disk is gone. After a reboot the boot clock begins
 * anew. */
static void do_restart(struct play *p, const json_t *step)
{
	uint32_t ask_s = p->episodes.table.ask_s;
	struct suspicion waiting[OUTBOX_WAITING_MAX];
	unsigned int count;

	(void)outbox_free(p->outbox);
	if (strcmp(text_of(step, "restart", ""), "reboot") == 0) {
		char path[64];
		sqlite3 *db = NULL;

		p->boot_offset_us = 77;
		/* as if written by the boot before */
		(void)snprintf(path, sizeof(path), "%s/hub.db", p->dir);
		assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, "UPDATE incident SET boot = 1", NULL, NULL, NULL),
			SQLITE_OK);
		(void)sqlite3_close(db);
	}
	start(p, "maison", ask_s);
	p->judge = judge_free(p->judge);
	assert_int_equal(judge_new(&p->judge, &p->roster, &p->home), 0);
	count = waiting_resume(&p->waiting, p->outbox, moment_of(p), waiting);
	for (unsigned int n = 0; n < count; n++)
		suspect(p, &waiting[n]);
}

/* So many hours from now on; 0 ends it. Kept over a restart as the hub keeps it. */
static void do_pause(struct play *p, const json_t *step)
{
	json_int_t hours = json_integer_value(json_object_get(step, "pause"));
	char text[PAUSE_TEXT_MAX];
	struct suspicion withheld;

	if (hours == 0 && pause_end(&p->pause, &withheld))
		suspect(p, &withheld);
	if (hours == 0)
		return;
	pause_begin(&p->pause, (uint32_t)hours, moment_of(p));
	pause_to_text(&p->pause, "boot", text);
	check(p, pause_from_text(text, "boot", moment_of(p), &p->pause), "no pause");
}

/* States of what the home still holds, oldest first, as one line. */
static void states_line(const struct play *p, char *ret, size_t bytes)
{
	bool is_told[ESCALATE_OPEN_MAX] = {false};

	ret[0] = '\0';
	for (unsigned int n = 0; n < ESCALATE_OPEN_MAX; n++) {
		const struct episode *rows = p->episodes.table.episodes;
		size_t used = strlen(ret);
		int next = -1;

		for (int row = 0; row < ESCALATE_OPEN_MAX; row++)
			if (!is_told[row] && rows[row].incident.id[0] &&
				(next < 0 ||
					rows[row].incident.event_ms < rows[next].incident.event_ms))
				next = row;
		if (next < 0)
			return;
		is_told[next] = true;
		(void)snprintf(ret + used, bytes - used, "%s%s", used ? " " : "",
			incident_state_text(rows[next].incident.state));
	}
}

static void do_expect(struct play *p, const json_t *step)
{
	const json_t *want = json_object_get(step, "expect"), *value;
	char states[512];
	const char *key;
	void *at;

	states_line(p, states, sizeof(states));
	for (at = json_object_iter(json_object_get(step, "expect")); at;
		at = json_object_iter_next(json_object_get(step, "expect"), at)) {
		json_int_t number;

		key = json_object_iter_key(at);
		value = json_object_get(want, key);
		number = json_integer_value(value);
		if (strcmp(key, "states") == 0)
			check(p, strcmp(states, json_string_value(value)) == 0, "states are: %s",
				states);
		else if (strcmp(key, "published") == 0)
			check(p, p->published == number, "published %u", p->published);
		else if (strcmp(key, "asking") == 0)
			check(p, episodes_is_asking(&p->episodes) == json_is_true(value),
				"is asking: %d", episodes_is_asking(&p->episodes));
		else if (strcmp(key, "owed") == 0)
			check(p, escalate_owed_count(&p->episodes.table) == number, "owed %u",
				escalate_owed_count(&p->episodes.table));
		else if (strcmp(key, "seq") == 0)
			check(p, p->last.seq == number, "seq %u", p->last.seq);
		else if (strcmp(key, "told") == 0)
			check(p,
				strcmp(incident_state_text(p->last.state),
					json_string_value(value)) == 0,
				"told %s", incident_state_text(p->last.state));
		else if (strcmp(key, "class") == 0)
			check(p,
				strcmp(incident_class_text(p->last.class),
					json_string_value(value)) == 0,
				"class %s", incident_class_text(p->last.class));
		else if (strcmp(key, "why") == 0)
			check(p, strcmp(p->last.why, json_string_value(value)) == 0, "why: %s",
				p->last.why);
		else if (strcmp(key, "event_s") == 0)
			check(p, p->last.event_ms == p->began_ms + number * 1000,
				"event at %lld ms", (long long)(p->last.event_ms - p->began_ms));
		else
			check(p, false, "cannot expect %s", key);
	}
}

static const struct {
	const char *verb;
	void (*run)(struct play *p, const json_t *step);
} verbs[] = {{"home", do_home}, {"press", do_press}, {"reading", do_reading}, {"fall", do_fall},
	{"inactive", do_inactive}, {"moved", do_moved}, {"answer", do_answer}, {"link", do_link},
	{"centre", do_centre}, {"progress", do_progress}, {"restart", do_restart},
	{"pause", do_pause}, {"expect", do_expect}, {"shock", do_shock}, {"after", do_after},
	{"motion", do_motion}, {"used", do_used}, {"rests", do_rests}, {"moves", do_moves},
	{"surprise", do_surprise}, {"deaf", do_deaf}, {"concluded", do_concluded}};

static void run_line(struct play *p, const char *line)
{
	json_error_t error;
	json_t *step = json_loads(line, JSON_REJECT_DUPLICATES, &error);
	size_t n = 0;

	check(p, step, "not JSON: %s", error.text);
	if (json_object_get(step, "at"))
		pass(p, json_number_value(json_object_get(step, "at")));
	while (n < sizeof(verbs) / sizeof(verbs[0]) && !json_object_get(step, verbs[n].verb))
		n++;
	check(p, n < sizeof(verbs) / sizeof(verbs[0]), "no verb");
	verbs[n].run(p, step);
	if (p->has_receipt_to_give && p->is_centre_awake)
		give_receipt(p);
	json_decref(step);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static void test_scenario(void **state)
{
	static struct play p;
	char line[LINE_MAX_BYTES], path[512];
	FILE *file;

	p = (struct play){.dir = "/tmp/vigie-scenario-XXXXXX",
		.file = *state,
		.began_ms = BEGAN_MS,
		.boot_offset_us = 5000 * US_PER_S};
	assert_non_null(mkdtemp(p.dir));
	(void)snprintf(path, sizeof(path), "tests/scenarios/%s", p.file);
	file = fopen(path, "re");
	assert_non_null(file);
	for (p.line = 1; fgets(line, sizeof(line), file); p.line++)
		if (line[0] == '{')
			run_line(&p, line);
	(void)fclose(file);
	assert_true(p.line > 3);
	(void)judge_free(p.judge);
	(void)outbox_free(p.outbox);
	(void)nftw(p.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int is_scenario(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 6 && strcmp(entry->d_name + length - 6, ".jsonl") == 0;
}

/* Every scenario of a folder of tests/scenarios becomes a test named by its path in there. */
static int add_tests(const char *folder, struct CMUnitTest tests[SCENARIOS_MAX], int count)
{
	char path[64], name[512];
	struct dirent **files = NULL;
	int found;

	(void)snprintf(path, sizeof(path), "tests/scenarios/%s", folder);
	found = scandir(path, &files, is_scenario, alphasort);
	for (int n = 0; n < found; n++) {
		char *copy;

		(void)snprintf(name, sizeof(name), "%s%s", folder, files[n]->d_name);
		copy = strdup(name);
		if (copy && count < SCENARIOS_MAX)
			tests[count] = (struct CMUnitTest){
				.name = copy, .test_func = test_scenario, .initial_state = copy};
		count++;
		free(files[n]);
	}
	free(files);
	return count;
}

int main(void)
{
	static struct CMUnitTest tests[SCENARIOS_MAX];
	int plain = add_tests("", tests, 0), count = add_tests("fusion/", tests, plain), failed;

	if (plain == 0 || count == plain || count > SCENARIOS_MAX) {
		print_error(
			"%d and %d scenarios, at most %d\n", plain, count - plain, SCENARIOS_MAX);
		return 1;
	}
	(void)local_time_set_zone("Europe/Paris");
	failed = _cmocka_run_group_tests("scenarios", tests, (size_t)count, NULL, NULL);
	for (int n = 0; n < count; n++)
		free(tests[n].initial_state);
	return failed;
}
