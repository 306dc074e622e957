/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One format of radio sensor. A decoder is one file in decoders/, one line in decoders.c and one
 * vector file in tests/data/ (tests/unit/test_template.c is one to begin from, with the steps). It
 * reads one AD structure through the checked cursor and returns readings; it knows no loop, no
 * clock and no log.
 *
 * Who may speak in a sensor's name (HS-08): a device that has a key is heard only in frames that
 * are authentic under it; anything else of it is a downgrade. What came in the open is marked so
 * (reading.is_forgeable), and its second hearing is told so that an alarm can wait for it.
 */
#pragma once

#include "sensors/advertisement.h"
#include "sensors/keys.h"
#include "sensors/reading.h"

#define DECODER_READINGS_MAX 32

/*
 * What one advertisement said. One impossible value, or an object cut at its end, costs itself and
 * not the press beside it (HS-09): it is counted here and the rest stands.
 */
struct decoded {
	uint8_t count;
	uint8_t impossible; /* values left out */
	bool is_cut;        /* something at its end is missing, or is one reading too many */
	bool is_triggered;  /* the device speaks only when something happens: its silence is normal
			     */
	bool is_forgeable;
	bool wants_response; /* what it senses is in its scan response, and this is none */
	uint8_t decoder;     /* its place in decoders[]; DECODERS_MAX when none knows the format */
	/* What all readings share. */
	int8_t rssi_dbm;
	uint64_t time_us;
	struct sensor_id sensor;
	struct reading readings[DECODER_READINGS_MAX];
};

/* What a format's AD structures are led by. */
enum decoder_ad { AD_NONE, AD_SERVICE_DATA_16 = 0x16, AD_MANUFACTURER = 0xFF };
#define DECODER_ANY_ID 0x10000 /* all makers: the format is known by what follows */

/* One AD structure that a decoder claims. */
struct decoder_frame {
	const struct advertisement *advertisement;
	struct device_key *device; /* the radio address's row; NULL when there is none */
	uint16_t id;               /* the service's UUID or the maker's number */
	struct bytes body;         /* what follows it */
};

struct decoder {
	const char *name;   /* "bthome_v2" */
	const char *status; /* "stable": real devices' captures decode; "testing": not yet shown */
	enum decoder_ad ad;
	uint32_t ids[2]; /* UUIDs or makers claimed; the second may repeat the first */
	/*
	 * The number of readings in ret, > 0; 0 not mine. Refusals leave ret->count meaningless:
	 * −EBADMSG cut or corrupt, −ERANGE nothing but impossible values, −ENOKEY encrypted and no
	 * key, −EKEYREJECTED not authentic under its key, −ESTALE a counter that did not grow
	 * (replay), −EPROTO plain although a key is set (downgrade), −EALREADY a repetition of what
	 * was already told, −EPROTONOSUPPORT another version. Two are special: −ENODATA is no
	 * refusal (well-formed, and nothing in it that anybody here has a use for); −EALREADY
	 * leaves ret->count readings to be told as confirmation, 0 where there is nothing to
	 * confirm.
	 */
	int (*decode)(const struct decoder_frame *f, struct device_keys *keys, struct decoded *ret);
};

/* Counters of the whole decoding path; plain values. */
enum refusal {
	REFUSED_CORRUPT,
	REFUSED_IMPOSSIBLE,
	REFUSED_NO_KEY,
	REFUSED_NOT_AUTHENTIC,
	REFUSED_REPLAYED,
	REFUSED_DOWNGRADED,
	REFUSED_REPEATED,
	REFUSED_VERSION,
	REFUSALS
};
extern const char *const refusal_names[REFUSALS]; /* "corrupt", "not_authentic" … */
_Static_assert(REFUSALS <= DEVICE_REFUSALS_MAX, "a device counts every reason");

#define DECODERS_MAX 16

struct decoding_counters {
	uint64_t decoded[DECODERS_MAX]; /* advertisements by format, in the order of decoders[] */
	uint64_t refused[REFUSALS];     /* advertisements, and parts of decoded ones left out */
	uint64_t readings;
	uint64_t unknown; /* well-formed, but no decoder's */
};

extern const struct decoder *const decoders[]; /* NULL ends it */

/* The first decoder in the list that claims one of the AD structures and does not answer "not
 * mine"; returns as decode() does, and counts, in the device's row too. */
int decoders_decode(const struct advertisement *a, struct device_keys *keys,
	struct decoding_counters *counters, struct decoded *ret);
