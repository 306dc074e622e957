/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows are fusion's numbers. Rooms get a number each at first sight; a name that no sensor carries
 * any more gives its number back.
 */
#include "hub/evidence.h"

#include "hub/local_time.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(FUSION_SENSORS_MAX == ROSTER_SENSORS_MAX, "a row is a number of fusion's");
_Static_assert(FUSION_WEARABLES_MAX == ROSTER_WEARABLES_MAX, "as many wearables");
_Static_assert(FUSION_REASONS_MAX <= INCIDENT_REASONS_MAX, "every reason is told");

#define ROOMS_MAX ROSTER_SENSORS_MAX

struct evidence {
	const struct roster *roster; /* borrowed from the hub */
	struct fusion *fusion;
	char rooms[ROOMS_MAX][INCIDENT_TEXT_MAX];   /* [number − 1]; "": a free number */
	struct suspicion said[ROUTINE_ANSWERS_MAX]; /* by enum routine_what */
};

static bool is_room_in_use(const struct evidence *e, const char *room)
{
	for (const struct roster_sensor *s = NULL; (s = roster_following(e->roster, s));)
		if (strcmp(s->room, room) == 0)
			return true;
	return false;
}

static uint8_t room_of(struct evidence *e, const char *room)
{
	int spare = -1;

	for (int n = 0; room[0] && n < ROOMS_MAX; n++) {
		if (strcmp(e->rooms[n], room) == 0)
			return (uint8_t)(n + 1);
		if (spare < 0 && (!e->rooms[n][0] || !is_room_in_use(e, e->rooms[n])))
			spare = n;
	}
	if (!room[0] || spare < 0)
		return 0;
	(void)snprintf(e->rooms[spare], sizeof(e->rooms[spare]), "%s", room);
	return (uint8_t)(spare + 1);
}

static enum fusion_role role_of(const struct roster_sensor *s)
{
	if (s->movement == MOVEMENT_SHARED)
		return FUSION_NONE;
	switch (s->role) {
	case ROLE_WEARABLE:
		return FUSION_WEARABLE;
	case ROLE_MOTION:
		return FUSION_MOTION;
	case ROLE_CONTACT:
		return s->is_outer || routine_role_of(s->name, s->room, ROUTINE_CONTACT) ==
					       ROUTINE_OUTER_DOOR
			       ? FUSION_OUTER_DOOR
			       : FUSION_CONTACT;
	case ROLE_PRESSURE:
		return FUSION_MAT;
	case ROLE_BUTTON:
	case ROLE_ENVIRONMENT:
	case ROLE_BEACON:
	case ROLES:
	default:
		return FUSION_NONE;
	}
}

void evidence_add(struct evidence *e, const struct roster_sensor *sensor)
{
	const struct fusion_sensor as = {.role = role_of(sensor),
		.place = sensor->place,
		.room = room_of(e, sensor->room),
		.resident = sensor->resident};

	(void)fusion_install(e->fusion, (uint8_t)roster_row(e->roster, sensor), &as);
}

void evidence_remove(struct evidence *e, const struct roster_sensor *sensor)
{
	const struct fusion_sensor none = {.role = FUSION_NONE};

	(void)fusion_install(e->fusion, (uint8_t)roster_row(e->roster, sensor), &none);
}

int evidence_new(struct evidence **ret, const struct roster *roster, const struct fusion_home *home)
{
	struct evidence *e = calloc(1, sizeof(*e));
	int r = -ENOMEM;

	if (!e)
		return r;
	e->roster = roster;
	e->fusion = calloc(1, fusion_size());
	if (e->fusion)
		r = fusion_init(e->fusion, home);
	if (r < 0) {
		(void)evidence_free(e);
		return r;
	}
	for (const struct roster_sensor *s = NULL; (s = roster_following(roster, s));)
		evidence_add(e, s);
	*ret = e;
	return 0;
}

struct evidence *evidence_free(struct evidence *e)
{
	if (e)
		free(e->fusion);
	free(e);
	return NULL;
}

static struct fusion_time time_of(struct moment at)
{
	return (struct fusion_time){.now_us = at.now_us,
		.local_ms = at.wall_ms + local_time_offset_s(at.wall_ms) * INT64_C(1000)};
}

static uint8_t number_of(const struct evidence *e, const struct roster_sensor *sensor)
{
	return (uint8_t)roster_row(e->roster, sensor);
}

void evidence_reading(struct evidence *e, const struct roster_sensor *sensor,
	const struct reading *reading, struct moment at)
{
	(void)fusion_reading(
		e->fusion, number_of(e, sensor), reading->kind, reading->value, time_of(at));
}

void evidence_accel(
	struct evidence *e, const struct roster_sensor *sensor, const struct accel_batch *batch)
{
	(void)fusion_accel(e->fusion, number_of(e, sensor), batch);
}

void evidence_answers(struct evidence *e, const struct roster_sensor *sensor,
	const struct fall_answer answers[], int count, uint64_t last_us, struct moment at)
{
	for (int n = 0; n < count; n++) {
		uint64_t ago_us =
			answers[n].impact_us < last_us ? last_us - answers[n].impact_us : 0;

		(void)fusion_answer(e->fusion, number_of(e, sensor), &answers[n],
			at.now_us > ago_us ? at.now_us - ago_us : 0, time_of(at));
	}
}

void evidence_told(struct evidence *e, const struct roster_sensor *sensor, struct moment at)
{
	(void)fusion_told(e->fusion, number_of(e, sensor), time_of(at));
}

void evidence_surprise(struct evidence *e, const struct routine_answer *answer,
	const struct suspicion *said, struct moment at)
{
	if ((unsigned int)answer->what >= ROUTINE_ANSWERS_MAX)
		return;
	e->said[answer->what] = *said;
	(void)fusion_surprise(e->fusion, answer, room_of(e, said->room), time_of(at));
}

