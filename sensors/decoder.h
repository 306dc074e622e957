/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One format of radio sensor. A decoder is one file in decoders/, one line in decoders.c and one
 * vector file in tests/data/. It reads one advertisement through the checked cursor and returns
 * readings; it knows no loop, no clock and no log.
 */
#pragma once

#include "sensors/advertisement.h"
#include "sensors/keys.h"
#include "sensors/reading.h"

#define DECODER_READINGS_MAX 32

struct decoder {
	const char *name;   /* "bthome_v2" */
	const char *status; /* "stable" or "testing" */
	/*
	 * > 0 readings in ret (at most DECODER_READINGS_MAX); 0 not mine; on refusal nothing is
	 * written: −EBADMSG cut or corrupt, −ERANGE an impossible value, −ENOKEY encrypted and no
	 * key, −EKEYREJECTED not authentic under its key, −ESTALE a counter that did not grow
	 * (replay), −EPROTO plain although a key is set (downgrade), −EALREADY a repetition of what
	 * was already told, −EPROTONOSUPPORT another version.
	 */
	int (*decode)(const struct advertisement *a, struct device_keys *keys,
		struct reading ret[DECODER_READINGS_MAX]);
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
extern const char *const refusal_names[REFUSALS];

#define DECODERS_MAX 16

struct decoding_counters {
	uint64_t decoded[DECODERS_MAX]; /* by format, in the order of decoders[] */
	uint64_t refused[REFUSALS];
	uint64_t unknown; /* well-formed, but no decoder's */
};

extern const struct decoder *const decoders[]; /* NULL ends it */

/* Asks each decoder in turn; returns as decode() does, and counts. */
int decoders_decode(const struct advertisement *a, struct device_keys *keys,
	struct decoding_counters *counters, struct reading ret[DECODER_READINGS_MAX]);
