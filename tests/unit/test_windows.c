/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows cut out of streams: 10 s before and 25 s after, whatever the rate, the clock or the end
 * of the stream.
 */
#include "hub/windows.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ID       "0123456789abcdef0123456789abcdef"
#define NOON_MS  INT64_C(1795608000000)
#define START_US UINT64_C(0xFFFFF000) /* the stamps' low half wraps at once */

struct room {
	struct windows *windows;
	struct window *last;
	unsigned int cut;
	uint64_t now_us; /* the sensor's clock */
};

static void on_window(const struct window *window, void *userdata)
{
	struct room *room = userdata;

	*room->last = *window;
	room->cut++;
}

static int set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	room->last = calloc(1, sizeof(*room->last));
	room->now_us = START_US;
	assert_int_equal(windows_new(&room->windows, on_window, room), 0);
	*state = room;
	return 0;
}

static int tear_down(void **state)
{
	struct room *room = *state;

	(void)windows_free(room->windows);
	free(room->last);
	free(room);
	return 0;
}

static int64_t wall(const struct room *room)
{
	return NOON_MS + (int64_t)((room->now_us - START_US) / 1000);
}

/* Streams in batches of 25; x counts the samples of its time. */
static int stream(struct room *room, const char *sensor, unsigned int hz, double seconds)
{
	uint32_t step_us = 1000000 / hz;
	int r = 0;

	for (unsigned int left = (unsigned int)(hz * seconds + 0.5); r == 0 && left > 0;) {
		struct accel_batch b = {.first_us = room->now_us, .range_mg = 8000};

		(void)snprintf(b.sensor.text, sizeof(b.sensor.text), "%s", sensor);
		for (; left > 0 && b.count < 25; left--, b.count++) {
			b.samples[b.count] = (struct accel_sample){.offset_us = b.count * step_us,
				.x_mg = (int16_t)((room->now_us - START_US) / step_us % 30000),
				.z_mg = 1000};
			room->now_us += step_us;
		}
		r = windows_push(room->windows, WEAR_WRIST, &b, wall(room));
	}
	return r;
}

static void expect_window(const struct room *room, unsigned int hz, double before_s, double after_s)
{
	const struct window *w = room->last;
	double seconds = before_s + after_s;

	assert_in_range(
		w->count, (unsigned int)(hz * seconds) - 2, (unsigned int)(hz * seconds) + 2);
	assert_int_equal(w->samples[0].t_us, 0);
	for (unsigned int n = 1; n < w->count; n++) {
		assert_int_equal(w->samples[n].t_us - w->samples[n - 1].t_us, 1000000 / hz);
		assert_int_equal(w->samples[n].x_mg - w->samples[n - 1].x_mg, 1);
	}
	assert_in_range(w->impact_us, (uint64_t)(before_s * 1e6) - 40000,
		(uint64_t)(before_s * 1e6) + 40000);
}

static const struct sensor_id watch = {.text = "montre"}, none = {.text = ""};

static void whole(void **state, unsigned int hz)
{
	struct room *room = *state;

	assert_int_equal(stream(room, "montre", hz, 90), 0);
	assert_int_equal(windows_fall(room->windows, ID, &watch, wall(room) - 3000), 1);
	assert_int_equal(stream(room, "montre", hz, 21.4), 0);
	assert_int_equal(room->cut, 0);
	assert_int_equal(stream(room, "montre", hz, 2), 0);
	assert_int_equal(room->cut, 1);
	assert_string_equal(room->last->incident, ID);
	assert_string_equal(room->last->sensor.text, "montre");
	assert_int_equal(room->last->range_mg, 8000);
	expect_window(room, hz, 10, 25);
}

static void test_at_50_hz(void **state)
{
	whole(state, 50);
}

static void test_at_12_hz(void **state)
{
	whole(state, 12);
}

static void test_at_200_hz(void **state)
{
	whole(state, 200);
}

static void test_faster_than_the_ring_keeps_what_it_can(void **state)
{
	struct room *room = *state;

	assert_int_equal(stream(room, "montre", 400, 60), 0);
	assert_int_equal(windows_fall(room->windows, ID, &watch, wall(room)), 1);
	assert_int_equal(stream(room, "montre", 400, 26), 0);
	assert_int_equal(room->cut, 1);
	/* 8192 samples are 20.48 s, of which the last bit is later than the window */
	assert_in_range(room->last->count, 7700, WINDOW_SAMPLES_MAX);
	assert_int_equal(room->last->impact_us, 0);
}

