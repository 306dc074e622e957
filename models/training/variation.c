/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The variations. Numbers drawn are from splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
 */
#include "models/training/variation.h"

#include <math.h>
#include <string.h>

#define PI          3.14159265358979
#define G_MG        1000.0
#define MS_PER_S    1000.0
#define HITS_MOST   40
#define SENSOR_MS   20.0 /* what a 50 Hz sensor's own filter averages over, about */
#define SENSOR_TAPS 5

struct draw {
	uint64_t state;
};

static double draw_unit(struct draw *d)
{
	uint64_t z = (d->state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double draw_in(struct draw *d, double from, double to)
{
	return from + (to - from) * draw_unit(d);
}

static double draw_normal(struct draw *d)
{
	double a = draw_unit(d), b = draw_unit(d);

	return sqrt(-2 * log(a + 1e-300)) * cos(2 * PI * b);
}

static void draw_direction(struct draw *d, double ret[3])
{
	double square = 0;

	for (int k = 0; k < 3; k++) {
		ret[k] = draw_normal(d);
		square += ret[k] * ret[k];
	}
	for (int k = 0; k < 3; k++)
		ret[k] /= sqrt(square) + 1e-9;
}

/* The matrix that turns by `angle` radians about `axis`. */
static void rotation(const double axis[3], double angle, double ret[3][3])
{
	double c = cos(angle), s = sin(angle);

	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			ret[i][j] = axis[i] * axis[j] * (1 - c) + (i == j ? c : 0);
	ret[0][1] -= axis[2] * s;
	ret[0][2] += axis[1] * s;
	ret[1][0] += axis[2] * s;
	ret[1][2] -= axis[0] * s;
	ret[2][0] -= axis[1] * s;
	ret[2][1] += axis[0] * s;
}

static void turn(float a_mg[3], double turned[3][3])
{
	double v[3];

	for (int i = 0; i < 3; i++)
		v[i] = turned[i][0] * (double)a_mg[0] + turned[i][1] * (double)a_mg[1] +
		       turned[i][2] * (double)a_mg[2];
	for (int i = 0; i < 3; i++)
		a_mg[i] = (float)v[i];
}

/* From t_ms on everything is turned by angle about a random axis, within about width_ms. */
static void turn_after(struct draw *d, struct trace *t, double t_ms, double angle, double width_ms)
{
	double axis[3], turned[3][3];

	draw_direction(d, axis);
	for (size_t i = 0; i < t->count; i++) {
		double x = (t->t_ms[i] - t_ms) / width_ms;

		if (x < -3)
			continue;
		rotation(axis, angle / (1 + exp(-2 * x)), turned);
		turn(t->a_mg[i], turned);
	}
}

/* Half a sine of unit area times `velocity` over [0, width), in mg. */
static double half_sine(double x_ms, double width_ms, double velocity_mg_ms)
{
	if (x_ms < 0 || x_ms >= width_ms)
		return 0;
	return velocity_mg_ms / width_ms * PI / 2 * sin(PI * x_ms / width_ms);
}

struct hit {
	double at_ms, velocity_mg_ms, width_ms, rebound, swing_ms, back_ms;
	double direction[3];
};

/* A hand swings, strikes what gives little, rebounds and stops: what it adds sums to nothing. */
static void add_hit(struct trace *t, const struct hit *h)
{
	double v = h->velocity_mg_ms;

	for (size_t i = 0; i < t->count; i++) {
		double x = t->t_ms[i] - h->at_ms, sum = 0;

		if (x < -h->swing_ms - SENSOR_MS || x > h->width_ms + h->back_ms + SENSOR_MS)
			continue;
		for (int tap = 0; tap < SENSOR_TAPS; tap++) {
			double at = x + (tap - SENSOR_TAPS / 2) * SENSOR_MS / SENSOR_TAPS;

			sum += half_sine(at + h->swing_ms, h->swing_ms, v) -
			       half_sine(at, h->width_ms, v * (1 + h->rebound)) +
			       half_sine(at - h->width_ms, h->back_ms, v * h->rebound);
		}
		for (int k = 0; k < 3; k++)
			t->a_mg[i][k] += (float)(sum / SENSOR_TAPS * h->direction[k]);
	}
}

/* Bouts of hits, one or many in a row: tables, claps, doors; the hand often stays another way. */
static void add_hits(struct draw *d, struct trace *t)
{
	double at_ms = t->t_ms[0] + draw_in(d, 500, 4000), end_ms = t->t_ms[t->count - 1];

	for (int bout = 0; bout < HITS_MOST && at_ms < end_ms; bout++) {
		int hits = draw_unit(d) < 0.4 ? 1 : (int)draw_in(d, 2, 12);
		double apart_ms = draw_in(d, 180, 1200), way[3];
		struct hit base = {0, draw_in(d, 40, 260) * MS_PER_S, draw_in(d, 15, 90),
			draw_in(d, 0, 0.7), draw_in(d, 100, 450), draw_in(d, 60, 300), {0}};

		draw_direction(d, way);
		for (int k = 0; k < hits; k++) {
			struct hit h = base;
			double off[3];

			h.at_ms = at_ms;
			h.velocity_mg_ms *= draw_in(d, 0.7, 1.3);
			h.width_ms *= draw_in(d, 0.8, 1.2);
			draw_direction(d, off);
			for (int i = 0; i < 3; i++)
				h.direction[i] = way[i] + 0.25 * off[i];
			add_hit(t, &h);
			at_ms += apart_ms * draw_in(d, 0.85, 1.15);
		}
		if (draw_unit(d) < 0.5) {
			double back_ms = draw_in(d, 0, 500), angle = draw_in(d, 0.2, 2.0);

			turn_after(d, t, at_ms - back_ms, angle, draw_in(d, 60, 300));
		}
		at_ms += draw_in(d, 2000, 9000);
	}
}

/* The sensor is taken off and dropped from 0.3 … 1.3 m: weightless, bounces, lies dead still. */
static void add_drop(struct draw *d, struct trace *t)
{
	double span_ms = t->t_ms[t->count - 1] - t->t_ms[0];
	double from_ms = t->t_ms[0] + draw_in(d, 0.2, 0.7) * span_ms;
	double height_m = draw_in(d, 0.3, 1.3), fall_ms = sqrt(2 * height_m / 9.81) * MS_PER_S;
	double rebound = draw_in(d, 0.1, 0.5), width_ms = draw_in(d, 5, 30);
	double spin_mg = draw_in(d, 0, 150), at_ms = from_ms + fall_ms, axis[3], rest[3];

	draw_direction(d, axis);
	draw_direction(d, rest);
	for (size_t i = 0; i < t->count; i++) {
		bool is_lying = t->t_ms[i] > at_ms + 2 * fall_ms * rebound;

		if (t->t_ms[i] < from_ms)
			continue;
		for (int k = 0; k < 3; k++)
			t->a_mg[i][k] = (float)((is_lying                    ? rest[k] * G_MG
							: t->t_ms[i] < at_ms ? axis[k] * spin_mg
									     : 0) +
						4 * draw_normal(d));
	}
	for (int bounce = 0; bounce < 3; bounce++) {
		struct hit h = {.at_ms = at_ms, .width_ms = width_ms, .swing_ms = 1, .back_ms = 1};
		double speed_ms = fall_ms * pow(rebound, bounce); /* falls as long as it is fast */

		h.velocity_mg_ms = speed_ms * G_MG * (1 + rebound);
		draw_direction(d, h.direction);
		add_hit(t, &h);
		at_ms += 2 * speed_ms * rebound;
	}
}

/* Resampled to `rate_hz`, within [from, to]; averaged over a period where is_mean. */
static void resample(
	const struct trace *from, double rate_hz, double phase, bool is_mean, struct trace *to)
{
	double period_ms = MS_PER_S / rate_hz, last_ms = from->t_ms[from->count - 1];
	size_t j = 0;

	to->count = 0;
	for (double t = from->t_ms[0] + phase * period_ms; t < last_ms; t += period_ms) {
		while (j + 2 < from->count && from->t_ms[j + 1] < t)
			j++;

		double part = (t - from->t_ms[j]) / (from->t_ms[j + 1] - from->t_ms[j]);
		size_t first = j;

		while (is_mean && first > 0 && from->t_ms[first - 1] > t - period_ms)
			first--;
		for (int k = 0; k < 3; k++) {
			double sum = 0;

			for (size_t i = first; i <= j; i++)
				sum += (double)from->a_mg[i][k];
			to->a_mg[to->count][k] =
				(float)(first < j ? sum / (double)(j - first + 1)
						  : (double)from->a_mg[j][k] * (1 - part) +
							    (double)from->a_mg[j + 1][k] * part);
		}
		to->t_ms[to->count++] = t;
	}
}

static void copy(const struct trace *from, struct trace *to)
{
	to->count = from->count;
	memcpy(to->t_ms, from->t_ms, from->count * sizeof(*from->t_ms));
	memcpy(to->a_mg, from->a_mg, from->count * sizeof(*from->a_mg));
}

/* Keeps [from, to]; leaves out 100 … 400 ms now and then where has_gaps. */
static void lose(struct draw *d, struct trace *t, double from_ms, double to_ms, bool has_gaps)
{
	double next_ms = has_gaps ? from_ms + draw_in(d, 0, 4000) : HUGE_VAL, back_ms = -HUGE_VAL;
	size_t kept = 0;

	for (size_t i = 0; i < t->count; i++) {
		double at_ms = t->t_ms[i];

		if (at_ms < from_ms || at_ms > to_ms)
			continue;
		if (at_ms >= next_ms) {
			back_ms = next_ms + draw_in(d, 100, 400);
			next_ms = back_ms + draw_in(d, 500, 7000);
		}
		if (at_ms < back_ms)
			continue;
		t->t_ms[kept] = at_ms;
		memmove(t->a_mg[kept++], t->a_mg[i], sizeof(t->a_mg[i]));
	}
	t->count = kept;
}

/* Turned, with errors of gain and offset, noise; time runs `speed` times as fast. */
static void distort(struct draw *d, struct trace *t, double speed)
{
	double axis[3], turned[3][3], gain[3], offset_mg[3];

	draw_direction(d, axis);
	rotation(axis, draw_in(d, 0, 2 * PI), turned);
	for (int k = 0; k < 3; k++) {
		gain[k] = draw_in(d, 0.95, 1.05);
		offset_mg[k] = draw_in(d, -30, 30);
	}
	if (draw_unit(d) < 0.5) /* the other hand is the mirror image */
		gain[0] = -gain[0];
	for (size_t i = 0; i < t->count; i++) {
		turn(t->a_mg[i], turned);
		for (int k = 0; k < 3; k++)
			t->a_mg[i][k] = (float)((double)t->a_mg[i][k] * gain[k] + offset_mg[k] +
						6 * draw_normal(d));
		t->t_ms[i] /= speed;
	}
}

static void clip(struct trace *t, double range_mg)
{
	for (size_t i = 0; i < t->count; i++)
		for (int k = 0; k < 3; k++)
			t->a_mg[i][k] =
				fminf(fmaxf(t->a_mg[i][k], (float)-range_mg), (float)range_mg);
}

struct varied variation_make(
	enum variation variation, uint64_t seed, const struct trace *from, struct trace *to)
{
	struct draw d = {seed * 8 + (uint64_t)variation + UINT64_C(0x5EED)};

	if (variation == VARIATION_NONE || from->count < 4) {
		copy(from, to);
		return (struct varied){1, 0};
	}

	double u = draw_unit(&d), speed = draw_in(&d, 0.92, 1.08), rate_hz = draw_in(&d, 20, 80);
	uint16_t range_mg = u < 0.12 ? 2000 : u < 0.4 ? 4000 : u < 0.65 ? 8000 : 16000;
	bool is_resampled = draw_unit(&d) < 0.6, is_mean = draw_unit(&d) < 0.5;
	bool has_gaps = draw_unit(&d) < 0.3, is_cut = draw_unit(&d) < 0.35;
	double from_ms = from->t_ms[0], to_ms = from->t_ms[from->count - 1], span = to_ms - from_ms;

	if (is_cut && draw_unit(&d) < 0.5)
		from_ms += draw_in(&d, 0, 0.4) * span;
	else if (is_cut)
		to_ms -= draw_in(&d, 0, 0.5) * span;
	if (is_resampled)
		resample(from, rate_hz, draw_unit(&d), is_mean && rate_hz < 35, to);
	else
		copy(from, to);
	lose(&d, to, from_ms, to_ms, has_gaps);
	distort(&d, to, speed);
	if (variation == VARIATION_HITS && to->count)
		add_hits(&d, to);
	if (variation == VARIATION_DROP && to->count)
		add_drop(&d, to);
	clip(to, range_mg);
	return (struct varied){speed, range_mg};
}
