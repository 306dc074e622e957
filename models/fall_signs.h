/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What came after an impact, and how well it was heard, in whole units that a person can check: the
 * part of a judgement that needs no learning. Pure.
 */
#pragma once

#include "models/fall.h"
#include "models/impact.h"

struct fall_signs {
	uint32_t still_s;  /* whole seconds from +1 s on: the longest run of still ones */
	uint32_t lively_s; /* … and how many are lively, from +2 s on */
	uint32_t lying_s;  /* still_s where down is elsewhere now than before the impact, else 0 */
	uint32_t gap_bins; /* of the whole window */
	bool is_turned; /* … by more than 45° from 3..1 s before to the last 5 s, from +1 s on */
	bool is_clipped; /* within a second of the impact */
};

void fall_signs_of(const struct impact_window *w, struct fall_signs *ret);
