/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For hub/rhythm, what supervision knows of those who could be heard: rooms that are listened to,
 * and wearables that are worn here. Pure.
 */
#pragma once

#include "hub/supervision.h"

/* Is set off by who lives here, in a room of theirs: motion, contact, mat. */
bool rhythm_is_of_rooms(const struct roster_sensor *sensor);
/* A contact that is the door to the street or the stairs, as configured or by its name. */
bool rhythm_has_outer_door(const struct roster *r);
/* Whether somebody in that room ("" for anywhere) could be heard: by its motion sensors, where it
 * has any. */
bool rhythm_is_audible(const struct supervision *s, const char *room, uint64_t now_us);
/* A way in by which rooms are heard is deaf: whoever walks into one of them is not noticed. */
bool rhythm_is_deaf(const struct supervision *s);
/* A sensor, of another room then, that cannot be heard any more: "" for none. */
const char *rhythm_mute(const struct supervision *s, uint64_t now_us);
/* Of the wearables within hearing, the one last shown to be worn, whoever of those who live here
 * wears it: false where none is, ret untouched. */
bool rhythm_worn(const struct supervision *s, uint64_t now_us, struct supervision_near *ret);
