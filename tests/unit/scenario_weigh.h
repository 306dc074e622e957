/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The steps of scenarios that are about evidence: who lives there, shocks and what came after them,
 * rooms, doors and beds, and what must have been concluded. Of tests/unit/test_scenarios.c.
 */
#pragma once

#include "hub/local_time.h"
#include "tests/unit/scenario_play.h"

static inline const char *text_of(const json_t *object, const char *key, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : otherwise;
}

static inline double number_of(const json_t *object, const char *key, double otherwise)
{
	const json_t *number = json_object_get(object, key);

	return json_is_number(number) ? json_number_value(number) : otherwise;
}

static inline struct roster_sensor *sensor_of(struct play *p, const char *text)
{
	struct roster_sensor *sensor;
	struct sensor_id id = {.text = ""};

	(void)snprintf(id.text, sizeof(id.text), "%s", text);
	sensor = roster_find(&p->roster, &id);
	check(p, sensor, "no sensor %s", text);
	return sensor;
}

/* "2026-03-29 01:50" as the home's clocks show it. */
static inline int64_t clock_of(struct play *p, const char *text)
{
	struct tm tm = {.tm_isdst = 0};

	check(p,
		sscanf(text, "%d-%d-%d %d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
			&tm.tm_min) == 5,
		"not a clock: %s", text);
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return local_time_to_utc_ms((int64_t)timegm(&tm) * 1000);
}

static inline struct fusion_home home_of(struct play *p, const json_t *step)
{
	struct fusion_home home = {.residents = (uint8_t)number_of(step, "residents", 1),
		.has_pets = json_is_true(json_object_get(step, "pets")),
		.ask = (float)number_of(step, "ask_pct", 50) / 100,
		.raise = (float)number_of(step, "raise_pct", 99) / 100};
	const json_t *visit;
	size_t n;

	json_array_foreach (json_object_get(step, "visits"), n, visit)
		home.visits[home.visits_count++] =
			(struct fusion_visit){(uint8_t)number_of(visit, "weekday", 0),
				(uint8_t)number_of(visit, "from_h", 0),
				(uint8_t)number_of(visit, "until_h", 24)};
	if (json_object_get(step, "clock"))
		p->began_ms = clock_of(p, text_of(step, "clock", ""));
	return home;
}

static inline void give_answer(
	struct play *p, const json_t *step, const char *verb, enum fall_stage stage)
{
	const struct roster_sensor *sensor = sensor_of(p, text_of(step, verb, ""));
	const struct fall_answer answer = {.stage = stage,
		.impact_us = p->impact_us[roster_row(&p->roster, sensor)],
		.probability = (float)number_of(step, "probability", 0),
		.peak_mg = (uint16_t)(1000 * number_of(step, "g", 3)),
		.still_ms = (uint16_t)(1000 * number_of(step, "still", 0))};

	judge_answers(p->judge, sensor, &answer, 1, moment_of(p).now_us, moment_of(p));
	conclude(p);
}

/* A shock, and two seconds later the fall model's first answer to it. */
static inline void do_shock(struct play *p, const json_t *step)
{
	const struct roster_sensor *sensor = sensor_of(p, text_of(step, "shock", ""));

	p->impact_us[roster_row(&p->roster, sensor)] = moment_of(p).now_us;
	pass(p, p->now_s + 2);
	give_answer(p, step, "shock", FALL_FIRST);
}

/* The second answer to the last shock. */
static inline void do_after(struct play *p, const json_t *step)
{
	give_answer(p, step, "after", FALL_SECOND);
}

static inline void tell(
	struct play *p, const struct roster_sensor *sensor, enum reading_kind kind, double value)
{
	const struct reading reading = {
		.time_us = moment_of(p).now_us, .sensor = sensor->id, .kind = kind, .value = value};
	struct suspicion suspicion;

	if (judge_reading(p->judge, sensor, &reading, moment_of(p), &suspicion))
		suspect(p, &suspicion);
	conclude(p);
}

/* `open` first or again: it came in the open, and is the first or the second hearing of a frame. */
static inline bool is_forgeable(const json_t *step)
{
	return json_object_get(step, "open") != NULL;
}

static inline bool is_again(const json_t *step)
{
	return strcmp(text_of(step, "open", ""), "again") == 0;
}

static inline void do_moved(struct play *p, const json_t *step)
{
	const struct roster_sensor sensor = {
		.movement = json_object_get(step, "sealed") ? MOVEMENT_SEALED : MOVEMENT_USUAL};
	const struct reading reading = {
		.is_forgeable = is_forgeable(step), .repeats = is_again(step)};
	enum movement_word word = sensor_moved(&sensor, &reading);

	if (word != MOVEMENT_WAITS)
		episodes_moved(&p->episodes, text_of(step, "moved", ""), word == MOVEMENT_ANSWERS,
			moment_of(p));
}

/* Somebody moves before it: yes, and no again. */
static inline void do_motion(struct play *p, const json_t *step)
{
	const struct roster_sensor *sensor = sensor_of(p, text_of(step, "motion", ""));

	tell(p, sensor, READING_MOTION, 1);
	tell(p, sensor, READING_MOTION, 0);
	pause_moved(&p->pause);
	episodes_moved(&p->episodes, sensor->name, true, moment_of(p));
}

