/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The watch over one home's hub: when its silence is a loss (HS-13) and when it is back. Pure: a
 * plain value and the time in, a step out.
 *
 * A hub is lost when nothing was heard of it for lost_s, or for half of that after its link was
 * reported lost (a box that starts anew takes less). Who hears nothing cannot judge: while no
 * broker is reached nothing is lost, and for VIGIL_GRACE_S after one is reached again, so that the
 * centre's own outage does not become an incident in every home. The deadline runs on
 * CLOCK_BOOTTIME; what is stored is when the hub was last heard (UTC), so that it is absolute and a
 * restart does not give it anew.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define VIGIL_GRACE_S \
	130 /* the longest heartbeat period, 120 s, and some; lost_s if that is less */
#define VIGIL_LOST_MIN_S     5
#define VIGIL_LOST_MAX_S     290 /* known within 5 min, the turn that finds it included */
#define VIGIL_LOST_DEFAULT_S 240
#define VIGIL_DEAF_US        UINT64_MAX /* no broker is reached */

enum vigil_step { VIGIL_WAIT, VIGIL_LOST, VIGIL_BACK };

struct vigil {
	uint64_t deadline_us; /* lost when silent until then */
	bool is_told;         /* its loss is an incident */
	bool is_heard;        /* since it was told */
};

/* Any message of the home. */
void vigil_heard(struct vigil *v, uint32_t lost_s, uint64_t now_us);
/* The broker's word that the hub's link broke off. */
void vigil_link_lost(struct vigil *v, uint32_t lost_s, uint64_t now_us);
/* Taken up from the store. */
void vigil_resume(struct vigil *v, uint32_t lost_s, int64_t last_seen_ms, bool is_told,
	uint64_t now_us, int64_t now_ms);
/* Its loss was made an incident, or that incident is over because it is back. */
void vigil_told(struct vigil *v, bool is_lost);

/* listening_us: since when all that is reached now is reached, VIGIL_DEAF_US for nothing. */
enum vigil_step vigil_next(
	const struct vigil *v, uint32_t lost_s, uint64_t listening_us, uint64_t now_us);
