/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects of BTHome v2. Values are multiplied and divided by whole numbers so that 2506 / 100
 * is the double nearest to 25.06.
 */
#include "sensors/decoders/bthome_objects.h"

#include <string.h>

enum shape {
	UNKNOWN, /* no object has this id: reading stops */
	UNSIGNED,
	SIGNED,
	PACKET_ID,
	BUTTON,
	DIMMER,
	SKIP, /* what the device is, not what it senses */
	/* one byte of length, then as many */
	TEXT,
	RAW
};

struct object {
	uint8_t kind; /* enum reading_kind */
	uint8_t shape;
	uint8_t count_bytes;
	bool is_plain; /* both are 1 */
	double multiply, divide;
};

#define U(id, k, bytes, divide)   [id] = {READING_##k, UNSIGNED, bytes, (divide) == 1, 1, divide}
#define S(id, k, bytes, divide)   [id] = {READING_##k, SIGNED, bytes, (divide) == 1, 1, divide}
#define X(id, k, sh, bytes, m, d) [id] = {READING_##k, sh, bytes, (m) == 1 && (d) == 1, m, d}
#define YES_NO(id, k)             U(id, k, 1, 1)

static const struct object objects[256] = {
	X(0x00, NONE, PACKET_ID, 1, 1, 1),
	U(0x01, BATTERY, 1, 1),
	S(0x02, TEMPERATURE, 2, 100),
	U(0x03, HUMIDITY, 2, 100),
	U(0x04, PRESSURE, 3, 100),
	U(0x05, ILLUMINANCE, 3, 100),
	U(0x06, MASS, 2, 100),
	X(0x07, MASS, UNSIGNED, 2, 45359237, 1e10), /* pounds */
	S(0x08, DEW_POINT, 2, 100),
	U(0x09, COUNT, 1, 1),
	U(0x0A, ENERGY, 3, 1000),
	U(0x0B, POWER, 3, 100),
	U(0x0C, VOLTAGE, 2, 1000),
	U(0x0D, PM2_5, 2, 1),
	U(0x0E, PM10, 2, 1),
	YES_NO(0x0F, GENERIC),
	YES_NO(0x10, POWER_ON),
	YES_NO(0x11, OPENING),
	U(0x12, CO2, 2, 1),
	U(0x13, TVOC, 2, 1),
	U(0x14, MOISTURE, 2, 100),
	YES_NO(0x15, BATTERY_LOW),
	YES_NO(0x16, BATTERY_CHARGING),
	YES_NO(0x17, CARBON_MONOXIDE_ALARM),
	YES_NO(0x18, COLD),
	YES_NO(0x19, CONNECTIVITY),
	YES_NO(0x1A, DOOR),
	YES_NO(0x1B, GARAGE_DOOR),
	YES_NO(0x1C, GAS_ALARM),
	YES_NO(0x1D, HEAT),
	YES_NO(0x1E, LIGHT),
	YES_NO(0x1F, LOCK),
	YES_NO(0x20, MOISTURE_ALARM),
	YES_NO(0x21, MOTION),
	YES_NO(0x22, MOVING),
	YES_NO(0x23, OCCUPANCY),
	YES_NO(0x24, PLUG),
	YES_NO(0x25, PRESENCE),
	YES_NO(0x26, PROBLEM),
	YES_NO(0x27, RUNNING),
	YES_NO(0x28, SAFETY),
	YES_NO(0x29, SMOKE),
	YES_NO(0x2A, SOUND),
	YES_NO(0x2B, TAMPER),
	YES_NO(0x2C, VIBRATION),
	YES_NO(0x2D, WINDOW),
	U(0x2E, HUMIDITY, 1, 1),
	U(0x2F, MOISTURE, 1, 1),
	X(0x3A, BUTTON, BUTTON, 1, 1, 1),
	X(0x3C, DIMMER, DIMMER, 2, 1, 1),
	U(0x3D, COUNT, 2, 1),
	U(0x3E, COUNT, 4, 1),
	S(0x3F, ROTATION, 2, 10),
	U(0x40, DISTANCE, 2, 1000), /* mm */
	U(0x41, DISTANCE, 2, 10),
	U(0x42, DURATION, 3, 1000),
	U(0x43, CURRENT, 2, 1000),
	U(0x44, SPEED, 2, 100),
	S(0x45, TEMPERATURE, 2, 10),
	U(0x46, UV_INDEX, 1, 10),
	U(0x47, VOLUME, 2, 10),
	U(0x48, VOLUME, 2, 1000), /* ml */
	U(0x49, VOLUME_FLOW, 2, 1000),
	U(0x4A, VOLTAGE, 2, 10),
	U(0x4B, GAS, 3, 1000),
	U(0x4C, GAS, 4, 1000),
	U(0x4D, ENERGY, 4, 1000),
	U(0x4E, VOLUME, 4, 1000),
	U(0x4F, WATER, 4, 1000),
	U(0x50, TIMESTAMP, 4, 1),
	U(0x51, ACCELERATION, 2, 1000),
	U(0x52, GYROSCOPE, 2, 1000),
	X(0x53, TEXT, TEXT, 0, 1, 1),
	X(0x54, RAW, RAW, 0, 1, 1),
	U(0x55, VOLUME_STORAGE, 4, 1000),
	U(0x56, CONDUCTIVITY, 2, 1),
	S(0x57, TEMPERATURE, 1, 1),
	X(0x58, TEMPERATURE, SIGNED, 1, 35, 100),
	S(0x59, COUNT, 1, 1),
	S(0x5A, COUNT, 2, 1),
	S(0x5B, COUNT, 4, 1),
	S(0x5C, POWER, 4, 100),
	S(0x5D, CURRENT, 2, 1000),
	U(0x5E, DIRECTION, 2, 100),
	U(0x5F, PRECIPITATION, 2, 10),
	U(0x60, CHANNEL, 1, 1),
	U(0x61, ROTATIONAL_SPEED, 2, 1),
	S(0x62, SPEED, 4, 1000000),
	S(0x63, ACCELERATION, 4, 1000000),
	U(0x64, LIGHT_LEVEL, 1, 1),
	X(0xF0, NONE, SKIP, 2, 1, 1), /* device type */
	X(0xF1, NONE, SKIP, 4, 1, 1), /* firmware version */
	X(0xF2, NONE, SKIP, 3, 1, 1),
};

