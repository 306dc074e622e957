/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects of BTHome v2, from the tables of https://bthome.io/format (read November 2026): which
 * kind of reading an object id is, how many bytes it has, and how they become the kind's unit.
 * Pure.
 */
#pragma once

#include "sensors/bytes.h"
#include "sensors/repetition.h"

/* What the objects of one frame said beside their readings. */
struct bthome_objects {
	bool has_packet_id, has_event;
	uint8_t packet_id;
	uint32_t event_hash; /* over the buttons and dimmers of the frame */
};

/*
 * Reads objects until the end, or the first unknown one: newer ids are higher and come last.
 * ret_decoded has begun; what the objects say is added to it.
 */
void bthome_objects_read(
	const struct bytes *objects, struct decoded *ret_decoded, struct bthome_objects *ret);
/* The same of version 1, whose objects tell their own length and format; unknown ones are passed
 * over. */
void bthome_objects_read_v1(
	struct bytes *objects, struct decoded *ret_decoded, struct bthome_objects *ret);

/* What decode() answers, by which hearing of its frame this is: by packet id, else by event.
 * `device` NULL: a row is made for `address`; without room for one it is always the first. */
int bthome_objects_end(const struct bthome_objects *found, struct decoded *decoded,
	struct device_key *device, struct device_keys *keys, const uint8_t address[6]);
