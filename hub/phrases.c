/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Short, plain, and true at the moment at which it is said; the first words ask or tell, the rest
 * explains, because it may not be heard.
 */
#include "hub/phrases.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define SLOT "{who}"
#define FINE "{fine}" /* how to say so by a button, where one says it */

_Static_assert(PHRASE_WORDS_MAX + INCIDENT_TEXT_MAX < SPEECH_SENTENCE_MAX, "a name fits in");

struct words {
	const char *name;
	const char *words[2];  /* by speech_language */
	const char *nobody[2]; /* where there is no name; NULL: the same */
};

static const struct words table[PHRASES] = {
	[PHRASE_ASK_FALL] = {.name = "ask_fall",
		.words = {"Est-ce que tout va bien ? Vous avez peut-être fait une chute. " FINE
			  "Sans réponse, nous prévenons le centre.",
			"Are you all right? You may have had a fall. " FINE
			"If you do not answer, we will call the centre."}},
	[PHRASE_ASK_INACTIVITY] = {.name = "ask_inactivity",
		.words = {"Est-ce que tout va bien ? Rien n’a bougé depuis longtemps. Si tout va bien, "
			  "bougez un peu. Sans réponse, nous prévenons le centre.",
			"Are you all right? Nothing has moved for a long time. If all is well, "
			"move a little. If you do not answer, we will call the centre."}},
	[PHRASE_ASK_WANDERING] = {.name = "ask_wandering",
		.words = {"Est-ce que tout va bien ? La porte d’entrée s’est ouverte. " FINE
			  "Sans réponse, nous prévenons le centre.",
			"Are you all right? The front door has opened. " FINE
			"If you do not answer, we will call the centre."}},
	[PHRASE_ASK_CALL] = {.name = "ask_call",
		.words = {"Avez-vous appelé ? Appuyez encore une fois pour appeler tout de suite. Sans "
			  "réponse, nous prévenons le centre.",
			"Did you call? Press once more to call at once. If you do not answer, we "
			"will call the centre."}},
	[PHRASE_ASK_DANGER] = {.name = "ask_danger",
		.words = {"Attention ! Un détecteur signale un danger. Est-ce que tout va bien ? Sans "
			  "réponse, nous prévenons le centre.",
			"Attention! A detector reports a danger. Are you all right? If you do not "
			"answer, we will call the centre."}},
	[PHRASE_CALLING] = {.name = "calling",
		.words = {"Nous appelons le centre.", "We are calling the centre."}},
	[PHRASE_CALLING_CONTACT] = {.name = "calling_contact",
		.words = {"Nous disons au centre que vous souhaitez parler à quelqu’un.",
			"We are telling the centre that you would like to talk to somebody."}},
	[PHRASE_RECEIVED] = {.name = "received",
		.words = {"Le centre est prévenu.", "The centre has been told."}},
	[PHRASE_RECEIVED_CONTACT] = {.name = "received_contact",
		.words = {"Le centre sait que vous souhaitez parler à quelqu’un.",
			"The centre knows that you would like to talk to somebody."}},
	[PHRASE_ACCEPTED] = {.name = "accepted",
		.words = {SLOT " s’occupe de vous.", SLOT " is seeing to it."},
		.nobody = {"Le centre s’occupe de vous.", "The centre is seeing to it."}},
	[PHRASE_ON_THE_WAY] = {.name = "on_the_way",
		.words = {SLOT " est en route.", SLOT " is on the way."},
		.nobody = {"Quelqu’un est en route.", "Somebody is on the way."}},
	[PHRASE_ON_SITE] = {.name = "on_site",
		.words = {SLOT " est sur place.", SLOT " is there."},
		.nobody = {"Quelqu’un est sur place.", "Somebody is there."}},
	[PHRASE_STILL_CALLING] = {.name = "still_calling",
		.words = {"Nous cherchons encore quelqu’un.",
			"We are still looking for somebody."}},
	[PHRASE_CLOSED] = {.name = "closed",
		.words = {"L’alerte est terminée.", "The alert is over."}},
	[PHRASE_CANCELLED] = {.name = "cancelled",
		.words = {"Très bien. L’alerte est annulée.",
			"Very well. The alert is cancelled."}},
	[PHRASE_FINE_NOTED] = {.name = "fine_noted",
		.words = {"C’est noté. Nous disons au centre que tout va bien.",
			"Noted. We are telling the centre that all is well."}},
	[PHRASE_UNREACHABLE] = {.name = "unreachable",
		.words = {"Nous n’arrivons pas à joindre le centre, nous réessayons.",
			"We cannot reach the centre, we keep trying."}},
	[PHRASE_REACHED] = {.name = "reached",
		.words = {"Nous avons joint le centre, il est prévenu.",
			"We have reached the centre, it has been told."}},
	[PHRASE_PAUSED] = {.name = "paused",
		.words = {"Pause jusqu’à " SLOT ". Le bouton d’appel marche toujours.",
			"Paused until " SLOT ". The call button still works."}},
	[PHRASE_RESUMED] = {.name = "resumed",
		.words = {"La pause est terminée, nous veillons de nouveau.",
			"The pause is over, we are watching again."}},
};

const char *phrase_name(enum phrase phrase)
{
	assert(phrase < PHRASES);
	return table[phrase].name;
}

bool phrase_is_of_somebody(enum phrase phrase)
{
	assert(phrase < PHRASES);
	return table[phrase].nobody[0] != NULL;
}

bool phrase_is_of_button(enum phrase phrase)
{
	assert(phrase < PHRASES);
	return strstr(table[phrase].words[0], FINE) != NULL;
}

enum phrase phrase_to_ask(enum incident_class class)
{
	switch (class) {
	case INCIDENT_INACTIVITY:
		return PHRASE_ASK_INACTIVITY;
	case INCIDENT_WANDERING:
		return PHRASE_ASK_WANDERING;
	case INCIDENT_HELP:
	case INCIDENT_SOCIAL:
		return PHRASE_ASK_CALL;
	case INCIDENT_ENVIRONMENT:
		return PHRASE_ASK_DANGER;
	case INCIDENT_FALL:
	case INCIDENT_TECHNICAL:
	case INCIDENT_CLASSES:
		break;
	}
	return PHRASE_ASK_FALL;
}

void phrase_text(enum speech_language language, enum phrase phrase, const char *own,
	const char *who, bool has_fine_button, char ret[SPEECH_SENTENCE_MAX])
{
	static const char *const somebody[2] = {"Quelqu’un", "Somebody"};
	static const char *const fine[2] = {"Si tout va bien, appuyez une fois sur votre bouton. ",
		"If all is well, press your button once. "};
	const struct words *w = &table[phrase];
	const char *words = own[0] ? own : w->words[language];
	const char *slot, *filler = who[0] ? who : somebody[language], *name = SLOT;

	assert(phrase < PHRASES);
	if (!own[0] && !who[0] && w->nobody[language])
		words = w->nobody[language];
	if (!own[0] && phrase_is_of_button(phrase)) {
		name = FINE;
		filler = has_fine_button ? fine[language] : "";
	}
	slot = strstr(words, name);
	if (slot)
		(void)snprintf(ret, SPEECH_SENTENCE_MAX, "%.*s%s%s", (int)(slot - words), words,
			filler, slot + strlen(name));
	else
		(void)snprintf(ret, SPEECH_SENTENCE_MAX, "%s", words);
}
