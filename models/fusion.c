/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of what is weighed: it begins with a shock, a wearable's own word or a surprise, gathers
 * contributions, is told when they are enough, and ends. What the home and the wearable contribute
 * is in fusion_home.c and fusion_worn.c.
 */
#include "models/fall_score.h"
#include "models/fusion_state.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* The card in models/training/MODEL.md gives each one's source. */
#define SET_ODDS        (-2.2F) /* the share of falls in the fall model's calibration: one in ten */
#define START_ODDS      (-2.55F) /* of what is no fall: rare, and its cost high */
#define START_SPARE     0.01F    /* a shock right at the threshold counts as reaching it */
#define SHOCK_LEAST     (-3.0F)
#define SHOCK_MOST      5.5F
#define SHOCK_KEPT      0.0F /* less is not weighed at all */
#define AFTER_LEAST     (-3.5F)
#define AFTER_MOST      3.5F /* lying still where a soft shock threw them … */
#define ALONE_MOST      6.8F /* … but one wearable's two answers together are not certain */
#define TOLD_WEIGHT     4.0F
#define ALSO_MOST       3.0F
#define SURPRISE_WEIGHT 3.0F
#define SURE_ODDS       0.7F /* asked at once, without waiting for the second answer */
#define NEWS_ODDS       0.3F /* changes of less are not told */
#define TELLINGS_MAX    12   /* of one event: a pulse that wavers must not write for ever */

#define LOOK_US   (25 * US_A_SECOND) /* how long what is not sure is looked at before it is told */
#define SAME_US   (15 * US_A_SECOND) /* two wearables speak of the same fall */
#define FALL_US   (10 * US_A_MINUTE) /* evidence counts for so long */
#define SILENT_US (24 * US_AN_HOUR)

float fusion_clamp(float value, float least, float most)
{
	/* not a number is no evidence */
	if (!(value >= least))
		return value < least ? least : 0;
	return value > most ? most : value;
}

float fusion_odds_of(float probability)
{
	return logf(probability / (1 - probability));
}

void fusion_put(struct fusion_event *e, enum fusion_what what, float weight, uint32_t amount,
	uint8_t sensor)
{
	e->weights[what] = weight;
	e->amounts[what] = amount;
	e->sensors[what] = sensor;
}

float fusion_odds(const struct fusion_event *e)
{
	float sum = 0;

	for (unsigned int what = 0; what < FUSION_WHATS; what++)
		sum += e->weights[what];
	return sum;
}

/* The events' clock never goes back. */
static void advance(struct fusion *f, struct fusion_time at)
{
	f->now.local_ms = at.local_ms;
	if (at.now_us > f->now.now_us)
		f->now.now_us = at.now_us;
}

/* What is not sure yet waits for the wearable's second answer and for who moves meanwhile, where
 * somebody who did would be heard. */
static bool may_tell(const struct fusion *f, const struct fusion_event *e, float odds)
{
	return odds >= SURE_ODDS || e->is_judged || !e->is_listened ||
	       f->now.now_us >= e->began_us + LOOK_US;
}

static void settle(struct fusion *f)
{
	for (unsigned int n = 0; n < FUSION_EVENTS_MAX; n++) {
		struct fusion_event *e = &f->events[n];
		float odds = e->is_open ? fusion_odds(e) : 0;
		bool is_first =
			e->is_open && !e->is_told && odds >= f->ask_odds && may_tell(f, e, odds);

		if (!e->is_open || (!is_first && !e->is_told))
			continue;
		if (odds >= f->raise_odds && !e->is_certain)
			e->is_certain = e->is_due = true;
		if (is_first ||
			(e->tellings < TELLINGS_MAX && fabsf(odds - e->told_odds) >= NEWS_ODDS))
			e->is_due = true;
	}
}

/* A shock that the fall model itself would call a fall is asked about where nothing else is known,
 * with the usual threshold: its own is where a missed one weighs as much as the needless ones. */
static float start_odds(const struct fusion *f, const struct fusion_event *e)
{
	enum wear_place place;

	if (e->class != FUSION_FALL)
		return START_ODDS;
	place = f->sensors[e->sensor].sensor.place;
	return SET_ODDS + START_SPARE -
	       fusion_odds_of(fall_weights_shipped.calibrations[place].threshold[FALL_FIRST]);
}

/* Room for a new event: a free one, else the weakest that was not told, else the oldest. */
static struct fusion_event *begin(
	struct fusion *f, enum fusion_class class, uint8_t sensor, uint64_t mark, uint64_t began_us)
{
	struct fusion_event *found = &f->events[0];

