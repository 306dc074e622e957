/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of wishes, and the values of Bluetooth's own services and of the pendant's. The makers'
 * streams are in wearable_streams.c.
 */
#include "sensors/wearable_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HEART_RATE_WIDE          0x01
#define HEART_RATE_CONTACT       0x02
#define HEART_RATE_CONTACT_KNOWN 0x04
#define RECEIPT_EVERY            8 /* notifications of samples */

#define NORDIC_UART(n) \
	{ \
		{ \
			0x9E, 0xCA, 0xDC, 0x24, 0x0E, 0xE5, 0xA9, 0xE0, 0x93, 0xF3, 0xA3, 0xB5, n, \
				0x00, 0x40, 0x6E \
		} \
	}
#define POLAR(n) \
	{ \
		{ \
			0xF0, 0x8D, 0xD0, 0xD8, 0x1C, 0xAD, 0x87, 0xF3, 0xE7, 0x02, 0x80, 0x5C, n, \
				0x00, 0x5C, 0xFB \
		} \
	}
#define PINETIME(service, n) \
	{ \
		{ \
			0xD0, 0x42, 0x19, 0x3A, 0x3B, 0x43, 0x23, 0x8E, 0xFE, 0x48, 0xFC, 0x78, n, \
				0x00, service, 0x00 \
		} \
	}

const struct gatt_wish wearable_wishes[WEARABLE_WISHES] = {
	[WISH_BATTERY] = {ATT_UUID16(0x180F), ATT_UUID16(0x2A19), GATT_READ | GATT_NOTIFY},
	[WISH_HEART_RATE] = {ATT_UUID16(0x180D), ATT_UUID16(0x2A37), GATT_NOTIFY},
	[WISH_ALERT] = {ATT_UUID16(0x1802), ATT_UUID16(0x2A06), GATT_WRITE},
	[WISH_PENDANT_STATE] = {PENDANT_UUID(1), PENDANT_UUID(3), GATT_READ | GATT_NOTIFY},
	[WISH_PENDANT_ACCELERATION] = {PENDANT_UUID(1), PENDANT_UUID(2), GATT_NOTIFY},
	[WISH_PENDANT_RECEIPT] = {PENDANT_UUID(1), PENDANT_UUID(4), GATT_WRITE},
	[WISH_POLAR_CONTROL] = {POLAR(0x80), POLAR(0x81), GATT_NOTIFY | GATT_WRITE},
	[WISH_POLAR_STREAM] = {POLAR(0x80), POLAR(0x82), GATT_NOTIFY},
	[WISH_PINETIME_MOTION] = {PINETIME(0x03, 0x00), PINETIME(0x03, 0x02), GATT_NOTIFY},
	[WISH_BANGLE_COMMAND] = {NORDIC_UART(0x01), NORDIC_UART(0x02), GATT_WRITE},
	[WISH_BANGLE_LINES] = {NORDIC_UART(0x01), NORDIC_UART(0x03), GATT_NOTIFY},
	[WISH_MAKER] = {ATT_UUID16(0x180A), ATT_UUID16(0x2A29), GATT_READ},
	[WISH_MODEL] = {ATT_UUID16(0x180A), ATT_UUID16(0x2A24), GATT_READ},
	[WISH_FIRMWARE] = {ATT_UUID16(0x180A), ATT_UUID16(0x2A26), GATT_READ},
};

void wearable_init(struct wearable *w, const struct sensor_id *sensor,
	const struct wearable_listener *listener)
{
	*w = (struct wearable){.listener = *listener, .sensor = *sensor};
	w->batch.sensor = *sensor;
}

void wearable_tell(struct wearable *w, uint64_t now_us, enum reading_kind kind, double value)
{
	struct reading reading = {.time_us = now_us,
		.sensor = w->sensor,
		.kind = kind,
		.rssi_dbm = 127,
		.value = value};

	if (reading_is_possible(kind, value))
		w->listener.on_reading(&reading, w->listener.userdata);
	else
		w->refused++;
}

void wearable_tell_batch(struct wearable *w, uint64_t now_us)
{
	w->batch.time_us = now_us;
	if (w->batch.count > 0)
		w->listener.on_accel(&w->batch, w->listener.userdata);
	w->batch.count = 0;
}

static int battery(struct wearable *w, uint64_t now_us, struct bytes b)
{
	uint8_t battery_pct = bytes_u8(&b);

	if (b.is_short)
		return -EBADMSG;
	wearable_tell(w, now_us, READING_BATTERY, battery_pct);
	return 0;
}

/* Flags, rate in one byte or two; energy and intervals follow and are not used. A rate without
 * contact is none. */
static int heart_rate(struct wearable *w, uint64_t now_us, struct bytes b)
{
	uint8_t flags = bytes_u8(&b);
	uint16_t rate = flags & HEART_RATE_WIDE ? bytes_u16(&b) : bytes_u8(&b);
	bool is_contact_known = flags & HEART_RATE_CONTACT_KNOWN;
	bool has_contact = flags & HEART_RATE_CONTACT;

	if (flags & 0x08)
		(void)bytes_u16(&b);
	if (b.is_short || (flags & 0x10 && (b.left == 0 || b.left % 2)))
		return -EBADMSG;
	if (is_contact_known)
		wearable_tell(w, now_us, READING_WORN, has_contact);
	if (!is_contact_known || has_contact)
		wearable_tell(w, now_us, READING_HEART_RATE, rate);
	return 0;
}

static void give_receipt(struct wearable *w, bool is_press, uint8_t number, uint16_t next)
{
	const struct pendant_receipt receipt = {
		.is_press = is_press, .number = number, .next = next};
	uint8_t value[PENDANT_RECEIPT_BYTES];
	size_t count = pendant_receipt_write(&receipt, value);

	w->listener.on_write(WISH_PENDANT_RECEIPT, value, count, false, w->listener.userdata);
}

