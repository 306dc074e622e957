/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MiBeacon: service data of UUID 0xFE95. Frame control, product number, frame counter, then by the
 * control's bits the address, a capability, and objects (mibeacon_objects.c).
 *
 * Sealed objects (AES-CCM, versions 4 and 5) are followed by three more bytes of the counter and a
 * tag; the nonce is the address as sent, product, frame counter and those three; 0x11 is authentic
 * with it. The frame counter is the whole counter's lowest byte: a real switch went from 255 with 8
 * above it to 1 with 9. Versions 2 and 3 seal without any tag: nothing of theirs is authentic, and
 * it is refused as another version.
 */
#include "sensors/decoders/mibeacon.h"

#include "sensors/decoders/mibeacon_objects.h"
#include "sensors/repetition.h"
#include "sensors/sealed.h"

#include <errno.h>
#include <string.h>

#define MIBEACON_UUID 0xFE95

#define CONTROL_ENCRYPTED      0x0008
#define CONTROL_HAS_ADDRESS    0x0010
#define CONTROL_HAS_CAPABILITY 0x0020
#define CONTROL_HAS_OBJECT     0x0040
#define CONTROL_MESH           0x0080
#define CONTROL_VERSION(c)     ((c) >> 12)
#define CAPABILITY_HAS_IO      0x20

#define VERSION_FIRST  2
#define VERSION_SEALED 4 /* the first whose sealing has a tag */

#define NONCE_BYTES   12
#define COUNTER_BYTES 3 /* beside the frame counter */

struct frame {
	uint16_t control, product;
	uint8_t counter;
	struct bytes objects;
};

static bool is_own_address(const uint8_t reversed[6], const uint8_t address[6])
{
	for (int i = 0; i < 6; i++) {
		if (reversed[i] != address[5 - i])
			return false;
	}
	return true;
}

static int read_frame(const struct decoder_frame *on_air, struct frame *ret)
{
	struct bytes b = on_air->body;
	const uint8_t *reversed;

	ret->control = bytes_u16(&b);
	ret->product = bytes_u16(&b);
	ret->counter = bytes_u8(&b);
	if (ret->control & CONTROL_HAS_ADDRESS) {
		reversed = bytes_take(&b, 6);
		if (reversed && !is_own_address(reversed, on_air->advertisement->address))
			return -EBADMSG;
	}
	if (ret->control & CONTROL_HAS_CAPABILITY && bytes_u8(&b) & CAPABILITY_HAS_IO)
		(void)bytes_u8(&b);
	if (b.is_short)
		return -EBADMSG;
	ret->objects = b;
	if (CONTROL_VERSION(ret->control) < VERSION_FIRST)
		return -EPROTONOSUPPORT;
	return ret->control & CONTROL_HAS_OBJECT && !(ret->control & CONTROL_MESH) ? 0 : -ENODATA;
}

/* Opens f->objects into plain and makes it the objects. */
static int open_sealed(
	struct frame *f, const struct decoder_frame *on_air, uint8_t plain[SEALED_MAX])
{
	static const uint8_t associated[] = {0x11};
	struct sealed s = {.nonce_bytes = NONCE_BYTES};
	struct bytes b = f->objects;
	const uint8_t *more;
	int error;

	if (b.left <= COUNTER_BYTES + SEALED_TAG_BYTES)
		return -EBADMSG;
	s.associated = bytes_of(associated, sizeof(associated));
	s.text = bytes_sub(&b, b.left - COUNTER_BYTES - SEALED_TAG_BYTES);
	more = b.at;
	s.counter = (uint32_t)bytes_le(&b, COUNTER_BYTES) << 8 | f->counter;
	s.tag = bytes_take(&b, SEALED_TAG_BYTES);
	for (int i = 0; i < 6; i++)
		s.nonce[i] = on_air->advertisement->address[5 - i];
	s.nonce[6] = (uint8_t)f->product;
	s.nonce[7] = (uint8_t)(f->product >> 8);
	s.nonce[8] = f->counter;
	memcpy(s.nonce + 9, more, COUNTER_BYTES);
	error = sealed_open(on_air->device, &s, plain);
	f->objects = bytes_of(plain, s.text.left);
	return error;
}

static int tell(const struct frame *f, const struct decoder_frame *on_air, bool is_sealed,
	struct decoded *ret)
{
	const struct advertisement *a = on_air->advertisement;

	decoded_begin(ret, a, on_air->device, a->address, !is_sealed);
	mibeacon_objects_read(f->objects, f->product, ret);
	return decoded_end(ret);
}

static int tell_sealed(struct frame *f, const struct decoder_frame *on_air, struct decoded *ret)
{
	uint8_t plain[SEALED_MAX];
	int error;

	if (CONTROL_VERSION(f->control) < VERSION_SEALED)
		return -EPROTONOSUPPORT;
	if (!on_air->device || !on_air->device->has_key)
		return -ENOKEY;
	error = open_sealed(f, on_air, plain);
	return error < 0 ? error : tell(f, on_air, true, ret);
}

static int decode(const struct decoder_frame *on_air, struct device_keys *keys, struct decoded *ret)
{
	const struct advertisement *a = on_air->advertisement;
	struct frame f;
	int answer = read_frame(on_air, &f);

	if (answer < 0)
		return answer;
	if (f.control & CONTROL_ENCRYPTED)
		return tell_sealed(&f, on_air, ret);
	if (frame_is_downgrade(on_air))
		return -EPROTO;
	answer = tell(&f, on_air, false, ret);
	if (answer <= 0)
		return answer;
	return decoded_end_heard(ret,
		repetition_of_packet(device_keys_ensure(keys, a->address), f.counter, a->time_us));
}

const struct decoder mibeacon_decoder = {
	.name = "mibeacon",
	.status = "stable",
	.ad = AD_SERVICE_DATA_16,
	.ids = {MIBEACON_UUID, MIBEACON_UUID},
	.decode = decode,
};
