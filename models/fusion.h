/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All evidence weighed together: what wearables, rooms, doors, beds, pulse and the home's rhythm
 * say becomes one probability that help is needed, with the reasons that a person can read. Sums
 * log-odds; models/training/MODEL.md has the card: where each weight comes from, which of them are
 * measured and which are judgement, and why the per cent shown is not a share of true falls.
 *
 * Pure: no clock, no I/O, no allocation; memory of fusion_size() bytes, bounded work. Evidence goes
 * in with the time; verdicts are fetched by fusion_verdict() until there is none. What was once
 * told is never taken back (HS-10): evidence against a fall counts before it is told, and against
 * raising it at once, and no more after that.
 */
#pragma once

#include "models/fall.h"
#include "models/routine.h"
#include "sensors/reading.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FUSION_SENSORS_MAX   128
#define FUSION_WEARABLES_MAX 8
#define FUSION_RESIDENTS_MAX 3
#define FUSION_VISITS_MAX    8
#define FUSION_EVENTS_MAX    24 /* weighed at a time; the weakest untold gives way */
#define FUSION_LATELY_MAX    (FUSION_WEARABLES_MAX + 1)
#define FUSION_REASONS_MAX   8 /* told of a verdict: the heaviest */
#define FUSION_ASK_USUAL     0.5F
#define FUSION_RAISE_USUAL   0.99F
#define FUSION_ALONE_MAX     0.989F /* the most that one wearable alone can reach */

enum fusion_role {
	FUSION_NONE, /* nothing there, or nothing that counts */
	FUSION_WEARABLE,
	FUSION_MOTION,
	FUSION_CONTACT,    /* of a cupboard, an inner door: somebody used it */
	FUSION_OUTER_DOOR, /* somebody came or went */
	FUSION_MAT         /* bed or chair */
};

struct fusion_sensor {
	enum fusion_role role;
	enum wear_place place; /* of a wearable */
	uint8_t room;          /* 0: none; the same number is the same room */
	uint8_t resident;      /* 0: nobody's in particular, else 1.. */
};

/* Somebody else is here each week then (a cleaner, a nurse): movement is not the resident's. */
struct fusion_visit {
	uint8_t weekday; /* 0 Sunday … 6 Saturday */
	uint8_t from_h, until_h;
};

struct fusion_home {
	uint8_t residents; /* 1..FUSION_RESIDENTS_MAX */
	bool has_pets;     /* that set off motion sensors */
	float ask, raise;  /* probabilities, 0 < ask < raise < 1 */
	unsigned int visits_count;
	struct fusion_visit visits[FUSION_VISITS_MAX];
};

/* Both clocks: lengths are reckoned on now_us, the hour and weekday on the home's wall clock. */
struct fusion_time {
	uint64_t now_us;
	int64_t local_ms; /* since 1970 as the home's clocks show it */
};

enum fusion_class { FUSION_FALL, FUSION_INACTIVITY, FUSION_WANDERING };

/* One kind of contribution; `amount` and `sensor` of a reason belong to it. */
enum fusion_what {
	FUSION_START,        /* how rare it is, and how much a missed one weighs */
	FUSION_SHOCK,        /* mg: the fall model's first answer */
	FUSION_TOLD,         /* the sensor itself says a fall */
	FUSION_ALSO,         /* … and so does another wearable of the same person */
	FUSION_AFTER,        /* s still; the fall model's second answer */
	FUSION_GAP,          /* was not heard whole */
	FUSION_WEAK,         /* how many weaker shocks lately */
	FUSION_LAID_DOWN,    /* min without any movement, until the very knock: lay somewhere */
	FUSION_NO_CONTACT,   /* no skin under it */
	FUSION_ELSEWHERE,    /* s after which somebody moved in another room */
	FUSION_NO_ELSEWHERE, /* s in which nobody did */
	FUSION_MAT_PRESSED,  /* s after which a bed or chair was sat on */
	FUSION_ON_MAT,       /* was on a bed or chair all the while */
	FUSION_MAT_LEFT,     /* a bed or chair was left at that moment */
	FUSION_DOOR,         /* s after which the outer door was used */
	FUSION_NO_PULSE,
	FUSION_FAST_PULSE, /* beats a minute */
	FUSION_NIGHT,
	FUSION_SURPRISE,   /* min: models/routine finds this home unlike itself */
	FUSION_STILL_WORN, /* min that a worn wearable has not moved */
	FUSION_WORN_MOVES, /* the wearable moves */
	FUSION_DEAF,       /* the home is not heard: silence says nothing */
	FUSION_WHATS
};

