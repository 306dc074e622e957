/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects of MiBeacon that this house has a use for.
 */
#pragma once

#include <stdint.h>

enum mibeacon_shape {
	UNSIGNED, /* as long as it comes, times 1 / divide */
	SIGNED,
	FLOAT,
	IS_SET,     /* anything but 0 */
	IS_ONE,     /* 1, or nothing happened */
	WAS_LEFT,   /* 1 tells that nobody is there any more */
	ONE_IS_YES, /* 1 yes, 2 no */
	OPENED,     /* 0 open, 1 closed, 2 open too long, 3 open at its reset */
	DOOR,       /* the same of a lock's door, with more events */
	CLIMATE,    /* temperature and humidity */
	MOTION_AND_LIGHT,
	STILL_SINCE, /* seconds without motion, 0 at a motion */
	BUTTONS,     /* which, value, how */
	CLICK,       /* which one is in the value, how in `press` */
	BED_OR_CLICK,
	SLEEP_OR_CLICK,
	LOCK,
	FINGERPRINT,
	BRUSH,
	BRUSH_DATED,
	FOREHEAD /* a thermometer's two raw temperatures, battery */
};

struct mibeacon_object {
	uint16_t id;
	uint8_t kind;  /* enum reading_kind */
	uint8_t shape; /* enum mibeacon_shape */
	uint8_t bytes; /* at least */
	uint8_t divide;
	uint8_t detail; /* of CLICK enum button_press; of others the reading's index */
};

/* NULL for an unknown id. */
const struct mibeacon_object *mibeacon_object_find(uint16_t id);
