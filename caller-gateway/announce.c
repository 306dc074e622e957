/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of the desk, French and English side by side, and how they make a sentence: what, who
 * and where, in this order, because an operator acts on the first word.
 */
#include "caller-gateway/announce.h"
#include "caller-gateway/desk.h"

#include <stdio.h>
#include <string.h>

_Static_assert(
	GATEWAY_RESIDENT_MAX + GATEWAY_ADDRESS_MAX + INCIDENT_TEXT_MAX + 80 < SPEECH_SENTENCE_MAX,
	"the longest sentence fits");
_Static_assert(GATEWAY_RESIDENT_MAX + GATEWAY_ADDRESS_MAX + 2 * INCIDENT_TEXT_MAX + 50 <
		       SPEECH_SENTENCE_MAX,
	"and the longest of a fault");

enum word { TEST, REMINDER, FALSE_ALERT, UNKNOWN_HOME, LINK_LOST, SAYS_FINE, WORDS };

static const char *const words[][WORDS] = {
	[SPEECH_FRENCH] = {"Test. ", "Rappel. ", "Fausse alerte", "Domicile inconnu",
		"Liaison perdue avec le domicile", " Le résident dit que tout va bien."},
	[SPEECH_ENGLISH] = {"Test. ", "Reminder. ", "False alert", "Unknown home",
		"Link lost with the home", " The resident says that all is well."},
};

static const char *const classes[][INCIDENT_CLASSES] = {
	[SPEECH_FRENCH] =
		{
			[INCIDENT_HELP] = "Appel à l’aide",
			[INCIDENT_FALL] = "Alerte chute",
			[INCIDENT_INACTIVITY] = "Alerte inactivité",
			[INCIDENT_WANDERING] = "Alerte errance",
			[INCIDENT_ENVIRONMENT] = "Alerte danger au domicile",
			[INCIDENT_SOCIAL] = "Demande de contact",
			[INCIDENT_TECHNICAL] = "Panne technique",
		},
	[SPEECH_ENGLISH] =
		{
			[INCIDENT_HELP] = "Call for help",
			[INCIDENT_FALL] = "Fall alert",
			[INCIDENT_INACTIVITY] = "Inactivity alert",
			[INCIDENT_WANDERING] = "Wandering alert",
			[INCIDENT_ENVIRONMENT] = "Danger in the home",
			[INCIDENT_SOCIAL] = "Contact wanted",
			[INCIDENT_TECHNICAL] = "Technical fault",
		},
};

const char *announce_class(enum speech_language language, enum incident_class class)
{
	return classes[language][class];
}

/* A fault that a hub tells: by whom and what, in its own words (its first reason). */
static bool is_told_fault(const struct incident *incident)
{
	return incident->class == INCIDENT_TECHNICAL && incident->reasons_count > 0 &&
	       strcmp(incident->sensor, DESK_LINK) != 0;
}

static const char *what_of(enum speech_language language, const struct incident *incident)
{
	if (incident->class == INCIDENT_TECHNICAL && strcmp(incident->sensor, DESK_LINK) == 0)
		return words[language][LINK_LOST];
	return announce_class(language, incident->class);
}

/* ", " between who and where, " " before a home that nobody entered. */
static const char *gap_of(const struct gateway_home *home)
{
	if (!home)
		return " ";
	return home->address[0] ? ", " : "";
}

static void fault_sentence(enum speech_language language, const struct incident *incident,
	const struct gateway_home *home, bool is_reminder, char ret[SPEECH_SENTENCE_MAX])
{
	const char *const *w = words[language];

	(void)snprintf(ret, SPEECH_SENTENCE_MAX, "%s%s%s : %s, %s. %s%s%s.",
		incident->is_test ? w[TEST] : "", is_reminder ? w[REMINDER] : "",
		announce_class(language, incident->class), incident->sensor,
		incident->reasons[0].text, home ? home->resident : w[UNKNOWN_HOME], gap_of(home),
		home ? home->address : incident->home);
}

void announce_sentence(enum speech_language language, const struct incident *incident,
	const struct gateway_home *home, enum ladder_say say, bool is_reminder,
	char ret[SPEECH_SENTENCE_MAX])
{
	const char *const *w = words[language];
	bool is_false = say == LADDER_SAY_CANCELLED || say == LADDER_SAY_FINE;
	bool has_room = !is_false && incident->room[0];
	bool is_fine = !incident_is_over(incident->state) && incident->said == INCIDENT_SAID_FINE;

	if (is_told_fault(incident) && !is_false) {
		fault_sentence(language, incident, home, is_reminder, ret);
		return;
	}
	(void)snprintf(ret, SPEECH_SENTENCE_MAX, "%s%s%s. %s%s%s.%s%s%s%s",
		incident->is_test ? w[TEST] : "", is_reminder && !is_false ? w[REMINDER] : "",
		is_false ? w[FALSE_ALERT] : what_of(language, incident),
		home ? home->resident : w[UNKNOWN_HOME], gap_of(home),
		home ? home->address : incident->home, has_room ? " " : "",
		has_room ? incident->room : "", has_room ? "." : "", is_fine ? w[SAYS_FINE] : "");
}
