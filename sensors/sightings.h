/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is on air, while an installer looks: one row for each device heard, with what can be guessed
 * of it. A table of fixed size in memory, thrown away when the look is over: nothing of strangers
 * is kept. Installed devices have rows of their own, which no flood of strangers can take; of the
 * strangers the weakest is forgotten, for what an installer holds in the hand is close. Pure.
 */
#pragma once

#include "sensors/decoder.h"

#define SIGHTINGS_STRANGERS_MAX 64
#define SIGHTINGS_OURS_MAX      128
#define SIGHTINGS_MAX           (SIGHTINGS_STRANGERS_MAX + SIGHTINGS_OURS_MAX)
#define SIGHTING_NAME_MAX       30 /* bytes with the NUL: what a legacy advertisement holds */

/* Services that an advertisement names. */
enum sighting_service {
	SIGHTING_HEART_RATE,
	SIGHTING_ALERT, /* can be made to buzz */
	SIGHTING_BATTERY,
	SIGHTING_PENDANT, /* docs/WEARABLE.md */
	SIGHTING_POLAR,
	SIGHTING_INFINITIME,
	SIGHTING_NORDIC_UART,
	SIGHTING_SERVICES
};
extern const char *const sighting_services[SIGHTING_SERVICES]; /* "heart_rate" … */

struct sighting {
	uint8_t address[6];   /* by which it would be enrolled */
	uint8_t address_type; /* of the radio: 0 public, 1 random */
	bool is_used, is_ours, is_connectable;
	bool is_sealed; /* what it says is encrypted, and there is no key for it */
	bool has_maker;
	uint8_t decoder;   /* its format's place in decoders[]; DECODERS_MAX: none that is known */
	uint16_t maker;    /* the company's number */
	uint16_t services; /* bits */
	int8_t rssi_dbm;   /* the last; DEVICE_RSSI_UNKNOWN */
	int32_t level;     /* RSSI evened out, in 1/16 dB */
	uint32_t heard;
	uint64_t last_us;
	uint64_t kinds[(READING_KINDS + 63) / 64]; /* of readings told, a bit each */
	char name[SIGHTING_NAME_MAX];
};

/* All zero is an empty table. */
struct sightings {
	unsigned int strangers, ours;
	uint64_t
		left_out; /* strangers weaker than all that are in the table, and those forgotten */
	struct sighting rows[SIGHTINGS_MAX];
};

/* An advertisement of the device `address`; `answer` and `d` are decoders_decode()'s. */
void sightings_hear(struct sightings *s, const struct advertisement *a, const uint8_t address[6],
	int answer, const struct decoded *d, bool is_ours);
/* The rows in use, strongest first: how many. */
unsigned int sightings_sort(const struct sightings *s, const struct sighting *ret[SIGHTINGS_MAX]);

/* One word for a person: "pendant", "polar", "infinitime", "bangle", "heart_rate", "sensor" (its
 * format is known), "beacon", "phone", "connectable", "unknown". */
const char *sighting_guess(const struct sighting *s);
/* The maker's name, or NULL where it is none of those that matter here. */
const char *sighting_maker(const struct sighting *s);
static inline bool sighting_tells(const struct sighting *s, enum reading_kind kind)
{
	return s->kinds[kind / 64] >> (kind % 64) & 1;
}
