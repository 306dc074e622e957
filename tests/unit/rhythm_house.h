/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A house for tests of hub/rhythm: five sensors and a button, days lived in virtual time, a restart
 * with what is on the disk. Times are since the Monday it begins with.
 */
#pragma once

#include "hub/rhythm.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MINUTE_US (60 * US_PER_S)
#define HOUR_US   (60 * MINUTE_US)
#define MONDAY_MS INT64_C(1773615600000) /* 2026-03-16 00:00 in Paris */

enum { KITCHEN, LIVING, BATHROOM, DOOR, BED, BUTTON, SENSORS };

static const struct {
	const char *id, *room;
	enum sensor_role role;
	enum reading_kind kind;
} installed[SENSORS] = {
	[KITCHEN] = {"a-pir", "Cuisine", ROLE_MOTION, READING_MOTION},
	[LIVING] = {"b-pir", "Salon", ROLE_MOTION, READING_MOTION},
	[BATHROOM] = {"c-pir", "Salle de bain", ROLE_MOTION, READING_MOTION},
	[DOOR] = {"d-porte", "Couloir", ROLE_CONTACT, READING_DOOR},
	[BED] = {"e-lit", "Chambre", ROLE_PRESSURE, READING_PRESSURE_MAT},
	[BUTTON] = {"f-bouton", "Chambre", ROLE_BUTTON, READING_BUTTON},
};

struct house {
	char dir[32];
	struct rhythm_config config;
	struct roster roster;
	struct supervision supervision;
	struct rhythm *rhythm;
	uint64_t now_us; /* since MONDAY_MS */
	int64_t wall_off_ms;
	unsigned int told;
	struct suspicion silence, last; /* told of a silence, told at all */
};

static inline struct moment now_of(const struct house *h)
{
	return (struct moment){.now_us = 1000 * US_PER_S + h->now_us,
		.wall_ms = MONDAY_MS + h->wall_off_ms + (int64_t)(h->now_us / US_PER_MS)};
}

static inline void move_in(struct house *h)
{
	*h = (struct house){.dir = "/tmp/vigie-rhythm-XXXXXX",
		.config = {.night_from_h = 22, .night_until_h = 6, .tells_wandering = true}};
	assert_non_null(mkdtemp(h->dir));
	for (int i = 0; i < SENSORS; i++) {
		struct roster_sensor s = {.role = installed[i].role,
			.stale_s = 40 * 86400,
			.is_outer = i == DOOR,
			.battery_pct = -1};

		(void)snprintf(s.id.text, sizeof(s.id.text), "%s", installed[i].id);
		(void)snprintf(s.name, sizeof(s.name), "%s", installed[i].id);
		(void)snprintf(s.room, sizeof(s.room), "%s", installed[i].room);
		assert_int_equal(roster_add(&h->roster, &s), 0);
	}
	supervision_init(&h->supervision, &h->roster, now_of(h).now_us);
	assert_int_equal(rhythm_new(&h->rhythm, &h->config, &h->supervision, h->dir, now_of(h)), 0);
}

static inline int remove_one(
	const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static inline void move_out(struct house *h)
{
	h->rhythm = rhythm_free(h->rhythm, now_of(h));
	(void)nftw(h->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* kill -9 (or an orderly end) and a start so much later, with the bytes that are on the disk. */
static inline void restart(struct house *h, bool is_killed, uint64_t pause_us)
{
	struct house killed = *h;
	char copy[160];

	/* what a killed hub leaves: its file as it was before the end could save */
	(void)snprintf(copy, sizeof(copy), "cp -r %s %s.killed", h->dir, h->dir);
	assert_int_equal(system(copy), 0);
	killed.rhythm = rhythm_free(killed.rhythm, now_of(h));
	if (is_killed)
		(void)snprintf(
			copy, sizeof(copy), "rm -r %s && mv %s.killed %s", h->dir, h->dir, h->dir);
	else
		(void)snprintf(copy, sizeof(copy), "rm -r %s.killed", h->dir);
	assert_int_equal(system(copy), 0);
	h->now_us += pause_us;
	assert_int_equal(rhythm_new(&h->rhythm, &h->config, &h->supervision, h->dir, now_of(h)), 0);
}

/* Lets time pass, each look at its own instant. */
static inline void pass(struct house *h, uint64_t until_us)
{
	struct suspicion told[RHYTHM_TURN_MAX];
	struct routine_answer answers[RHYTHM_TURN_MAX];

	while (h->now_us < until_us) {
		uint64_t next_us = rhythm_next_us(h->rhythm) - 1000 * US_PER_S;
		int count;

		h->now_us = next_us < until_us ? next_us : until_us;
		count = rhythm_turn(h->rhythm, now_of(h), told, answers);
		for (int n = 0; n < count; n++) {
			h->last = told[n];
			if (answers[n].what == ROUTINE_LONG_SILENCE)
				h->silence = told[n];
		}
		h->told += (unsigned int)count;
	}
}

static inline bool say(struct house *h, int sensor, enum reading_kind kind, double value)
{
	struct reading reading = {.kind = kind, .value = value, .time_us = now_of(h).now_us};
	struct sensor_id id;

	(void)snprintf(id.text, sizeof(id.text), "%s", installed[sensor].id);
	reading.sensor = id;
	supervision_hear(&h->supervision, roster_find(&h->roster, &id), now_of(h).now_us);
	return rhythm_reading(
		h->rhythm, roster_hear(&h->roster, &id, now_of(h).now_us), &reading, now_of(h));
}

static inline bool hear(struct house *h, int sensor, double value)
{
	return say(h, sensor, installed[sensor].kind, value);
}

static inline void move(struct house *h, int sensor)
{
	(void)hear(h, sensor, 1);
	(void)hear(h, sensor, 0);
}

/* Up at seven, rooms in turn each ten minutes, to bed at eleven, out of it at seven. */
static inline void live_until(struct house *h, uint64_t day, uint64_t until_us)
{
	static const int rooms[] = {KITCHEN, LIVING, BATHROOM, LIVING};
	uint64_t midnight_us = day * 24 * HOUR_US;

	for (uint64_t m = 7 * 60; m < 23 * 60 && m * MINUTE_US < until_us; m += 10) {
		pass(h, midnight_us + m * MINUTE_US);
		if (m == 7 * 60)
			(void)hear(h, BED, 0);
		for (int i = 0; i < 4; i++)
			move(h, rooms[(m / 10 + (unsigned int)i) % 4]);
	}
	if (until_us >= 24 * HOUR_US)
		(void)hear(h, BED, 1);
	pass(h, midnight_us + until_us);
}

static inline void live(struct house *h, uint64_t days)
{
	for (uint64_t day = 0; day < days; day++)
		live_until(h, day, 24 * HOUR_US);
	assert_int_equal(h->told, 0);
}
