/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTHome v2: service data of UUID 0xFCD2. One byte tells version, encryption, whether the address
 * is in the payload (then it is the device's name: the radio's own may be random) and whether the
 * device speaks only when triggered; then objects (bthome_objects.c), in the open or sealed by
 * AES-CCM with a counter.
 *
 * Who may speak in a device's name is said in decoder.h and sealed.h (HS-08), what is a repetition
 * in repetition.h (HS-09): by packet id, else, where nothing is sealed, by the buttons and turns.
 */
#include "sensors/decoders/bthome_v2.h"

#include "sensors/decoders/bthome_objects.h"
#include "sensors/sealed.h"

#include <errno.h>
#include <string.h>

#define BTHOME_UUID    BTHOME_V2_UUID
#define BTHOME_VERSION 2

#define INFO_ENCRYPTED   0x01
#define INFO_HAS_ADDRESS 0x02
#define INFO_TRIGGERED   0x04

#define NONCE_BYTES   13
#define COUNTER_BYTES 4

struct frame {
	const struct advertisement *advertisement;
	struct device_key *device; /* of `address`, or NULL */
	const uint8_t *address;    /* the advertisement's, or `told` */
	uint8_t info;
	uint8_t told[6];
	struct bytes body;
};

static void set_reversed(uint8_t address[6], const uint8_t reversed[6])
{
	for (int i = 0; i < 6; i++)
		address[i] = reversed[5 - i];
}

static int read_frame(const struct decoder_frame *f, struct device_keys *keys, struct frame *ret)
{
	const uint8_t *reversed;

	ret->advertisement = f->advertisement;
	/* one by one: as a whole it would be written in words and read back at once */
	ret->body.at = f->body.at;
	ret->body.left = f->body.left;
	ret->body.is_short = false;
	ret->info = bytes_u8(&ret->body);
	if (ret->body.is_short)
		return -EBADMSG;
	if (ret->info >> 5 != BTHOME_VERSION)
		return -EPROTONOSUPPORT;
	ret->address = f->advertisement->address;
	ret->device = f->device;
	if (ret->info & INFO_HAS_ADDRESS) {
		reversed = bytes_take(&ret->body, 6);
		if (!reversed)
			return -EBADMSG;
		set_reversed(ret->told, reversed);
		ret->address = ret->told;
		ret->device = device_keys_find(keys, ret->told);
	}
	return 0;
}

bool bthome_v2_address(const struct bytes *contents, uint8_t ret_address[6])
{
	struct bytes cursor = {.at = contents->at, .left = contents->left};
	struct ad_structure ad;

	while (advertisement_next(&cursor, &ad) > 0) {
		const uint8_t *reversed;

		if (ad.type != AD_SERVICE_DATA_16 || bytes_u16(&ad.value) != BTHOME_UUID)
			continue;
		if (!(bytes_u8(&ad.value) & INFO_HAS_ADDRESS))
			return false;
		reversed = bytes_take(&ad.value, 6);
		if (!reversed)
			return false;
		set_reversed(ret_address, reversed);
		return true;
	}
	return false;
}

/* Opens f->body into plain and makes it the body. */
static int open_sealed(struct frame *f, uint8_t plain[SEALED_MAX])
{
	struct sealed s = {.nonce_bytes = NONCE_BYTES};
	const uint8_t *counter;
	int error;

	if (f->body.left <= COUNTER_BYTES + SEALED_TAG_BYTES)
		return -EBADMSG;
	s.text = bytes_sub(&f->body, f->body.left - COUNTER_BYTES - SEALED_TAG_BYTES);
	counter = f->body.at;
	s.counter = bytes_u32(&f->body);
	s.tag = bytes_take(&f->body, SEALED_TAG_BYTES);
	memcpy(s.nonce, f->address, 6);
	s.nonce[6] = BTHOME_UUID & 0xFF;
	s.nonce[7] = BTHOME_UUID >> 8;
	s.nonce[8] = f->info;
	memcpy(s.nonce + 9, counter, COUNTER_BYTES);
	error = sealed_open(f->device, &s, plain);
	f->body = bytes_of(plain, s.text.left);
	return error;
}

/* Reads the frame's objects, by now in the open. Inline for the plain ones. */
static inline int tell(struct frame *f, struct device_keys *keys, struct decoded *ret)
{
	bool is_sealed = f->info & INFO_ENCRYPTED;
	struct bthome_objects found = {0};

	decoded_begin(ret, f->advertisement, f->device, f->address, !is_sealed);
	ret->is_triggered = f->info & INFO_TRIGGERED;
	bthome_objects_read(&f->body, ret, &found);
	if (f->info & INFO_ENCRYPTED)
		found.has_event = false; /* told apart by the counter */
	return bthome_objects_end(&found, ret, f->device, keys, f->address);
}

/* Apart, so that plain frames do not pay for its room on the stack. */
__attribute__((noinline)) static int tell_sealed(
	struct frame *f, struct device_keys *keys, struct decoded *ret)
{
	uint8_t plain[SEALED_MAX];
	int error = open_sealed(f, plain);

	return error < 0 ? error : tell(f, keys, ret);
}

static int decode(const struct decoder_frame *on_air, struct device_keys *keys, struct decoded *ret)
{
	struct frame f;
	bool has_key;
	int error = read_frame(on_air, keys, &f);

	if (error < 0)
		return error;
	has_key = f.device && f.device->has_key;
	if (!(f.info & INFO_ENCRYPTED))
		return has_key ? -EPROTO : tell(&f, keys, ret);
	return has_key ? tell_sealed(&f, keys, ret) : -ENOKEY;
}

const struct decoder bthome_v2_decoder = {
	.name = "bthome_v2",
	.status = "stable",
	.ad = AD_SERVICE_DATA_16,
	.ids = {BTHOME_UUID, BTHOME_UUID},
	.decode = decode,
};
