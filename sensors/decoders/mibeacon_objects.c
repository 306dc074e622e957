/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the objects of MiBeacon become readings, shape by shape.
 */
#include "sensors/decoders/mibeacon_objects.h"

#include "sensors/decoders/mibeacon_table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Products whose objects mean something else. */
#define PRODUCT_CUBE          0x04E1 /* turned left or right, no button */
#define PRODUCT_WALL_1        0x1568 /* these swap double and long presses */
#define PRODUCT_WALL_2        0x1569
#define PRODUCT_WALL_3        0x0DFD
#define PRODUCT_MOTION_LUX    0x0A83 /* tells lux where others tell light or dark */
#define PRODUCT_WALL_1_CLICKS 0x1C10 /* its click's value is how, not which */
#define LIGHT_LEAST           100

static double float_of(uint32_t bits)
{
	float number;

	memcpy(&number, &bits, sizeof(number));
	return (double)number;
}

static void read_door(struct decoded *d, uint8_t event)
{
	/* open, closed, open too long, knocked at, forced, stuck */
	static const bool is_open[] = {true, false, true, false, true, false};

	if (event >= sizeof(is_open)) {
		d->impossible++;
		return;
	}
	(void)decoded_add(d, READING_DOOR, 0, is_open[event]);
	if (event == 4)
		(void)decoded_add(d, READING_TAMPER, 0, 1);
}

static void read_motion_and_light(
	struct decoded *d, const struct mibeacon_object *o, uint16_t product, struct bytes *b)
{
	uint32_t light = (uint32_t)bytes_le(b, o->bytes);

	(void)decoded_add(d, READING_MOTION, 0, 1);
	if (o->id == 0x4A08)
		(void)decoded_add(d, READING_ILLUMINANCE, 0, float_of(light));
	else if (product == PRODUCT_MOTION_LUX)
		(void)decoded_add(d, READING_ILLUMINANCE, 0, light);
	else
		(void)decoded_add(d, READING_LIGHT, 0, light >= LIGHT_LEAST);
}

/* How a button was pressed, or −1. */
static int press_of(uint16_t product, uint8_t code)
{
	bool is_wall =
		product == PRODUCT_WALL_1 || product == PRODUCT_WALL_2 || product == PRODUCT_WALL_3;

	switch (code) {
	case 0:
	case 5:
		return BUTTON_PRESS;
	case 1:
		return is_wall ? BUTTON_LONG : BUTTON_DOUBLE;
	case 2:
		return is_wall ? BUTTON_DOUBLE : BUTTON_LONG;
	case 6:
		return BUTTON_LONG;
	default:
		return -1;
	}
}

static void read_buttons(struct decoded *d, uint16_t product, struct bytes *b)
{
	uint8_t which = bytes_u8(b), steps = bytes_u8(b), how = bytes_u8(b);

	if (product == PRODUCT_CUBE)
		(void)decoded_add(d, READING_DIMMER, 0, which == 1 ? -1 : 1);
	else if (how == 3) /* a knob: 0 short, 1 long */
		(void)decoded_add(d, READING_BUTTON, 0, which == 0 ? BUTTON_PRESS : BUTTON_LONG);
	else if (how == 4) /* turned; where pressed too, the steps are in the first */
		(void)decoded_add(d, READING_DIMMER, which != 0, (int8_t)(which ? which : steps));
	else
		(void)decoded_add(d, READING_BUTTON, which, press_of(product, how));
}

/* Nothing, or which button; one product tells all presses as clicks. */
static void read_click(
	struct decoded *d, const struct mibeacon_object *o, uint16_t product, struct bytes *b)
{
	uint8_t which = b->left > 0 ? bytes_u8(b) : 0, press = o->detail;

	if (product == PRODUCT_WALL_1_CLICKS) {
		press = which == 15 ? BUTTON_DOUBLE : which == 8 ? BUTTON_LONG : BUTTON_PRESS;
		which = 0;
	}
	(void)decoded_add(d, READING_BUTTON, which > 0 ? (uint8_t)(which - 1) : 0, press);
}

static void read_bed_or_click(struct decoded *d, uint8_t event)
{
	if (event == 1 || event == 2)
		(void)decoded_add(d, READING_PRESSURE_MAT, 0, event == 1);
	else if (event == 3)
		(void)decoded_add(d, READING_BUTTON, 0, BUTTON_DOUBLE);
}

/* LOCK is 1 when it was opened; the text is where, by what and with which key. */
static void read_lock(struct decoded *d, struct bytes *b)
{
	static const char *const places[] = {[0] = "outside",
		[1] = "door",
		[4] = "inside",
		[5] = "inside",
		[8] = "outside",
		[15] = "abnormal"};
	static const char *const methods[16] = {"bluetooth", "password", "biometrics", "key",
		"turntable", "nfc", "one-time password", "two steps", "coercion", "homekit",
		"manual", "automatic", "", "", "", "abnormal"};
	uint8_t how = bytes_u8(b), action = how & 15, method = how >> 4;
	uint32_t key = bytes_u32(b);
	struct reading *lock;

	if (!places[action])
		return; /* child lock and the like */
	lock = decoded_add(d, READING_LOCK, 0, action == 0 || action == 4 || action == 15);
	/* only keys by Bluetooth have more than 16 bits; higher ones are errors */
	if (lock)
		(void)snprintf(lock->text, sizeof(lock->text), "%s %s %" PRIu32, places[action],
			methods[method], method > 0 && key >> 16 != 0xC0DE ? key & 0xFFFF : key);
}

