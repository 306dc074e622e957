/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wearables through models/fall, alarm readings by a small table. Reasons are
 * phrases for the operator, in French.
 */
#include "hub/judge.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLD_ONCE_PROBABILITY 0.5 /* in the open: anybody may have said it */
#define TOLD_FALL_PROBABILITY 0.8 /* a pendant's own verdict, whose quality is not known */

struct wearable {
	struct fall *fall;
	const struct roster_sensor *sensor; /* borrowed from the roster; NULL: a free place */
	bool is_streaming;
	uint64_t heard_us;
	uint64_t suspected_mark; /* the impact already told */
	double first_logit;
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

int judge_add(struct judge *j, const struct roster_sensor *sensor)
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

void judge_remove(struct judge *j, const struct roster_sensor *sensor)
{
	struct wearable *w = wearable_of(j, sensor);

	if (!w)
		return;
	free(w->fall);
	*w = (struct wearable){.fall = NULL};
}

int judge_new(struct judge **ret, const struct roster *roster)
{
	struct judge *j = calloc(1, sizeof(*j));

	if (!j)
		return -ENOMEM;
	j->roster = roster;
	for (const struct roster_sensor *s = NULL; (s = roster_following(roster, s));)
		if (judge_add(j, s) < 0) {
			(void)judge_free(j);
			return -ENOMEM;
		}
	*ret = j;
	return 0;
}

struct judge *judge_free(struct judge *j)
{
	for (unsigned int n = 0; j && n < ROSTER_WEARABLES_MAX; n++)
		free(j->wearables[n].fall);
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

/* What the model saw, for a person. The weights of both answers add up to the last one's log-odds.
 */
static void give_reasons(
	struct suspicion *s, const struct wearable *w, const struct fall_answer *a, double weight)
{
	static const char *const places[] = {
		[WEAR_UNKNOWN] = "", [WEAR_WRIST] = " au poignet", [WEAR_TRUNK] = " au tronc"};
	struct incident_reason *reason = add_reason(s, weight);

	if (s->is_update && a->still_ms < 1000)
		(void)snprintf(reason->text, sizeof(reason->text), "a bougé ensuite");
	else if (s->is_update)
		(void)snprintf(reason->text, sizeof(reason->text), "immobile %u s ensuite",
			a->still_ms / 1000U);
	else
		(void)snprintf(reason->text, sizeof(reason->text), "choc de %u,%u g%s",
			a->peak_mg / 1000U, a->peak_mg % 1000U / 100U, places[w->sensor->place]);
	if (!s->is_update && a->still_ms >= 1000)
		(void)snprintf(add_reason(s, 0)->text, sizeof(reason->text), "immobile %u s",
			a->still_ms / 1000U);
	if (a->gap_ms > 0 || a->is_clipped)
		(void)snprintf(add_reason(s, 0)->text, sizeof(reason->text), "mesure incomplète");
}

/* One answer of the model: 1 with a suspicion, 0 when it is none. */
static int weigh(
	struct wearable *w, const struct fall_answer *a, int64_t event_ms, struct suspicion *ret)
{
	uint64_t mark = a->impact_us + 1;
	bool is_known = w->suspected_mark == mark;
	double weight = logit((double)a->probability);

