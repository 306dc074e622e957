/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Beacons: PRESENCE is 1 whenever one is heard (that it is gone is silence, and supervision's to
 * tell), its text "UUID/major/minor"; TX_POWER is what is received of it at one metre. A tag is
 * enrolled by its address. Makers who hide a temperature in major and minor are not guessed at.
 */
#include "sensors/decoders/beacon.h"

#include "sensors/decoded.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define APPLE        0x004C
#define IBEACON_CODE 0x1502 /* type 2, 21 bytes */
#define ALTBEACON    0xACBE /* BE AC on air */
#define UUID_BYTES   16
#define BEACON_BYTES 21 /* UUID, major, minor, power */

_Static_assert(2 * UUID_BYTES + sizeof("/65535/65535") <= READING_TEXT_MAX, "the name fits");

static void write_name(
	char name[READING_TEXT_MAX], const uint8_t *uuid, uint16_t major, uint16_t minor)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < UUID_BYTES; i++) {
		name[2 * i] = digits[uuid[i] >> 4];
		name[2 * i + 1] = digits[uuid[i] & 15];
	}
	(void)snprintf(name + 2 * UUID_BYTES, READING_TEXT_MAX - 2 * UUID_BYTES,
		"/%" PRIu16 "/%" PRIu16, major, minor);
}

static int tell(const struct decoder_frame *f, struct bytes b, struct decoded *ret)
{
	const uint8_t *uuid = bytes_take(&b, UUID_BYTES);
	uint16_t major = (uint16_t)bytes_be(&b, 2), minor = (uint16_t)bytes_be(&b, 2);
	int8_t power_dbm = (int8_t)bytes_u8(&b);
	struct reading *presence;

	if (!uuid || b.is_short)
		return -EBADMSG;
	if (frame_is_downgrade(f))
		return -EPROTO;
	decoded_begin(ret, f->advertisement, f->device, f->advertisement->address, true);
	presence = decoded_add(ret, READING_PRESENCE, 0, 1);
	if (presence)
		write_name(presence->text, uuid, major, minor);
	(void)decoded_add(ret, READING_TX_POWER, 0, power_dbm);
	return decoded_end(ret);
}

static int decode_ibeacon(
	const struct decoder_frame *f, struct device_keys *keys, struct decoded *ret)
{
	struct bytes b = f->body;

	(void)keys;
	/* telephones send other things under the same number all day */
	if (bytes_u16(&b) != IBEACON_CODE || b.is_short)
		return 0;
	return tell(f, b, ret);
}

static int decode_altbeacon(
	const struct decoder_frame *f, struct device_keys *keys, struct decoded *ret)
{
	struct bytes b = f->body;

	(void)keys;
	if (bytes_u16(&b) != ALTBEACON || b.left < BEACON_BYTES)
		return 0;
	return tell(f, b, ret);
}

const struct decoder ibeacon_decoder = {
	.name = "ibeacon",
	.status = "stable",
	.ad = AD_MANUFACTURER,
	.ids = {APPLE, APPLE},
	.decode = decode_ibeacon,
};

const struct decoder altbeacon_decoder = {
	.name = "altbeacon",
	.status = "stable",
	.ad = AD_MANUFACTURER,
	.ids = {DECODER_ANY_ID, DECODER_ANY_ID},
	.decode = decode_altbeacon,
};
