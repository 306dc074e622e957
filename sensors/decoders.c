/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of decoders, and the one place where what they say is counted.
 */
#include "sensors/decoder.h"

#include "sensors/decoders/beacon.h"
#include "sensors/decoders/bthome_v1.h"
#include "sensors/decoders/bthome_v2.h"
#include "sensors/decoders/emergency.h"
#include "sensors/decoders/holyiot.h"
#include "sensors/decoders/mibeacon.h"
#include "sensors/decoders/ruuvi_5.h"
#include "sensors/decoders/switchbot.h"

#include <errno.h>
#include <string.h>

/* Sensors that are beacons too come before the beacons: what they sense says more. */
const struct decoder *const decoders[] = {
	&bthome_v2_decoder,
	&bthome_v1_decoder,
	&mibeacon_decoder,
	&ruuvi_5_decoder,
	&switchbot_decoder,
	&switchbot_maker_decoder,
	&holyiot_decoder,
	&emergency_decoder,
	&ibeacon_decoder,
	&altbeacon_decoder,
	NULL,
};
_Static_assert(sizeof(decoders) / sizeof(decoders[0]) <= DECODERS_MAX + 1, "counters for all");

const char *const refusal_names[REFUSALS] = {
	[REFUSED_CORRUPT] = "corrupt",
	[REFUSED_IMPOSSIBLE] = "impossible",
	[REFUSED_NO_KEY] = "no_key",
	[REFUSED_NOT_AUTHENTIC] = "not_authentic",
	[REFUSED_REPLAYED] = "replayed",
	[REFUSED_DOWNGRADED] = "downgraded",
	[REFUSED_REPEATED] = "repeated",
	[REFUSED_VERSION] = "version",
};

static enum refusal refusal_of(int error)
{
	switch (error) {
	case -ERANGE:
		return REFUSED_IMPOSSIBLE;
	case -ENOKEY:
		return REFUSED_NO_KEY;
	case -EKEYREJECTED:
		return REFUSED_NOT_AUTHENTIC;
	case -ESTALE:
		return REFUSED_REPLAYED;
	case -EPROTO:
		return REFUSED_DOWNGRADED;
	case -EALREADY:
		return REFUSED_REPEATED;
	case -EPROTONOSUPPORT:
		return REFUSED_VERSION;
	default:
		return REFUSED_CORRUPT;
	}
}

static void count(
	struct decoding_counters *counters, int index, int answer, const struct decoded *d)
{
	if (answer < 0 && answer != -ENODATA) {
		counters->refused[refusal_of(answer)]++;
		return;
	}
	counters->decoded[index]++;
	if (answer == -ENODATA)
		return;
	counters->readings += d->count;
	counters->refused[REFUSED_IMPOSSIBLE] += d->impossible;
	counters->refused[REFUSED_CORRUPT] += d->is_cut;
}

static bool claims(const struct decoder *d, uint8_t type, uint16_t id)
{
	return d->ad == (enum decoder_ad)type &&
	       (d->ids[0] == id || d->ids[1] == id || d->ids[0] == DECODER_ANY_ID);
}

/* The first decoder from `first` on that claims an AD structure; how many there are when none. */
static int claimant(int first, uint8_t type, uint16_t id)
{
	int i = first;

	while (decoders[i] && !claims(decoders[i], type, id))
		i++;
	return i;
}

/* A claim's place among all of an advertisement: the list's order first, then the order on air. */
#define RANK(decoder, position) ((decoder) << 12 | (position))
#define RANK_DECODER(rank)      ((rank) >> 12)
_Static_assert(ADVERTISEMENT_DATA_MAX < 1 << 12, "a position fits below the decoder");

/* Its first AD structure of BTHome v2 in ret; or −1. What comes first in the list and most often on
 * air is looked for alone, at a third of the cost. */
static int first_claim(const struct advertisement *a, struct decoder_frame *ret)
{
	struct bytes cursor = advertisement_cursor(a);
	struct ad_structure ad;

	while (advertisement_next(&cursor, &ad) > 0) {
		uint16_t id;

		if (ad.type != AD_SERVICE_DATA_16)
			continue;
		id = bytes_u16(&ad.value);
		if (id != BTHOME_V2_UUID || ad.value.is_short)
			continue;
		ret->id = id;
		ret->body.at = ad.value.at;
		ret->body.left = ad.value.left;
		return RANK(0, (int)(ad.value.at - a->contents.at));
	}
	return -1;
}

/* The first claim after the rank `after`, its AD structure in ret; or −1. */
__attribute__((noinline)) static int next_claim(
	const struct advertisement *a, int after, struct decoder_frame *ret)
{
	struct bytes cursor = advertisement_cursor(a);
	struct ad_structure ad;
	int best = -1;

	while (advertisement_next(&cursor, &ad) > 0) {
		int position = (int)(ad.value.at - a->contents.at), first, decoder;
		uint16_t id;

		if (ad.type != AD_SERVICE_DATA_16 && ad.type != AD_MANUFACTURER)
			continue;
		id = bytes_u16(&ad.value);
		if (ad.value.is_short)
			continue;
		first = after < RANK(0, 0) ? 0 : RANK_DECODER(after);
		decoder = claimant(first, ad.type, id);
		if (decoders[decoder] && RANK(decoder, position) <= after)
			decoder = claimant(decoder + 1, ad.type, id);
		if (!decoders[decoder] || (best >= 0 && RANK(decoder, position) > best))
			continue;
		best = RANK(decoder, position);
		ret->id = id;
		/* one by one: as a whole it would be written in words and read back at once */
		ret->body.at = ad.value.at;
		ret->body.left = ad.value.left;
		ret->body.is_short = false;
		if (decoder == 0)
			break; /* nothing comes before it */
	}
	return best;
}

/* What a technician looks at, in the row of who sent it: the radio address's, or that of the
 * address in the payload, which the decoder found last. */
static void note(struct device_keys *keys, const struct decoder_frame *f, int index, int answer,
	const struct decoded *d)
{
	struct device_key *device = f->device;

	if (!device && answer > 0 && keys->last && strcmp(keys->last->id.text, d->sensor.text) == 0)
		device = keys->last;
	if (!device)
		return;
	device->format = (uint8_t)(index + 1);
	device->rssi_dbm = f->advertisement->rssi_dbm;
	if (answer < 0 && answer != -ENODATA)
		device->refused[refusal_of(answer)]++;
	else if (answer > 0 && (d->impossible || d->is_cut))
		device->refused[d->impossible ? REFUSED_IMPOSSIBLE : REFUSED_CORRUPT]++;
}

int decoders_decode(const struct advertisement *a, struct device_keys *keys,
	struct decoding_counters *counters, struct decoded *ret)
{
	struct decoder_frame f = {.advertisement = a, .device = device_keys_find(keys, a->address)};
	int rank = first_claim(a, &f);

	for (rank = rank < 0 ? next_claim(a, rank, &f) : rank; rank >= 0;
		rank = next_claim(a, rank, &f)) {
		int answer;

		ret->count = 0;
		ret->wants_response = false;
		answer = decoders[RANK_DECODER(rank)]->decode(&f, keys, ret);
		if (answer == 0)
			continue;
		ret->decoder = (uint8_t)RANK_DECODER(rank);
		count(counters, RANK_DECODER(rank), answer, ret);
		note(keys, &f, RANK_DECODER(rank), answer, ret);
		return answer;
	}
	ret->decoder = DECODERS_MAX;
	counters->unknown++;
	return 0;
}
