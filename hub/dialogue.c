/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the resident is asked, and how loud; what shines meanwhile. What is told of each step is in
 * dialogue_steps.c.
 */
#include "hub/dialogue.h"

#include <string.h>

void dialogue_init(struct dialogue *d, const struct hub_dialogue *config, bool has_light)
{
	*d = (struct dialogue){.config = config, .has_light = has_light, .next_us = UINT64_MAX};
}

uint64_t dialogue_next_us(const struct dialogue *d)
{
	return d->next_us;
}

static void look_again(struct dialogue *d, uint64_t at_us)
{
	if (at_us < d->next_us)
		d->next_us = at_us;
}

static bool is_night(const struct hub_dialogue *c, unsigned int minute)
{
	if (c->night_from_min <= c->night_to_min)
		return minute >= c->night_from_min && minute < c->night_to_min;
	return minute >= c->night_from_min || minute < c->night_to_min;
}

unsigned int dialogue_volume(const struct hub_dialogue *config, unsigned int minute)
{
	return is_night(config, minute) ? config->night_volume_pct : config->volume_pct;
}

/* Louder with each question; by night never louder than the first one by day. */
static unsigned int volume_of(
	const struct hub_dialogue *c, unsigned int minute, unsigned int prompts)
{
	unsigned int first = dialogue_volume(c, minute);
	unsigned int most = is_night(c, minute) ? c->volume_pct : 100;
	unsigned int louder = first + prompts * DIALOGUE_LOUDER_PCT;

	if (most < first)
		most = first;
	return louder < most ? louder : most;
}

/* From the beginning of the asking to the first word. */
static uint64_t wait_us(const struct dialogue *d, const struct escalation *t, unsigned int minute)
{
	uint64_t later_s = DIALOGUE_VOICE_LATER_S;

	if (!d->has_light || !is_night(d->config, minute))
		return 0;
	return (later_s < t->ask_s / 3 ? later_s : t->ask_s / 3) * US_PER_S;
}

static bool is_asked(const struct episode *e)
{
	return e->incident.id[0] && e->incident.state == INCIDENT_VERIFYING;
}

/* The one that the resident is being asked about: the latest. Or −1. */
static int asked_row(const struct escalation *t)
{
	int found = -1;

	for (int row = 0; row < ESCALATE_OPEN_MAX; row++)
		if (is_asked(&t->episodes[row]) &&
			(found < 0 || t->episodes[row].verify_until_us >=
					      t->episodes[found].verify_until_us))
			found = row;
	return found;
}

static uint64_t asked_since_us(const struct escalation *t, const struct episode *e)
{
	uint64_t span_us = t->ask_s * US_PER_S;

	return e->verify_until_us > span_us ? e->verify_until_us - span_us : 0;
}

/* When the next question is due by the stored deadline: a restart in the middle goes on there. */
static void plan(struct dialogue *d, const struct escalation *t, const struct episode *e,
	struct dialogue_row *r, struct dialogue_clock at)
{
	uint64_t first_us = asked_since_us(t, e) + wait_us(d, t, at.minute);
	uint64_t interval_us = d->config->repeat_s * US_PER_S;

	r->prompts = 0;
	if (at.now_us > first_us + US_PER_S)
		r->prompts = (unsigned int)((at.now_us - first_us) / interval_us) + 1;
	r->prompt_us = first_us + r->prompts * interval_us;
	if (r->prompt_us == 0)
		r->prompt_us = 1;
}

static unsigned int ask(struct dialogue *d, const struct escalation *t, const struct episode *e,
	struct dialogue_row *r, struct dialogue_clock at, struct prompt *ret)
{
	unsigned int count = 0;

	if (!r->prompt_us)
		plan(d, t, e, r, at);
	if (at.now_us >= r->prompt_us && at.now_us < e->verify_until_us) {
		*ret = (struct prompt){.phrase = phrase_to_ask(e->incident.class),
			.volume_pct = volume_of(d->config, at.minute, r->prompts),
			.is_urgent = true};
		count = 1;
		while (r->prompt_us <= at.now_us) { /* what was slept through is not caught up */
			r->prompts++;
			r->prompt_us += d->config->repeat_s * US_PER_S;
		}
	}
	if (r->prompt_us < e->verify_until_us)
		look_again(d, r->prompt_us);
	return count;
}

/* Raised, and the centre has not answered for it, or not for the last call. */
static bool is_waiting(const struct episode *e)
{
	return e->incident.id[0] && e->incident.state >= INCIDENT_RAISED &&
	       !incident_is_over(e->incident.state) && e->incident.class != INCIDENT_TECHNICAL &&
	       (e->delivered_seq == 0 || e->call_seq > e->delivered_seq);
}

