/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server that says anything: packets one after another, each led by a byte of length, to the
 * client, and every value it hands on to the wearable. A first byte of 255 leads a value instead:
 * the byte after it is the wish, the next the length.
 */
#include "sensors/gatt.h"
#include "sensors/wearable.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size);

struct both {
	struct gatt gatt;
	struct wearable wearable;
};

static void on_send(const uint8_t *packet, size_t count, void *userdata)
{
	(void)packet;
	(void)userdata;
	if (count == 0 || count > ATT_MTU_MAX)
		abort();
}

static void on_value(unsigned int wish, struct bytes value, void *userdata)
{
	struct both *b = userdata;

	if (wish >= WEARABLE_WISHES)
		abort();
	wearable_value(&b->wearable, 1, (enum wearable_wish)wish, value);
}

static void on_ready(void *userdata)
{
	struct both *b = userdata;

	wearable_begin(&b->wearable, &b->gatt);
}

static void on_reading(const struct reading *reading, void *userdata)
{
	(void)userdata;
	if (!reading_is_possible(reading->kind, reading->value))
		abort();
}

static void on_accel(const struct accel_batch *batch, void *userdata)
{
	(void)userdata;
	if (batch->count == 0 || batch->count > ACCEL_BATCH_MAX)
		abort();
	for (unsigned int n = 1; n < batch->count; n++)
		if (batch->samples[n].offset_us < batch->samples[n - 1].offset_us)
			abort();
}

static void on_write(
	enum wearable_wish wish, const void *value, size_t count, bool is_command, void *userdata)
{
	struct both *b = userdata;

	(void)gatt_write(&b->gatt, 1, wish, value, count, is_command);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size)
{
	static struct both both;
	const struct gatt_listener listener = {
		.send = on_send, .on_value = on_value, .on_ready = on_ready, .userdata = &both};
	const struct wearable_listener inside = {.on_reading = on_reading,
		.on_accel = on_accel,
		.on_write = on_write,
		.userdata = &both};
	const struct sensor_id id = {.text = "A4:C1:38:8D:18:B2"};
	struct bytes b = bytes_of(at, size);

	wearable_init(&both.wearable, &id, &inside);
	gatt_begin(&both.gatt, wearable_wishes, WEARABLE_WISHES, &listener, 1);
	while (b.left > 0) {
		size_t length = bytes_u8(&b);
		bool is_value = length == 255;
		unsigned int wish = is_value ? bytes_u8(&b) % WEARABLE_WISHES : 0;
		struct bytes packet;

		if (is_value)
			length = bytes_u8(&b);
		packet = bytes_sub(&b, length);
		if (b.is_short)
			break;
		if (is_value)
			on_value(wish, packet, &both);
		else if (gatt_packet(&both.gatt, 1, packet.at, packet.left) < 0)
			break;
	}
	return 0;
}
