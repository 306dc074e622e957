/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of the ladder, one function a question. Knows no store, no voice, no clock.
 */
#include "caller-gateway/ladder.h"
#include "common/clock.h"

#include <assert.h>

/* Ranked below alarms: said once, and then it waits for the console. */
static bool repeats(const struct ladder *l)
{
	return l->class != INCIDENT_TECHNICAL;
}

static uint64_t interval_us(const struct ladder *l)
{
	switch (l->state) {
	case INCIDENT_RECEIVED:
	case INCIDENT_ANNOUNCED:
	case INCIDENT_ESCALATED:
		return l->again_s * US_PER_S;
	case INCIDENT_ACCEPTED:
	case INCIDENT_ON_THE_WAY:
	case INCIDENT_ON_SITE:
		return l->follow_up_s * US_PER_S;
	case INCIDENT_SUSPECTED:
	case INCIDENT_VERIFYING:
	case INCIDENT_RAISED:
	case INCIDENT_CLOSED:
	case INCIDENT_CANCELLED:
	case INCIDENT_STATES:
		break;
	}
	return 0;
}

static void set_deadline(struct ladder *l, uint64_t now_us)
{
	uint64_t after_us = repeats(l) ? interval_us(l) : 0;

	l->deadline_us = after_us ? now_us + after_us : LADDER_NEVER_US;
}

void ladder_enter(struct ladder *l, enum incident_state state, uint64_t now_us)
{
	l->state = state;
	l->say = LADDER_SAY_NOTHING;
	if (state == INCIDENT_RECEIVED || state == INCIDENT_ESCALATED)
		l->say = LADDER_SAY_ALERT;
	else if (state == INCIDENT_CANCELLED && l->has_been_said)
		l->say = LADDER_SAY_CANCELLED;
	else if (l->owes_fine && !incident_is_over(state))
		l->say = LADDER_SAY_FINE;
	l->owes_fine = false;
	l->say_from_us = now_us;
	set_deadline(l, now_us);
}

bool ladder_said(struct ladder *l, uint64_t now_us)
{
	bool was_fine = l->say == LADDER_SAY_FINE;

	if (l->say == LADDER_SAY_NOTHING)
		return false;
	l->has_been_said = true;
	l->said_us = now_us;
	l->say = LADDER_SAY_NOTHING;
	if (was_fine) /* nobody has more time for that */
		return false;
	set_deadline(l, now_us);
	if (l->owes_fine && l->state != INCIDENT_RECEIVED) {
		l->owes_fine = false;
		l->say = LADDER_SAY_FINE;
	}
	return l->state == INCIDENT_RECEIVED;
}

void ladder_called_again(struct ladder *l, uint64_t now_us)
{
	bool is_waiting = l->state == INCIDENT_RECEIVED || l->state == INCIDENT_ANNOUNCED ||
			  l->state == INCIDENT_ESCALATED;
	uint64_t soonest_us = l->said_us ? l->said_us + LADDER_PRESS_S * US_PER_S : 0;

	if (!is_waiting || l->say == LADDER_SAY_ALERT)
		return;
	l->owes_fine = false;
	l->say = LADDER_SAY_ALERT;
	l->say_from_us = soonest_us > now_us ? soonest_us : now_us;
}

void ladder_said_fine(struct ladder *l, bool is_being_said, uint64_t now_us)
{
	if (incident_is_over(l->state))
		return;
	l->owes_fine = is_being_said;
	if (is_being_said || !l->has_been_said || l->say != LADDER_SAY_NOTHING)
		return; /* an alert that is still to be said says it itself */
	l->say = LADDER_SAY_FINE;
	l->say_from_us = now_us;
}

void ladder_not_said(struct ladder *l, uint64_t now_us)
{
	l->say_from_us = now_us + LADDER_RETRY_S * US_PER_S;
}

enum ladder_step ladder_next(const struct ladder *l, uint64_t now_us)
{
	if (l->deadline_us <= now_us)
		return LADDER_ESCALATE;
	return l->say != LADDER_SAY_NOTHING && l->say_from_us <= now_us ? LADDER_SAY : LADDER_WAIT;
}

uint64_t ladder_due_us(const struct ladder *l)
{
	if (l->say != LADDER_SAY_NOTHING && l->say_from_us < l->deadline_us)
		return l->say_from_us;
	return l->deadline_us;
}

bool ladder_is_over(const struct ladder *l)
{
	return incident_is_over(l->state) && l->say == LADDER_SAY_NOTHING;
}

unsigned int ladder_rank(const struct ladder *l)
{
	static const unsigned int ranks[INCIDENT_CLASSES] = {
		[INCIDENT_HELP] = 0,
		[INCIDENT_FALL] = 0,
		[INCIDENT_ENVIRONMENT] = 0,
		[INCIDENT_INACTIVITY] = 1,
		[INCIDENT_WANDERING] = 1,
		[INCIDENT_SOCIAL] = 2,
		[INCIDENT_TECHNICAL] = 4,
	};

	assert(l->class < INCIDENT_CLASSES);
	return l->say == LADDER_SAY_CANCELLED || l->say == LADDER_SAY_FINE ? 3 : ranks[l->class];
}

int64_t ladder_deadline_ms(const struct ladder *l, uint64_t now_us, int64_t now_ms)
{
	if (l->deadline_us == LADDER_NEVER_US)
		return 0;
	uint64_t left_us = l->deadline_us > now_us ? l->deadline_us - now_us : 0;
	return now_ms + (int64_t)(left_us / US_PER_MS);
}

void ladder_resume(struct ladder *l, int64_t deadline_ms, uint64_t now_us, int64_t now_ms)
{
	set_deadline(l, now_us);
	l->say_from_us = now_us;
	if (l->deadline_us == LADDER_NEVER_US || deadline_ms <= 0)
		return;
	uint64_t left_us = deadline_ms > now_ms ? (uint64_t)(deadline_ms - now_ms) * US_PER_MS : 0;
	if (left_us < l->deadline_us - now_us)
		l->deadline_us = now_us + left_us;
}