/* A press is told when its number is new, or when nobody has taken it and we do not know of it. */
static int pendant_state(struct wearable *w, uint64_t now_us, struct bytes b)
{
	struct pendant_state s;
	bool is_new;
	int r = pendant_state_read(b, &s);

	if (r < 0)
		return r;
	is_new = w->has_presses ? s.presses != w->presses : s.is_press_owed;
	w->has_presses = true;
	w->presses = s.presses;
	if (is_new && s.press != BUTTON_NONE)
		wearable_tell(w, now_us, READING_BUTTON, s.press);
	if (s.is_press_owed)
		give_receipt(w, true, s.presses, 0);
	if (s.is_worn_known)
		wearable_tell(w, now_us, READING_WORN, s.is_worn);
	if (s.battery_pct != PENDANT_UNKNOWN)
		wearable_tell(w, now_us, READING_BATTERY, s.battery_pct);
	if (s.is_battery_low)
		wearable_tell(w, now_us, READING_BATTERY_LOW, 1);
	return 0;
}

static void take_samples(struct wearable *w, uint64_t now_us, const struct pendant_samples *s)
{
	/* 32 bits of ms wrap after 49 days: the clock goes on */
	uint32_t step_ms = s->first_ms - (uint32_t)w->clock_ms;

	if (w->clock_ms == 0 || step_ms > UINT32_MAX / 2)
		w->clock_ms = (w->clock_ms & ~(uint64_t)UINT32_MAX) | s->first_ms;
	else
		w->clock_ms += step_ms;
	w->batch.first_us = w->clock_ms * 1000;
	w->batch.range_mg = (uint16_t)(s->range_g * 1000U);
	for (unsigned int n = 0; n < s->count; n++)
		w->batch.samples[n] = (struct accel_sample){.offset_us = n * 1000000U / s->rate_hz,
			.x_mg = s->at[n].x_mg,
			.y_mg = s->at[n].y_mg,
			.z_mg = s->at[n].z_mg};
	w->batch.count = s->count;
	wearable_tell_batch(w, now_us);
}

/* Begun again after a lost link, the pendant may repeat what we have. An event whose beginning was
 * lost has no first stamp: its sequence 0, should it come, is taken for another. */
static int pendant_acceleration(struct wearable *w, uint64_t now_us, struct bytes b)
{
	struct pendant_samples s;
	int r = pendant_samples_read(b, &s);

	if (r < 0)
		return r;
	if (!w->has_event || s.event != w->event ||
		(s.sequence == 0 && s.first_ms != w->event_ms)) {
		w->has_event = true;
		w->event_ms = s.first_ms;
		w->event = s.event;
		w->next = 0;
	}
	if (s.sequence >= w->next) {
		w->lost += s.sequence - w->next;
		w->next = (uint16_t)(s.sequence + 1);
		take_samples(w, now_us, &s);
	}
	if (s.is_last || (s.sequence + 1) % RECEIPT_EVERY == 0)
		give_receipt(w, false, w->event, w->next);
	return 0;
}

/* A text of the wearable's, made fit for a line on a screen. */
static int take_name(char name[WEARABLE_NAME_MAX], struct bytes b)
{
	size_t count = b.left < WEARABLE_NAME_MAX - 1 ? b.left : WEARABLE_NAME_MAX - 1;
	size_t n = 0;

	for (; n < count && b.at[n] != 0; n++)
		name[n] = (char)(b.at[n] < 0x20 || b.at[n] > 0x7E ? '?' : b.at[n]);
	while (n > 0 && name[n - 1] == ' ')
		n--;
	name[n] = '\0';
	return 0;
}

void wearable_device(const struct wearable *w, char ret[WEARABLE_DEVICE_MAX])
{
	size_t at = 0;

	ret[0] = '\0';
	for (unsigned int n = 0; n < 3; n++)
		if (w->names[n][0])
			at += (size_t)snprintf(ret + at, WEARABLE_DEVICE_MAX - at, "%s%s",
				at > 0 ? " " : "", w->names[n]);
}

void wearable_begin(struct wearable *w, const struct gatt *gatt)
{
	if (gatt_has(gatt, WISH_POLAR_CONTROL))
		wearable_start_polar(w);
	if (gatt_has(gatt, WISH_BANGLE_COMMAND))
		wearable_start_bangle(w, gatt->mtu_bytes);
}

void wearable_value(
	struct wearable *w, uint64_t now_us, enum wearable_wish wish, struct bytes value)
{
	int r = 0;

	switch (wish) {
	case WISH_BATTERY:
		r = battery(w, now_us, value);
		break;
	case WISH_HEART_RATE:
		r = heart_rate(w, now_us, value);
		break;
	case WISH_PENDANT_STATE:
		r = pendant_state(w, now_us, value);
		break;
	case WISH_PENDANT_ACCELERATION:
		r = pendant_acceleration(w, now_us, value);
		break;
	case WISH_POLAR_STREAM:
		r = wearable_polar(w, now_us, value);
		break;
	case WISH_PINETIME_MOTION:
		r = wearable_pinetime(w, now_us, value);
		break;
	case WISH_BANGLE_LINES:
		r = wearable_bangle(w, now_us, value);
		break;
	case WISH_MAKER:
	case WISH_MODEL:
	case WISH_FIRMWARE:
		r = take_name(w->names[wish - WISH_MAKER], value);
		break;
	case WISH_ALERT:
	case WISH_PENDANT_RECEIPT:
	case WISH_POLAR_CONTROL:
	case WISH_BANGLE_COMMAND:
	case WEARABLE_WISHES:
		break;
	}
	if (r < 0)
		w->refused++;
}
