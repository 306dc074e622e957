/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How soon a silent sensor is noticed and how often in vain, beside what others do: one deadline of
 * 72 h (telecare), 25 h (zigbee2mqtt), 5 min (Home Assistant). First sensors that speak by a clock
 * of their own, a frame in ten or in a hundred lost, over 60 days; then the recorded homes of
 * VIGIE_DATA, whose sensors have no sign of life at all: every silence there is in vain. Last what
 * it costs: a sign of life and a round over 128 sensors. Prints; passes no judgement.
 */
#include "hub/findings.h"
#include "models/eval/home_log.h"
#include "models/recordings/random.h"

#include "common/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY_S  86400
#define DAYS   60
#define RIVALS 3
#define RUNS   9 /* the fastest counts */

static const struct {
	const char *name;
	uint32_t deadline_s;
} rivals[RIVALS] = {{"72 h", 259200}, {"25 h", 90000}, {"5 min", 300}};

/* What one sensor's gaps make of each rule. */
struct tally {
	unsigned int vigie, rivals[RIVALS];
};

static void hear(
	struct cadence *c, const struct cadence_bounds *b, uint64_t gap_us, struct tally *t)
{
	t->vigie += gap_us > cadence_deadline_s(c, b) * US_PER_S;
	for (unsigned int n = 0; n < RIVALS; n++)
		t->rivals[n] += gap_us > rivals[n].deadline_s * US_PER_S;
	cadence_learn(c, gap_us);
}

static void play_clocked(const char *name, uint32_t period_s, unsigned int lost_in)
{
	const struct roster_sensor sensor = {.role = ROLE_MOTION};
	const struct cadence_bounds bounds = sensor_bounds(&sensor);
	struct random random = {period_s + lost_in};
	struct cadence c = {0};
	struct tally t = {0};
	uint64_t gap_s = 0;

	for (uint64_t s = 0; s < (uint64_t)DAYS * DAY_S; s += period_s) {
		gap_s += period_s;
		if (random_to(&random, (int32_t)lost_in - 1) == 0)
			continue;
		hear(&c, &bounds, gap_s * US_PER_S, &t);
		gap_s = 0;
	}
	(void)printf("%-12s 1 in %-4u %8.2f h  %5u %9u %9u %9u\n", name, lost_in,
		cadence_deadline_s(&c, &bounds) / 3600.0, t.vigie, t.rivals[0], t.rivals[1],
		t.rivals[2]);
}

static void play_all_clocked(void)
{
	(void)printf("a detector that speaks each …, %d days: noticed after; told in vain by Vigie,"
		     " 72 h, 25 h, 5 min\n",
		DAYS);
	for (unsigned int lost_in = 10; lost_in <= 100; lost_in *= 10) {
		play_clocked("5 s", 5, lost_in);
		play_clocked("1 min", 60, lost_in);
		play_clocked("1 h", 3600, lost_in);
		play_clocked("1 day", DAY_S, lost_in);
	}
}

static enum sensor_role role_of(enum routine_sign sign)
{
	if (sign == ROUTINE_MOTION)
		return ROLE_MOTION;
	return sign == ROUTINE_MAT ? ROLE_PRESSURE : ROLE_CONTACT;
}

static void play_home(const struct home_log *h, struct tally *sum, double *ret_weeks)
{
	struct tally t = {0};
	double weeks = (double)(h->events[h->count - 1].at_ms - h->events[0].at_ms) / 604800e3;

	for (size_t n = 0; n < h->sensor_count; n++) {
		const struct roster_sensor sensor = {.role = role_of(h->sensors[n].sign)};
		const struct cadence_bounds bounds = sensor_bounds(&sensor);
		int64_t last_ms = h->events[0].at_ms;
		struct cadence c = {0};

		for (size_t i = 0; i < h->count; i++) {
			if (h->events[i].sensor != n)
				continue;
			hear(&c, &bounds, (uint64_t)(h->events[i].at_ms - last_ms) * US_PER_MS, &t);
			last_ms = h->events[i].at_ms;
		}
	}
	(void)printf("%-22s %3zu sensors %5.1f weeks %5u %9u %9u %9u\n", h->name, h->sensor_count,
		weeks, t.vigie, t.rivals[0], t.rivals[1], t.rivals[2]);
	sum->vigie += t.vigie;
	for (unsigned int n = 0; n < RIVALS; n++)
		sum->rivals[n] += t.rivals[n];
	*ret_weeks += weeks * (double)h->sensor_count;
}

