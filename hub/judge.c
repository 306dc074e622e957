/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wearables through models/fall, alarm readings by a small table, everything else to be weighed.
 * Reasons are phrases for the operator, in French.
 */
#include "hub/judge.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLD_ONCE_PROBABILITY 0.5 /* in the open: anybody may have said it */

struct wearable {
	struct fall *fall;
	const struct roster_sensor *sensor; /* borrowed from the roster; NULL: a free place */
	bool is_streaming;
	uint64_t heard_us;
};

/* A reading that is an alarm by itself. The same alarm again within hold_s of its last word is that
 * same alarm going on. */
struct alarm {
	enum reading_kind kind;
	double value;
	enum incident_class class;
	uint32_t hold_s;
	const char *why;
};

enum { ALARMS = 9 };

static const struct alarm alarms[ALARMS] = {
	{READING_PULL_CORD, 1, INCIDENT_HELP, 10, "cordon d’appel tiré"},
	{READING_EMERGENCY, 1, INCIDENT_HELP, 10, "le capteur appelle à l’aide"},
	{READING_SMOKE, 1, INCIDENT_ENVIRONMENT, 600, "fumée"},
	{READING_CARBON_MONOXIDE_ALARM, 1, INCIDENT_ENVIRONMENT, 600, "monoxyde de carbone"},
	{READING_GAS_ALARM, 1, INCIDENT_ENVIRONMENT, 600, "gaz"},
	{READING_HEAT, 1, INCIDENT_ENVIRONMENT, 600, "chaleur dangereuse"},
	/* only where the sensor's fall_kind says so */
	{READING_PROBLEM, 1, INCIDENT_FALL, 600, "le capteur signale une chute"},
	{READING_SAFETY, 0, INCIDENT_FALL, 600, "le capteur signale une chute"},
	{READING_VIBRATION, 1, INCIDENT_FALL, 10, "le capteur signale une chute"},
};

struct alarm_said {
	uint64_t last_us;   /* 0: not now */
	bool is_heard_once; /* in the open, and waits for its second hearing */
};

struct judge {
	const struct roster *roster; /* borrowed from the hub */
	struct evidence *evidence;
	struct wearable wearables[ROSTER_WEARABLES_MAX];
	struct alarm_said said[ROSTER_SENSORS_MAX][ALARMS];
};

static struct wearable *wearable_of(struct judge *j, const struct roster_sensor *sensor)
{
	for (unsigned int n = 0; n < ROSTER_WEARABLES_MAX; n++)
		if (j->wearables[n].sensor == sensor)
			return &j->wearables[n];
	return NULL;
}

/* The same for reading. */
static const struct fall *fall_of(const struct judge *j, const struct roster_sensor *sensor)
{
	for (unsigned int n = 0; n < ROSTER_WEARABLES_MAX; n++)
		if (j->wearables[n].sensor == sensor)
			return j->wearables[n].fall;
	return NULL;
}

static int add(struct judge *j, const struct roster_sensor *sensor)
{
	struct wearable *w = sensor->role == ROLE_WEARABLE ? wearable_of(j, NULL) : NULL;

	memset(j->said[roster_row(j->roster, sensor)], 0, sizeof(j->said[0]));
	if (!w)
		return 0; /* no wearable: the roster holds no more of them than there are places */
	*w = (struct wearable){.fall = calloc(1, fall_size())};
	if (!w->fall)
		return -ENOMEM;
	w->sensor = sensor;
	fall_init(w->fall, sensor->place);
	return 0;
}

int judge_add(struct judge *j, const struct roster_sensor *sensor)
{
	evidence_add(j->evidence, sensor);
	return add(j, sensor);
}

void judge_remove(struct judge *j, const struct roster_sensor *sensor)
{
	struct wearable *w = wearable_of(j, sensor);

	evidence_remove(j->evidence, sensor);
	if (!w)
		return;
	free(w->fall);
	*w = (struct wearable){.fall = NULL};
}

