/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The resident's right not to be watched for some hours (HS-11). While it lasts, what the hub
 * suspects by itself (a fall, inactivity, wandering) makes no incident; what a person or a detector
 * calls (a button, a cord, smoke) always does. It ends by itself, PAUSE_MAX_H at the latest,
 * whatever becomes of clocks and power in between. The last thing withheld is not forgotten: where
 * nobody has moved since, the resident is asked about it when the pause is over. Pure.
 */
#pragma once

#include "hub/suspicion.h"

#define PAUSE_MIN_H    1
#define PAUSE_MAX_H    12
#define PAUSE_TEXT_MAX 160
#define PAUSE_BOOT_MAX 40

/* All zero: none. */
struct pause {
	uint64_t until_us; /* 0: not paused */
	int64_t until_ms;  /* the same in UTC, for people and for the next boot */
	bool has_withheld;
	struct suspicion withheld;
};

/* From now on for so many hours, also where one is on already. */
void pause_begin(struct pause *p, uint32_t hours, struct moment at);
bool pause_is_on(const struct pause *p, uint64_t now_us);
/* It was on, and its time is over. */
bool pause_is_over(const struct pause *p, uint64_t now_us);
/* Ends it: true with what is to be suspected now, where something is. */
bool pause_end(struct pause *p, struct suspicion *ret);
/* This makes no incident now; it is remembered. */
bool pause_withholds(struct pause *p, const struct suspicion *s, uint64_t now_us);
/* Somebody moves: what was withheld before is no reason to ask. */
void pause_moved(struct pause *p);

/* What is kept of it, one line, and back: true where it goes on. `boot` is this boot's id: in
 * another one what is left is reckoned by the wall clock. Anything else in the text is no pause. */
void pause_to_text(const struct pause *p, const char *boot, char ret[PAUSE_TEXT_MAX]);
bool pause_from_text(const char *text, const char *boot, struct moment at, struct pause *ret);
