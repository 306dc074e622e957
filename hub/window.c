/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows in and out of bytes.
 */
#include "hub/window.h"

#include "common/utf8.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define MAGIC       "VIGIEWIN"
#define MAGIC_BYTES 8
#define HEAD_BYTES  (MAGIC_BYTES + 1 + AES_GCM_NONCE_BYTES)
#define ID_DIGITS   (INCIDENT_ID_MAX - 1)

_Static_assert(WINDOW_FILE_MAX >= HEAD_BYTES + WINDOW_PLAIN_MAX + AES_GCM_TAG_BYTES, "a file fits");

struct out {
	uint8_t *at;
};

static void put_le(struct out *o, uint64_t value, size_t bytes)
{
	for (; bytes > 0; bytes--, value >>= 8)
		*o->at++ = (uint8_t)value;
}

static void put_bytes(struct out *o, const void *from, size_t bytes)
{
	memcpy(o->at, from, bytes);
	o->at += bytes;
}

size_t window_write(const struct window *w, uint8_t ret[WINDOW_PLAIN_MAX])
{
	size_t sensor_bytes = strnlen(w->sensor.text, SENSOR_ID_MAX - 1);
	struct out o = {.at = ret};

	put_bytes(&o, w->incident, ID_DIGITS);
	put_le(&o, (uint64_t)w->event_ms, 8);
	put_le(&o, w->impact_us, 4);
	put_le(&o, w->range_mg, 2);
	put_le(&o, w->place, 1);
	put_le(&o, sensor_bytes, 1);
	put_bytes(&o, w->sensor.text, sensor_bytes);
	put_le(&o, w->count, 2);
	for (unsigned int n = 0; n < w->count && n < WINDOW_SAMPLES_MAX; n++) {
		put_le(&o, w->samples[n].t_us, 4);
		put_le(&o, (uint16_t)w->samples[n].x_mg, 2);
		put_le(&o, (uint16_t)w->samples[n].y_mg, 2);
		put_le(&o, (uint16_t)w->samples[n].z_mg, 2);
	}
	return (size_t)(o.at - ret);
}

static bool read_head(struct bytes *b, struct window *w)
{
	const uint8_t *id = bytes_take(b, ID_DIGITS), *sensor;
	unsigned int place;
	size_t sensor_bytes;

	w->event_ms = bytes_signed(b, 8);
	w->impact_us = bytes_u32(b);
	w->range_mg = bytes_u16(b);
	place = bytes_u8(b);
	sensor_bytes = bytes_u8(b);
	sensor = bytes_take(b, sensor_bytes);
	w->count = bytes_u16(b);
	if (b->is_short || !id || !sensor || sensor_bytes >= SENSOR_ID_MAX || place > WEAR_TRUNK ||
		w->count > WINDOW_SAMPLES_MAX)
		return false;
	memcpy(w->incident, id, ID_DIGITS);
	memcpy(w->sensor.text, sensor, sensor_bytes);
	w->place = (enum wear_place)place;
	return incident_id_is_valid(w->incident) && utf8_is_plain(w->sensor.text, sensor_bytes);
}

int window_read(struct bytes plain, struct window *ret)
{
	uint32_t before_us = 0;

	memset(ret, 0, offsetof(struct window, samples));
	if (!read_head(&plain, ret) || plain.left != (size_t)ret->count * 10)
		return -EBADMSG;
	for (unsigned int n = 0; n < ret->count; n++) {
		struct window_sample *s = &ret->samples[n];

		s->t_us = bytes_u32(&plain);
		s->x_mg = (int16_t)bytes_signed(&plain, 2);
		s->y_mg = (int16_t)bytes_signed(&plain, 2);
		s->z_mg = (int16_t)bytes_signed(&plain, 2);
		if (s->t_us < before_us)
			return -EBADMSG;
		before_us = s->t_us;
	}
	return 0;
}

int window_seal(
	const uint8_t key[AES_GCM_KEY_BYTES], struct bytes plain, uint8_t ret_file[WINDOW_FILE_MAX])
{
	uint8_t *nonce = ret_file + MAGIC_BYTES + 1, *sealed = ret_file + HEAD_BYTES;
	int r;

	if (plain.left > WINDOW_PLAIN_MAX)
		return -EIO;
	memcpy(ret_file, MAGIC, MAGIC_BYTES);
	ret_file[MAGIC_BYTES] = WINDOW_VERSION;
	r = aes_gcm_seal(key, bytes_of(ret_file, MAGIC_BYTES + 1), plain, nonce, sealed,
		sealed + plain.left);
	return r < 0 ? r : (int)(HEAD_BYTES + plain.left + AES_GCM_TAG_BYTES);
}

int window_open(const uint8_t key[AES_GCM_KEY_BYTES], struct bytes file,
	uint8_t scratch[WINDOW_PLAIN_MAX], struct window *ret)
{
	struct bytes head = bytes_of(file.at, file.left < MAGIC_BYTES + 1 ? 0 : MAGIC_BYTES + 1);
	const uint8_t *magic = bytes_take(&file, MAGIC_BYTES), *nonce, *sealed, *tag;
	unsigned int version = bytes_u8(&file);
	size_t sealed_bytes;
	int r;

	if (!magic || memcmp(magic, MAGIC, MAGIC_BYTES) != 0)
		return -EBADMSG;
	if (version != WINDOW_VERSION)
		return version == 0 ? -EBADMSG : -EPROTONOSUPPORT;
	nonce = bytes_take(&file, AES_GCM_NONCE_BYTES);
	if (!nonce || file.left < AES_GCM_TAG_BYTES ||
		file.left - AES_GCM_TAG_BYTES > WINDOW_PLAIN_MAX)
		return -EBADMSG;
	sealed_bytes = file.left - AES_GCM_TAG_BYTES;
	sealed = bytes_take(&file, sealed_bytes);
	tag = bytes_take(&file, AES_GCM_TAG_BYTES);
	r = aes_gcm_open(key, nonce, head, bytes_of(sealed, sealed_bytes), tag, scratch);
	return r < 0 ? r : window_read(bytes_of(scratch, sealed_bytes), ret);
}

const char *window_error_text(int error)
{
	switch (error) {
	case -EPROTONOSUPPORT:
		return "written by another version";
	case -EKEYREJECTED:
		return "changed, or sealed with another key";
	case -EBADMSG:
		return "no window, or cut";
	default:
		return "cannot be read";
	}
}
