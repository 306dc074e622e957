/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The curves an impact is judged by: what the header says of each, the same however the sensor is
 * turned or mirrored, defined where little or nothing was heard, and the same in training as in a
 * hub.
 */
#include "tests/unit/fall_listener.h"

#include "models/fall_waves.h"
#include "models/recordings/random.h"

#include <math.h>
#include <stdlib.h>

#define WAVES_SEEN_MAX 16

struct seen {
	struct fall_waves given[WAVES_SEEN_MAX];
	int count;
};

static void window_of(struct impact_window *w, uint32_t count, uint32_t impact, uint32_t seed)
{
	struct random r = {seed};

	w->count = count;
	w->impact = impact;
	for (uint32_t i = 0; i < count; i++)
		w->bins[i] = (struct retimed){(int16_t)random_around(&r, 600),
			(int16_t)(-950 + random_around(&r, 300)), (int16_t)random_around(&r, 900),
			0};
	w->bins[impact].x_mg = 5000;
}

struct plain_direction {
	int64_t v[3];
	float length;
};

static void plain_sum(
	const int32_t line[][4], int from, int to, int divisor, struct plain_direction *ret)
{
	for (int k = 0; k < 3; k++) {
		ret->v[k] = 0;
		for (int i = from; i < to; i++)
			ret->v[k] += line[i < 0                ? 0
					  : i < FALL_WAVE_BINS ? i
							       : FALL_WAVE_BINS - 1][k];
		ret->v[k] /= divisor;
	}
	ret->length = sqrtf(
		(float)(ret->v[0] * ret->v[0] + ret->v[1] * ret->v[1] + ret->v[2] * ret->v[2]));
}

static float plain_dot(const int32_t a[4], const struct plain_direction *d)
{
	return (float)(a[0] * d->v[0] + a[1] * d->v[1] + a[2] * d->v[2]);
}

static int32_t plain_along(const int32_t a[4], const struct plain_direction *d)
{
	return d->length == 0 ? 0 : (int32_t)lrintf(plain_dot(a, d) / d->length);
}

static int16_t plain_cosine(const struct plain_direction *a, const struct plain_direction *b)
{
	float dot = (float)(a->v[0] * b->v[0] + a->v[1] * b->v[1] + a->v[2] * b->v[2]);

	return a->length == 0 || b->length == 0
		       ? 0
		       : (int16_t)lrintf(1000.0F * (dot / (a->length * b->length)));
}

static int16_t plain_pressed(int32_t mg)
{
	return (int16_t)(mg * 4096 / (4096 + abs(mg)));
}

static int32_t plain_norm(int64_t x, int64_t y, int64_t z)
{
	return (int32_t)(sqrtf((float)(x * x + y * y + z * z)) + 0.5F);
}

