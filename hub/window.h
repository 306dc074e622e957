/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a wearable's accelerometer heard around a suspected fall, as received: its bytes on disk,
 * sealed. Version 1 is
 *
 *     "VIGIEWIN" | version u8 | nonce (12) | sealed | tag (16)
 *
 * with AES-256-GCM, everything before the sealed part authenticated beside it. Sealed, numbers
 * little-endian: incident (32 digits) | event_ms s64 | impact_us u32 | range_mg u16 | place u8 |
 * sensor (its length u8, its text) | count u16 | count × (t_us u32, x, y, z s16 mg). Times are µs
 * after the first sample, on the sensor's clock. Pure but for the nonce.
 */
#pragma once

#include "common/incident.h"
#include "models/fall.h"
#include "sensors/aes_gcm.h"

#define WINDOW_VERSION     1
#define WINDOW_SAMPLES_MAX 8192
#define WINDOW_PLAIN_MAX   (64 + SENSOR_ID_MAX + WINDOW_SAMPLES_MAX * 10)
#define WINDOW_FILE_MAX    (WINDOW_PLAIN_MAX + 64)
#define WINDOW_BEFORE_US   10000000
#define WINDOW_AFTER_US    25000000

struct window_sample {
	uint32_t t_us;
	int16_t x_mg, y_mg, z_mg;
};

struct window {
	char incident[INCIDENT_ID_MAX];
	struct sensor_id sensor;
	enum wear_place place;
	uint16_t range_mg; /* full scale, 0 when not known */
	int64_t event_ms;  /* UTC */
	uint32_t impact_us;
	uint16_t count;
	struct window_sample samples[WINDOW_SAMPLES_MAX];
};

/* The plain bytes: how many. At most WINDOW_SAMPLES_MAX samples. */
size_t window_write(const struct window *w, uint8_t ret[WINDOW_PLAIN_MAX]);
/* 0; −EBADMSG cut, too long, or a value that cannot be: ret is of no use then. */
int window_read(struct bytes plain, struct window *ret);

/* A file's bytes of plain ones: how many, or −EIO. */
int window_seal(const uint8_t key[AES_GCM_KEY_BYTES], struct bytes plain,
	uint8_t ret_file[WINDOW_FILE_MAX]);
/* The window of a file; scratch is for the plain bytes. 0; −EBADMSG no such file or damaged;
 * −EPROTONOSUPPORT of another version; −EKEYREJECTED changed, or of another key. */
int window_open(const uint8_t key[AES_GCM_KEY_BYTES], struct bytes file,
	uint8_t scratch[WINDOW_PLAIN_MAX], struct window *ret);
/* What is wrong, for a technician. */
const char *window_error_text(int error);
