/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A radio sensor's name.
 */
#include "sensors/advertisement.h"

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
