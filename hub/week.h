/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A week of the home for the caregiver: plain sentences in French or English, from sums alone. No
 * raw data, no measure of health, no name of a person. Pure.
 */
#pragma once

#include "common/incident.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEEK_ROOMS_MAX     6
#define WEEK_WEARABLES_MAX 8
#define WEEK_SENSORS_MAX   8
#define WEEK_TEXT_MAX      4096
#define WEEK_USUAL_DAYS    7 /* fewer known days before: nothing is called usual */

enum week_language { WEEK_FRENCH, WEEK_ENGLISH, WEEK_LANGUAGES };

struct week_room {
	char name[INCIDENT_TEXT_MAX];
	double active_min; /* a day */
};

struct week_wearable {
	char name[INCIDENT_TEXT_MAX];
	double worn_h; /* a day */
};

struct week_sensor {
	char name[INCIDENT_TEXT_MAX];
	int battery_pct;       /* −1: no matter */
	unsigned int silent_h; /* 0: no matter */
};

struct week {
	int32_t monday;          /* 20261116 */
	unsigned int days;       /* of the week, on which the hub listened nearly all day */
	unsigned int usual_days; /* the same, of the four weeks before */
	double active_min, usual_active_min; /* a day */
	double night_ups, usual_night_ups;   /* a night */
	bool is_night_far_more;              /* models/routine: far more than in the weeks before */
	unsigned int openings;
	unsigned int incidents[INCIDENT_CLASSES], false_alarms, said_fine;
	unsigned int rooms_count, wearables_count, sensors_count;
	struct week_room rooms[WEEK_ROOMS_MAX];
	struct week_wearable wearables[WEEK_WEARABLES_MAX];
	struct week_sensor sensors[WEEK_SENSORS_MAX]; /* those to see to */
};

/* The text, cut where it does not fit; its length. */
size_t week_text(const struct week *w, enum week_language language, char ret[WEEK_TEXT_MAX]);