static void read_fingerprint(struct decoded *d, struct bytes *b)
{
	uint32_t key = bytes_u32(b);
	bool is_match = bytes_u8(b) == 0;
	struct reading *text = decoded_add(d, READING_TEXT, 0, 0);

	if (!text)
		return;
	if (key == UINT32_MAX)
		(void)snprintf(text->text, sizeof(text->text), "fingerprint %s unknown",
			is_match ? "matched" : "refused");
	else
		(void)snprintf(text->text, sizeof(text->text), "fingerprint %s %" PRIu32,
			is_match ? "matched" : "refused", key);
}

/* Running from 0; how often or how well it was brushed as COUNT. */
static void read_brush(struct decoded *d, struct bytes *b, bool is_dated)
{
	(void)decoded_add(d, READING_RUNNING, 0, bytes_u8(b) == 0);
	if (is_dated)
		(void)bytes_u32(b);
	if (b->left > 0)
		(void)decoded_add(d, READING_COUNT, 0, bytes_u8(b));
}

/* ble_monitor's fit to what the maker's application shows between 36.5 and 37.8 °C. */
static void read_forehead(struct decoded *d, struct bytes *b)
{
	double skin = (double)bytes_signed(b, 2) / 100, air = (double)bytes_signed(b, 2) / 100;
	double body = 3.71934e-11 * exp(0.69314 * skin) - 1.02801e-8 * exp(0.53871 * air) + 36.413;

	(void)decoded_add(d, READING_TEMPERATURE, 0, body);
	(void)decoded_add(d, READING_BATTERY, 0, bytes_u8(b));
}

static void read_number(struct decoded *d, const struct mibeacon_object *o, struct bytes *b)
{
	double number = o->shape == SIGNED ? (double)bytes_signed(b, o->bytes)
					   : (double)bytes_le(b, o->bytes);

	(void)decoded_add(d, o->kind, o->detail, number / o->divide);
}

static void read_still_since(struct decoded *d, const struct mibeacon_object *o, struct bytes *b)
{
	uint32_t still_s = (uint32_t)bytes_le(b, o->bytes);

	(void)decoded_add(d, READING_MOTION, 0, still_s == 0);
	(void)decoded_add(d, READING_DURATION, 0, still_s);
}

static void read_climate(struct decoded *d, struct bytes *b)
{
	(void)decoded_add(d, READING_TEMPERATURE, 0, (double)bytes_signed(b, 2) / 10);
	(void)decoded_add(d, READING_HUMIDITY, 0, bytes_u16(b) / 10.0);
}

/* Shapes whose first byte is all there is to them. */
static void read_state(struct decoded *d, const struct mibeacon_object *o, uint8_t state)
{
	switch (o->shape) {
	case IS_SET:
		(void)decoded_add(d, o->kind, 0, state != 0);
		break;
	case IS_ONE:
		if (state == 1)
			(void)decoded_add(d, o->kind, 0, 1);
		break;
	case WAS_LEFT:
		if (state == 1)
			(void)decoded_add(d, o->kind, 0, 0);
		break;
	case ONE_IS_YES:
		if (state == 1 || state == 2)
			(void)decoded_add(d, o->kind, 0, state == 1);
		break;
	case OPENED:
		(void)decoded_add(d, o->kind, 0, state == 1 ? 0 : state <= 3 ? 1 : -1);
		break;
	case DOOR:
		read_door(d, state);
		break;
	case BED_OR_CLICK:
		read_bed_or_click(d, state);
		break;
	case SLEEP_OR_CLICK:
		if (state == 2)
			(void)decoded_add(d, READING_BUTTON, 0, BUTTON_DOUBLE);
		break;
	default:
		break;
	}
}

static void read_object(
	struct decoded *d, const struct mibeacon_object *o, uint16_t product, struct bytes b)
{
	switch (o->shape) {
	case UNSIGNED:
	case SIGNED:
		read_number(d, o, &b);
		break;
	case FLOAT:
		(void)decoded_add(d, o->kind, 0, float_of(bytes_u32(&b)));
		break;
	case CLIMATE:
		read_climate(d, &b);
		break;
	case MOTION_AND_LIGHT:
		read_motion_and_light(d, o, product, &b);
		break;
	case STILL_SINCE:
		read_still_since(d, o, &b);
		break;
	case BUTTONS:
		read_buttons(d, product, &b);
		break;
	case CLICK:
		read_click(d, o, product, &b);
		break;
	case LOCK:
		read_lock(d, &b);
		break;
	case FINGERPRINT:
		read_fingerprint(d, &b);
		break;
	case BRUSH:
	case BRUSH_DATED:
		read_brush(d, &b, o->shape == BRUSH_DATED);
		break;
	case FOREHEAD:
		read_forehead(d, &b);
		break;
	default:
		read_state(d, o, bytes_u8(&b));
		break;
	}
}

void mibeacon_objects_read(struct bytes b, uint16_t product, struct decoded *ret_decoded)
{
	while (b.left > 0) {
		const struct mibeacon_object *o = mibeacon_object_find(bytes_u16(&b));
		struct bytes value = bytes_sub(&b, bytes_u8(&b));

		if (b.is_short) {
			ret_decoded->is_cut = true;
			return;
		}
		if (o && value.left < o->bytes)
			ret_decoded->is_cut = true;
		else if (o)
			read_object(ret_decoded, o, product, value);
	}
}