struct fusion_reason {
	enum fusion_what what;
	float weight; /* log-odds */
	uint32_t amount;
	uint8_t sensor;             /* FUSION_SENSORS_MAX: none */
	enum routine_what surprise; /* of FUSION_SURPRISE */
};

struct fusion_verdict {
	enum fusion_class class;
	enum routine_what surprise; /* of what is no fall */
	bool is_certain;            /* reached the second threshold: raise at once */
	bool is_update;             /* more about what was told before, same mark */
	uint8_t sensor;             /* the wearable; FUSION_SENSORS_MAX: the home as a whole */
	uint8_t room;               /* where, as far as known */
	uint64_t mark;              /* of one event, never 0 */
	uint64_t began_us;
	float probability;
	unsigned int reasons_count;
	struct fusion_reason reasons[FUSION_REASONS_MAX]; /* heaviest first */
};

struct fusion;

size_t fusion_size(void);
/* −EINVAL for a home that cannot be (thresholds, residents, visits), f untouched. */
int fusion_init(struct fusion *f, const struct fusion_home *home);
/* Installs a sensor under a number of the caller's, below FUSION_SENSORS_MAX, in place of what was
 * there: 0; −EMFILE for the ninth wearable, −EINVAL for a number too high or a resident who does
 * not live here. FUSION_NONE removes. What was weighed of the one before is forgotten. */
int fusion_install(struct fusion *f, uint8_t sensor, const struct fusion_sensor *as);

/*
 * Evidence. `sensor` is a number of fusion_install()'s; −EINVAL for another, or one that cannot say
 * that. Times may stand still but not go back: an earlier one is taken for the latest known.
 */
/* The fall model's answer to an impact that began at began_us (on now_us' clock). */
int fusion_answer(struct fusion *f, uint8_t sensor, const struct fall_answer *answer,
	uint64_t began_us, struct fusion_time at);
/* The wearable's own verdict, without a probability of its own. */
int fusion_told(struct fusion *f, uint8_t sensor, struct fusion_time at);
/* 1 where that kind is evidence, 0 where it is none. */
int fusion_reading(struct fusion *f, uint8_t sensor, enum reading_kind kind, double value,
	struct fusion_time at);
/* Does it lie somewhere, or is it worn? By its samples, before fusion_answer() to them. */
int fusion_accel(struct fusion *f, uint8_t sensor, const struct accel_batch *batch);
/* models/routine's answer, in room `room` of ours (0: not known). */
int fusion_surprise(
	struct fusion *f, const struct routine_answer *answer, uint8_t room, struct fusion_time at);
/* Is the home heard at all? As long as it is not, silence says nothing. Heard, at first. */
void fusion_heard(struct fusion *f, bool is_heard, struct fusion_time at);

/* Time passed; due at fusion_next_us(), UINT64_MAX where nothing is weighed. */
void fusion_turn(struct fusion *f, struct fusion_time at);
uint64_t fusion_next_us(const struct fusion *f);
/* 1 with the next verdict to tell, 0 when there is none (left). */
int fusion_verdict(struct fusion *f, struct fusion_verdict *ret);
/* A shock that is not told and still may be, its second answer being awaited: 1 with what would be
 * told of it now; 0 where the n-th event is none; −EINVAL from FUSION_EVENTS_MAX on. Changes
 * nothing. */
int fusion_waiting(const struct fusion *f, unsigned int n, struct fusion_verdict *ret);

/* What was heard lately and weighs for an hour and longer, so that a restart need not forget it:
 * the weaker shocks of a wearable, and that the outer door was used, whoever came by it. */
struct fusion_lately {
	uint8_t sensor; /* the wearable; FUSION_SENSORS_MAX: the door */
	float amount;   /* of the shocks, as it was at at_us; fading since */
	uint32_t count; /* of the shocks; of the door 1 where somebody moved inside since, else 0 */
	uint64_t at_us;
};
/* What of it weighs still: how many, at most FUSION_LATELY_MAX. */
unsigned int fusion_lately(
	const struct fusion *f, struct fusion_time at, struct fusion_lately ret[FUSION_LATELY_MAX]);
/* The same after a start, `ago_us` before `at`; at_us is not read. 1, 0 where it weighs no more,
 * −EINVAL for what cannot be. */
int fusion_recall(
	struct fusion *f, const struct fusion_lately *l, uint64_t ago_us, struct fusion_time at);

/* A reason in French, without its weight: "choc de 3,2 g au poignet", "immobile 20 s". `room` is
 * where its sensor is, "" for nowhere. */
void fusion_reason_text(const struct fusion_reason *reason, enum wear_place place, const char *room,
	char *ret, size_t bytes);
/* "chute probable 93 %": the class and how sure, for a reason's beginning. */
void fusion_verdict_text(const struct fusion_verdict *verdict, char *ret, size_t bytes);
