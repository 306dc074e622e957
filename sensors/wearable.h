/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a connected wearable says, understood: which characteristics are wished for, and what each
 * value means. Knows the open pendant service (docs/WEARABLE.md), Battery, Heart Rate, Immediate
 * Alert, Device Information, and the accelerometer streams of Polar (PMD), PineTime (InfiniTime)
 * and Bangle.js (Nordic UART). Pure: values in, readings and batches out.
 *
 * Sources: Bluetooth GATT Specification Supplement 6 (Battery Level, Heart Rate Measurement, Alert
 * Level); Polar BLE SDK's description of PMD; InfiniTime doc/MotionService.md; Espruino's reference
 * of Bangle.accel. Polar, InfiniTime and Bangle.js are shown by byte vectors alone, not yet by
 * devices.
 */
#pragma once

#include "sensors/gatt.h"
#include "sensors/pendant.h"
#include "sensors/reading.h"

/* In the order of wearable_wishes[]. */
enum wearable_wish {
	WISH_BATTERY,
	WISH_HEART_RATE,
	WISH_ALERT,
	WISH_PENDANT_STATE,
	WISH_PENDANT_ACCELERATION,
	WISH_PENDANT_RECEIPT,
	WISH_POLAR_CONTROL,
	WISH_POLAR_STREAM,
	WISH_PINETIME_MOTION,
	WISH_BANGLE_COMMAND,
	WISH_BANGLE_LINES,
	WISH_MAKER,
	WISH_MODEL,
	WISH_FIRMWARE,
	WEARABLE_WISHES
};
extern const struct gatt_wish wearable_wishes[WEARABLE_WISHES];

enum wearable_alert { ALERT_NONE, ALERT_MILD, ALERT_HIGH };

#define WEARABLE_LINE_MAX   64
#define WEARABLE_NAME_MAX   20 /* with the NUL; longer ones are cut */
#define WEARABLE_DEVICE_MAX (3 * WEARABLE_NAME_MAX)

struct wearable_listener {
	void (*on_reading)(const struct reading *reading, void *userdata);
	void (*on_accel)(const struct accel_batch *batch, void *userdata);
	/* Something for the wearable; without response, or in its turn. */
	void (*on_write)(enum wearable_wish wish, const void *value, size_t count, bool is_command,
		void *userdata);
	void *userdata;
};

struct wearable {
	struct wearable_listener listener;
	struct sensor_id sensor;
	uint64_t refused; /* values that are cut, impossible, or of another version */
	/* the pendant: what has been told of it, over all connections */
	bool has_presses, has_event;
	uint8_t presses, event;
	uint16_t next;     /* sequence expected of `event` */
	uint32_t event_ms; /* its first stamp: with another one it is another event */
	uint64_t lost;     /* notifications of samples that never came */
	uint64_t clock_ms; /* its clock, without the wrap */
	/* Bangle.js: the line so far; too long ones are dropped to their end */
	bool is_line_dropped;
	uint8_t line_bytes;
	char line[WEARABLE_LINE_MAX];
	/* what it is, as read from it: maker, model, firmware. Its serial number is not asked for:
	 * it would name a person's thing. */
	char names[3][WEARABLE_NAME_MAX];
	struct accel_batch batch; /* the one being told: too long for the stack of each value */
};

void wearable_init(struct wearable *w, const struct sensor_id *sensor,
	const struct wearable_listener *listener);
/* The link is up and all is found: starts the streams that must be asked for. */
void wearable_begin(struct wearable *w, const struct gatt *gatt);
/* What the wearable says it is, "Polar H10 3.1.1"; "" where it says nothing. */
void wearable_device(const struct wearable *w, char ret[WEARABLE_DEVICE_MAX]);
void wearable_value(
	struct wearable *w, uint64_t now_us, enum wearable_wish wish, struct bytes value);
