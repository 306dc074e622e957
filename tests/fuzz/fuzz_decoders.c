/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device's life in any of the formats: the first byte chooses the decoder and whether the device
 * has a key, then frames (what follows the UUID or the maker's number), each led by a byte of
 * length and a byte of time since the one before (16 ms a step). The same bytes are also read as
 * objects that were sealed, past AES, where chance alone would never get.
 */
#include "sensors/decoded.h"
#include "sensors/decoders/bthome_objects.h"
#include "sensors/decoders/mibeacon_objects.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size);

#define FRAME_MAX 250
#define HAS_KEY   0x80

static const uint8_t address[6] = {0xF8, 0x24, 0x41, 0xE9, 0x50, 0x74};

static void check(const struct decoded *d, int count)
{
	if (count > DECODER_READINGS_MAX)
		abort();
	for (int i = 0; i < count; i++) {
		const struct reading *r = &d->readings[i];

		if (!reading_is_possible(r->kind, r->value) || r->repeats > 1 ||
			!memchr(r->text, 0, READING_TEXT_MAX))
			abort();
	}
}

static void read_objects(const struct advertisement *a, struct bytes frame)
{
	struct bthome_objects found = {0};
	struct bytes objects = frame;
	struct decoded decoded;
	uint16_t product;

	decoded_begin(&decoded, a, NULL, address, false);
	bthome_objects_read_v1(&objects, &decoded, &found);
	check(&decoded, decoded.count);
	decoded_begin(&decoded, a, NULL, address, false);
	product = bytes_u16(&frame);
	mibeacon_objects_read(frame, product, &decoded);
	check(&decoded, decoded.count);
}

static int hear(const struct decoder *d, struct advertisement *a, struct bytes frame,
	struct device_keys *keys, struct decoded *ret)
{
	struct decoding_counters counters = {0};
	uint16_t id = d->ids[0] == DECODER_ANY_ID ? 0x0118 : (uint16_t)d->ids[frame.left & 1];
	uint8_t contents[4 + FRAME_MAX] = {
		(uint8_t)(frame.left + 3), (uint8_t)d->ad, (uint8_t)id, (uint8_t)(id >> 8)};

	if (frame.left > 0)
		memcpy(contents + 4, frame.at, frame.left);
	a->contents = bytes_of(contents, frame.left + 4);
	return decoders_decode(a, keys, &counters, ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size)
{
	static struct device_keys keys;
	struct bytes b = bytes_of(at, size);
	struct advertisement a = {.rssi_dbm = -60};
	uint8_t choice = bytes_u8(&b);
	int count = 0, chosen;

	while (decoders[count])
		count++;
	chosen = (choice & ~HAS_KEY) % count;
	memcpy(a.address, address, sizeof(address));
	if (choice & HAS_KEY)
		(void)device_keys_set(&keys, address, "b853075158487ca39a5b5ea9b8530751");
	while (b.left > 0) {
		uint8_t length = bytes_u8(&b), steps = bytes_u8(&b);
		struct bytes frame = bytes_sub(&b, length);
		struct decoded decoded;
		int answer;

		if (b.is_short || length > FRAME_MAX)
			break;
		a.time_us += steps * 16000U;
		answer = hear(decoders[chosen], &a, frame, &keys, &decoded);
		check(&decoded, answer > 0 ? answer : decoded.count);
		read_objects(&a, frame);
	}
	device_keys_done(&keys);
	return 0;
}
