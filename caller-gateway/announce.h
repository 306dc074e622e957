/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said at the operator's desk about an incident. Pure.
 */
#pragma once

#include "caller-gateway/config.h"
#include "caller-gateway/ladder.h"

/*
 * "Alerte chute. Madame Martin, 12 rue Pastorelli à Nice. Salon." A test begins with "Test.", a
 * reminder with "Rappel."; a cancellation is "Fausse alerte." and names no room; so is what the
 * resident says to be one, and from then on each sentence ends with "Le résident dit que tout va
 * bien."; a hub that is no longer heard is "Liaison perdue avec le domicile."; a fault that a hub
 * tells is "Panne technique : Détecteur, capteur muet depuis 3 h. Madame Martin, …" and names no
 * room. home may be NULL: an incident of a home that nobody entered is said with the home's id.
 */
void announce_sentence(enum speech_language language, const struct incident *incident,
	const struct gateway_home *home, enum ladder_say say, bool is_reminder,
	char ret[SPEECH_SENTENCE_MAX]);
/* The class in the operator's words: "Alerte chute". */
const char *announce_class(enum speech_language language, enum incident_class class);