/* One bin after the other, as the header says it, in whole numbers wherever there is no root. */
static void plain_waves(const struct impact_window *w, struct fall_waves *ret)
{
	static int32_t line[FALL_WAVE_BINS][4];
	struct plain_direction before, after, turned, earlier;

	for (int i = 0; i < FALL_WAVE_BINS; i++) {
		int bin = i - IMPACT_BEFORE + (int)w->impact, last = (int)w->count - 1;
		const struct retimed *v = &w->bins[bin < 0 ? 0 : bin < last ? bin : last];

		line[i][0] = v->x_mg;
		line[i][1] = v->y_mg;
		line[i][2] = v->z_mg;
		line[i][3] = plain_norm(v->x_mg, v->y_mg, v->z_mg);
	}
	plain_sum(line, 0, 100, 100, &before);
	plain_sum(line, FALL_WAVE_BINS - 50, FALL_WAVE_BINS, 50, &after);
	for (int i = 0; i < FALL_WAVE_BINS; i++) {
		const int32_t *a = line[i], *last = line[i ? i - 1 : 0];
		int64_t down = plain_along(a, &before);
		int64_t rest = (int64_t)a[3] * a[3] - down * down;
		int64_t dx = a[0] - last[0], dy = a[1] - last[1], dz = a[2] - last[2];
		int16_t *to = ret->at[i];

		plain_sum(line, i - 5, i + 6, 1, &turned);
		plain_sum(line, (i < 10 ? 0 : i - 10) - 5, (i < 10 ? 0 : i - 10) + 6, 1, &earlier);
		to[FALL_WAVE_NORM] = plain_pressed(a[3]);
		to[FALL_WAVE_ALONG_BEFORE] = plain_pressed((int32_t)down);
		to[FALL_WAVE_ALONG_AFTER] = plain_pressed(plain_along(a, &after));
		to[FALL_WAVE_ACROSS] =
			plain_pressed(rest > 0 ? (int32_t)(sqrtf((float)rest) + 0.5F) : 0);
		to[FALL_WAVE_CHANGE] =
			plain_pressed((int32_t)lrintf(sqrtf((float)(dx * dx + dy * dy + dz * dz))));
		to[FALL_WAVE_FROM_BEFORE] = plain_cosine(&turned, &before);
		to[FALL_WAVE_FROM_AFTER] = plain_cosine(&turned, &after);
		to[FALL_WAVE_TURNING] = plain_cosine(&turned, &earlier);
	}
}

static void check_against_plain(const struct impact_window *w)
{
	struct fall_waves expected, got;

	plain_waves(w, &expected);
	fall_waves_of(w, &got);
	assert_memory_equal(&got, &expected, sizeof(got));
	fall_waves_of_narrow(w, &got);
	assert_memory_equal(&got, &expected, sizeof(got));
}

static void test_many_bins_at_a_time_are_as_one_after_the_other(void **state)
{
	static const int16_t most[] = {1, 20, 300, 3000, INT16_MAX};
	static struct impact_window w;
	struct random r = {23};

	(void)state;
	for (int turn = 0; turn < 1000; turn++) {
		int16_t around = most[turn % 5];

		w.count = turn % 4 ? FALL_WAVE_BINS : 1 + (uint32_t)random_to(&r, 400);
		w.impact = turn % 4 ? IMPACT_BEFORE : (uint32_t)random_to(&r, (int)w.count - 1);
		w.impact = w.impact < IMPACT_BEFORE ? w.impact : IMPACT_BEFORE;
		for (uint32_t i = 0; i < w.count; i++)
			w.bins[i] = (struct retimed){(int16_t)random_around(&r, around),
				(int16_t)random_around(&r, around),
				(int16_t)random_around(&r, around), 0};
		check_against_plain(&w);
	}
}

/* Each that an axis can have, alone and on all axes, there and back: so no quotient is rounded to
 * the wrong side. */
static void test_every_acceleration_is_pressed_as_the_header_says(void **state)
{
	static struct impact_window w = {.count = FALL_WAVE_BINS, .impact = IMPACT_BEFORE};

	(void)state;
	for (int from = 0; from <= INT16_MAX; from += FALL_WAVE_BINS)
		for (int axes = 1; axes <= 3; axes++) {
			for (int i = 0; i < FALL_WAVE_BINS; i++) {
				int v = from + i < INT16_MAX ? from + i : INT16_MAX;
				int16_t a = (int16_t)(i % 2 ? -v : v);

				w.bins[i] =
					(struct retimed){a, axes > 1 ? a : 0, axes > 2 ? a : 0, 0};
			}
			check_against_plain(&w);
		}
}