/* One walk over the objects of a frame. */
struct walk {
	struct decoded *decoded;
	struct bthome_objects *found;
	uint8_t seen[READING_KINDS]; /* objects of each kind so far: the next one's index */
};

static struct reading *add(struct walk *w, enum reading_kind kind, double value)
{
	return decoded_add(w->decoded, kind, w->seen[kind]++, value);
}

/* FNV-1a over what happened, so that a repetition without packet id is known again. */
static void note_event(struct walk *w, uint8_t kind, uint8_t index, uint8_t what, uint8_t steps)
{
	uint32_t hash = w->found->has_event ? w->found->event_hash : REPETITION_HASH_BEGIN;

	hash = repetition_hash(repetition_hash(hash, kind), index);
	w->found->event_hash = repetition_hash(repetition_hash(hash, what), steps);
	w->found->has_event = true;
}

static void read_button(struct walk *w, uint8_t code)
{
	uint8_t index = w->seen[READING_BUTTON]++;
	int press = code;

	if (code == 0)
		return; /* this button of the remote was not pressed */
	/* 0xFE is how one maker's buttons tell a hold; the table has 0x80 */
	if (code == 0x80 || code == 0xFE)
		press = BUTTON_HOLD;
	else if (code > BUTTON_LONG_TRIPLE)
		press = -1;
	if (decoded_add(w->decoded, READING_BUTTON, index, press))
		note_event(w, READING_BUTTON, index, code, 0);
}

static void read_dimmer(struct walk *w, uint8_t direction, uint8_t steps)
{
	uint8_t index = w->seen[READING_DIMMER];
	double value = direction == 1 ? -(double)steps : steps;

	if (direction == 0) {
		w->seen[READING_DIMMER]++;
		return;
	}
	if (direction > 2) {
		w->decoded->impossible++;
		return;
	}
	if (add(w, READING_DIMMER, value))
		note_event(w, READING_DIMMER, index, direction, steps);
}

/* Length of the UTF-8 character at p, of `left` bytes; 0 when it is none. */
static size_t utf8_length(const uint8_t *p, size_t left)
{
	size_t length = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;

	if (p[0] > 0xF4 || length > left || p[0] == 0)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	}
	if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
		(p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
		return 0;
	return length;
}

/* Text longer than a reading holds is cut between two characters. */
static void read_utf8(struct walk *w, struct bytes text)
{
	struct reading *reading;
	size_t kept = 0;

	for (size_t at = 0, length; at < text.left; at += length) {
		length = utf8_length(text.at + at, text.left - at);
		if (length == 0) {
			w->decoded->impossible++;
			return;
		}
		if (at + length < READING_TEXT_MAX)
			kept = at + length;
	}
	reading = add(w, READING_TEXT, 0);
	if (!reading)
		return;
	if (kept > 0)
		memcpy(reading->text, text.at, kept);
	reading->text[kept] = 0;
}

static void read_raw(struct walk *w, struct bytes raw)
{
	static const char digits[] = "0123456789abcdef";
	struct reading *reading = add(w, READING_RAW, 0);

	for (size_t i = 0; reading && i < raw.left && 2 * i + 2 < READING_TEXT_MAX; i++) {
		reading->text[2 * i] = digits[raw.at[i] >> 4];
		reading->text[2 * i + 1] = digits[raw.at[i] & 15];
		reading->text[2 * i + 2] = 0;
	}
}

