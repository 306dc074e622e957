/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a sensor's battery must be changed soon: by its own word, its charge, its voltage or how
 * fast its charge falls. Told with lead time and with hysteresis, so that a cold night is not told
 * each morning. Pure; a plain value.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define BATTERY_LOW_PCT   15
#define BATTERY_WELL_PCT  25 /* well again from here on */
#define BATTERY_LOW_DAYS  14
#define BATTERY_WELL_DAYS 28
/* One lithium cell, or two small ones in series; what shows more than that is another chemistry,
 * of which nothing is known. */
#define BATTERY_LOW_MV     2450
#define BATTERY_WELL_MV    2650
#define BATTERY_KNOWN_MV   3400
#define BATTERY_DAYS_MAX   28 /* of the least charge of each day */
#define BATTERY_DAYS_LEAST 7  /* before a trend is one */
#define BATTERY_FALL_PCT   4  /* less is the weather */
#define BATTERY_TEXT_MAX   160

/* All zero: nothing is known. */
struct battery {
	bool has_pct, has_mv, says_low;
	bool is_low; /* with hysteresis */
	uint8_t pct;
	uint16_t mv;
	uint64_t day_us; /* when the day under way began; 0: none has */
	unsigned int days;
	uint8_t least_pct[BATTERY_DAYS_MAX]; /* of whole days, oldest first */
	uint8_t day_pct;                     /* the least of the day under way */
};

void battery_hear_pct(struct battery *b, uint8_t pct, uint64_t now_us);
void battery_hear_mv(struct battery *b, uint16_t mv);
void battery_hear_low(struct battery *b, bool is_low);
/* Days until it is empty as it falls now; −1: not known, or it does not fall. */
int battery_days_left(const struct battery *b);

/* As a line of text for the store, and back: 0, or −EINVAL, ret untouched. */
void battery_to_text(const struct battery *b, char ret[BATTERY_TEXT_MAX]);
int battery_from_text(const char *text, struct battery *ret);
