/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holyiot: service data of UUID 0x5242, 13 bytes: 0x41, battery, address, two of unknown use, what
 * is measured, its value in two bytes. Temperature is sign and whole degrees, then hundredths;
 * pressure counts pascals above 80 000; the side on which it lies (1 to 6) is told as COUNT. The
 * same advertisement is an iBeacon too. A press has no number: it is one while it keeps being
 * heard.
 */
#include "sensors/decoders/holyiot.h"

#include "sensors/repetition.h"

#include <errno.h>
#include <string.h>

#define HOLYIOT_UUID 0x5242
#define HEAD         0x41

enum measured { TEMPERATURE = 1, PRESSURE, HUMIDITY, VIBRATION, SIDE, BUTTON };

static double temperature_of(uint8_t whole, uint8_t hundredths)
{
	int8_t degrees = (int8_t)whole;

	return degrees < 0 ? (degrees * 100 - hundredths) / 100.0
			   : (degrees * 100 + hundredths) / 100.0;
}

static enum hearing read_press(struct device_key *device, struct decoded *d, uint8_t value)
{
	if (value == 0)
		return HEARING_FIRST; /* let go */
	(void)decoded_add(d, READING_BUTTON, 0, BUTTON_PRESS);
	return repetition_of_event(device, value, d->time_us);
}

static int tell(const struct decoder_frame *f, struct device_keys *keys, uint8_t what,
	const uint8_t value[2], struct decoded *ret)
{
	struct device_key *device;

	switch (what) {
	case TEMPERATURE:
		(void)decoded_add(ret, READING_TEMPERATURE, 0, temperature_of(value[0], value[1]));
		break;
	case PRESSURE:
		(void)decoded_add(
			ret, READING_PRESSURE, 0, (80000 + (value[0] << 8 | value[1])) / 100.0);
		break;
	case HUMIDITY:
		(void)decoded_add(ret, READING_HUMIDITY, 0, value[0]);
		break;
	case VIBRATION:
		(void)decoded_add(ret, READING_VIBRATION, 0, value[0] != 0);
		break;
	case SIDE:
		(void)decoded_add(ret, READING_COUNT, 0, value[0]);
		break;
	case BUTTON:
		device = device_keys_ensure(keys, f->advertisement->address);
		return decoded_end_heard(ret, read_press(device, ret, value[0]));
	default:
		break;
	}
	return decoded_end(ret);
}

static int decode(const struct decoder_frame *f, struct device_keys *keys, struct decoded *ret)
{
	const struct advertisement *a = f->advertisement;
	struct bytes b = f->body;
	uint8_t head = bytes_u8(&b), battery = bytes_u8(&b), what;
	const uint8_t *address = bytes_take(&b, 6), *value;

	(void)bytes_u16(&b);
	what = bytes_u8(&b);
	value = bytes_take(&b, 2);
	if (head != HEAD)
		return 0; /* the number is not Holyiot's alone */
	if (!address || !value)
		return -EBADMSG;
	if (memcmp(address, a->address, 6) != 0)
		return -EBADMSG;
	if (frame_is_downgrade(f))
		return -EPROTO;
	decoded_begin(ret, a, f->device, a->address, true);
	(void)decoded_add(ret, READING_BATTERY, 0, battery);
	return tell(f, keys, what, value, ret);
}

const struct decoder holyiot_decoder = {
	.name = "holyiot",
	.status = "stable",
	.ad = AD_SERVICE_DATA_16,
	.ids = {HOLYIOT_UUID, HOLYIOT_UUID},
	.decode = decode,
};
