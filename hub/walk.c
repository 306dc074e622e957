/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which reading of which sensor is a trigger, what is said of it, and what is still missing.
 */
#include "hub/walk.h"

#include "hub/prompts.h"
#include "hub/requests.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is set off by hand or by passing, and how that is said. A contact or a mat says how it is
 * from time to time: it is tried when it says another thing than before. */
static const struct trigger {
	enum reading_kind kind;
	double least;
	const char *words[2]; /* French, English */
} triggers[] = {
	{READING_BUTTON, 1, {"bouton", "button"}},
	{READING_PULL_CORD, 1, {"cordon", "cord"}},
	{READING_EMERGENCY, 1, {"appel", "call"}},
	{READING_MOTION, 1, {"mouvement", "motion"}},
	{READING_OCCUPANCY, 1, {"présence", "presence"}},
	{READING_PRESENCE, 1, {"présence", "presence"}},
	{READING_MOVING, 1, {"mouvement", "motion"}},
	{READING_VIBRATION, 1, {"vibration", "vibration"}},
	{READING_PRESSURE_MAT, 0, {"tapis", "mat"}},
	{READING_DOOR, 0, {"porte", "door"}},
	{READING_WINDOW, 0, {"fenêtre", "window"}},
	{READING_OPENING, 0, {"ouverture", "opening"}},
	{READING_GARAGE_DOOR, 0, {"porte de garage", "garage door"}},
	{READING_SMOKE, 1, {"fumée", "smoke"}},
	{READING_CARBON_MONOXIDE_ALARM, 1, {"monoxyde de carbone", "carbon monoxide"}},
	{READING_GAS_ALARM, 1, {"gaz", "gas"}},
	{READING_HEAT, 1, {"chaleur", "heat"}},
	{READING_MOISTURE_ALARM, 1, {"eau", "water"}},
	{READING_WORN, 1, {"porté", "worn"}},
};

enum { TRIGGERS = sizeof(triggers) / sizeof(triggers[0]) };

static const char *const samples[2] = {"accéléromètre", "accelerometer"};
static const char *const heard[2] = {"entendu", "heard"};

static bool is_said_by_being_heard(const struct roster_sensor *sensor)
{
	return sensor->role == ROLE_ENVIRONMENT || sensor->role == ROLE_BEACON;
}

/* Is it another state than before? Remembers it either way. */
static bool has_changed(struct walk_step *step, double value)
{
	bool is_other = step->has_state && (value < step->state || value > step->state);

	step->has_state = true;
	step->state = value;
	return is_other;
}

/* NULL: no trigger. */
static const char *const *trigger_of(
	const struct roster_sensor *sensor, struct walk_step *step, const struct reading *reading)
{
	const struct trigger *t = triggers;

	if (!reading)
		return samples;
	while (t < triggers + TRIGGERS && t->kind != reading->kind)
		t++;
	if (t == triggers + TRIGGERS)
		return is_said_by_being_heard(sensor) ? heard : NULL;
	if (t->least > 0 ? reading->value >= t->least : has_changed(step, reading->value))
		return t->words;
	return NULL;
}

int walk_begin(struct hub *h, unsigned int minutes, uint64_t now_us)
{
	struct walk *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	free(h->walk);
	h->walk = w;
	w->until_us = now_us + minutes * 60 * US_PER_S;
	hub_arm(h);
	return 0;
}

bool walk_is_on(const struct hub *h)
{
	return h->walk && !h->walk->is_over;
}

void walk_done(struct hub *h)
{
	free(h->walk);
	h->walk = NULL;
}

/* The sensor's step, begun anew where its row was another's. */
static struct walk_step *step_of(struct hub *h, const struct roster_sensor *sensor)
{
	unsigned int row = roster_row(&h->config.roster, sensor);

	if (strcmp(h->walk->ids[row].text, sensor->id.text) != 0) {
		h->walk->ids[row] = sensor->id;
		h->walk->steps[row] = (struct walk_step){.order = 0};
	}
	return &h->walk->steps[row];
}

static bool have_all_triggered(struct hub *h)
{
	for (const struct roster_sensor *s = NULL; (s = roster_following(&h->config.roster, s));)
		if (!step_of(h, s)->has_triggered)
			return false;
	return true;
}

static void end(struct hub *h, uint64_t now_us)
{
	h->walk->is_over = true;
	h->walk->until_us = now_us + WALK_GRACE_US;
	hub_arm(h);
}

static void say(
	struct hub *h, const struct roster_sensor *sensor, const char *what, struct moment at)
{
	char text[2 * INCIDENT_TEXT_MAX + 2];