int judge_new(struct judge **ret, const struct roster *roster, const struct fusion_home *home)
{
	struct judge *j = calloc(1, sizeof(*j));
	int r;

	if (!j)
		return -ENOMEM;
	j->roster = roster;
	r = evidence_new(&j->evidence, roster, home);
	for (const struct roster_sensor *s = NULL; r == 0 && (s = roster_following(roster, s));)
		r = add(j, s);
	if (r < 0) {
		(void)judge_free(j);
		return r;
	}
	*ret = j;
	return 0;
}

struct judge *judge_free(struct judge *j)
{
	for (unsigned int n = 0; j && n < ROSTER_WEARABLES_MAX; n++)
		free(j->wearables[n].fall);
	if (j)
		j->evidence = evidence_free(j->evidence);
	free(j);
	return NULL;
}

static double logit(double probability)
{
	double p = fmin(fmax(probability, 1e-6), 1 - 1e-6);

	return isfinite(probability) ? log(p / (1 - p)) : 0;
}

static struct suspicion suspicion_of(
	const struct roster_sensor *sensor, enum incident_class class, const char *why)
{
	struct suspicion s = {.class = class, .sensor = sensor->id, .probability = 1};

	memcpy(s.name, sensor->name, sizeof(s.name));
	memcpy(s.room, sensor->room, sizeof(s.room));
	(void)snprintf(s.by, sizeof(s.by), "%s", class == INCIDENT_HELP ? "resident" : "hub");
	(void)snprintf(s.why, sizeof(s.why), "%s", why);
	return s;
}

static struct incident_reason *add_reason(struct suspicion *s, double weight)
{
	struct incident_reason *reason = &s->reasons[s->reasons_count++];

	reason->weight = weight;
	return reason;
}

void judge_answers(struct judge *j, const struct roster_sensor *sensor,
	const struct fall_answer answers[], int count, uint64_t last_us, struct moment at)
{
	evidence_answers(j->evidence, sensor, answers, count, last_us, at);
}

int judge_accel(struct judge *j, const struct roster_sensor *sensor,
	const struct accel_batch *batch, struct moment at)
{
	struct fall_answer answers[FALL_EVENTS_MAX];
	struct wearable *w = wearable_of(j, sensor);
	int count;

	if (!w || batch->count == 0 || batch->count > ACCEL_BATCH_MAX)
		return -EINVAL;
	count = fall_push(w->fall, batch, answers);
	if (count < 0)
		return count;
	w->is_streaming = true;
	w->heard_us = at.now_us;
	evidence_accel(j->evidence, sensor, batch);
	if (count > 0)
		evidence_answers(j->evidence, sensor, answers, count,
			batch->first_us + batch->samples[batch->count - 1].offset_us, at);
	return 0;
}

/* The wearable's clock now: what its last answer showed, and what has passed since it was heard. */
static void finish(struct judge *j, struct wearable *w, struct moment at)
{
	struct fall_answer answers[FALL_EVENTS_MAX];
	int count = fall_finish(w->fall, answers);
	uint64_t last_us = 0;

	w->is_streaming = false;
	for (int n = 0; n < count; n++)
		if (answers[n].answer_us > last_us)
			last_us = answers[n].answer_us;
	evidence_answers(
		j->evidence, w->sensor, answers, count, last_us + at.now_us - w->heard_us, at);
}

void judge_end(struct judge *j, const struct roster_sensor *sensor, struct moment at)
{
	struct wearable *w = wearable_of(j, sensor);

	if (w && w->is_streaming)
		finish(j, w, at);
}

enum wear_state judge_wear(const struct judge *j, const struct roster_sensor *sensor)
{
	const struct fall *fall = fall_of(j, sensor);

	return fall ? fall_wear(fall) : WEAR_UNHEARD;
}

uint32_t judge_moves(const struct judge *j, const struct roster_sensor *sensor)
{
	const struct fall *fall = fall_of(j, sensor);

	return fall ? fall_moves(fall) : 0;
}