	for (unsigned int n = 0; n < FUSION_EVENTS_MAX; n++) {
		struct fusion_event *e = &f->events[n];

		if (!e->is_open) {
			found = e;
			break;
		}
		if (e->is_told != found->is_told
				? found->is_told
				: (e->is_told ? e->began_us < found->began_us
					      : fusion_odds(e) < fusion_odds(found)))
			found = e;
	}
	*found = (struct fusion_event){.is_open = true,
		.class = class,
		.sensor = sensor,
		.mark = mark,
		.began_us = began_us,
		.since_us = began_us,
		.until_us = began_us + (class == FUSION_FALL ? FALL_US : SILENT_US),
		.turn_us = UINT64_MAX};
	found->resident = f->home.residents == 1;
	if (sensor < FUSION_SENSORS_MAX)
		found->resident = f->sensors[sensor].sensor.resident;
	fusion_put(found, FUSION_START, start_odds(f, found), 0, FUSION_SENSORS_MAX);
	fusion_look_around(f, found);
	return found;
}

static struct fusion_event *event_of(struct fusion *f, uint8_t sensor, uint64_t mark)
{
	for (unsigned int n = 0; n < FUSION_EVENTS_MAX; n++) {
		struct fusion_event *e = &f->events[n];

		if (e->is_open && e->sensor == sensor && e->mark == mark)
			return e;
	}
	return NULL;
}

/* The fall that another wearable of the same person tells of at the same moment. */
static struct fusion_event *same_fall(
	struct fusion *f, uint8_t sensor, uint64_t began_us, bool is_own_taken)
{
	uint8_t resident = f->sensors[sensor].sensor.resident;

	for (unsigned int n = 0; n < FUSION_EVENTS_MAX; n++) {
		struct fusion_event *e = &f->events[n];
		uint64_t apart_us =
			e->began_us > began_us ? e->began_us - began_us : began_us - e->began_us;

		if (!e->is_open || e->class != FUSION_FALL || apart_us > SAME_US)
			continue;
		if (e->sensor == sensor ? is_own_taken : resident && e->resident == resident)
			return e;
	}
	return NULL;
}

static bool is_wearable(const struct fusion *f, uint8_t sensor)
{
	return sensor < FUSION_SENSORS_MAX && f->sensors[sensor].sensor.role == FUSION_WEARABLE;
}

static void put_shock(
	struct fusion *f, struct fusion_event *e, const struct fall_answer *a, float odds)
{
	e->shock = odds;
	fusion_put(e, FUSION_SHOCK, fusion_clamp(odds - SET_ODDS, SHOCK_LEAST, SHOCK_MOST),
		a->peak_mg, e->sensor);
	fusion_look_at_worn(f, e, a->impact_us);
}

/* How the second answer differs from the first, where nothing heard between them is no difference;
 * of what lies somewhere stillness says nothing. */
static void put_after(
	struct fusion *f, struct fusion_event *e, const struct fall_answer *a, float odds)
{
	const struct fall_calibration *c =
		&fall_weights_shipped.calibrations[f->sensors[e->sensor].sensor.place];
	float apart = c->second_offset - c->offset;
	float most = fminf(AFTER_MOST, ALONE_MOST - e->weights[FUSION_SHOCK]);
	float weight = fusion_clamp(odds - e->shock - apart, AFTER_LEAST, most);

	if (e->weights[FUSION_LAID_DOWN] < 0 && weight > 0)
		weight = 0;
	fusion_put(e, FUSION_AFTER, weight, a->still_ms / 1000U, e->sensor);
	e->is_judged = true;
	/* that they lie still, or moved on, is worth telling however little it weighs */
	e->is_due |= e->is_told;
	if (!e->is_told)
		fusion_add_sign(f, &f->wearables[f->sensors[e->sensor].wearable],
			e->weights[FUSION_SHOCK] + weight);
}

int fusion_answer(struct fusion *f, uint8_t sensor, const struct fall_answer *a, uint64_t began_us,
	struct fusion_time at)
{
	struct fusion_event *e, *other;
	float odds;

	if (!is_wearable(f, sensor))
		return -EINVAL;
	advance(f, at);
	if (!isfinite(a->probability))
		return 0;
	odds = fusion_odds_of(fusion_clamp(a->probability, 1e-6F, 1 - 1e-6F));
	e = event_of(f, sensor, a->impact_us + 1);
	other = e ? NULL : same_fall(f, sensor, began_us, false);
	if (!e && odds - SET_ODDS < SHOCK_KEPT)
		return 0;
	if (other) {
		float weight = fusion_clamp(odds - SET_ODDS - 1, 0, ALSO_MOST);

		if (weight > other->weights[FUSION_ALSO])
			fusion_put(other, FUSION_ALSO, weight, a->peak_mg, sensor);
	} else if (!e) {
		e = begin(f, FUSION_FALL, sensor, a->impact_us + 1, began_us);
		put_shock(f, e, a, odds);
		e->is_judged = a->stage == FALL_SECOND;
	} else if (a->stage == FALL_SECOND) {
		put_after(f, e, a, odds);
	}
	if (e && (a->gap_ms > 0 || a->is_clipped))
		fusion_put(e, FUSION_GAP, 0, 1, sensor);
	settle(f);
	return 1;
}

