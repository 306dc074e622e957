/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One Bluetooth LE advertisement, legacy or extended, as a value, and the walk over its AD
 * structures (Bluetooth Core 5.4, vol. 3 part C 11 and the Core Specification Supplement). Pure.
 */
#pragma once

#include "sensors/bytes.h"
#include "sensors/reading.h"

#include <errno.h>

/* The longest extended advertising data (Core 5.4, vol. 4 part E 7.8.54); it comes in several
 * reports. */
#define ADVERTISEMENT_DATA_MAX 1650

struct advertisement {
	uint64_t time_us;
	uint8_t address[6];   /* as printed: most significant first */
	uint8_t address_type; /* 0 public, 1 random, 2 and 3 the same resolved, 0xFF none sent */
	int8_t rssi_dbm;      /* 127: not known */
	bool is_extended, is_scan_response, is_connectable;
	/* Its AD structures, unchecked, ADVERTISEMENT_DATA_MAX bytes at most; borrowed from the
	 * packet during the call that tells of it. */
	struct bytes contents;
};

struct ad_structure {
	uint8_t type; /* 0x16 service data of a 16-bit UUID, 0xFF manufacturer data … */
	struct bytes value;
};

/* The next AD structure: 1; 0 at the end or early termination (length 0); −EBADMSG when one is cut,
 * cursor at the end. Inline: it is walked for every advertisement on air. */
static inline int advertisement_next(struct bytes *cursor, struct ad_structure *ret)
{
	const uint8_t *at;
	uint8_t length;

	if (cursor->left == 0)
		return 0;
	length = bytes_u8(cursor);
	if (length == 0) {
		/* what follows an early termination is padding */
		cursor->left = 0;
		return 0;
	}
	at = bytes_take(cursor, length);
	if (!at)
		return -EBADMSG;
	ret->type = at[0];
	ret->value = bytes_of(at + 1, length - 1U);
	return 1;
}

static inline struct bytes advertisement_cursor(const struct advertisement *a)
{
	return bytes_of(a->contents.at, a->contents.left);
}

/* "A4:C1:38:8D:18:B2": how a radio sensor is called. */
struct sensor_id advertisement_sensor(const uint8_t address[6]);
