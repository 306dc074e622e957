/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the home is made to hear: the hub's voice, made as the configuration says, and what is said
 * with it.
 */
#pragma once

#include "hub/hub.h"

/* 0, also in a home without a voice; −errno. */
int prompts_init(struct hub *h);
void prompts_done(struct hub *h);

/* The verb `say` (hub/requests.h). */
int prompts_request_say(struct hub *h, const json_t *request, json_t *answer);
