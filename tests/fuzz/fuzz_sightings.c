/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is on air: advertisements of strangers, each led by a byte of length, a byte of signal and a
 * byte that tells them apart, as an installer's look takes them in.
 */
#include "sensors/sightings.h"

#include "common/utf8.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size);

static void check(const struct sightings *s)
{
	static const struct sighting *found[SIGHTINGS_MAX];
	unsigned int count = sightings_sort(s, found);

	if (s->strangers > SIGHTINGS_STRANGERS_MAX || s->ours > SIGHTINGS_OURS_MAX ||
		count != s->strangers + s->ours)
		abort();
	for (unsigned int n = 0; n < count; n++)
		if (!utf8_is_plain_within(found[n]->name, SIGHTING_NAME_MAX) ||
			!sighting_guess(found[n])[0])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size)
{
	static struct sightings sightings;
	static struct device_keys keys;
	struct bytes b = bytes_of(at, size);

	memset(&sightings, 0, sizeof(sightings));
	while (b.left > 0) {
		uint8_t length = bytes_u8(&b);
		struct advertisement a = {.rssi_dbm = (int8_t)bytes_u8(&b)};
		uint8_t who = bytes_u8(&b);
		struct decoding_counters counters = {0};
		struct decoded decoded;
		int answer;

		a.contents = bytes_sub(&b, length);
		if (b.is_short)
			break;
		a.address[5] = who;
		a.is_connectable = who & 1;
		answer = decoders_decode(&a, &keys, &counters, &decoded);
		sightings_hear(&sightings, &a, a.address, answer, &decoded, who & 0x80);
	}
	check(&sightings);
	device_keys_done(&keys);
	return 0;
}