void judge_turn(struct judge *j, struct moment at)
{
	for (unsigned int n = 0; n < ROSTER_WEARABLES_MAX; n++) {
		struct wearable *w = &j->wearables[n];

		if (w->is_streaming && at.now_us >= w->heard_us + JUDGE_SILENCE_US)
			finish(j, w, at);
	}
	evidence_turn(j->evidence, at);
}

uint64_t judge_next_us(const struct judge *j)
{
	uint64_t next_us = evidence_next_us(j->evidence);

	for (unsigned int n = 0; n < ROSTER_WEARABLES_MAX; n++)
		if (j->wearables[n].is_streaming &&
			j->wearables[n].heard_us + JUDGE_SILENCE_US < next_us)
			next_us = j->wearables[n].heard_us + JUDGE_SILENCE_US;
	return next_us;
}

void judge_surprise(struct judge *j, const struct routine_answer *answer,
	const struct suspicion *said, struct moment at)
{
	evidence_surprise(j->evidence, answer, said, at);
}

void judge_heard(struct judge *j, bool is_heard, struct moment at)
{
	evidence_heard(j->evidence, is_heard, at);
}

bool judge_next(struct judge *j, struct moment at, struct suspicion *ret)
{
	return evidence_conclude(j->evidence, at, ret);
}

unsigned int judge_waiting(
	const struct judge *j, struct moment at, struct suspicion ret[], unsigned int max)
{
	return evidence_waiting(j->evidence, at, ret, max);
}

unsigned int judge_lately(
	const struct judge *j, struct moment at, struct evidence_lately ret[FUSION_LATELY_MAX])
{
	return evidence_lately(j->evidence, at, ret);
}

void judge_recall(struct judge *j, const struct evidence_lately *l, struct moment at)
{
	evidence_recall(j->evidence, l, at);
}

/* Is this alarm's word new, or the last one going on? Remembers either way. */
static bool is_news(struct alarm_said *said, const struct alarm *alarm, uint64_t now_us)
{
	bool is_new = said->last_us == 0 || now_us >= said->last_us + alarm->hold_s * US_PER_S;

	said->last_us = now_us > 0 ? now_us : 1;
	return is_new;
}

/* An alarm in the open waits for its second hearing. */
static bool judge_alarm(struct alarm_said *said, const struct alarm *alarm,
	const struct roster_sensor *sensor, const struct reading *reading, struct moment at,
	struct suspicion *ret)
{
	bool is_new = is_news(said, alarm, at.now_us);

	if (!is_new && !said->is_heard_once)
		return false;
	*ret = suspicion_of(sensor, alarm->class, alarm->why);
	ret->event_ms = moment_wall_ms(at, reading->time_us);
	ret->is_confirmation = !is_new;
	said->is_heard_once = ret->is_unconfirmed = is_new && reading->is_forgeable;
	ret->is_certain = !ret->is_unconfirmed;
	if (ret->is_unconfirmed)
		ret->probability = TOLD_ONCE_PROBABILITY;
	if (is_new)
		(void)snprintf(add_reason(ret, logit(ret->probability))->text, INCIDENT_TEXT_MAX,
			"%s", alarm->why);
	return true;
}

bool judge_reading(struct judge *j, const struct roster_sensor *sensor,
	const struct reading *reading, struct moment at, struct suspicion *ret_suspicion)
{
	if (reading->repeats == 0)
		evidence_reading(j->evidence, sensor, reading, at);
	for (unsigned int n = 0; n < ALARMS; n++) {
		const struct alarm *alarm = &alarms[n];
		struct alarm_said *said = &j->said[roster_row(j->roster, sensor)][n];
		bool is_fall = alarm->class == INCIDENT_FALL;

		if (reading->kind != alarm->kind || (is_fall && sensor->fall_kind != alarm->kind))
			continue;
		if (reading->value == alarm->value && !is_fall)
			return judge_alarm(said, alarm, sensor, reading, at, ret_suspicion);
		if (reading->value != alarm->value)
			*said = (struct alarm_said){.last_us = 0};
		else if (is_news(said, alarm, at.now_us))
			evidence_told(j->evidence, sensor, at);
		return false;
	}
	return false;
}
