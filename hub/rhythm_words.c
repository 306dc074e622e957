/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reasons are phrases for the operator, in French.
 */
#include "hub/rhythm_words.h"

#include "hub/rhythm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LENGTH_MAX 24
#define MUTE_MAX   80

/* "45 min", "2 h 05". */
static const char *length(uint32_t seconds, char ret[LENGTH_MAX])
{
	unsigned int minutes = seconds / 60;

	if (minutes < 60)
		(void)snprintf(ret, LENGTH_MAX, "%u min", minutes);
	else
		(void)snprintf(ret, LENGTH_MAX, "%u h %02u", minutes / 60, minutes % 60);
	return ret;
}

static void say_why(
	const struct routine_answer *a, struct routine_time now, char ret[INCIDENT_TEXT_MAX])
{
	uint32_t minute = (uint32_t)((now.utc_ms / 1000 + now.offset_s) % 86400 / 60);
	char lasted[LENGTH_MAX];

	(void)length(a->lasted_s, lasted);
	switch (a->what) {
	case ROUTINE_LONG_SILENCE:
		(void)snprintf(ret, INCIDENT_TEXT_MAX, "aucun signe de vie depuis %s", lasted);
		break;
	case ROUTINE_LONG_STAY:
		(void)snprintf(ret, INCIDENT_TEXT_MAX, "dans cette pièce depuis %s", lasted);
		break;
	case ROUTINE_NOT_BACK:
		(void)snprintf(
			ret, INCIDENT_TEXT_MAX, "hors de la chambre cette nuit depuis %s", lasted);
		break;
	case ROUTINE_NOT_UP:
		(void)snprintf(ret, INCIDENT_TEXT_MAX, "pas encore debout à %u h %02u", minute / 60,
			minute % 60);
		break;
	case ROUTINE_GONE_AT_NIGHT:
		(void)snprintf(ret, INCIDENT_TEXT_MAX,
			"porte d’entrée ouverte la nuit, personne depuis %s", lasted);
		break;
	}
}

static char *add(struct suspicion *s, double weight)
{
	struct incident_reason *reason = &s->reasons[s->reasons_count++];

	reason->weight = weight;
	return reason->text;
}

/* How unlike this home it is, and how well the home is known: an opinion, not calibrated. */
static double probability_of(const struct routine_answer *a)
{
	double longer = (a->longer + 1.0) / (a->comparable + 2.0);

	return fmin(fmax((double)a->confidence * (1 - longer), 0.05), 0.95);
}

static void say_known(const struct routine_answer *a, struct suspicion *s)
{
	char text[LENGTH_MAX];

	if (a->longest_s && a->longer)
		(void)snprintf(add(s, 0), INCIDENT_TEXT_MAX,
			"aussi long %u fois en %u jours, dans %u cas comparables", a->longer,
			a->known_days, a->comparable);
	else if (a->longest_s)
		(void)snprintf(add(s, 0), INCIDENT_TEXT_MAX,
			"jamais aussi long en %u jours (au plus %s dans %u cas comparables)",
			a->known_days, length(a->longest_s, text), a->comparable);
	(void)snprintf(add(s, 0), INCIDENT_TEXT_MAX,
		a->is_by_room ? "seuil de cette pièce, où personne ne se repose : %s"
			      : "seuil de ce logement : %s",
		length(a->limit_s, text));
	(void)snprintf(add(s, 0), INCIDENT_TEXT_MAX, "habitudes connues depuis %u jour%s",
		a->known_days, a->known_days > 1 ? "s" : "");
}

struct suspicion rhythm_suspicion(
	const struct routine_answer *a, const char *room, const char *mute, struct routine_time now)
{
	double p = probability_of(a);
	struct suspicion s = {.class = a->what == ROUTINE_GONE_AT_NIGHT ? INCIDENT_WANDERING
									: INCIDENT_INACTIVITY,
		.sensor = {.text = RHYTHM_SENSOR},
		.name = "rythme du logement",
		.by = "hub",
		.probability = p};

	(void)snprintf(s.room, sizeof(s.room), "%s", room);
	say_why(a, now, s.why);
	(void)snprintf(add(&s, log(p / (1 - p))), INCIDENT_TEXT_MAX, "%s", s.why);
	say_known(a, &s);
	/* a name that would be cut in the middle of a character is left out */
	if (mute[0])
		(void)snprintf(add(&s, 0), INCIDENT_TEXT_MAX, "capteur muet : %s",
			strlen(mute) < MUTE_MAX ? mute : "nom trop long");
	return s;
}
