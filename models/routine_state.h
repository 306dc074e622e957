/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the routine model share; nobody else includes it. Each part is a plain struct
 * with its own file: silences (routine_silence), presence and doors (routine_presence), stays,
 * nights and mornings (routine_days). What a hub does to it is in routine_pauses.
 */
#pragma once

#include "models/routine.h"

#define SILENCES_MAX   2000
#define NAME_MAX_BYTES 48
#define DAYS_MAX       35 /* mornings and nights kept: five weeks */
#define TOP            3  /* longest ones kept of stays and of nightly walks */
#define RECENT_MAX     4  /* activations in ROUTINE_SUSTAINED_MS that are a person moving about */
#define DAY_S          86400
#define HOUR_S         3600
#define UP_UNKNOWN     UINT16_MAX
#define MINUTE_MS      INT64_C(60000)

/* A silence that ended, 9 bytes when saved. */
struct silence {
	uint32_t start_min; /* UTC minutes since 1970 */
	uint16_t length_10s;
	int8_t offset_15min; /* local − UTC at its start */
	uint8_t room;
	bool is_on_mat;
	uint8_t settled; /* enum settled */
};

/* How long the resident had been in the room when it fell silent: rests follow upon coming in. */
enum settled { SETTLED_COMING_IN, SETTLED_A_WHILE, SETTLED_LONG };
#define SETTLED_MS      60000
#define SETTLED_LONG_MS 600000

/* Where and when a silence begins. */
struct silence_place {
	struct routine_time start;
	uint8_t room;
	bool is_on_mat;
	uint8_t settled;
};

struct silences {
	uint16_t count, at; /* a ring: `at` is where the next one goes */
	struct silence ring[SILENCES_MAX];
};

struct lasting { /* the longest of something, longest first */
	uint32_t s[TOP];
	uint16_t count;
};

struct room {
	uint64_t hash;             /* of its name; 0: unused */
	char name[NAME_MAX_BYTES]; /* not saved */
	uint32_t night_s;          /* silent in it between 0 and 5 h, halved when it grows */
	struct lasting stays;
};

struct sensor {
	uint64_t hash; /* of its name, room and sign */
	uint8_t room, sign, role;
	bool is_learned; /* its role: the outer door, by what it begins and ends */
	bool is_known;   /* since the start: the rest was saved by an earlier one */
	bool is_on, has_been_off;
	uint8_t doubt; /* a mat that stuck: how often it must be sat on and left before it counts */
	bool is_stuck; /* told in the counters once */
	uint8_t began_and_ended; /* long silences by day between two uses of this contact */
	uint8_t at_night;        /* … and by night: an inner door of the bedroom */
	uint16_t in_minute;      /* events in `minute` */
	int64_t on_since_ms, minute;
};

struct presence {
	uint8_t now;         /* enum routine_presence */
	bool is_place_known; /* a ROUTINE_PLACE says it, not the door */
	uint8_t recent_count;
	int64_t door_ms;               /* last use of an outer door, 0 never */
	int64_t recent_ms[RECENT_MAX]; /* of the last activations inside, oldest first */
	int64_t inside_ms;             /* somebody last heard inside, 0 never */
	int64_t mat_ms;                /* a mat pressed while away, not yet believed */
	bool is_worn_here; /* not saved: since the door a wearable was heard, and worn */
};

struct night { /* by local day number, days since 1970 */
	uint16_t day;
	uint16_t signs;  /* of life between 0 and 5 h */
	uint16_t up_min; /* minute of the day when it began; 0: not yet, UP_UNKNOWN: away */
};

struct day_book {
	uint16_t count, at;
	struct night ring[DAYS_MAX];
	struct lasting walks; /* out of the room slept in, at night, and back */
};

struct routine {
	struct routine_options options;
	struct routine_counters counters;
	uint8_t sensor_count, room_count;
	struct sensor sensors[ROUTINE_SENSORS_MAX];
	struct room rooms[ROUTINE_ROOMS_MAX];
	struct silences silences;
	struct presence presence;
	struct day_book days;
	struct routine_time last; /* sign of life; utc_ms 0: none yet */
	struct routine_time fine; /* "I am fine", 0: never: judged from there, learned as one */
	int64_t heard_ms;         /* until then somebody was listening */
	uint32_t known_s;         /* lived with it: pauses left out */
	/* the silence under way */
	uint8_t room;
	bool is_on_mat;
	uint8_t settled;   /* enum settled, when it began */
	uint8_t by_sensor; /* whose sign of life was the last */
	bool is_cut;       /* began when listening began: judged, not learned */
	bool by_door;      /* the door was the last thing heard, in ROUTINE_DOOR_MS */
	uint32_t limit_s;  /* found once a silence, 0: not yet */
	uint32_t again_s;  /* of it, when it is to be told again */
	/* the stay and the night's walk under way */
	int64_t stay_since_ms, walk_since_ms;
	uint8_t back_count; /* events in a row from before `last` */
	int64_t back_ms;
	uint8_t told; /* bits of enum routine_what */
};