	(void)snprintf(
		text, sizeof(text), "%s, %s", sensor->room[0] ? sensor->room : sensor->name, what);
	control_tell(h->control, at.now_us, "hub", "walked", NULL, sensor->id.text);
	(void)prompts_say_text(h, text, at); /* that there is no voice is a fault of its own */
}

void walk_hear(struct hub *h, const struct roster_sensor *sensor, const struct reading *reading,
	struct moment at)
{
	struct walk_step *step = walk_is_on(h) ? step_of(h, sensor) : NULL;
	const char *const *words = step ? trigger_of(sensor, step, reading) : NULL;

	if (!words || (step->said_us && at.now_us < step->said_us + WALK_AGAIN_US))
		return;
	step->said_us = at.now_us;
	if (!step->has_triggered)
		step->order = h->walk->triggered++;
	step->has_triggered = true;
	(void)snprintf(step->what, sizeof(step->what), "%s",
		words[h->config.dialogue.language == SPEECH_ENGLISH]);
	say(h, sensor, step->what, at);
	if (have_all_triggered(h))
		end(h, at.now_us);
}

bool walk_holds_back(const struct hub *h, struct suspicion *s)
{
	if (!h->walk)
		return false;
	if (walk_is_on(h) && !s->is_certain &&
		(s->class == INCIDENT_INACTIVITY || s->class == INCIDENT_WANDERING))
		return true;
	if (s->class == INCIDENT_HELP && !s->is_confirmation &&
		s->reasons_count < INCIDENT_REASONS_MAX)
		(void)snprintf(s->reasons[s->reasons_count++].text, INCIDENT_TEXT_MAX,
			"un installateur essaie les capteurs");
	return false;
}

uint64_t walk_next_us(const struct hub *h)
{
	return h->walk ? h->walk->until_us : UINT64_MAX;
}

void walk_turn(struct hub *h, struct moment at)
{
	if (!h->walk || at.now_us < h->walk->until_us)
		return;
	if (h->walk->is_over)
		walk_done(h);
	else
		end(h, at.now_us);
}

static json_t *sensor_json(const struct roster_sensor *s, const struct walk_step *step)
{
	json_t *object = json_object();

	request_put(object, "id", json_string(s->id.text));
	request_put(object, "name", json_string(s->name));
	request_put(object, "room", json_string(s->room));
	request_put(object, "role", json_string(sensor_role_text(s->role)));
	if (step->has_triggered)
		request_put(object, "what", json_string(step->what));
	return object;
}

/* Those that triggered in their order, then those that did not. */
static void tell_steps(struct hub *h, json_t *answer, uint64_t now_us)
{
	const struct roster_sensor *in_order[ROSTER_SENSORS_MAX] = {NULL};
	json_t *walked = json_array(), *missing = json_array();
	struct walk *w = h->walk;

	for (const struct roster_sensor *s = NULL; (s = roster_following(&h->config.roster, s));) {
		struct walk_step *step = step_of(h, s);

		if (!step->has_triggered)
			(void)json_array_append_new(missing, sensor_json(s, step));
		else if (step->order < ROSTER_SENSORS_MAX)
			in_order[step->order] = s;
	}
	for (unsigned int n = 0; n < ROSTER_SENSORS_MAX; n++)
		if (in_order[n])
			(void)json_array_append_new(
				walked, sensor_json(in_order[n], step_of(h, in_order[n])));
	request_put_count(answer, "left_s",
		w->is_over || now_us >= w->until_us ? 0 : (w->until_us - now_us) / US_PER_S + 1);
	request_put(answer, "walked", walked);
	request_put(answer, "missing", missing);
	request_put(answer, "aloud", json_boolean(h->voice != NULL));
}

int request_walk_test(struct hub *h, const json_t *request, json_t *answer)
{
	const json_t *minutes = json_object_get(request, "minutes");
	uint64_t now_us = clock_boot_us();
	int r = 0;

	if (minutes && (!json_is_integer(minutes) || json_integer_value(minutes) < 1 ||
			       json_integer_value(minutes) > WALK_MINUTES_MAX))
		return request_refuse(answer, -EINVAL, "minutes is not 1..60");
	if (minutes && h->config.roster.installed == 0)
		return request_refuse(answer, -ENOENT, "no sensor is installed");
	if (minutes)
		r = walk_begin(h, (unsigned int)json_integer_value(minutes), now_us);
	if (r < 0)
		return r;
	if (!h->walk)
		return request_refuse(answer, -ENOENT, "no walk test is under way");
	tell_steps(h, answer, now_us);
	return 0;
}
