/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fusion keeps: who was heard when, and what is being weighed. Of models/fusion*.c alone.
 */
#pragma once

#include "models/fusion.h"

#define US_A_SECOND 1000000ULL
#define US_A_MINUTE (60 * US_A_SECOND)
#define US_AN_HOUR  (60 * US_A_MINUTE)

struct fusion_sensed {
	struct fusion_sensor sensor;
	uint8_t wearable; /* which of wearables[] */
	bool is_heard, is_on;
	uint64_t heard_us; /* last, whatever it said */
	uint64_t on_us;    /* last said yes, 0: never */
	uint64_t off_us;   /* last went from yes to no, 0: never */
};

struct fusion_wearable {
	bool is_contact_known, has_contact;
	/* by its samples, on its own clock */
	bool has_rest;
	int16_t rest_mg[3];     /* where it rested last */
	uint64_t sample_us;     /* the last one */
	uint64_t rest_began_us; /* since when it rests … */
	uint64_t woke_us;       /* … and when it last left a long rest, 0: never */
	uint32_t woke_after_min;
	uint64_t moved_us; /* on ours: when it last moved, 0: not known … */
	uint64_t heard_us; /* … and was last heard */
	/* weaker shocks, fading */
	float signs;
	uint32_t signs_count;
	uint64_t signs_us;
};

struct fusion_event {
	bool is_open, is_told, is_certain, is_due;
	bool is_judged;   /* nothing more comes of the wearable itself */
	bool is_listened; /* there are other rooms, and whoever moved there would be heard */
	uint8_t tellings;
	enum fusion_class class;
	enum routine_what surprise;
	uint8_t sensor, room, resident; /* resident 0: not known */
	uint64_t mark, began_us, until_us;
	uint64_t turn_us; /* when time alone changes something */
	float shock;      /* log-odds of the first answer, as the fall model gave them */
	float told_odds;  /* with what it was last told */
	uint32_t limit_s; /* of a surprise */
	uint64_t since_us;
	float weights[FUSION_WHATS];
	uint32_t amounts[FUSION_WHATS];
	uint8_t sensors[FUSION_WHATS];
};

struct fusion {
	struct fusion_home home;
	float ask_odds, raise_odds;
	uint8_t wearables_taken; /* a bit each */
	struct fusion_sensed sensors[FUSION_SENSORS_MAX];
	struct fusion_wearable wearables[FUSION_WEARABLES_MAX];
	struct fusion_event events[FUSION_EVENTS_MAX];
	struct fusion_time now; /* the latest known */
	uint64_t outer_door_us; /* when it was last used, 0: never */
	uint64_t moved_us;      /* last sign of anybody in a room, 0: never */
	bool is_deaf;
	uint64_t heard_again_us; /* when deafness last ended, 0: never was */
	uint8_t last_room;
};

/* Puts a contribution in, in place of what stood there; weight 0 and no amount take it out. */
void fusion_put(struct fusion_event *e, enum fusion_what what, float weight, uint32_t amount,
	uint8_t sensor);
float fusion_odds(const struct fusion_event *e);
/* Log-odds of a probability between 0 and 1. */
float fusion_odds_of(float probability);
float fusion_clamp(float value, float least, float most);

/* models/fusion_home.c: what the home says of an event as it begins … */
void fusion_look_around(const struct fusion *f, struct fusion_event *e);
/* … as a sensor of a room, a door or a mat begins to say yes (or stops, where that is use) … */
void fusion_used(const struct fusion *f, struct fusion_event *e, uint8_t sensor, bool is_on);
/* … and as time passes without. Sets when more time would say more. */
void fusion_wait(const struct fusion *f, struct fusion_event *e);

/* A reading of such a sensor: 1, 0 for a kind that it does not tell life by. */
int fusion_home_reading(struct fusion *f, uint8_t sensor, enum reading_kind kind, double value);

/* models/fusion_worn.c: what the wearable says of itself, as an event of it begins … */
void fusion_look_at_worn(const struct fusion *f, struct fusion_event *e, uint64_t impact_us);
/* … and at any time, of the whole home */
void fusion_look_at_all_worn(const struct fusion *f, struct fusion_event *e);
/* Pulse and contact: 1, 0 for what is neither */
int fusion_worn_reading(struct fusion *f, uint8_t sensor, enum reading_kind kind, double value);
/* A shock that came to nothing, to be remembered for a while. */
void fusion_add_sign(struct fusion *f, struct fusion_wearable *w, float shock);
/* What is left of the signs that were `signs` so long ago. */
float fusion_fade(float signs, uint64_t ago_us);

#define FUSION_SIGNS_TOLD 0.1F       /* fewer say nothing */
#define FUSION_VISIT_US   US_AN_HOUR /* who came in by the door stays at least that long */
