/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers an impact is judged by: the same however the sensor is turned, mirrored or its stream
 * cut into batches, defined where little or nothing was heard, and the same in training as in a
 * hub.
 */
#include "tests/unit/fall_listener.h"

#include "models/fall_features.h"
#include "models/recordings/random.h"

#define IMPACTS_MAX 64

struct seen {
	int16_t features[IMPACTS_MAX][FALL_FEATURES];
	uint64_t impact_us[IMPACTS_MAX];
	int count, seconds;
};

static void see(const struct fall_answer *a, const int16_t *features,
	const struct impact_window *window, const struct fall_signs *signs, void *userdata)
{
	struct seen *s = userdata;

	assert_non_null(window);
	assert_non_null(signs);
	assert_true((a->stage == FALL_FIRST) == (features != NULL));
	if (!features) {
		s->seconds++;
		return;
	}
	assert_in_range(s->count, 0, IMPACTS_MAX - 1);
	s->impact_us[s->count] = a->impact_us;
	memcpy(s->features[s->count++], features, sizeof(s->features[0]));
}

/* A minute of stumbling about, knocks of every size and direction. */
static struct retimed rough(struct random *r, int i)
{
	int size = i % 170 == 60 ? 4000 : i % 97 == 50 ? 1800 : 250;

	return (struct retimed){(int16_t)random_around(r, size),
		(int16_t)(-950 + random_around(r, size)), (int16_t)(200 + random_around(r, size)),
		0};
}

static void test_training_sees_what_the_hub_judges(void **state)
{
	struct listener *l = listener_of(state, WEAR_WRIST);
	static struct seen seen;
	static struct impact_watch watch;
	struct random r = {11};
	static int16_t expected[IMPACTS_MAX][FALL_FEATURES];
	struct impact impact, found[IMPACTS_MAX];
	int count = 0;

	seen = (struct seen){0};
	fall_set_witness(l->fall, see, &seen);
	impact_watch_init(&watch);
	for (int i = 0; i < 3000; i++) {
		struct retimed v = rough(&r, i);

		if (impact_watch_feed(&watch, &v, &impact))
			found[count++] = impact;
		l->batch.first_us =
			l->batch.count ? l->batch.first_us : CLOCK_US + (uint64_t)i * 20000;
		l->batch.samples[l->batch.count++] = (struct accel_sample){
			(uint32_t)(CLOCK_US + (uint64_t)i * 20000 - l->batch.first_us), v.x_mg,
			v.y_mg, v.z_mg};
		if (l->batch.count >= 1 + i % 40)
			flush(l);
		for (int k = 0; k < count; k++) {
			struct impact_window w;

			if (watch.bins != found[k].bin + FALL_FIRST_BINS + 1)
				continue;
			assert_int_equal(
				impact_watch_window(&watch, &found[k], FALL_FIRST_BINS, &w), 0);
			fall_features_of(&w, expected[k]);
		}
	}
	end(l);
	assert_true(seen.count > 20 && count > 20);
	assert_in_range(seen.count, count, count + 1); /* one more may stand at the very end */
	for (int k = 0; k < count; k++)
		assert_memory_equal(seen.features[k], expected[k], sizeof(expected[k]));
	assert_int_equal(seen.seconds, seen.count);
}

static void window_of(struct impact_window *w, uint32_t count, uint32_t impact, int seed)
{
	struct random r = {(uint32_t)seed};

	w->count = count;
	w->impact = impact;
	for (uint32_t i = 0; i < count; i++)
		w->bins[i] = rough(&r, (int)i);
	w->bins[impact].x_mg = 5000;
}

static void test_turned_or_mirrored_is_the_same(void **state)
{
	struct impact_window w, turned;
	int16_t expected[FALL_FEATURES], got[FALL_FEATURES];

	(void)state;
	for (int seed = 1; seed < 50; seed++) {
		window_of(&w, 246, 150, seed);
		fall_features_of(&w, expected);
		turned = w;
		for (uint32_t i = 0; i < w.count; i++)
			turned.bins[i] = (struct retimed){w.bins[i].z_mg, (int16_t)-w.bins[i].x_mg,
				w.bins[i].y_mg, w.bins[i].marks};
		fall_features_of(&turned, got);
		assert_memory_equal(got, expected, sizeof(got));
		for (uint32_t i = 0; i < w.count; i++)
			turned.bins[i].x_mg = (int16_t)-turned.bins[i].x_mg;
		fall_features_of(&turned, got);
		assert_memory_equal(got, expected, sizeof(got));
	}
}

static void test_whatever_is_known_is_enough(void **state)
{
	struct impact_window w;
	int16_t features[FALL_FEATURES];

	(void)state;
	for (uint32_t count = 1; count <= IMPACT_BINS_MAX; count = count * 3 / 2 + 1)
		for (uint32_t impact = 0; impact < count && impact <= IMPACT_BEFORE;
			impact += 1 + impact / 3) {
			window_of(&w, count, impact, (int)(count + impact));
			fall_features_of(&w, features);
			assert_in_range(features[FALL_FEATURE_STILLNESS], 0, INT16_MAX);
		}
}

static void test_rails_and_nothing_at_all_are_defined(void **state)
{
	static const int16_t values[] = {0, 1, -1, 1000, INT16_MAX, INT16_MIN, -INT16_MAX};
	struct impact_window w = {.count = 246, .impact = 150};
	int16_t features[FALL_FEATURES], again[FALL_FEATURES];

	(void)state;
	for (size_t a = 0; a < sizeof(values) / sizeof(values[0]); a++)
		for (size_t b = 0; b < sizeof(values) / sizeof(values[0]); b++) {
			for (uint32_t i = 0; i < w.count; i++)
				w.bins[i] = (struct retimed){
					values[i % 2 ? a : b], values[b], values[a], 0};
			fall_features_of(&w, features);
			fall_features_of(&w, again);
			assert_memory_equal(features, again, sizeof(features));
			for (int c = FALL_FEATURE_COSINES; c < FALL_FEATURE_VELOCITIES; c++)
				assert_in_range(features[c] + 1001, 0, 2002);
		}
}

static void test_later_samples_change_nothing(void **state)
{
	struct impact_window w;
	int16_t expected[FALL_FEATURES], got[FALL_FEATURES];

	(void)state;
	window_of(&w, 150 + 1 + 1000, 150, 3);
	fall_features_of(&w, expected);
	for (uint32_t i = 150 + FALL_FIRST_BINS + 1; i < w.count; i++)
		w.bins[i] = (struct retimed){INT16_MAX, INT16_MIN, 7, 0};
	fall_features_of(&w, got);
	assert_memory_equal(got, expected, sizeof(got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_training_sees_what_the_hub_judges),
		cmocka_unit_test(test_turned_or_mirrored_is_the_same),
		cmocka_unit_test(test_whatever_is_known_is_enough),
		cmocka_unit_test(test_rails_and_nothing_at_all_are_defined),
		cmocka_unit_test(test_later_samples_change_nothing),
	};

	return cmocka_run_group_tests(tests, make_listener, drop_listener);
}
