/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of shipped recordings, and the two of a wrist. Movements are rows of phases; within one
 * the mean moves in a straight line to that of the next, and a swing and a tremor are added.
 */
#include "models/recordings/synthetic.h"
#include "models/recordings/random.h"

#include <stdint.h>

#define SAMPLE_MS    20
#define MILLITURNS   1000
#define STAMP_OFF_MS 4 /* stamps are up to this late, as real ones are */

const struct synthetic synthetics[SYNTHETICS] = {
	{"fall.csv", synthetic_fall},
	{"daily.csv", synthetic_daily},
	{"home.csv", synthetic_home},
};

struct phase {
	int32_t until_ms;
	int32_t x_mg, y_mg, z_mg;   /* the mean at its beginning */
	int32_t swing_mg, swing_ms; /* height and period of what is added to x, half of it to z */
	int32_t tremor_mg;
};

static const struct phase fall_phases[] = {
	{6800, -950, 150, 250, 220, 1040, 40}, /* walking, the arm hanging */
	{7300, -900, 200, 300, 900, 420, 150}, /* a stumble, the arm flies up */
	{7940, -350, 250, 150, 200, 300, 80},  /* falling */
	{8000, 5200, 3100, -2400, 0, 1, 200},  /* the floor */
	{8120, -1900, -1200, 700, 0, 1, 200},  /* and off it again */
	{8600, 600, 500, 700, 350, 160, 120},
	{18000, 150, 480, 860, 0, 1, 7}, /* lying */
	{18001, 150, 490, 855, 0, 1, 7},
};

static const struct phase daily_phases[] = {
	{9000, -120, 200, 960, 0, 1, 8},        /* seated, hand on the lap */
	{10200, -120, 200, 960, 120, 700, 40},  /* reaches for a cup */
	{12500, -650, 250, 700, 60, 900, 25},   /* drinks */
	{13500, -700, 300, 640, 100, 800, 40},  /* puts it down */
	{13540, -150, 900, 2300, 0, 1, 100},    /* … hard */
	{14200, -150, 220, 950, 150, 300, 60},  /* and lets go */
	{24000, -140, 200, 955, 0, 1, 9},       /* sits on */
	{26500, -500, 250, 800, 260, 800, 60},  /* stands up */
	{40000, -960, 150, 180, 210, 1050, 45}, /* walks */
	{41500, -700, 200, 600, 180, 900, 50},
	{45000, -130, 210, 950, 0, 1, 8}, /* seated again */
	{45001, -130, 210, 950, 0, 1, 8},
};

/* A wave of height 1000 in parabolas: near enough to a sine, and the same everywhere. */
static int32_t wave(int32_t at_ms, int32_t period_ms)
{
	int32_t turn = at_ms % period_ms * MILLITURNS / period_ms;
	int32_t half = turn < MILLITURNS / 2 ? turn : turn - MILLITURNS / 2;
	int32_t height = 16 * half * (MILLITURNS / 2 - half) / MILLITURNS;

	return turn < MILLITURNS / 2 ? height : -height;
}

static int32_t between(int32_t from, int32_t to, int32_t at, int32_t of)
{
	return from + (to - from) * at / of;
}

static void write_sample(
	FILE *to, const struct phase *p, int32_t at_ms, int32_t start_ms, struct random *random)
{
	const struct phase *next = p + 1;
	int32_t length_ms = p->until_ms - start_ms, into_ms = at_ms - start_ms;
	int32_t swing_mg = p->swing_mg * wave(at_ms, p->swing_ms) / 1000;
	int32_t late_ms = random_to(random, STAMP_OFF_MS);
	int32_t x_mg = between(p->x_mg, next->x_mg, into_ms, length_ms) + swing_mg +
		       random_around(random, p->tremor_mg);
	int32_t y_mg = between(p->y_mg, next->y_mg, into_ms, length_ms) +
		       random_around(random, p->tremor_mg);
	int32_t z_mg = between(p->z_mg, next->z_mg, into_ms, length_ms) + swing_mg / 2 +
		       random_around(random, p->tremor_mg);

	(void)fprintf(to, "%d,%d,%d,%d\n", at_ms + late_ms, x_mg, y_mg, z_mg);
}

static void write_phases(FILE *to, const struct phase *p, int32_t length_ms, uint32_t seed)
{
	struct random random = {seed};
	int32_t start_ms = 0;

	(void)fputs("t_ms,x_mg,y_mg,z_mg\n", to);
	for (int32_t at_ms = 0; at_ms < length_ms; at_ms += SAMPLE_MS) {
		while (at_ms >= p->until_ms)
			start_ms = (p++)->until_ms;
		write_sample(to, p, at_ms, start_ms, &random);
	}
}

void synthetic_fall(FILE *to)
{
	write_phases(to, fall_phases, 18000, 1);
}

void synthetic_daily(FILE *to)
{
	write_phases(to, daily_phases, 45000, 2);
}
