/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a transition of an incident means to whoever waits for help: the truth, and no more often
 * than it changes.
 */
#include "hub/dialogue.h"

#include <stdio.h>
#include <string.h>

#define OPERATOR "operator "

static struct dialogue_row *find(struct dialogue *d, const char *incident)
{
	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++)
		if (strcmp(d->rows[row].incident, incident) == 0)
			return &d->rows[row];
	return NULL;
}

/* "operator anne" is Anne to the resident; the gateway itself is nobody. */
static void put_name(const char *by, char ret[INCIDENT_TEXT_MAX])
{
	if (strncmp(by, OPERATOR, strlen(OPERATOR)) == 0)
		by += strlen(OPERATOR);
	if (strcmp(by, "gateway") == 0 || strcmp(by, "hub") == 0 || strcmp(by, "operator") == 0)
		by = "";
	(void)snprintf(ret, INCIDENT_TEXT_MAX, "%s", by);
}

static int say(struct prompt *ret, enum phrase phrase)
{
	ret->phrase = phrase;
	return 1;
}

/* The gateway has it: said when it is the first word, the end of an outage, or the answer to a
 * call that was repeated. */
static int tell_receipt(struct dialogue_row *r, bool is_first, bool is_contact, struct prompt *ret)
{
	bool was_unreached = r && r->unreached > 0;
	bool is_wanted = is_first || was_unreached || (r && r->wants_receipt);

	if (r) {
		r->unreached = 0;
		r->unreached_us = 0;
		r->wants_receipt = false;
	}
	if (!is_wanted)
		return 0;
	if (was_unreached)
		return say(ret, PHRASE_REACHED);
	return say(ret, is_contact ? PHRASE_RECEIVED_CONTACT : PHRASE_RECEIVED);
}

/* More of what is raised already: the resident's own word is answered, other evidence is not. */
static int tell_more(struct dialogue_row *r, const struct episode *after,
	const struct transition *t, bool is_contact, struct prompt *ret)
{
	if (strcmp(t->by, "gateway") == 0)
		return tell_receipt(r, false, is_contact, ret);
	if (strcmp(t->by, "resident") != 0)
		return 0;
	if (after->incident.said == INCIDENT_SAID_FINE)
		return say(ret, PHRASE_FINE_NOTED);
	if (r)
		r->wants_receipt = true;
	return 0;
}

static int tell_state(
	struct dialogue_row *r, const struct transition *t, bool is_contact, struct prompt *ret)
{
	switch (t->to) {
	case INCIDENT_RAISED:
		return say(ret, is_contact ? PHRASE_CALLING_CONTACT : PHRASE_CALLING);
	case INCIDENT_RECEIVED:
		return tell_receipt(r, true, is_contact, ret);
	case INCIDENT_ACCEPTED:
		return say(ret, PHRASE_ACCEPTED);
	case INCIDENT_ON_THE_WAY:
		return say(ret, PHRASE_ON_THE_WAY);
	case INCIDENT_ON_SITE:
		return say(ret, PHRASE_ON_SITE);
	case INCIDENT_ESCALATED:
		return say(ret, PHRASE_STILL_CALLING);
	case INCIDENT_CLOSED:
		return say(ret, PHRASE_CLOSED);
	case INCIDENT_CANCELLED:
		return say(ret, PHRASE_CANCELLED);
	case INCIDENT_SUSPECTED:
	case INCIDENT_VERIFYING:
	case INCIDENT_ANNOUNCED:
	case INCIDENT_STATES:
		break;
	}
	return 0;
}

int dialogue_tell(struct dialogue *d, const struct episode *after, const struct transition *t,
	struct dialogue_clock at, struct prompt *ret)
{
	struct dialogue_row *r = find(d, t->incident);
	bool is_contact = after->incident.class == INCIDENT_SOCIAL;
	struct prompt prompt = {.volume_pct = dialogue_volume(d->config, at.minute),
		.is_hushing = t->from == INCIDENT_VERIFYING && t->to > INCIDENT_VERIFYING};
	int is_told = 0;

	if (after->incident.class == INCIDENT_TECHNICAL)
		return 0;
	if (t->from == t->to && t->to >= INCIDENT_RAISED)
		is_told = tell_more(r, after, t, is_contact, &prompt);
	else
		is_told = tell_state(r, t, is_contact, &prompt);
	if (!is_told)
		return 0;
	if (phrase_is_of_somebody(prompt.phrase))
		put_name(t->by, prompt.who);
	prompt.is_urgent = true;
	d->signal_until_us = at.now_us + DIALOGUE_SIGNAL_US;
	d->lit_until_us = at.now_us + DIALOGUE_LIT_US;
	if (t->to == INCIDENT_CLOSED || t->to == INCIDENT_CANCELLED)
		d->lit_until_us = at.now_us + DIALOGUE_SIGNAL_US;
	*ret = prompt;
	return 1;
}
