/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * THE table of what the home says to its resident, in two languages. A phrase has a name: it is the
 * field of `dialogue.words` that gives a home its own words for it, and the file of a recorded
 * clip. Pure.
 */
#pragma once

#include "common/incident.h"
#include "common/speech.h"

#include <stdbool.h>

#define PHRASE_WORDS_MAX \
	301 /* own words of one phrase; with a name in them they fit a sentence \
	     */

enum phrase {
	PHRASE_ASK_FALL,
	PHRASE_ASK_INACTIVITY,
	PHRASE_ASK_WANDERING,
	PHRASE_ASK_CALL, /* heard once, in the open */
	PHRASE_ASK_DANGER,
	PHRASE_CALLING,
	PHRASE_CALLING_CONTACT,
	PHRASE_RECEIVED,
	PHRASE_RECEIVED_CONTACT,
	PHRASE_ACCEPTED,
	PHRASE_ON_THE_WAY,
	PHRASE_ON_SITE,
	PHRASE_STILL_CALLING,
	PHRASE_CLOSED,
	PHRASE_CANCELLED,
	PHRASE_FINE_NOTED,
	PHRASE_UNREACHABLE,
	PHRASE_REACHED,
	PHRASE_PAUSED,
	PHRASE_RESUMED,
	PHRASES
};

/* "ask_fall": of the words and of the clip. */
const char *phrase_name(enum phrase phrase);
/* It names a person, where one is known. */
bool phrase_is_of_somebody(enum phrase phrase);
/* It tells how to say "fine" by a button, where one does. */
bool phrase_is_of_button(enum phrase phrase);
/* What is asked about an incident of this class. */
enum phrase phrase_to_ask(enum incident_class class);
/*
 * The sentence: `own` words where they are not empty, else the table's. `who` (a name, a time)
 * stands in the place of "{who}"; where it is "" the table has words without a name, and own words
 * get "Quelqu'un" or "Somebody". Only where a button of the home says "fine" is the resident told
 * to press it: one that calls would raise the alarm.
 */
void phrase_text(enum speech_language language, enum phrase phrase, const char *own,
	const char *who, bool has_fine_button, char ret[SPEECH_SENTENCE_MAX]);
