/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a sensor may be silent, learned from how long it was: the longest gap of each of its
 * last days, and a margin. Pure; a plain value.
 *
 * Days, because what people do comes back by the day: a detector that nobody passed for nine hours
 * tonight is silent nine hours tomorrow. The longest gap and not an average, so that bursts teach
 * nothing. Once a week is known, the longest but one, so that a single outage (a battery that was
 * changed late) does not make the sensor's next one go unnoticed. Until CADENCE_DAYS_LEAST days
 * were listened to nothing is known of a sensor that people set off; one that speaks by a clock of
 * its own is known once it has spoken a hundred times, evenly.
 *
 * Three gaps of margin: a frame in ten is lost on a bad path, three in a row once in a thousand.
 * A sensor that speaks daily is then noticed after the 72 h of telecare, an hourly one after 3 h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CADENCE_DAYS_MAX     14
#define CADENCE_DAYS_LEAST   3
#define CADENCE_DAYS_ROBUST  7 /* from so many on the longest but one counts */
#define CADENCE_MARGIN       3
#define CADENCE_EVEN_GAPS    100
#define CADENCE_EVEN_SPREAD  4    /* even: the longest gap is at most so many mean ones … */
#define CADENCE_EVEN_LEAST_S 3600 /* … over so long */
#define CADENCE_TEXT_MAX     192

/* All zero: nothing is known. Seconds are those listened to: while the receiver is deaf none pass.
 */
struct cadence {
	uint64_t burst_us; /* since the gap last counted: what follows within 1 s is one burst */
	uint64_t day_us;   /* of the day under way, as the next two */
	uint32_t day_longest_s, day_gaps;
	unsigned int days;
	uint32_t longest_s[CADENCE_DAYS_MAX]; /* of whole days, oldest first */
};

/* What configuration and role allow. */
struct cadence_bounds {
	uint32_t least_s; /* never sooner */
	uint32_t first_s; /* while nothing is known */
	uint32_t most_s;  /* never later */
	bool is_clocked;  /* speaks by a clock of its own, whatever people do */
};

/* It was heard gap_us after it was last heard. */
void cadence_learn(struct cadence *c, uint64_t gap_us);
bool cadence_is_learned(const struct cadence *c, const struct cadence_bounds *bounds);
/* Silent longer than that is too long. */
uint32_t cadence_deadline_s(const struct cadence *c, const struct cadence_bounds *bounds);
/* How long it usually is silent at the most; 0: not known. */
uint32_t cadence_usual_s(const struct cadence *c, const struct cadence_bounds *bounds);

/* As a line of text for the store, and back: 0, or −EINVAL, ret untouched. */
void cadence_to_text(const struct cadence *c, char ret[CADENCE_TEXT_MAX]);
int cadence_from_text(const char *text, struct cadence *ret);
