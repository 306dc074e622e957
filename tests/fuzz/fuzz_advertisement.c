/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as one advertisement, heard three times by every decoder, one of the devices having a
 * key. Whatever comes out must be possible.
 */
#include "sensors/decoder.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size);

static void check(const struct decoded *d, int answer)
{
	if (answer > DECODER_READINGS_MAX)
		abort();
	for (int i = 0; i < answer; i++) {
		const struct reading *r = &d->readings[i];

		if (!reading_is_possible(r->kind, r->value))
			abort();
		if (!memchr(r->text, 0, sizeof(r->text)) ||
			!memchr(r->sensor.text, 0, sizeof(r->sensor.text)))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size)
{
	static const uint8_t keyed[6] = {0x54, 0x48, 0xE6, 0x8F, 0x80, 0xA5};
	static struct device_keys keys;
	struct decoding_counters counters = {0};
	struct advertisement a = {.rssi_dbm = 127, .contents = bytes_of(at, size)};
	struct decoded decoded;
	uint64_t seen = 0;

	if (size > ADVERTISEMENT_DATA_MAX)
		return 0;
	(void)device_keys_set(&keys, keyed, "231d39c1d7cc1ab1aee224cd096db932");
	for (int i = 0; i < 3; i++) {
		memcpy(a.address, keyed, 6);
		a.address[0] = (uint8_t)(i == 1 ? 0x54 : 1);
		a.time_us += 1000;
		check(&decoded, decoders_decode(&a, &keys, &counters, &decoded));
	}
	/* each was counted, somewhere, at least once */
	seen = counters.unknown;
	for (int i = 0; i < DECODERS_MAX; i++)
		seen += counters.decoded[i];
	for (int i = 0; i < REFUSALS; i++)
		seen += counters.refused[i];
	if (seen < 3)
		abort();
	device_keys_done(&keys);
	return 0;
}