static void test_a_fall_soon_after_the_beginning(void **state)
{
	struct room *room = *state;

	assert_int_equal(stream(room, "montre", 50, 4), 0);
	assert_int_equal(windows_fall(room->windows, ID, &watch, wall(room) - 1000), 1);
	assert_int_equal(stream(room, "montre", 50, 30), 0);
	assert_int_equal(room->cut, 1);
	expect_window(room, 50, 3, 25);
}

static void test_a_stream_that_ends_gives_what_it_had(void **state)
{
	struct room *room = *state;

	assert_int_equal(stream(room, "montre", 50, 60), 0);
	assert_int_equal(windows_fall(room->windows, ID, &watch, wall(room) - 2000), 1);
	assert_int_equal(stream(room, "montre", 50, 3), 0);
	windows_turn(room->windows, wall(room) + WINDOWS_SILENCE_MS - 1);
	assert_int_equal(room->cut, 0);
	windows_turn(room->windows, wall(room) + WINDOWS_SILENCE_MS);
	assert_int_equal(room->cut, 1);
	assert_in_range(room->last->count, 50 * 15 - 2, 50 * 15 + 2);
	windows_turn(room->windows, wall(room) + 2 * WINDOWS_SILENCE_MS);
	assert_int_equal(room->cut, 1);
}

static void test_a_clock_that_jumps_ends_the_stream(void **state)
{
	struct room *room = *state;

	assert_int_equal(stream(room, "montre", 50, 60), 0);
	assert_int_equal(windows_fall(room->windows, ID, &watch, wall(room) - 2000), 1);
	room->now_us += 3600 * UINT64_C(1000000);
	assert_int_equal(stream(room, "montre", 50, 1), 0);
	assert_int_equal(room->cut, 1);
	assert_in_range(room->last->count, 50 * 12 - 2, 50 * 12 + 2);
	room->now_us = START_US;
	assert_int_equal(stream(room, "montre", 50, 1), 0);
	assert_int_equal(room->cut, 1);
}

static void test_an_incident_has_one_window_of_a_wearable(void **state)
{
	struct room *room = *state;
	char id[INCIDENT_ID_MAX];

	assert_int_equal(stream(room, "montre", 50, 20), 0);
	assert_int_equal(windows_fall(room->windows, ID, &watch, wall(room)), 1);
	assert_int_equal(windows_fall(room->windows, ID, &watch, wall(room)), 0);
	for (int n = 0; n < WINDOWS_PENDING_MAX - 1; n++) {
		(void)snprintf(id, sizeof(id), "%032d", n);
		assert_int_equal(windows_fall(room->windows, id, &watch, wall(room)), 1);
	}
	assert_int_equal(windows_fall(room->windows, "x", &watch, wall(room)), 0);
	assert_int_equal(stream(room, "montre", 50, 26), 0);
	assert_int_equal(room->cut, WINDOWS_PENDING_MAX);
}

static void test_a_fall_that_nobody_wore_cuts_every_wearable(void **state)
{
	struct room *room = *state;
	char name[16];

	for (unsigned int n = 0; n < WINDOWS_WEARABLES_MAX; n++) {
		(void)snprintf(name, sizeof(name), "w%u", n);
		assert_int_equal(stream(room, name, 50, 1), 0);
	}
	assert_int_equal(stream(room, "ninth", 50, 1), -ENOSPC);
	assert_int_equal(windows_fall(room->windows, ID, &none, wall(room)), WINDOWS_WEARABLES_MAX);
	windows_turn(room->windows, wall(room) + 60000);
	assert_int_equal(room->cut, WINDOWS_WEARABLES_MAX);
}

static void test_a_fall_without_any_stream_is_none(void **state)
{
	struct room *room = *state;

	assert_int_equal(windows_fall(room->windows, ID, &watch, NOON_MS), 0);
	windows_turn(room->windows, NOON_MS + 60000);
	assert_int_equal(room->cut, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_at_50_hz, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_at_12_hz, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_at_200_hz, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_faster_than_the_ring_keeps_what_it_can, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_fall_soon_after_the_beginning, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_stream_that_ends_gives_what_it_had, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_clock_that_jumps_ends_the_stream, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_an_incident_has_one_window_of_a_wearable, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_fall_that_nobody_wore_cuts_every_wearable, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_fall_without_any_stream_is_none, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
