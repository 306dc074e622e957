/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Presses by the button's use.
 */
#include "hub/press.h"

#include <stdio.h>
#include <string.h>

enum press press_meaning(
	const struct roster_sensor *sensor, const struct reading *reading, enum asked asked)
{
	bool is_short = reading->value == BUTTON_PRESS;

	if (reading->value == BUTTON_NONE)
		return PRESS_NOTHING;
	if (sensor->button == BUTTON_USE_PAUSE)
		return asked == ASKED_NOTHING ? PRESS_PAUSE : PRESS_NOTHING;
	if (reading->value == BUTTON_DOUBLE && sensor->is_double_social && asked == ASKED_NOTHING)
		return PRESS_SOCIAL;
	if (sensor->button == BUTTON_USE_FINE)
		return asked == ASKED_NOTHING ? PRESS_NOTHING : PRESS_FINE;
	if (sensor->button == BUTTON_USE_BOTH && asked == ASKED_WHETHER_WELL && is_short)
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

enum press press_heard(struct roster_sensor *sensor, const struct reading *reading,
	enum asked asked, struct moment at, struct suspicion *ret_call)
{
	bool is_first = reading->repeats == 0;
	enum press press;

	if (is_first)
		sensor->asked_at_press = (uint8_t)asked;
	press = press_meaning(sensor, reading, (enum asked)sensor->asked_at_press);
	if ((press == PRESS_FINE || press == PRESS_PAUSE) && reading->is_forgeable && is_first)
		return PRESS_NOTHING;
	if (press != PRESS_HELP && press != PRESS_SOCIAL)
		return press;
	*ret_call = press_call(sensor, press == PRESS_HELP ? PRESS_CALLED : PRESS_CONTACT, false,
		moment_wall_ms(at, reading->time_us));
	if (press == PRESS_SOCIAL)
		ret_call->class = INCIDENT_SOCIAL;
	ret_call->is_confirmation = !is_first;
	ret_call->is_unconfirmed = is_first && reading->is_forgeable;
	if (!ret_call->is_unconfirmed)
		return press;
	ret_call->is_certain = false;
	ret_call->probability = PRESS_ONCE_PROBABILITY;
	return press;
}
