/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which hearing of a device's frame this is (HS-09): sensors say the same thing many times, and one
 * press is one event. Judged by the time of hearing. Pure.
 */
#pragma once

#include "sensors/decoded.h"

/* What is heard again within this time is a repetition, and keeps its own time alive. */
#define REPETITION_US UINT64_C(4000000)

/*
 * A frame with a packet id: the same id while it keeps being heard; an older one (up to 192 behind)
 * is a repetition that confirms nothing. `device` may be NULL (no room in the table): then nothing
 * is a repetition; better twice than never.
 */
enum hearing repetition_of_packet(struct device_key *device, uint8_t id, uint64_t now_us);
/* The same for what happened, where there is no packet id: `hash` is over all of it. */
enum hearing repetition_of_event(struct device_key *device, uint32_t hash, uint64_t now_us);

/* FNV-1a, a step at a time. */
#define REPETITION_HASH_BEGIN 2166136261U
static inline uint32_t repetition_hash(uint32_t hash, uint8_t next)
{
	return (hash ^ next) * 16777619U;
}
