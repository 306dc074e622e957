/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the routine model answers, as a suspicion whose phrases a person reads. Pure. Of
 * hub/rhythm.c alone.
 */
#pragma once

#include "hub/suspicion.h"
#include "models/routine.h"

/* mute: the name of a sensor of another room that cannot be heard, "" for none. event_ms is left to
 * the caller. */
struct suspicion rhythm_suspicion(const struct routine_answer *a, const char *room,
	const char *mute, struct routine_time now);
