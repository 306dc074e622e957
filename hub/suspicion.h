/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the judgement hands to the escalation: something may have happened, or somebody asked for
 * help. A plain value, copied with `=`. Whoever judges (today hub/judge.c) fills it; nothing after
 * it looks at a reading again.
 */
#pragma once

#include "common/incident.h"
#include "sensors/reading.h"

#include <stdbool.h>
#include <stdint.h>

/* Both clocks at one instant: decisions use now_us, what people and machines read uses wall_ms. */
struct moment {
	uint64_t now_us;
	int64_t wall_ms;
};

/* The wall clock's instant of something that happened at time_us, at the latest now. */
static inline int64_t moment_wall_ms(struct moment at, uint64_t time_us)
{
	return time_us < at.now_us ? at.wall_ms - (int64_t)((at.now_us - time_us) / 1000)
				   : at.wall_ms;
}

struct suspicion {
	enum incident_class class;
	struct sensor_id sensor;
	char name[INCIDENT_TEXT_MAX]; /* the sensor's name for people */
	char room[INCIDENT_TEXT_MAX];
	char by[INCIDENT_TEXT_MAX];  /* "resident" for what a person did, else "hub" */
	char why[INCIDENT_TEXT_MAX]; /* one phrase */
	bool is_certain;     /* a person's own call, smoke: raised at once, nobody is asked first */
	bool is_unconfirmed; /* heard once, in the open: waits for its second hearing, then the
				resident is asked (hub/escalate.h) */
	bool is_confirmation; /* that second hearing: of a call it makes no incident and is no
				 further press */
	bool is_update; /* more about what was already told (same mark): never makes an incident;
			   its reasons are all there are now */
	bool is_test;
	uint64_t mark;    /* the same in everything told about one event; 0: none */
	int64_t event_ms; /* UTC */
	double probability;
	unsigned int reasons_count;
	struct incident_reason reasons[INCIDENT_REASONS_MAX];
};
