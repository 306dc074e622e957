/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A home in virtual time for tests/unit/test_scenarios.c: the clock, the wire and a centre that are
 * played, and everything that falls due at its own instant.
 */
#pragma once

#include "hub/episodes.h"
#include "hub/judge.h"
#include "hub/pause.h"
#include "hub/press.h"
#include "hub/waiting.h"

#include <dirent.h>
#include <ftw.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BEGAN_MS INT64_C(1700000000000)

struct play {
	char dir[32];
	const char *file;
	unsigned int line;
	int64_t began_ms;        /* what the wall clock showed when the scenario began */
	uint64_t boot_offset_us; /* what CLOCK_BOOTTIME showed when the scenario began */
	double now_s;
	bool is_wire_broken;  /* the link looks up, and nothing arrives */
	bool is_centre_awake; /* answers with receipts */
	unsigned int published;
	struct incident last; /* published */
	/* concluded by the judge, or called for */
	unsigned int incidents;
	struct incident newest;
	uint64_t impact_us[ROSTER_SENSORS_MAX]; /* the last shock of each sensor */
	bool has_receipt_to_give;
	struct pause pause;
	struct roster roster;
	struct judge *judge;
	struct fusion_home home;
	struct waiting waiting;
	struct outbox *outbox;
	struct episodes episodes;
};

static inline struct moment moment_of(const struct play *p)
{
	return (struct moment){.now_us = p->boot_offset_us + (uint64_t)(p->now_s * 1e6 + 0.5),
		.wall_ms = p->began_ms + (int64_t)(p->now_s * 1e3 + 0.5)};
}

#define check(p, condition, ...) \
	do { \
		if (!(condition)) { \
			print_error("%s:%u: ", (p)->file, (p)->line); \
			fail_msg(__VA_ARGS__); \
		} \
	} while (0)

static inline int on_publish(const struct incident *incident, void *userdata)
{
	struct play *p = userdata;
	char json[INCIDENT_JSON_MAX], error[128];
	struct incident arrived;
	int bytes = incident_to_json(incident, json);

	if (p->is_wire_broken)
		return 0;
	check(p, bytes > 0, "an incident cannot be sent");
	check(p, incident_from_json(json, (size_t)bytes, &arrived, error, sizeof(error)) == 0,
		"the centre refuses it: %s", error);
	p->last = arrived;
	p->published++;
	p->has_receipt_to_give = p->is_centre_awake;
	return 0;
}

static inline void on_tell(
	uint64_t time_us, const char *what, const char *incident, const char *text, void *userdata)
{
	(void)time_us;
	(void)what;
	(void)incident;
	(void)text;
	(void)userdata;
}

static inline uint64_t on_now_us(void *userdata)
{
	return moment_of(userdata).now_us;
}

static inline void give_receipt(struct play *p)
{
	struct receipt receipt = {.seq = p->last.seq};

	p->has_receipt_to_give = false;
	memcpy(receipt.incident, p->last.id, sizeof(receipt.incident));
	(void)episodes_receipt(&p->episodes, &receipt, moment_of(p));
}

/* What is suspected becomes an incident or adds to one; the newest is remembered. */
static inline void suspect(struct play *p, const struct suspicion *s)
{
	unsigned int row = 0;
	const struct incident *i;

	if (pause_withholds(&p->pause, s, moment_of(p).now_us) ||
		episodes_suspect(&p->episodes, s, moment_of(p), &row) != 1)
		return;
	i = &p->episodes.table.episodes[row].incident;
	p->incidents += strcmp(i->id, p->newest.id) != 0;
	p->newest = *i;
}

static inline void conclude(struct play *p)
{
	struct suspicion suspicion;

	while (p->judge && judge_next(p->judge, moment_of(p), &suspicion))
		suspect(p, &suspicion);
	if (p->judge)
		waiting_turn(&p->waiting, p->judge, p->outbox, moment_of(p));
}

/* Lets time pass until `until_s`: everything that falls due happens at its own instant. */
static inline void pass(struct play *p, double until_s)
{
	for (unsigned int turns = 0; turns < 100000; turns++) {
		uint64_t due_us = p->judge ? judge_next_us(p->judge) : UINT64_MAX;
		uint64_t next_us = episodes_next_us(&p->episodes);
		double next_s = p->now_s;

		if (p->has_receipt_to_give)
			give_receipt(p);
		if (due_us < next_us)
			next_us = due_us;
		if (next_us > moment_of(p).now_us)
			next_s = next_us == UINT64_MAX
					 ? 1e12
					 : (double)(next_us - p->boot_offset_us) / 1e6;
		if (next_s > until_s)
			break;
		p->now_s = next_s;
		episodes_turn(&p->episodes, moment_of(p));
		if (p->judge)
			judge_turn(p->judge, moment_of(p));
		conclude(p);
	}
	p->now_s = until_s;
}

static inline void start(struct play *p, const char *home, uint32_t ask_s)
{
	const struct episodes_listener listener = {
		.publish = on_publish, .tell = on_tell, .now_us = on_now_us, .userdata = p};
	bool was_up = p->episodes.is_link_up;

	assert_int_equal(outbox_new(&p->outbox, p->dir), 0);
	episodes_init(&p->episodes, home, ask_s, p->outbox, NULL, &listener);
	(void)episodes_resume(&p->episodes, moment_of(p));
	if (was_up)
		episodes_link(&p->episodes, true, moment_of(p));
}
