/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects of BTHome v2, from the tables of https://bthome.io/format (read November 2026): which
 * kind of reading an object id is, how many bytes it has, and how they become the kind's unit.
 * Pure.
 */
#pragma once

#include "sensors/bytes.h"
#include "sensors/decoder.h"

/* What the objects of one frame said beside their readings. */
struct bthome_objects {
	bool has_packet_id, has_event;
	uint8_t packet_id;
	uint32_t event_hash; /* over the buttons and dimmers of the frame */
};

/*
 * Reads objects until the end, or the first unknown one: newer ids are higher and come last.
 * `model` is what all readings of the frame share. Adds to ret_decoded (zeroed by the caller).
 */
void bthome_objects_read(struct bytes objects, const struct reading *model,
	struct decoded *ret_decoded, struct bthome_objects *ret);
