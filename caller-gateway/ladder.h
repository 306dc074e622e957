/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ladder: what an incident at the centre needs next. Pure: a plain value and the time in, a
 * step out. An incident that nobody has acknowledged is said again every again_s and escalates each
 * time; one that was acknowledged but is not closed within follow_up_s escalates too (HS-04). Only
 * an operator's closing or the resident's cancelling ends it (HS-01). The intervals are the
 * incident's own, taken when it was received (HS-18).
 *
 * Deadlines run on CLOCK_BOOTTIME, so that a stepped wall clock neither loses nor hurries one.
 * Stored they are UTC (boot time does not outlive a boot); taken up again they are at most one
 * interval away and, where they have passed, due once: see ladder_resume().
 */
#pragma once

#include "common/incident.h"

#include <stdbool.h>
#include <stdint.h>

#define LADDER_NEVER_US UINT64_MAX
#define LADDER_RETRY_S  10 /* after an announcement that could not be said */
#define LADDER_PRESS_S  10 /* from an announcement to that of a call that was repeated */

enum ladder_say {
	LADDER_SAY_NOTHING,
	LADDER_SAY_ALERT,
	LADDER_SAY_CANCELLED,
	LADDER_SAY_FINE, /* the resident says so; it stays open */
	LADDER_SAYS
};
enum ladder_step { LADDER_WAIT, LADDER_SAY, LADDER_ESCALATE };

struct ladder {
	enum incident_class class;
	enum incident_state state;
	enum ladder_say say;  /* what has still to be said */
	bool has_been_said;   /* at least once to the end */
	bool owes_fine;       /* said to be fine while the alert was being said */
	uint32_t again_s;     /* until acknowledged */
	uint32_t follow_up_s; /* from acknowledged to closed */
	uint64_t deadline_us; /* LADDER_NEVER_US: none */
	uint64_t say_from_us; /* not said before */
	uint64_t said_us;     /* last said to the end; 0: not since this was taken up */
};

/* Comes into `state` at now_us. */
void ladder_enter(struct ladder *l, enum incident_state state, uint64_t now_us);
/* What had to be said was said: true when that makes it announced (the caller enters the state). */
bool ladder_said(struct ladder *l, uint64_t now_us);
/* Called again before anybody acknowledged: said once more, LADDER_PRESS_S after it was said last.
 */
void ladder_called_again(struct ladder *l, uint64_t now_us);
/* The resident says that all is well, after it was raised: whoever heard the alert, or is hearing
 * it (is_being_said), hears that too. It changes nothing else: an operator closes (HS-01). */
void ladder_said_fine(struct ladder *l, bool is_being_said, uint64_t now_us);
void ladder_not_said(struct ladder *l, uint64_t now_us);

enum ladder_step ladder_next(const struct ladder *l, uint64_t now_us);
/* When ladder_next() will next be other than WAIT; LADDER_NEVER_US. */
uint64_t ladder_due_us(const struct ladder *l);
/* Nothing left to do: over, and everything said. */
bool ladder_is_over(const struct ladder *l);
/* Who is said first: smaller is more urgent. */
unsigned int ladder_rank(const struct ladder *l);

/* The deadline as UTC ms, 0 for none; and back. */
int64_t ladder_deadline_ms(const struct ladder *l, uint64_t now_us, int64_t now_ms);
void ladder_resume(struct ladder *l, int64_t deadline_ms, uint64_t now_us, int64_t now_ms);
