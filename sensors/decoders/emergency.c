/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Emergency: service data of UUID 0x183C. That a device sends it at all is the signal: EMERGENCY is
 * 1, its text the service data in hexadecimal. What is in them (the device's emergency id, by the
 * names of the service's characteristics 0x2B2D and 0x2B2E) is not interpreted: only numbers and
 * names were at hand, no device and no capture. The same bytes heard again are one emergency.
 */
#include "sensors/decoders/emergency.h"

#include "sensors/repetition.h"

#include <errno.h>

#define EMERGENCY_UUID 0x183C

static void write_hex(char text[READING_TEXT_MAX], struct bytes b)
{
	static const char digits[] = "0123456789abcdef";
	size_t at = 0;

	for (size_t i = 0; i < b.left && at + 2 < READING_TEXT_MAX; i++) {
		text[at++] = digits[b.at[i] >> 4];
		text[at++] = digits[b.at[i] & 15];
	}
	text[at] = 0;
}

static uint32_t hash_of(struct bytes b)
{
	uint32_t hash = REPETITION_HASH_BEGIN;

	for (size_t i = 0; i < b.left; i++)
		hash = repetition_hash(hash, b.at[i]);
	return hash;
}

static int decode(const struct decoder_frame *f, struct device_keys *keys, struct decoded *ret)
{
	const struct advertisement *a = f->advertisement;
	struct reading *emergency;

	if (frame_is_downgrade(f))
		return -EPROTO;
	decoded_begin(ret, a, f->device, a->address, true);
	emergency = decoded_add(ret, READING_EMERGENCY, 0, 1);
	if (emergency)
		write_hex(emergency->text, f->body);
	return decoded_end_heard(ret, repetition_of_event(device_keys_ensure(keys, a->address),
					      hash_of(f->body), a->time_us));
}

const struct decoder emergency_decoder = {
	.name = "emergency",
	.status = "testing",
	.ad = AD_SERVICE_DATA_16,
	.ids = {EMERGENCY_UUID, EMERGENCY_UUID},
	.decode = decode,
};
