/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTHome v1: service data of UUID 0x181C in the open, of 0x181E sealed by AES-CCM. Objects carry a
 * control byte (length, format) before the id that version 2 kept; sealed: objects, counter, tag;
 * the nonce is address, UUID as sent and counter, 0x11 is authentic with it.
 */
#include "sensors/decoders/bthome_v1.h"

#include "sensors/decoders/bthome_objects.h"
#include "sensors/sealed.h"

#include <errno.h>
#include <string.h>

#define UUID_PLAIN  0x181C
#define UUID_SEALED 0x181E

#define NONCE_BYTES   12
#define COUNTER_BYTES 4

static int open_sealed(const struct decoder_frame *f, uint8_t plain[SEALED_MAX], size_t *ret_count)
{
	static const uint8_t associated[] = {0x11};
	struct sealed s = {.nonce_bytes = NONCE_BYTES};
	struct bytes b = f->body;
	const uint8_t *counter;
	int error;

	if (b.left <= COUNTER_BYTES + SEALED_TAG_BYTES)
		return -EBADMSG;
	s.associated = bytes_of(associated, sizeof(associated));
	s.text = bytes_sub(&b, b.left - COUNTER_BYTES - SEALED_TAG_BYTES);
	counter = b.at;
	s.counter = bytes_u32(&b);
	s.tag = bytes_take(&b, SEALED_TAG_BYTES);
	memcpy(s.nonce, f->advertisement->address, 6);
	s.nonce[6] = UUID_SEALED & 0xFF;
	s.nonce[7] = UUID_SEALED >> 8;
	memcpy(s.nonce + 8, counter, COUNTER_BYTES);
	error = sealed_open(f->device, &s, plain);
	if (error == 0)
		*ret_count = s.text.left;
	return error;
}

static int tell(const struct decoder_frame *f, struct bytes objects, struct device_keys *keys,
	struct decoded *ret)
{
	const struct advertisement *a = f->advertisement;
	bool is_sealed = f->id == UUID_SEALED;
	struct bthome_objects found = {0};

	decoded_begin(ret, a, f->device, a->address, !is_sealed);
	bthome_objects_read_v1(&objects, ret, &found);
	if (is_sealed)
		found.has_event = false; /* told apart by the counter */
	return bthome_objects_end(&found, ret, f->device, keys, a->address);
}

static int decode(const struct decoder_frame *f, struct device_keys *keys, struct decoded *ret)
{
	bool has_key = f->device && f->device->has_key;
	uint8_t plain[SEALED_MAX];
	size_t count;
	int error;

	if (f->id == UUID_PLAIN)
		return has_key ? -EPROTO : tell(f, f->body, keys, ret);
	if (!has_key)
		return -ENOKEY;
	error = open_sealed(f, plain, &count);
	return error < 0 ? error : tell(f, bytes_of(plain, count), keys, ret);
}

const struct decoder bthome_v1_decoder = {
	.name = "bthome_v1",
	.status = "stable",
	.ad = AD_SERVICE_DATA_16,
	.ids = {UUID_PLAIN, UUID_SEALED},
	.decode = decode,
};