int fusion_told(struct fusion *f, uint8_t sensor, struct fusion_time at)
{
	struct fusion_event *e;

	if (!is_wearable(f, sensor))
		return -EINVAL;
	advance(f, at);
	e = same_fall(f, sensor, f->now.now_us, true);
	if (!e) {
		e = begin(f, FUSION_FALL, sensor, f->now.now_us + 1, f->now.now_us);
		/* the sensor's own word has nothing to do with the fall model's threshold */
		fusion_put(e, FUSION_START, START_ODDS, 0, FUSION_SENSORS_MAX);
		fusion_look_at_worn(f, e, 0);
	}
	fusion_put(e, FUSION_TOLD, TOLD_WEIGHT, 0, sensor);
	e->is_judged = true;
	settle(f);
	return 1;
}

int fusion_reading(struct fusion *f, uint8_t sensor, enum reading_kind kind, double value,
	struct fusion_time at)
{
	int r;

	if (sensor >= FUSION_SENSORS_MAX || f->sensors[sensor].sensor.role == FUSION_NONE)
		return -EINVAL;
	advance(f, at);
	r = is_wearable(f, sensor) ? fusion_worn_reading(f, sensor, kind, value)
				   : fusion_home_reading(f, sensor, kind, value);
	if (r == 1)
		settle(f);
	return r;
}

static void put_surprise(struct fusion *f, struct fusion_event *e, const struct routine_answer *a)
{
	uint64_t lasted_us = a->lasted_s * US_A_SECOND;

	e->limit_s = a->limit_s;
	e->since_us = f->now.now_us > lasted_us ? f->now.now_us - lasted_us : 0;
	e->shock = SURPRISE_WEIGHT + fusion_clamp(1.5F * a->confidence, 0, 1.5F);
	e->is_judged = true;
	fusion_wait(f, e);
}

int fusion_surprise(
	struct fusion *f, const struct routine_answer *a, uint8_t room, struct fusion_time at)
{
	uint64_t mark = (uint64_t)a->what + 1;
	struct fusion_event *e;

	if ((unsigned int)a->what >= ROUTINE_ANSWERS_MAX)
		return -EINVAL;
	advance(f, at);
	e = event_of(f, FUSION_SENSORS_MAX, mark);
	if (!e)
		e = begin(f,
			a->what == ROUTINE_GONE_AT_NIGHT ? FUSION_WANDERING : FUSION_INACTIVITY,
			FUSION_SENSORS_MAX, mark, f->now.now_us);
	e->surprise = a->what;
	e->room = room;
	put_surprise(f, e, a);
	settle(f);
	return 1;
}

/* Heard again, silence begins anew: what was thought of it before and not told is forgotten. */
void fusion_heard(struct fusion *f, bool is_heard, struct fusion_time at)
{
	bool is_back = f->is_deaf && is_heard;

	advance(f, at);
	if (is_back)
		f->heard_again_us = f->now.now_us;
	f->is_deaf = !is_heard;
	for (unsigned int n = 0; n < FUSION_EVENTS_MAX; n++) {
		struct fusion_event *e = &f->events[n];

		if (e->is_open && e->class != FUSION_FALL && is_back && !e->is_told)
			e->is_open = false;
		else if (e->is_open)
			fusion_wait(f, e);
	}
	settle(f);
}

void fusion_turn(struct fusion *f, struct fusion_time at)
{
	advance(f, at);
	for (unsigned int n = 0; n < FUSION_EVENTS_MAX; n++) {
		struct fusion_event *e = &f->events[n];

		if (!e->is_open)
			continue;
		if (f->now.now_us >= e->until_us && !e->is_due)
			e->is_open = false;
		else if (f->now.now_us >= e->turn_us)
			fusion_wait(f, e);
		if (f->now.now_us >= e->began_us + LOOK_US)
			e->is_judged = true;
	}
	settle(f);
}

uint64_t fusion_next_us(const struct fusion *f)
{
	uint64_t next_us = UINT64_MAX;

	for (unsigned int n = 0; n < FUSION_EVENTS_MAX; n++) {
		const struct fusion_event *e = &f->events[n];
		uint64_t due_us = e->until_us < e->turn_us ? e->until_us : e->turn_us;

		if (!e->is_open)
			continue;
		if (!e->is_judged && e->began_us + LOOK_US < due_us)
			due_us = e->began_us + LOOK_US;
		if (due_us < next_us)
			next_us = due_us;
	}
	return next_us;
}
