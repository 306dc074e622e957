/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the home is made to hear, see and feel: hub/dialogue decides it, and here its words go to
 * the voice, its light to the outputs and its buzz to the wearables.
 */
#pragma once

#include "hub/hub.h"

/* 0, also in a home without a voice; −errno. */
int prompts_init(struct hub *h);
void prompts_done(struct hub *h);

/* After every change of an incident or of the link, and when it is due (a row of the duties). */
void prompts_turn(struct hub *h, struct moment at);
uint64_t prompts_next_us(const struct hub *h);
/* One transition is told to the resident. */
void prompts_tell(
	struct hub *h, const struct episode *after, const struct transition *t, struct moment at);
/* A phrase by itself; `who` as in phrase_text(). */
void prompts_say(struct hub *h, enum phrase phrase, const char *who, struct moment at);
/* Any sentence, not urgent: 0; −ENODEV in a home without a voice; −ENOSPC. */
int prompts_say_text(struct hub *h, const char *text, struct moment at);
/* A press of one of the resident's buttons means that all is well, while that is asked. */
bool prompts_has_fine_button(const struct hub *h);
/* Adds what keeps this home from being asked in sound and in light (HS-16) to `count` faults. */
unsigned int prompts_faults(const struct hub *h,
	char faults[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX], unsigned int count);

/* The verb `say` (hub/requests.h). */
int prompts_request_say(struct hub *h, const json_t *request, json_t *answer);
