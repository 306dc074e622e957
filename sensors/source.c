/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all sources do alike.
 */
#include "sensors/source.h"

#include <stdio.h>
#include <string.h>

void source_tell_health(struct source *s, struct source_health *health, enum source_state state,
	uint64_t now_us, const char *why)
{
	if (health->state == state && strcmp(health->why, why) == 0)
		return;
	health->state = state;
	health->time_us = now_us;
	(void)snprintf(health->why, sizeof(health->why), "%s", why);
	if (s->listener.on_health)
		s->listener.on_health(health, s->listener.userdata);
}

void source_pass_reading(const struct reading *reading, void *source)
{
	const struct source_listener *to = &((const struct source *)source)->listener;

	if (to->on_reading)
		to->on_reading(reading, to->userdata);
}

void source_pass_accel(const struct accel_batch *batch, void *source)
{
	const struct source_listener *to = &((const struct source *)source)->listener;

	if (to->on_accel)
		to->on_accel(batch, to->userdata);
}