_Static_assert(sizeof(struct routine) <= ROUTINE_STATE_MAX_BYTES, "also in memory");

/* The house's constants of presence, from the recordings named in MODEL.md. */
/* RECENT_MAX activations within it: somebody is moving about */
#define ROUTINE_SUSTAINED_MS 600000
#define ROUTINE_GONE_MS      600000 /* silent this long after the door: gone */
#define ROUTINE_DOOR_MS      600000 /* the door counts for a silence that begins this soon after */
#define ROUTINE_MAT_MS       300000 /* a mat pressed this long: somebody is there */
#define ROUTINE_LEAVING_MS \
	20000                     /* activations this soon after the door still belong to leaving \
				   */
#define ROUTINE_STAYED_MS 1800000 /* worn and heard this long after the door: did not go out */
/* The sensor at the door hears somebody so long after its last use: not one who passes it. */
#define ROUTINE_HALL_MS    60000
#define ROUTINE_CAME_SIGNS 1 /* activations inside, soon after the door: somebody came */
#define NIGHT_UNTIL_H      5
#define MORNING_FROM_H     4

static inline int64_t local_s(struct routine_time t)
{
	return t.utc_ms / 1000 + t.offset_s;
}
static inline uint32_t local_second(struct routine_time t)
{
	return (uint32_t)(local_s(t) % DAY_S);
}
static inline uint16_t local_day(struct routine_time t)
{
	return (uint16_t)(local_s(t) / DAY_S);
}
static inline bool is_possible_time(struct routine_time t)
{
	return t.utc_ms >= DAY_S * 1000LL && t.utc_ms < 60000LL * UINT32_MAX &&
	       t.offset_s >= -14 * HOUR_S && t.offset_s <= 14 * HOUR_S;
}
/* From when on something that began then is judged. */
static inline int64_t judged_from_ms(const struct routine *r, int64_t began_ms)
{
	return began_ms > r->fine.utc_ms ? began_ms : r->fine.utc_ms;
}
/* … the silence under way. */
static inline struct routine_time quiet_since(const struct routine *r)
{
	return r->last.utc_ms < r->fine.utc_ms ? r->fine : r->last;
}
static inline uint16_t known_days(const struct routine *r)
{
	return (uint16_t)(r->known_s / DAY_S);
}

/* routine_silence.c */
void silences_add(struct silences *s, const struct silence *one);
/* Limit, longest and comparable ones of a silence that began then; `longer` counts against
 * lasted_s. */
void silences_limit(const struct routine *r, const struct silence_place *at, uint32_t lasted_s,
	struct routine_answer *ret);
/* routine_pauses.c */
/* Nobody was listening until `t`: silence starts anew then, in the same place and as at home; what
 * it was before is not learned. */
void pauses_start_anew(struct routine *r, struct routine_time t);
/* routine_presence.c */
bool presence_is_inside(const struct sensor *s);
/* The outer door was used, and nobody heard inside since but in the moments of leaving. */
bool presence_nobody_since_door(const struct presence *p);
void presence_sign(struct routine *r, struct sensor *s, bool is_on, int64_t utc_ms);
/* What silence until then says of it: gone through the door, or somebody on a mat. */
void presence_silence(struct routine *r, int64_t utc_ms);
/* What a wearable says of the door: true where somebody thought away is at home. */
bool presence_worn(struct routine *r, int64_t utc_ms, const struct routine_worn *worn);
/* The silence that began at from_ms was an absence: mats that were on throughout are doubted. */
void presence_learn_mats(struct routine *r, int64_t from_ms);
void presence_learn_door(
	struct routine *r, uint8_t next_sensor, struct routine_time start, uint32_t length_s);
/* routine_days.c */
void lasting_add(struct lasting *l, uint32_t length_s);
void days_sign(struct routine *r, struct routine_time t, bool is_moving_about);
/* Nobody was listening until then: whether that day has begun is not known. */
void days_unheard(struct routine *r, struct routine_time t);
void days_silence(struct routine *r, const struct silence *one);
void days_room(struct routine *r, struct routine_time t, uint8_t room);
/* −1: not known yet. */
int days_bedroom(const struct routine *r);
bool days_not_up(const struct routine *r, struct routine_time now, struct routine_answer *ret);
bool days_not_back(const struct routine *r, struct routine_time now, struct routine_answer *ret);
bool days_long_stay(const struct routine *r, struct routine_time now, struct routine_answer *ret);

static inline void forget_told(struct routine *r, enum routine_what what)
{
	r->told &= (uint8_t) ~(1U << what);
}

float routine_confidence(const struct routine *r);
