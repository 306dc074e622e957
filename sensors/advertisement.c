/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk over the AD structures of one advertisement, and a radio sensor's name.
 */
#include "sensors/advertisement.h"

#include <errno.h>

int advertisement_next(struct bytes *cursor, struct ad_structure *ret)
{
	struct ad_structure structure;
	uint8_t length;

	if (cursor->left == 0)
		return 0;
	length = bytes_u8(cursor);
	if (length == 0) {
		/* what follows an early termination is padding */
		cursor->left = 0;
		return 0;
	}
	structure.type = bytes_u8(cursor);
	structure.value = bytes_sub(cursor, length - 1U);
	if (cursor->is_short)
		return -EBADMSG;
	*ret = structure;
	return 1;
}

struct bytes advertisement_cursor(const struct advertisement *a)
{
	return bytes_of(a->data, a->length);
}

struct sensor_id advertisement_sensor(const uint8_t address[6])
{
	static const char digits[] = "0123456789ABCDEF";
	struct sensor_id id = {.text = "00:00:00:00:00:00"};

	for (int i = 0; i < 6; i++) {
		id.text[3 * i] = digits[address[i] >> 4];
		id.text[3 * i + 1] = digits[address[i] & 15];
	}
	return id;
}
