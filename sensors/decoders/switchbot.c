/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SwitchBot: service data of UUID 0xFD3D, or 0x0D00 in older ones. The first byte is the model, the
 * second flags, the third the battery. It comes in the scan response, and only the maker's number
 * (0x0969) unasked: who hears that from an enrolled one has to ask. The contact sensor counts its
 * button's presses in four bits: a press is a count that changed; one while nobody listened is not
 * known.
 */
#include "sensors/decoders/switchbot.h"

#include "sensors/repetition.h"

#include <errno.h>

#define UUID_NEW 0xFD3D
#define UUID_OLD 0x0D00
#define MAKER    0x0969

enum model {
	MODEL_METER = 'T',
	MODEL_METER_PLUS = 'i',
	MODEL_METER_OUTDOOR = 'w',
	MODEL_MOTION = 's',
	MODEL_CONTACT = 'd'
};

static void read_meter(struct decoded *d, struct bytes *b)
{
	uint8_t tenths = bytes_u8(b) & 0x0F, whole = bytes_u8(b), humidity = bytes_u8(b) & 0x7F;
	double temperature = ((whole & 0x7F) * 10 + tenths) / 10.0;

	if (b->is_short)
		return;
	(void)decoded_add(d, READING_TEMPERATURE, 0, whole & 0x80 ? temperature : -temperature);
	(void)decoded_add(d, READING_HUMIDITY, 0, humidity);
}

static void read_motion(struct decoded *d, struct bytes *b, uint8_t flags)
{
	uint8_t light;

	(void)bytes_take(b, 2); /* since when, s */
	light = bytes_u8(b);
	if (b->is_short)
		return;
	(void)decoded_add(d, READING_MOTION, 0, flags >> 6 & 1);
	(void)decoded_add(d, READING_LIGHT, 0, light >> 1 & 1);
}

/* A count that changed is a press, heard again soon it is that press's second hearing. The first
 * one known, or any without a row to remember it in, is none. */
static void add_press(struct decoded *d, struct device_key *device, uint8_t presses)
{
	struct reading *press;
	bool is_new, is_second;

	if (!device)
		return;
	is_new = device->has_event && device->event_hash != presses;
	is_second = !is_new && device->event_us != 0 && device->event_repeats == 0 &&
		    d->time_us - device->event_us <= REPETITION_US;
	device->has_event = true;
	device->event_hash = presses;
	device->heard_us = d->time_us;
	if (!is_new && !is_second)
		return;
	device->event_repeats = is_second;
	device->event_us = d->time_us;
	press = decoded_add(d, READING_BUTTON, 0, BUTTON_PRESS);
	if (press)
		press->repeats = is_second;
}

static void read_contact(
	struct decoded *d, struct bytes *b, uint8_t flags, struct device_key *device)
{
	uint8_t state = bytes_u8(b), presses;

	(void)bytes_take(b, 4); /* since when it moved, and was opened or closed, s */
	presses = bytes_u8(b) & 0x0F;
	if (b->is_short)
		return;
	/* 2: left open too long is open as well */
	(void)decoded_add(d, READING_OPENING, 0, (state >> 1 & 3) != 0);
	(void)decoded_add(d, READING_MOTION, 0, flags >> 6 & 1);
	(void)decoded_add(d, READING_LIGHT, 0, state & 1);
	add_press(d, device, presses);
}

static int decode(const struct decoder_frame *f, struct device_keys *keys, struct decoded *ret)
{
	const struct advertisement *a = f->advertisement;
	struct bytes b = f->body;
	uint8_t model = bytes_u8(&b) & 0x7F, flags = bytes_u8(&b), battery = bytes_u8(&b) & 0x7F;

	if (b.is_short)
		return -EBADMSG;
	if (frame_is_downgrade(f))
		return -EPROTO;
	decoded_begin(ret, a, f->device, a->address, true);
	switch ((enum model)model) {
	case MODEL_METER:
	case MODEL_METER_PLUS:
	case MODEL_METER_OUTDOOR:
		read_meter(ret, &b);
		break;
	case MODEL_MOTION:
		read_motion(ret, &b, flags);
		break;
	case MODEL_CONTACT:
		read_contact(ret, &b, flags, device_keys_ensure(keys, a->address));
		break;
	default:
		return -ENODATA; /* a curtain, a lamp … */
	}
	if (b.is_short)
		return -EBADMSG;
	(void)decoded_add(ret, READING_BATTERY, 0, battery);
	return decoded_end(ret);
}

const struct decoder switchbot_decoder = {
	.name = "switchbot",
	.status = "testing",
	.ad = AD_SERVICE_DATA_16,
	.ids = {UUID_NEW, UUID_OLD},
	.decode = decode,
};

static int decode_maker(
	const struct decoder_frame *f, struct device_keys *keys, struct decoded *ret)
{
	(void)keys;
	if (frame_is_downgrade(f))
		return -EPROTO;
	ret->wants_response = !f->advertisement->is_scan_response;
	return -ENODATA;
}

const struct decoder switchbot_maker_decoder = {
	.name = "switchbot_maker",
	.status = "testing",
	.ad = AD_MANUFACTURER,
	.ids = {MAKER, MAKER},
	.decode = decode_maker,
};
