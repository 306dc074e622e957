/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Presses by the button's use.
 */
#include "hub/press.h"

#include <stdio.h>
#include <string.h>

enum press press_meaning(
	const struct roster_sensor *sensor, const struct reading *reading, bool is_asking)
{
	bool is_short = reading->value == BUTTON_PRESS;

	if (reading->value == BUTTON_NONE)
		return PRESS_NOTHING;
	if (sensor->button == BUTTON_USE_FINE)
		return is_asking ? PRESS_FINE : PRESS_NOTHING;
	if (sensor->button == BUTTON_USE_BOTH && is_asking && is_short)
		return PRESS_FINE;
	return PRESS_HELP;
}

struct suspicion press_call(
	const struct roster_sensor *sensor, const char *why, bool is_test, int64_t event_ms)
{
	struct suspicion s = {.class = INCIDENT_HELP,
		.sensor = sensor->id,
		.by = "resident",
		.is_certain = true,
		.is_test = is_test,
		.event_ms = event_ms,
		.probability = 1};

	memcpy(s.name, sensor->name, sizeof(s.name));
	memcpy(s.room, sensor->room, sizeof(s.room));
	(void)snprintf(s.why, sizeof(s.why), "%s", why);
	return s;
}
