/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device's life in BTHome v2: frames one after another, each led by a byte of length and a byte
 * of time since the one before (16 ms a step). The same frames are also read as objects that were
 * sealed, past AES, where chance alone would never get.
 */
#include "sensors/decoders/bthome_objects.h"
#include "sensors/decoders/bthome_v2.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size);

#define FRAME_MAX 250

static void check(const struct decoded *d, int count)
{
	for (int i = 0; i < count; i++) {
		if (!reading_is_possible(d->readings[i].kind, d->readings[i].value) ||
			!memchr(d->readings[i].text, 0, READING_TEXT_MAX))
			abort();
	}
}

static void read_objects(struct bytes frame)
{
	struct bthome_objects found = {0};
	static const uint8_t address[6];
	struct advertisement a = {0};
	struct decoded decoded;

	decoded_begin(&decoded, &a, NULL, address, false);
	bthome_objects_read(&frame, &decoded, &found);
	if (decoded.count > DECODER_READINGS_MAX)
		abort();
	check(&decoded, decoded.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size)
{
	static struct device_keys keys;
	struct decoding_counters counters = {0};
	struct bytes b = bytes_of(at, size);
	struct advertisement a = {0};

	while (b.left > 0) {
		uint8_t length = bytes_u8(&b), steps = bytes_u8(&b);
		struct bytes frame = bytes_sub(&b, length);
		uint8_t contents[4 + FRAME_MAX] = {(uint8_t)(length + 3), 0x16, 0xD2, 0xFC};
		struct decoded decoded;
		int answer;

		if (b.is_short || length > FRAME_MAX)
			break;
		a.time_us += steps * 16000U;
		if (length > 0)
			memcpy(contents + 4, frame.at, length);
		a.contents = bytes_of(contents, length + 4U);
		answer = decoders_decode(&a, &keys, &counters, &decoded);
		if (answer == 0 || answer > DECODER_READINGS_MAX)
			abort(); /* it is BTHome's, whatever is in it */
		check(&decoded, answer);
		read_objects(frame);
	}
	device_keys_done(&keys);
	return 0;
}
