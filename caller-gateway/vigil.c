/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of the watch, one function a question. Knows no store, no desk, no clock.
 */
#include "caller-gateway/vigil.h"
#include "common/clock.h"

void vigil_heard(struct vigil *v, uint32_t lost_s, uint64_t now_us)
{
	v->deadline_us = now_us + lost_s * US_PER_S;
	v->is_heard = true;
}

void vigil_link_lost(struct vigil *v, uint32_t lost_s, uint64_t now_us)
{
	uint64_t sooner_us = now_us + lost_s * US_PER_S / 2;

	if (sooner_us < v->deadline_us)
		v->deadline_us = sooner_us;
	v->is_heard = false;
}

void vigil_resume(struct vigil *v, uint32_t lost_s, int64_t last_seen_ms, bool is_told,
	uint64_t now_us, int64_t now_ms)
{
	int64_t left_ms = last_seen_ms + (int64_t)lost_s * 1000 - now_ms;
	uint64_t most_us = lost_s * US_PER_S,
		 left_us = left_ms > 0 ? (uint64_t)left_ms * US_PER_MS : 0;

	*v = (struct vigil){.deadline_us = now_us + (left_us < most_us ? left_us : most_us),
		.is_told = is_told};
}

void vigil_told(struct vigil *v, bool is_lost)
{
	v->is_told = is_lost;
	v->is_heard = false;
}

static bool is_silent(
	const struct vigil *v, uint32_t lost_s, uint64_t listening_us, uint64_t now_us)
{
	uint64_t grace_us = (lost_s < VIGIL_GRACE_S ? lost_s : VIGIL_GRACE_S) * US_PER_S;

	return listening_us != VIGIL_DEAF_US && now_us >= listening_us + grace_us &&
	       now_us >= v->deadline_us;
}

enum vigil_step vigil_next(
	const struct vigil *v, uint32_t lost_s, uint64_t listening_us, uint64_t now_us)
{
	if (v->is_told)
		return v->is_heard ? VIGIL_BACK : VIGIL_WAIT;
	return is_silent(v, lost_s, listening_us, now_us) ? VIGIL_LOST : VIGIL_WAIT;
}
