/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the radio is being jammed: a flood of frames that are broken or forged. Judged over
 * windows of time from counters that only grow, so that whoever calls it late or often gets the
 * same answer. Pure.
 *
 * A quiet home hears tens of advertisements a second and hardly a broken one; one scanning radio
 * can hear 2 600. Jammed is what a window shows that has JAMMING_LEAST_PER_S broken ones a second,
 * and as many as sound ones; it is over after JAMMING_CLEAR_US without such a window.
 */
#pragma once

#include "sensors/receiver.h"

#define JAMMING_WINDOW_US   UINT64_C(5000000)
#define JAMMING_LEAST_PER_S 50
#define JAMMING_CLEAR_US    UINT64_C(30000000)

/* What was heard since start. */
struct jamming_counts {
	uint64_t sound;  /* reports that hold together, strangers' too */
	uint64_t broken; /* malformed, corrupt, impossible, not authentic, replayed */
};

/* All zero before the first call. */
struct jamming {
	bool is_jammed, has_begun;
	uint64_t window_us, last_bad_us; /* when the window began, when the last bad one ended */
	struct jamming_counts before;    /* at the window's beginning */
	uint32_t broken_per_s;           /* in the last whole window */
};

enum jamming_news { JAMMING_NOTHING, JAMMING_BEGAN, JAMMING_OVER };

struct jamming_counts jamming_count(const struct receiver *r);
/* Time passed. Counts that shrank (another receiver) begin anew, as does a clock that went back. */
enum jamming_news jamming_judge(struct jamming *j, struct jamming_counts counts, uint64_t now_us);
