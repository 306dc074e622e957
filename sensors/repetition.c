/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is a repetition, in the device's row.
 */
#include "sensors/repetition.h"

#define AHEAD_MAX 64 /* packet ids further on are older ones: they wrap */

static bool is_recent(uint64_t then_us, uint64_t now_us)
{
	/* a clock that went back (another boot) makes nothing recent: better twice than never */
	return now_us >= then_us && now_us - then_us <= REPETITION_US;
}

static enum hearing again(uint8_t *repeats)
{
	if (*repeats == 0) {
		*repeats = 1;
		return HEARING_SECOND;
	}
	return HEARING_MORE;
}

enum hearing repetition_of_packet(struct device_key *device, uint8_t id, uint64_t now_us)
{
	uint8_t ahead;

	if (!device)
		return HEARING_FIRST;
	device->heard_us = now_us;
	ahead = (uint8_t)(id - device->packet_id);
	if (device->has_packet_id && is_recent(device->packet_us, now_us)) {
		if (ahead == 0) {
			/* the same id keeps its own time alive: a burst of 10 s is one press */
			device->packet_us = now_us;
			return again(&device->packet_repeats);
		}
		if (ahead >= AHEAD_MAX)
			return HEARING_MORE;
	}
	device->has_packet_id = true;
	device->packet_id = id;
	device->packet_us = now_us;
	device->packet_repeats = 0;
	return HEARING_FIRST;
}

enum hearing repetition_of_event(struct device_key *device, uint32_t hash, uint64_t now_us)
{
	bool is_same;

	if (!device)
		return HEARING_FIRST;
	device->heard_us = now_us;
	is_same = device->has_event && device->event_hash == hash &&
		  is_recent(device->event_us, now_us);
	device->has_event = true;
	device->event_hash = hash;
	device->event_us = now_us;
	if (is_same)
		return again(&device->event_repeats);
	device->event_repeats = 0;
	return HEARING_FIRST;
}
