/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ruuvi 5: the maker's data of company 0x0499, 24 bytes, big-endian; what the sensor does not know
 * has its highest (or lowest) value and is left out. Accelerations are told as three readings, x, y
 * and z. MOVING says whether its count of movements changed since it was last heard; the
 * measurement number tells repetitions.
 */
#include "sensors/decoders/ruuvi_5.h"

#include "sensors/repetition.h"

#include <errno.h>

#define RUUVI      0x0499
#define FORMAT     5
#define BODY_BYTES 24 /* with the format's byte and the address at its end */

#define G_M_S2 9.80665

static int16_t read_signed(struct bytes *b)
{
	return (int16_t)bytes_be(b, 2);
}

static void add_acceleration(struct decoded *d, uint8_t axis, int16_t mg)
{
	if (mg != INT16_MIN)
		(void)decoded_add(d, READING_ACCELERATION, axis, mg * G_M_S2 / 1000);
}

static void add_power(struct decoded *d, uint16_t power)
{
	if (power >> 5 != 0x7FF)
		(void)decoded_add(d, READING_VOLTAGE, 0, (1600 + (power >> 5)) / 1000.0);
	if ((power & 0x1F) != 0x1F)
		(void)decoded_add(d, READING_TX_POWER, 0, -40 + 2 * (power & 0x1F));
}

/* A device that is not remembered has not moved, as far as anybody knows. */
static void add_movements(struct decoded *d, struct device_key *device, uint8_t count)
{
	bool has_moved = device && device->has_event && device->event_hash != count;

	if (count == 0xFF)
		return;
	(void)decoded_add(d, READING_COUNT, 0, count);
	(void)decoded_add(d, READING_MOVING, 0, has_moved);
	if (device) {
		device->has_event = true;
		device->event_hash = count;
	}
}

static void read_climate(struct decoded *d, struct bytes *b)
{
	int16_t temperature = read_signed(b);
	uint16_t humidity = (uint16_t)bytes_be(b, 2), pressure = (uint16_t)bytes_be(b, 2);

	if (temperature != INT16_MIN)
		(void)decoded_add(d, READING_TEMPERATURE, 0, temperature / 200.0);
	if (humidity != UINT16_MAX)
		(void)decoded_add(d, READING_HUMIDITY, 0, humidity / 400.0);
	if (pressure != UINT16_MAX)
		(void)decoded_add(d, READING_PRESSURE, 0, (pressure + 50000) / 100.0);
}

static int decode(const struct decoder_frame *f, struct device_keys *keys, struct decoded *ret)
{
	const struct advertisement *a = f->advertisement;
	struct bytes b = f->body;
	struct device_key *device;
	enum hearing hearing;
	uint8_t movements;

	if (bytes_u8(&b) != FORMAT)
		return b.is_short ? -EBADMSG : -EPROTONOSUPPORT;
	if (f->body.left < BODY_BYTES)
		return -EBADMSG;
	if (frame_is_downgrade(f))
		return -EPROTO;
	decoded_begin(ret, a, f->device, a->address, true);
	read_climate(ret, &b);
	for (uint8_t axis = 0; axis < 3; axis++)
		add_acceleration(ret, axis, read_signed(&b));
	add_power(ret, (uint16_t)bytes_be(&b, 2));
	movements = bytes_u8(&b);
	device = device_keys_ensure(keys, a->address);
	hearing = repetition_of_packet(device, (uint8_t)bytes_be(&b, 2), a->time_us);
	if (hearing == HEARING_FIRST)
		add_movements(ret, device, movements);
	return decoded_end_heard(ret, hearing);
}

const struct decoder ruuvi_5_decoder = {
	.name = "ruuvi_5",
	.status = "stable",
	.ad = AD_MANUFACTURER,
	.ids = {RUUVI, RUUVI},
	.decode = decode,
};