/* True when it is time to say that the centre is not reached. */
static bool is_unreached(
	struct dialogue *d, struct dialogue_row *r, bool is_link_up, struct dialogue_clock at)
{
	uint64_t patience_us = (is_link_up ? DIALOGUE_UNANSWERED_S : DIALOGUE_DOWN_S) * US_PER_S;
	uint64_t again_s = DIALOGUE_UNREACHED_MAX_S;
	bool is_due;

	if (!r->unreached_us)
		r->unreached_us = at.now_us + patience_us;
	if (r->unreached == 0 && !is_link_up && r->unreached_us > at.now_us + patience_us)
		r->unreached_us = at.now_us + patience_us;
	is_due = at.now_us >= r->unreached_us;
	if (is_due) {
		if (r->unreached < 4)
			again_s = (uint64_t)DIALOGUE_UNREACHED_MIN_S << r->unreached;
		r->unreached++;
		r->unreached_us = at.now_us + again_s * US_PER_S;
		d->siren_until_us = at.now_us + DIALOGUE_SIREN_US;
	}
	look_again(d, r->unreached_us);
	return is_due;
}

static struct dialogue_row *row_of(struct dialogue *d, const struct escalation *t, int row)
{
	struct dialogue_row *r = &d->rows[row];

	if (strcmp(r->incident, t->episodes[row].incident.id) != 0) {
		*r = (struct dialogue_row){.prompts = 0};
		memcpy(r->incident, t->episodes[row].incident.id, sizeof(r->incident));
	}
	return r;
}

unsigned int dialogue_turn(struct dialogue *d, const struct escalation *t, bool is_link_up,
	struct dialogue_clock at, struct prompt ret[DIALOGUE_PROMPTS_MAX])
{
	int asked = asked_row(t);
	unsigned int count = 0;
	bool is_alone = false;

	d->next_us = UINT64_MAX;
	for (int row = 0; row < ESCALATE_OPEN_MAX; row++) {
		const struct episode *e = &t->episodes[row];
		struct dialogue_row *r = row_of(d, t, row);

		if (row == asked)
			count += ask(d, t, e, r, at, &ret[count]);
		if (is_waiting(e))
			is_alone |= is_unreached(d, r, is_link_up, at);
		else
			r->unreached_us = 0;
	}
	if (is_alone)
		ret[count++] = (struct prompt){
			.phrase = PHRASE_UNREACHABLE, .volume_pct = 100, .is_urgent = true};
	return count;
}

void dialogue_signal(struct dialogue *d, uint64_t now_us)
{
	d->signal_until_us = now_us + DIALOGUE_SIGNAL_US;
	if (d->lit_until_us < d->signal_until_us)
		d->lit_until_us = d->signal_until_us;
	look_again(d, now_us);
}

/* On for `on_us` of each `on_us + off_us`, from `since_us` on. */
static bool blinks(struct dialogue *d, uint64_t since_us, uint64_t on_us, uint64_t off_us,
	struct dialogue_clock at)
{
	uint64_t phase_us = (at.now_us - since_us) % (on_us + off_us);
	bool is_on = phase_us < on_us;

	look_again(d, at.now_us + (is_on ? on_us : on_us + off_us) - phase_us);
	return is_on;
}

static bool is_lamp_on(struct dialogue *d, const struct escalation *t, struct dialogue_clock at)
{
	int asked = asked_row(t);

	if (asked >= 0) {
		uint64_t since_us = asked_since_us(t, &t->episodes[asked]);

		return blinks(d, since_us < at.now_us ? since_us : at.now_us,
			DIALOGUE_BLINK_ASKED_US, DIALOGUE_BLINK_ASKED_US, at);
	}
	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++)
		if (d->rows[row].unreached > 0 && is_waiting(&t->episodes[row]))
			return blinks(
				d, 0, DIALOGUE_BLINK_ALONE_US, DIALOGUE_BLINK_ALONE_US / 3, at);
	if (at.now_us < d->lit_until_us)
		look_again(d, d->lit_until_us);
	return at.now_us < d->lit_until_us;
}

struct dialogue_signs dialogue_signs(
	struct dialogue *d, const struct escalation *t, struct dialogue_clock at)
{
	struct dialogue_signs signs = {
		.lamp = is_lamp_on(d, t, at), .siren = at.now_us < d->siren_until_us};

	if (signs.siren)
		look_again(d, d->siren_until_us);
	if (asked_row(t) >= 0)
		signs.buzz = BUZZ_HIGH;
	else if (at.now_us < d->signal_until_us)
		signs.buzz = BUZZ_MILD;
	if (at.now_us < d->signal_until_us)
		look_again(d, d->signal_until_us);
	return signs;
}