	if (!a->is_fall && !is_known)
		return 0;
	*ret = suspicion_of(w->sensor, INCIDENT_FALL, "chute détectée");
	ret->mark = mark;
	ret->is_update = is_known;
	ret->event_ms = event_ms;
	ret->probability = fmin(fmax((double)a->probability, 0), 1);
	give_reasons(ret, w, a, is_known ? weight - w->first_logit : weight);
	if (!is_known)
		w->first_logit = weight;
	w->suspected_mark = mark;
	return 1;
}

static int weigh_all(struct wearable *w, const struct fall_answer answers[], int count,
	uint64_t last_us, struct moment at, struct suspicion ret[FALL_EVENTS_MAX])
{
	int found = 0;

	for (int n = 0; n < count; n++) {
		uint64_t ago_us =
			answers[n].impact_us < last_us ? last_us - answers[n].impact_us : 0;

		found += weigh(
			w, &answers[n], at.wall_ms - (int64_t)(ago_us / US_PER_MS), &ret[found]);
	}
	return found;
}

int judge_accel(struct judge *j, const struct roster_sensor *sensor,
	const struct accel_batch *batch, struct moment at, struct suspicion ret[FALL_EVENTS_MAX])
{
	struct fall_answer answers[FALL_EVENTS_MAX];
	struct wearable *w = wearable_of(j, sensor);
	uint64_t last_us;
	int count;

	if (!w || batch->count == 0 || batch->count > ACCEL_BATCH_MAX)
		return -EINVAL;
	count = fall_push(w->fall, batch, answers);
	if (count < 0)
		return count;
	w->is_streaming = true;
	w->heard_us = at.now_us;
	last_us = batch->first_us + batch->samples[batch->count - 1].offset_us;
	return weigh_all(w, answers, count, last_us, at, ret);
}

static int finish(struct wearable *w, struct moment at, struct suspicion ret[FALL_EVENTS_MAX])
{
	struct fall_answer answers[FALL_EVENTS_MAX];
	int count = fall_finish(w->fall, answers);
	uint64_t last_us = 0;

	w->is_streaming = false;
	for (int n = 0; n < count; n++)
		if (answers[n].answer_us > last_us)
			last_us = answers[n].answer_us;
	at.wall_ms -= (int64_t)((at.now_us - w->heard_us) / US_PER_MS);
	return weigh_all(w, answers, count, last_us, at, ret);
}

int judge_end(struct judge *j, const struct roster_sensor *sensor, struct moment at,
	struct suspicion ret[FALL_EVENTS_MAX])
{
	struct wearable *w = wearable_of(j, sensor);

	return w && w->is_streaming ? finish(w, at, ret) : 0;
}

int judge_silence(struct judge *j, struct moment at, struct suspicion ret[FALL_EVENTS_MAX])
{
	for (unsigned int n = 0; n < ROSTER_WEARABLES_MAX; n++) {
		struct wearable *w = &j->wearables[n];
		int count = 0;

		if (w->is_streaming && at.now_us >= w->heard_us + JUDGE_SILENCE_US)
			count = finish(w, at, ret);
		if (count > 0)
			return count;
	}
	return 0;
}

uint64_t judge_next_us(const struct judge *j)
{
	uint64_t next_us = UINT64_MAX;

	for (unsigned int n = 0; n < ROSTER_WEARABLES_MAX; n++)
		if (j->wearables[n].is_streaming &&
			j->wearables[n].heard_us + JUDGE_SILENCE_US < next_us)
			next_us = j->wearables[n].heard_us + JUDGE_SILENCE_US;
	return next_us;
}

/* Is this alarm's word new, or the last one going on? Remembers either way. */
static bool is_news(struct alarm_said *said, const struct alarm *alarm, uint64_t now_us)
{
	bool is_new = said->last_us == 0 || now_us >= said->last_us + alarm->hold_s * US_PER_S;

	said->last_us = now_us > 0 ? now_us : 1;
	return is_new;
}

/* A fall told by a sensor is asked about in any case; other alarms in the open wait for their
 * second hearing. */
static bool judge_alarm(struct alarm_said *said, const struct alarm *alarm,
	const struct roster_sensor *sensor, const struct reading *reading, struct moment at,
	struct suspicion *ret)
{
	bool is_new = is_news(said, alarm, at.now_us), is_fall = alarm->class == INCIDENT_FALL;

	if (!is_new && !said->is_heard_once)
		return false;
	*ret = suspicion_of(sensor, alarm->class, alarm->why);
	ret->event_ms = moment_wall_ms(at, reading->time_us);
	ret->is_confirmation = !is_new;
	said->is_heard_once = ret->is_unconfirmed = is_new && reading->is_forgeable && !is_fall;
	ret->is_certain = !is_fall && !ret->is_unconfirmed;
	if (is_fall)
		ret->probability = TOLD_FALL_PROBABILITY;
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
	for (unsigned int n = 0; n < ALARMS; n++) {
		const struct alarm *alarm = &alarms[n];
		struct alarm_said *said = &j->said[roster_row(j->roster, sensor)][n];

		if (reading->kind != alarm->kind ||
			(alarm->class == INCIDENT_FALL && sensor->fall_kind != alarm->kind))
			continue;
		if (reading->value == alarm->value)
			return judge_alarm(said, alarm, sensor, reading, at, ret_suspicion);
		*said = (struct alarm_said){.last_us = 0};
		return false;
	}
	return false;
}