/* A door or a mat: `on` true (open, sat on) or false. Without `on`: it is opened and closed. */
static inline void do_used(struct play *p, const json_t *step)
{
	const struct roster_sensor *sensor = sensor_of(p, text_of(step, "used", ""));
	enum reading_kind kind =
		sensor->role == ROLE_PRESSURE ? READING_PRESSURE_MAT : READING_DOOR;
	const json_t *on = json_object_get(step, "on");

	if (on) {
		tell(p, sensor, kind, json_is_true(on));
		return;
	}
	tell(p, sensor, kind, 0);
	tell(p, sensor, kind, 1);
	tell(p, sensor, kind, 0);
}

static inline void samples(struct play *p, const struct roster_sensor *sensor, int16_t x_mg)
{
	struct accel_batch batch = {.time_us = moment_of(p).now_us,
		.first_us = moment_of(p).now_us,
		.sensor = sensor->id,
		.count = 50};

	for (uint32_t n = 0; n < batch.count; n++)
		batch.samples[n] = (struct accel_sample){
			.offset_us = n * 20000, .x_mg = x_mg, .z_mg = (int16_t)(998 + n % 5)};
	assert_int_equal(judge_accel(p->judge, sensor, &batch, moment_of(p)), 0);
	conclude(p);
}

/* Its accelerometer rests wholly for so long (`for_s`), 50 samples a second. */
static inline void do_rests(struct play *p, const json_t *step)
{
	const struct roster_sensor *sensor = sensor_of(p, text_of(step, "rests", ""));
	double end_s = p->now_s + number_of(step, "for_s", 0);

	while (p->now_s < end_s) {
		samples(p, sensor, 0);
		pass(p, p->now_s + 1);
	}
}

/* It is moved about, gently. */
static inline void do_moves(struct play *p, const json_t *step)
{
	samples(p, sensor_of(p, text_of(step, "moves", "")), 200);
}

/* models/routine finds this home unlike itself. */
static inline void do_surprise(struct play *p, const json_t *step)
{
	static const char *const names[] = {
		"long_silence", "long_stay", "not_back", "not_up", "gone_at_night"};
	struct routine_answer answer = {.lasted_s = (uint32_t)number_of(step, "lasted_s", 3600),
		.limit_s = (uint32_t)number_of(step, "lasted_s", 3600),
		.confidence = (float)number_of(step, "confidence", 0.5)};
	struct suspicion said = {.sensor = {.text = "routine"},
		.by = "hub",
		.why = "le logement n’est pas comme d’habitude",
		.event_ms = moment_of(p).wall_ms};
	unsigned int what = 0;

	while (what < 5 && strcmp(names[what], text_of(step, "surprise", "")) != 0)
		what++;
	check(p, what < 5, "no such surprise");
	answer.what = (enum routine_what)what;
	(void)snprintf(said.room, sizeof(said.room), "%s", text_of(step, "room", ""));
	judge_surprise(p->judge, &answer, &said, moment_of(p));
	conclude(p);
}

static inline void do_deaf(struct play *p, const json_t *step)
{
	judge_heard(p->judge, !json_is_true(json_object_get(step, "deaf")), moment_of(p));
	conclude(p);
}

/* The newest incident as it stands: at home, or as it was last told to the centre. */
static inline const struct incident *newest(struct play *p)
{
	int row = escalate_find(&p->episodes.table, p->newest.id);

	if (row >= 0)
		return &p->episodes.table.episodes[row].incident;
	return strcmp(p->last.id, p->newest.id) == 0 ? &p->last : &p->newest;
}

static inline const char *conclusion(struct play *p)
{
	enum incident_state state = newest(p)->state;

	if (p->incidents == 0)
		return "nothing";
	if (state == INCIDENT_CANCELLED)
		return "fine";
	return state <= INCIDENT_VERIFYING ? "asked" : "raised";
}

static inline bool is_among_reasons(const struct incident *i, const char *text)
{
	for (unsigned int n = 0; n < i->reasons_count; n++)
		if (strstr(i->reasons[n].text, text))
			return true;
	return false;
}

/* `concluded` nothing, asked, raised or fine; `class`, `room`, `why`; `above` and `below` the
 * probability; `reasons` that are given and `without` that are not; `incidents` so far. */
static inline void do_concluded(struct play *p, const json_t *step)
{
	const struct incident *i = newest(p);
	const json_t *reason;
	size_t n;

	check(p, strcmp(conclusion(p), text_of(step, "concluded", "")) == 0, "concluded: %s (%.3f)",
		conclusion(p), i->probability);
	check(p,
		strcmp(incident_class_text(i->class),
			text_of(step, "class", incident_class_text(i->class))) == 0,
		"class: %s", incident_class_text(i->class));
	check(p, strcmp(i->room, text_of(step, "room", i->room)) == 0, "room: %s", i->room);
	check(p, strstr(i->why, text_of(step, "why", "")), "why: %s", i->why);
	check(p,
		i->probability > number_of(step, "above", -1) &&
			i->probability < number_of(step, "below", 2),
		"probability: %.3f", i->probability);
	check(p, p->incidents == number_of(step, "incidents", p->incidents), "%u incidents",
		p->incidents);
	json_array_foreach (json_object_get(step, "reasons"), n, reason)
		check(p, is_among_reasons(i, json_string_value(reason)), "no reason: %s",
			json_string_value(reason));
	json_array_foreach (json_object_get(step, "without"), n, reason)
		check(p, !is_among_reasons(i, json_string_value(reason)), "a reason: %s",
			json_string_value(reason));
}
