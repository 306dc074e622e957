/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recordings the package ships, made by rule: they show the chain at work where no real
 * recording is at hand, and prove nothing about the models. Integers only, so that every machine
 * makes the same bytes.
 */
#pragma once

#include <stdio.h>

/* A wrist at 50 Hz for 18 s: walking, a stumble, the fall at 8 s, lying still. */
void synthetic_fall(FILE *to);
/* A wrist at 50 Hz for 45 s: seated, drinking, a cup set down hard, standing up, walking. */
void synthetic_daily(FILE *to);
/* A day of one resident's home: motion by room, the bed, the refrigerator, the front door. */
void synthetic_home(FILE *to);

struct synthetic {
	const char *name; /* of the file */
	void (*write)(FILE *to);
};

#define SYNTHETICS 3
extern const struct synthetic synthetics[SYNTHETICS];
