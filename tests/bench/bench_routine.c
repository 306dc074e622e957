/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What following a home costs: the routine model in nanoseconds an event and a judgement, with its
 * memory of silences full, beside a floor measured in the same run: the same events stored in an
 * array with one comparison each. Three homes: calm (an event each 90 s, as a recorded one), many
 * sensors (128, one event a second) and one whose every silence is kept. Prints; passes no
 * judgement.
 */
#include "hub/rhythm.h"
#include "models/recordings/random.h"
#include "models/routine.h"

#include "common/cleanup.h"
#include "common/clock.h"

#include <stdlib.h>
#include <string.h>

#define EVENTS 200000
#define RUNS   9 /* the fastest counts */

struct home {
	const char *name;
	uint8_t sensors;
	int32_t apart_ms; /* mean */
};

static const struct home homes[] = {
	{"calm: each 90 s", 12, 90000},
	{"128 sensors, each second", 128, 1000},
	{"each silence kept", 12, 1500000},
};

struct work {
	struct routine_event events[EVENTS], copied[EVENTS];
	struct routine *routine;
	uint64_t sink;
};

static void fill(struct work *w, const struct home *h)
{
	struct random random = {11};
	int64_t now_ms = INT64_C(1773619200000);

	for (size_t i = 0; i < EVENTS; i++) {
		now_ms += h->apart_ms / 2 + random_to(&random, h->apart_ms);
		w->events[i] = (struct routine_event){{now_ms, 3600},
			(uint8_t)random_to(&random, h->sensors - 1), random_to(&random, 1) == 1};
	}
}

static void install(struct work *w, const struct home *h)
{
	char name[16], room[16];

	(void)routine_init(w->routine, NULL);
	for (int i = 0; i < h->sensors; i++) {
		(void)snprintf(name, sizeof(name), "s%d", i);
		(void)snprintf(room, sizeof(room), "r%d", i % 8);
		(void)routine_sensor(w->routine, name, room,
			i % 5 == 4 ? ROUTINE_MAT : ROUTINE_MOTION,
			i == 1 ? ROUTINE_OUTER_DOOR : ROUTINE_INSIDE);
	}
}

static double ns_since(uint64_t began_us, double times)
{
	return (double)(clock_us(CLOCK_PROCESS_CPUTIME_ID) - began_us) * 1000 / times;
}

static double floor_ns(struct work *w)
{
	double best = 1e18;

	for (int run = 0; run < RUNS; run++) {
		uint64_t began_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);

		for (size_t i = 0; i < EVENTS; i++) {
			w->copied[i] = w->events[i];
			w->sink += i && w->copied[i].time.utc_ms < w->copied[i - 1].time.utc_ms;
		}
		__asm__ volatile("" : : "r"(w) : "memory");

		double ns = ns_since(began_us, EVENTS);

		best = ns < best ? ns : best;
	}
	return best;
}

static double push_ns(struct work *w, const struct home *h)
{
	double best = 1e18;

	for (int run = 0; run < RUNS; run++) {
		install(w, h);

		uint64_t began_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);

		for (size_t i = 0; i < EVENTS; i++)
			w->sink += (uint64_t)routine_push(w->routine, &w->events[i]);

		double ns = ns_since(began_us, EVENTS);

		best = ns < best ? ns : best;
	}
	return best;
}

/* Once a minute of a day of silence: the first long one compares all that is remembered. */
static double judge_ns(struct work *w)
{
	struct routine_answer answers[ROUTINE_ANSWERS_MAX];
	struct routine_time now = w->events[EVENTS - 1].time;
	uint64_t began_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);

	for (int i = 0; i < 1440; i++) {
		now.utc_ms += 60000;
		w->sink += (uint64_t)routine_judge(w->routine, now, answers);
	}
	return ns_since(began_us, 1440);
}

static double limit_us(struct work *w)
{
	struct routine_answer answer;
	uint64_t began_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);

	for (int i = 0; i < 1000; i++) {
		routine_limit(
			w->routine, w->events[EVENTS - 1].time, (uint8_t)(i % 8), false, &answer);
		w->sink += answer.limit_s;
	}
	return ns_since(began_us, 1000) / 1000;
}

/* A reading on its way through the hub: found by name, in the home's local time. 128 sensors, one a
 * second; what is saved meanwhile goes to a folder that is removed. */
static int hub_ns(double *ret)
{
	static struct roster roster;
	static struct supervision supervision;
	const struct rhythm_config config = {.night_from_h = 22, .night_until_h = 6};
	char dir[] = "/tmp/vigie-bench-XXXXXX", remove[64];
	struct moment at = {.now_us = US_PER_S, .wall_ms = 1773615600000};
	struct rhythm *r = NULL;
	uint64_t began_us;

	for (unsigned int i = 0; i < ROSTER_SENSORS_MAX; i++) {
		struct roster_sensor s = {.role = ROLE_MOTION, .stale_s = 86400};

		(void)snprintf(s.id.text, sizeof(s.id.text), "A4:C1:38:8D:18:%02X", i);
		(void)snprintf(s.room, sizeof(s.room), "room %u", i % 9);
		(void)roster_add(&roster, &s);
	}
	supervision_init(&supervision, &roster, at.now_us);
	if (!mkdtemp(dir) || rhythm_new(&r, &config, &supervision, dir, at) < 0)
		return -1;
	began_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);
	for (unsigned int i = 0; i < EVENTS; i++) {
		const struct roster_sensor *s = &roster.sensors[i % ROSTER_SENSORS_MAX];
		struct reading reading = {.kind = READING_MOTION,
			.value = i / ROSTER_SENSORS_MAX % 2,
			.sensor = s->id};

		at.now_us += US_PER_S;
		at.wall_ms += 1000;
		(void)rhythm_reading(r, s, &reading, at);
	}
	*ret = ns_since(began_us, EVENTS);
	(void)rhythm_free(r, at);
	(void)snprintf(remove, sizeof(remove), "rm -r %s", dir);
	return system(remove);
}

int main(void)
{
	double through_hub;
	_cleanup_(free_p) struct work *w = calloc(1, sizeof(*w));
	static const size_t count = sizeof(homes) / sizeof(homes[0]);

	if (!w)
		return 1;
	w->routine = malloc(routine_size());
	if (!w->routine)
		return 1;
	(void)printf("routine model, state %zu bytes a home, %d events\n", routine_size(), EVENTS);
	(void)printf("%-26s %9s %9s %7s %16s %18s\n", "", "ns/event", "floor", "ratio",
		"ns a minute's look", "µs to find a limit");
	for (size_t i = 0; i < count; i++) {
		fill(w, &homes[i]);

		double least = floor_ns(w), ns = push_ns(w, &homes[i]), limit = limit_us(w);

		(void)printf("%-26s %9.1f %9.1f %7.1f %16.0f %18.1f\n", homes[i].name, ns, least,
			ns / least, judge_ns(w), limit);
	}
	free(w->routine);
	if (hub_ns(&through_hub) != 0)
		return 1;
	(void)printf("%-26s %9.1f\n", "128 sensors, in the hub", through_hub);
	return 0;
}
