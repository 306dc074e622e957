/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Suspicions, moments and a table of episodes for the tests of hub/escalate.
 */
#pragma once

#include "hub/escalate.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define T0 (1000 * US_PER_S)

static inline struct moment at_s(double seconds)
{
	return (struct moment){.now_us = T0 + (uint64_t)(seconds * 1e6),
		.wall_ms = 1700000000000 + (int64_t)(seconds * 1e3)};
}

static inline struct suspicion suspicion_of(enum incident_class class, const char *sensor)
{
	struct suspicion s = {.class = class,
		.is_certain = class != INCIDENT_FALL,
		.mark = class == INCIDENT_FALL ? 7 : 0,
		.probability = 0.9,
		.by = "resident",
		.why = "bouton d’appel",
		.room = "Salon",
		.name = "montre",
		.event_ms = 1700000000000,
		.reasons_count = 1,
		.reasons = {{.text = "choc au poignet", .weight = 2.2}}};

	(void)snprintf(s.sensor.text, sizeof(s.sensor.text), "%s", sensor);
	return s;
}

/* Tells the table and adopts; returns what escalate_suspect() said, the row in *row. */
static inline int suspect(
	struct escalation *t, const struct suspicion *s, double seconds, unsigned int *row)
{
	static const char ids[] = "0123456789abcdef0123456789abc";
	struct change change = {.row = ESCALATE_OPEN_MAX};
	char id[INCIDENT_ID_MAX];
	int r;

	(void)snprintf(id, sizeof(id), "%s%03x", ids, (unsigned int)(seconds * 10) & 0xfff);
	r = escalate_suspect(t, s, id, at_s(seconds), &change);
	if (r == 1) {
		*row = change.row;
		escalate_adopt(t, &change);
	}
	return r;
}

static inline struct escalation table_of(uint32_t ask_s)
{
	return (struct escalation){.home = "maison", .ask_s = ask_s};
}
