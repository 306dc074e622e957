/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a press means, from the button it came from, how it was pressed and whether the resident is
 * being asked. Pure.
 */
#pragma once

#include "hub/roster.h"
#include "hub/suspicion.h"

#define PRESS_CALLED "bouton d’appel"

enum press { PRESS_NOTHING, PRESS_FINE, PRESS_HELP };

/* Of a READING_BUTTON of this sensor. FINE only while the resident is asked. */
enum press press_meaning(
	const struct roster_sensor *sensor, const struct reading *reading, bool is_asking);

/* A call for help from this sensor, as a press makes it. */
struct suspicion press_call(
	const struct roster_sensor *sensor, const char *why, bool is_test, int64_t event_ms);