static void play_homes(const char *dir)
{
	char error[HOME_ERROR_MAX];
	struct home_index index;
	struct tally sum = {0};
	double weeks = 0;

	if (home_index_read(dir, &index, error) < 0) {
		(void)printf("recorded homes: %s\n", error);
		return;
	}
	(void)printf(
		"recorded homes, no sign of life in any: told in vain by Vigie, 72 h, 25 h, 5 min\n");
	for (size_t n = 0; n < index.count; n++) {
		struct home_log h = {0};

		if (home_log_read(dir, index.names[n], &h, error) == 0 && h.count > 1)
			play_home(&h, &sum, &weeks);
		home_log_done(&h);
	}
	free(index.names);
	(void)printf("%-22s a sensor's week %14.3f %9.3f %9.3f %9.3f\n", "together",
		sum.vigie / weeks, sum.rivals[0] / weeks, sum.rivals[1] / weeks,
		sum.rivals[2] / weeks);
}

/* The archive into a folder of its own, which is removed again. */
static void unpack_and_play(void)
{
	const char *data = getenv("VIGIE_DATA");
	char dir[] = "/tmp/vigie-bench-XXXXXX", command[512];

	if (!mkdtemp(dir))
		return;
	(void)snprintf(command, sizeof(command), "tar -C %s -xzf %s/homes.tar.gz 2>/dev/null", dir,
		data ? data : "../shared/data");
	if (system(command) == 0)
		play_homes(dir);
	else
		(void)printf("recorded homes: not here (VIGIE_DATA)\n");
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	(void)!system(command);
}

struct house {
	struct roster roster;
	struct supervision supervision;
	struct faults faults;
};

static void install(struct house *h)
{
	for (unsigned int n = 0; n < ROSTER_SENSORS_MAX; n++) {
		struct roster_sensor sensor = {.role = ROLE_MOTION};

		(void)snprintf(sensor.id.text, sizeof(sensor.id.text), "A4:C1:38:00:00:%02X", n);
		(void)roster_add(&h->roster, &sensor);
	}
	supervision_init(&h->supervision, &h->roster, 1);
	supervision_listen(&h->supervision, WAY_RADIO, true, 1);
}

static void measure(void)
{
	struct house *h = calloc(1, sizeof(*h));
	uint64_t sign_ns = UINT64_MAX, floor_ns = UINT64_MAX, round_us = UINT64_MAX,
		 now_us = US_PER_S;

	if (!h)
		return;
	install(h);
	for (unsigned int run = 0; run < RUNS; run++) {
		uint64_t began_us = clock_us(CLOCK_MONOTONIC), middle_us, ended_us;

		for (unsigned int n = 0; n < 1000000; n++)
			h->roster.sensors[n % ROSTER_SENSORS_MAX].heard_us = now_us += 7000;
		middle_us = clock_us(CLOCK_MONOTONIC);
		for (unsigned int n = 0; n < 1000000; n++)
			supervision_hear(&h->supervision,
				&h->roster.sensors[n % ROSTER_SENSORS_MAX], now_us += 7000);
		ended_us = clock_us(CLOCK_MONOTONIC);
		floor_ns = (middle_us - began_us) / 1000 < floor_ns ? (middle_us - began_us) / 1000
								    : floor_ns;
		sign_ns = (ended_us - middle_us) / 1000 < sign_ns ? (ended_us - middle_us) / 1000
								  : sign_ns;
		findings_report(&h->supervision, &h->faults, (struct moment){.now_us = now_us});
		middle_us = clock_us(CLOCK_MONOTONIC) - ended_us;
		round_us = middle_us < round_us ? middle_us : round_us;
	}
	(void)printf(
		"a sign of life %llu ns (floor, its time stored: %llu ns); a round over %d sensors"
		" %llu us, each 10 s\n",
		(unsigned long long)sign_ns, (unsigned long long)floor_ns, ROSTER_SENSORS_MAX,
		(unsigned long long)round_us);
	free(h);
}

int main(void)
{
	play_all_clocked();
	unpack_and_play();
	measure();
	return 0;
}