/* Lies still along z, is struck along x, and lies along x. */
static void test_each_curve_is_what_the_header_says(void **state)
{
	static struct impact_window w = {.count = FALL_WAVE_BINS, .impact = IMPACT_BEFORE};
	struct fall_waves v;

	(void)state;
	for (uint32_t i = 0; i < w.count; i++)
		w.bins[i] = i < IMPACT_BEFORE ? (struct retimed){0, 0, 1000, 0}
					      : (struct retimed){1000, 0, 0, 0};
	w.bins[IMPACT_BEFORE].x_mg = 4096;
	fall_waves_of(&w, &v);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(v.at[i][FALL_WAVE_NORM], 1000 * 4096 / 5096);
		assert_int_equal(v.at[i][FALL_WAVE_ALONG_BEFORE], 1000 * 4096 / 5096);
		assert_int_equal(v.at[i][FALL_WAVE_ALONG_AFTER], 0);
		assert_int_equal(v.at[i][FALL_WAVE_ACROSS], 0);
		assert_int_equal(v.at[i][FALL_WAVE_CHANGE], 0);
		assert_int_equal(v.at[i][FALL_WAVE_FROM_BEFORE], 1000);
		assert_int_equal(v.at[i][FALL_WAVE_FROM_AFTER], 0);
		assert_int_equal(v.at[i][FALL_WAVE_TURNING], 1000);
	}
	assert_int_equal(v.at[IMPACT_BEFORE][FALL_WAVE_NORM], 2048);
	assert_int_equal(v.at[IMPACT_BEFORE][FALL_WAVE_ALONG_AFTER], 2048);
	assert_int_equal(v.at[IMPACT_BEFORE][FALL_WAVE_ACROSS], 2048);
	assert_int_equal(v.at[IMPACT_BEFORE][FALL_WAVE_CHANGE], 4216 * 4096 / (4216 + 4096));
	assert_in_range(v.at[IMPACT_BEFORE + 2][FALL_WAVE_TURNING], 0, 800);
	for (int i = IMPACT_BEFORE + 20; i < FALL_WAVE_BINS; i++) {
		assert_int_equal(v.at[i][FALL_WAVE_ALONG_BEFORE], 0);
		assert_int_equal(v.at[i][FALL_WAVE_FROM_AFTER], 1000);
		assert_int_equal(v.at[i][FALL_WAVE_FROM_BEFORE], 0);
	}
}

static void test_turned_or_mirrored_is_the_same(void **state)
{
	static struct impact_window w, turned;
	struct fall_waves expected, got;

	(void)state;
	for (uint32_t seed = 1; seed < 50; seed++) {
		window_of(&w, FALL_WAVE_BINS, IMPACT_BEFORE, seed);
		fall_waves_of(&w, &expected);
		turned = w;
		for (uint32_t i = 0; i < w.count; i++)
			turned.bins[i] = (struct retimed){w.bins[i].z_mg, (int16_t)-w.bins[i].x_mg,
				w.bins[i].y_mg, w.bins[i].marks};
		fall_waves_of(&turned, &got);
		assert_memory_equal(&got, &expected, sizeof(got));
		for (uint32_t i = 0; i < w.count; i++)
			turned.bins[i].x_mg = (int16_t)-turned.bins[i].x_mg;
		fall_waves_of(&turned, &got);
		assert_memory_equal(&got, &expected, sizeof(got));
	}
}

static void check_bounds(const struct fall_waves *v)
{
	for (int i = 0; i < FALL_WAVE_BINS; i++)
		for (int k = 0; k < FALL_WAVES; k++)
			assert_in_range(v->at[i][k] + FALL_WAVE_MOST, 0, 2 * FALL_WAVE_MOST);
}

static void test_whatever_is_known_is_enough(void **state)
{
	static struct impact_window w;
	struct fall_waves v;

	(void)state;
	for (uint32_t count = 1; count <= IMPACT_BINS_MAX; count = count * 3 / 2 + 1)
		for (uint32_t impact = 0; impact < count && impact <= IMPACT_BEFORE;
			impact += 1 + impact / 3) {
			window_of(&w, count, impact, count + impact);
			fall_waves_of(&w, &v);
			check_bounds(&v);
		}
	/* what was not heard is as what lies next to it */
	window_of(&w, 20, 10, 1);
	fall_waves_of(&w, &v);
	for (int i = 0; i < IMPACT_BEFORE - 10; i++)
		assert_int_equal(v.at[i][FALL_WAVE_NORM], v.at[IMPACT_BEFORE - 10][FALL_WAVE_NORM]);
	for (int i = IMPACT_BEFORE + 10; i < FALL_WAVE_BINS; i++)
		assert_int_equal(v.at[i][FALL_WAVE_NORM], v.at[IMPACT_BEFORE + 9][FALL_WAVE_NORM]);
}