void evidence_heard(struct evidence *e, bool is_heard, struct moment at)
{
	fusion_heard(e->fusion, is_heard, time_of(at));
}

void evidence_turn(struct evidence *e, struct moment at)
{
	fusion_turn(e->fusion, time_of(at));
}

uint64_t evidence_next_us(const struct evidence *e)
{
	return fusion_next_us(e->fusion);
}

static const char *room_name(const struct evidence *e, uint8_t room)
{
	return room > 0 && room <= ROOMS_MAX ? e->rooms[room - 1] : "";
}

/* The text of a reason whose sensor may have left since. */
static void say(
	const struct evidence *e, const struct fusion_reason *reason, struct incident_reason *ret)
{
	static const struct roster_sensor nobody;
	const struct roster_sensor *s =
		reason->sensor < ROSTER_SENSORS_MAX ? &e->roster->sensors[reason->sensor] : &nobody;

	fusion_reason_text(reason, s->place, s->room, ret->text, sizeof(ret->text));
	ret->weight = (double)reason->weight;
}

/* hub/rhythm says a surprise better, and knows what it is compared with: as much as fits. */
static void add_said(const struct suspicion *said, struct suspicion *s)
{
	for (unsigned int n = 1; n < said->reasons_count && s->reasons_count < INCIDENT_REASONS_MAX;
		n++)
		s->reasons[s->reasons_count++] = said->reasons[n];
}

static void give_reasons(
	const struct evidence *e, const struct fusion_verdict *v, struct suspicion *s)
{
	for (unsigned int n = 0; n < v->reasons_count; n++) {
		struct incident_reason *reason = &s->reasons[s->reasons_count++];

		say(e, &v->reasons[n], reason);
		if (v->reasons[n].what == FUSION_SURPRISE)
			memcpy(reason->text, e->said[v->surprise].why, sizeof(reason->text));
	}
	if (v->class != FUSION_FALL)
		add_said(&e->said[v->surprise], s);
}

static void name_fall(
	const struct evidence *e, const struct fusion_verdict *v, struct suspicion *ret)
{
	const struct roster_sensor *s = &e->roster->sensors[v->sensor];

	ret->sensor = s->id;
	memcpy(ret->name, s->name, sizeof(ret->name));
	(void)snprintf(
		ret->room, sizeof(ret->room), "%s", s->room[0] ? s->room : room_name(e, v->room));
	fusion_verdict_text(v, ret->why, sizeof(ret->why));
}

static void suspicion_of(const struct evidence *e, const struct fusion_verdict *v, struct moment at,
	struct suspicion *ret)
{
	static const enum incident_class classes[] = {[FUSION_FALL] = INCIDENT_FALL,
		[FUSION_INACTIVITY] = INCIDENT_INACTIVITY,
		[FUSION_WANDERING] = INCIDENT_WANDERING};

	*ret = (struct suspicion){.by = "hub"};
	if (v->class != FUSION_FALL) {
		*ret = e->said[v->surprise];
		ret->reasons_count = 0;
	} else {
		name_fall(e, v, ret);
		ret->event_ms = moment_wall_ms(at, v->began_us);
	}
	ret->class = classes[v->class];
	ret->is_certain = v->is_certain;
	ret->is_update = v->is_update;
	ret->mark = v->mark;
	ret->probability = (double)v->probability;
	give_reasons(e, v, ret);
}

bool evidence_conclude(struct evidence *e, struct moment at, struct suspicion *ret)
{
	struct fusion_verdict v;

	if (fusion_verdict(e->fusion, &v) != 1)
		return false;
	suspicion_of(e, &v, at, ret);
	return true;
}

unsigned int evidence_waiting(
	const struct evidence *e, struct moment at, struct suspicion ret[], unsigned int max)
{
	unsigned int count = 0;
	struct fusion_verdict v;

	for (unsigned int n = 0; n < FUSION_EVENTS_MAX && count < max; n++)
		if (fusion_waiting(e->fusion, n, &v) == 1)
			suspicion_of(e, &v, at, &ret[count++]);
	return count;
}

unsigned int evidence_lately(
	const struct evidence *e, struct moment at, struct evidence_lately ret[FUSION_LATELY_MAX])
{
	struct fusion_lately rows[FUSION_LATELY_MAX];
	unsigned int count = fusion_lately(e->fusion, time_of(at), rows);

	for (unsigned int n = 0; n < count; n++) {
		ret[n] = (struct evidence_lately){.amount = (double)rows[n].amount,
			.count = rows[n].count,
			.at_ms = moment_wall_ms(at, rows[n].at_us)};
		if (rows[n].sensor < FUSION_SENSORS_MAX)
			ret[n].sensor = e->roster->sensors[rows[n].sensor].id;
	}
	return count;
}

void evidence_recall(struct evidence *e, const struct evidence_lately *l, struct moment at)
{
	int64_t ago_ms = l->at_ms > 0 ? at.wall_ms - l->at_ms : INT64_MAX / 1000;
	struct fusion_lately row = {
		.sensor = FUSION_SENSORS_MAX, .amount = (float)l->amount, .count = l->count};
	const struct roster_sensor *s = NULL;

	while (l->sensor.text[0] && (s = roster_following(e->roster, s)))
		if (strcmp(s->id.text, l->sensor.text) == 0)
			break;
	if (l->sensor.text[0] && !s)
		return;
	if (s)
		row.sensor = number_of(e, s);
	/* a clock that went back: as if it were just now, which clears nobody */
	(void)fusion_recall(e->fusion, &row, ago_ms > 0 ? (uint64_t)ago_ms * 1000 : 0, time_of(at));
}