static void read_text(struct walk *w, const struct object *object, struct bytes text)
{
	if (object->shape == RAW)
		read_raw(w, text);
	else
		read_utf8(w, text);
}

/* Most divide by 1: a division costs as much as all else of a flag. */
static double in_unit(const struct object *object, double number)
{
	return object->is_plain ? number : number * object->multiply / object->divide;
}

/* At most 4 bytes (the table's), so that a signed 8 holds it either way. */
static inline double number_of(const struct object *object, uint64_t value)
{
	unsigned int unused = object->shape == SIGNED ? 64 - 8U * object->count_bytes : 0;

	return (double)((int64_t)(value << unused) >> unused);
}

/* Neither a quantity nor a text: its one or two bytes, the first the lowest. */
static inline void read_event(struct walk *w, const struct object *object, uint64_t value)
{
	if (object->shape == PACKET_ID) {
		w->found->has_packet_id = true;
		w->found->packet_id = (uint8_t)value;
	} else if (object->shape == BUTTON) {
		read_button(w, (uint8_t)value);
	} else if (object->shape == DIMMER) {
		read_dimmer(w, (uint8_t)value, (uint8_t)(value >> 8));
	}
}

void bthome_objects_read(
	const struct bytes *list, struct decoded *ret_decoded, struct bthome_objects *ret)
{
	struct walk w = {.decoded = ret_decoded, .found = ret};
	struct bytes b = bytes_of(list->at, list->left); /* kept in registers */

	while (b.left > 0) {
		const struct object *object = &objects[bytes_u8(&b)];
		bool is_text = object->shape >= TEXT;
		struct bytes text = {0};
		uint64_t value = 0;

		if (object->shape == UNKNOWN)
			return;
		if (is_text)
			text = bytes_sub(&b, bytes_u8(&b));
		else
			value = bytes_le(&b, object->count_bytes);
		if (b.is_short) {
			ret_decoded->is_cut = true;
			return;
		}
		if (object->shape <= SIGNED)
			(void)decoded_add(ret_decoded, object->kind, w.seen[object->kind]++,
				in_unit(object, number_of(object, value)));
		else if (is_text)
			read_text(&w, object, text);
		else
			read_event(&w, object, value);
	}
}

enum v1_format { V1_UNSIGNED, V1_SIGNED, V1_FLOAT };

/* Numbers come in a length and a format of the sender's choice. */
static void read_v1_number(
	struct walk *w, const struct object *object, enum v1_format format, struct bytes b)
{
	uint64_t bits;
	uint32_t half;
	double number;
	float single;

	if (b.left > 8)
		return;
	if (format == V1_UNSIGNED) {
		number = (double)bytes_le(&b, b.left);
	} else if (format == V1_SIGNED) {
		number = (double)bytes_signed(&b, b.left);
	} else if (format == V1_FLOAT && b.left == sizeof(bits)) {
		bits = bytes_le(&b, sizeof(bits));
		memcpy(&number, &bits, sizeof(number));
	} else if (format == V1_FLOAT && b.left == sizeof(half)) {
		half = bytes_u32(&b);
		memcpy(&single, &half, sizeof(single));
		number = (double)single;
	} else {
		return;
	}
	(void)add(w, object->kind, in_unit(object, number));
}

void bthome_objects_read_v1(
	struct bytes *b, struct decoded *ret_decoded, struct bthome_objects *ret)
{
	struct walk w = {.decoded = ret_decoded, .found = ret};

	while (b->left > 0) {
		uint8_t control = bytes_u8(b);
		struct bytes value = bytes_sub(b, control & 31U);
		const struct object *object;

		if (b->is_short) {
			ret_decoded->is_cut = true;
			return;
		}
		if (value.left < 2)
			continue; /* no value in it */
		object = &objects[bytes_u8(&value)];
		if (object->shape == UNSIGNED || object->shape == SIGNED)
			read_v1_number(&w, object, (enum v1_format)(control >> 5), value);
		else if (object->shape >= TEXT)
			read_text(&w, object, value);
		else
			read_event(&w, object, bytes_le(&value, value.left > 1 ? 2 : 1));
	}
}

int bthome_objects_end(const struct bthome_objects *found, struct decoded *decoded,
	struct device_key *device, struct device_keys *keys, const uint8_t address[6])
{
	if (!found->has_packet_id && !found->has_event)
		return decoded_end(decoded);
	if (!device)
		device = device_keys_ensure(keys, address);
	return decoded_end_heard(decoded,
		found->has_packet_id
			? repetition_of_packet(device, found->packet_id, decoded->time_us)
			: repetition_of_event(device, found->event_hash, decoded->time_us));
}