static void test_rails_and_nothing_at_all_are_defined(void **state)
{
	static const int16_t values[] = {0, 1, -1, 1000, INT16_MAX, INT16_MIN, -INT16_MAX};
	static struct impact_window w = {.count = FALL_WAVE_BINS, .impact = IMPACT_BEFORE};
	struct fall_waves v;

	(void)state;
	for (size_t a = 0; a < sizeof(values) / sizeof(values[0]); a++)
		for (size_t b = 0; b < sizeof(values) / sizeof(values[0]); b++) {
			for (uint32_t i = 0; i < w.count; i++)
				w.bins[i] = (struct retimed){
					values[i % 2 ? a : b], values[b], values[a], 0};
			fall_waves_of(&w, &v);
			check_bounds(&v);
			check_against_plain(&w);
		}
}

static void see(const struct fall_answer *a, const int16_t *features,
	const struct impact_window *window, const struct fall_signs *signs, void *userdata)
{
	struct seen *s = userdata;

	(void)signs;
	assert_true((a->stage == FALL_FIRST) == (features != NULL));
	assert_non_null(window);
	if (!features || s->count == WAVES_SEEN_MAX)
		return;
	fall_waves_of(window, &s->given[s->count++]);
}

/* What the witness is shown, which training describes, is what lay round the impact in the stream.
 */
static void test_training_sees_what_the_hub_judges(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);
	static struct seen seen;
	struct random r = {11};
	static struct retimed stream[3000];

	seen = (struct seen){0};
	fall_set_witness(l->fall, see, &seen);
	for (int i = 0; i < 3000; i++) {
		uint64_t at_us = CLOCK_US + (uint64_t)i * 20000;

		stream[i] = (struct retimed){(int16_t)random_around(&r, 200),
			(int16_t)(i % 300 == 299 ? 3000 + random_around(&r, 900)
						 : -950 + random_around(&r, 200)),
			0, 0};
		l->batch.first_us = l->batch.count ? l->batch.first_us : at_us;
		l->batch.samples[l->batch.count++] =
			(struct accel_sample){(uint32_t)(at_us - l->batch.first_us), stream[i].x_mg,
				stream[i].y_mg, stream[i].z_mg};
		if (l->batch.count >= 1 + i % 40)
			flush(l);
	}
	end(l);
	assert_in_range(seen.count, 9, 10);
	for (int k = 0; k < seen.count; k++) {
		static struct impact_window w = {.impact = IMPACT_BEFORE};
		struct fall_waves expected;
		int impact = 300 * k + 299, most = 3000 - impact + IMPACT_BEFORE;

		w.count = most < FALL_WAVE_BINS ? (uint32_t)most : FALL_WAVE_BINS;
		for (uint32_t i = 0; i < w.count; i++)
			w.bins[i] = stream[impact - IMPACT_BEFORE + (int)i];
		fall_waves_of(&w, &expected);
		assert_memory_equal(&seen.given[k], &expected, sizeof(expected));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_bins_at_a_time_are_as_one_after_the_other),
		cmocka_unit_test(test_every_acceleration_is_pressed_as_the_header_says),
		cmocka_unit_test(test_each_curve_is_what_the_header_says),
		cmocka_unit_test(test_turned_or_mirrored_is_the_same),
		cmocka_unit_test(test_whatever_is_known_is_enough),
		cmocka_unit_test(test_rails_and_nothing_at_all_are_defined),
		cmocka_unit_test(test_training_sees_what_the_hub_judges),
	};

	return cmocka_run_group_tests(tests, make_listener, drop_listener);
}
