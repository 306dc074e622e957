/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recordings played on a real loop, as fast as it turns or at a thousand times their speed. */
#include "sensors/source_replay.h"

#include "common/cleanup.h"
#include "common/clock.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct heard {
	sd_event *event;
	struct source *source;
	int samples, batches, readings, repeats, endings, pauses_after;
	bool was_early;
	uint64_t started_us, last_us;
	double speed;
	uint64_t first_stamp_us;
	char why[96], sensor[SENSOR_ID_MAX];
	double last_value;
};

static void on_accel(const struct accel_batch *batch, void *userdata)
{
	struct heard *h = userdata;
	uint64_t last_us = batch->first_us + batch->samples[batch->count - 1].offset_us;

	if (h->batches++ == 0)
		h->first_stamp_us = batch->first_us;
	h->samples += batch->count;
	h->was_early |=
		h->speed > 0 &&
		batch->time_us < h->started_us + (uint64_t)((double)(last_us - h->first_stamp_us) /
							    h->speed);
	h->was_early |= batch->time_us < h->last_us;
	h->last_us = batch->time_us;
	(void)snprintf(h->sensor, sizeof(h->sensor), "%s", batch->sensor.text);
	if (h->batches == h->pauses_after)
		source_stop(h->source);
}

static void on_reading(const struct reading *reading, void *userdata)
{
	struct heard *h = userdata;

	h->readings++;
	h->repeats += reading->repeats;
	h->last_value = reading->value;
	h->was_early |= reading->time_us < h->started_us;
	(void)snprintf(h->sensor, sizeof(h->sensor), "%s", reading->sensor.text);
}

static void on_health(const struct source_health *health, void *userdata)
{
	struct heard *h = userdata;

	if (health->state == SOURCE_HEARING) {
		h->started_us = health->time_us;
		assert_string_equal(health->why, "");
		return;
	}
	assert_int_equal(health->state, SOURCE_ENDED);
	h->endings++;
	(void)snprintf(h->why, sizeof(h->why), "%s", health->why);
	/* freeing here is allowed */
	h->source = source_free(h->source);
	(void)sd_event_exit(h->event, 0);
}

static const char *write_file(const void *bytes, size_t count)
{
	static char path[] = "/tmp/vigie-replay-XXXXXX";
	int fd;

	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, count), count);
	(void)close(fd);
	return path;
}

/* A trial of `samples` at 50 Hz, then `tail`. */
static const char *write_trial(int samples, const char *tail)
{
	char text[16384] = "t_ms,x_mg,y_mg,z_mg\n";
	size_t at = strlen(text);

	for (int i = 0; i < samples; i++)
		at += (size_t)snprintf(
			text + at, sizeof(text) - at, "%d,0,0,1000\n", 5000 + 20 * i);
	at += (size_t)snprintf(text + at, sizeof(text) - at, "%s", tail);
	return write_file(text, at);
}

static void begin(struct heard *h, const char *path, double speed)
{
	struct source_listener listener = {.on_reading = on_reading,
		.on_accel = on_accel,
		.on_health = on_health,
		.userdata = h};
	struct source_replay_options options = {.path = path, .speed = speed};
	char error[RECORDING_ERROR_MAX] = "";

	*h = (struct heard){.speed = speed};
	assert_true(sd_event_new(&h->event) >= 0);
	assert_int_equal(source_replay_new(&h->source, h->event, &options, &listener, error), 0);
	(void)unlink(path);
	assert_int_equal(source_start(h->source), 0);
}

static void run(struct heard *h)
{
	assert_true(sd_event_loop(h->event) >= 0);
	h->source = source_free(h->source);
	h->event = sd_event_unref(h->event);
}

static void test_plays_to_the_end_as_fast_as_possible(void **state)
{
	struct heard h;
	uint64_t before_us = clock_boot_us();

	(void)state;
	begin(&h, write_trial(500, ""), 0);
	run(&h);
	assert_int_equal(h.samples, 500);
	assert_int_equal(h.batches, 20);
	assert_int_equal(h.endings, 1);
	assert_string_equal(h.why, "end of the recording");
	assert_string_equal(h.sensor, "wearable");
	/* ten seconds of recording */
	assert_true(clock_boot_us() - before_us < 5 * US_PER_S);
}

static void test_is_never_early(void **state)
{
	struct heard h;

	(void)state;
	begin(&h, write_trial(500, ""), 1000);
	run(&h);
	assert_int_equal(h.samples, 500);
	assert_false(h.was_early);
}

static void test_damage_ends_with_its_line(void **state)
{
	struct heard h;

	(void)state;
	begin(&h, write_trial(30, "x\n"), 0);
	run(&h);
	assert_int_equal(h.samples, 30);
	assert_int_equal(h.endings, 1);
	assert_non_null(strstr(h.why, ":32: expected four whole numbers"));
}

static void test_pause_goes_on_where_it_was(void **state)
{
	struct heard h;

	(void)state;
	/* at full speed several records are due in the wake-up that pauses: none may slip out */
	begin(&h, write_trial(500, ""), 0);
	h.pauses_after = 3;
	while (h.batches < 3)
		assert_true(sd_event_run(h.event, UINT64_MAX) >= 0);
	assert_int_equal(h.batches, 3);
	assert_int_equal(sd_event_run(h.event, 0), 0); /* nothing is due while it pauses */
	assert_int_equal(source_start(h.source), 0);
	run(&h);
	assert_int_equal(h.samples, 500);
	assert_int_equal(h.endings, 1);
}

/* One BTHome v2 frame (pressure 1008.83, its example on bthome.io) in a legacy report; twice. */
static void test_btsnoop_goes_through_the_receiver(void **state)
{
	static const char event[] = "\x04\x3e\x19\x02\x01\x03\x00\xa5\x80\x8f\xe6\x48\x54\x0d"
				    "\x02\x01\x06\x0a\x16\xd2\xfc\x40\x00\x0c\x04\x13\x8a"
				    "\x01";
	char file[256] = "btsnoop\0\0\0\0\1\0\0\3\352";
	size_t at = 16, bytes = sizeof(event); /* the NUL is the signal strength */
	struct heard h;

	(void)state;
	for (int i = 0; i < 2; i++) {
		char header[24] = {0};

		header[3] = header[7] = (char)bytes;
		header[11] = 3;
		memcpy(file + at, header, 24);
		memcpy(file + at + 24, event, bytes);
		file[at + 24 + 2] = (char)(bytes - 3);
		file[at + 24 + 13] = (char)(bytes - 15);
		at += 24 + bytes;
	}
	begin(&h, write_file(file, at), 0);
	run(&h);
	/* the second is a repetition (the same packet id), told to confirm the first */
	assert_int_equal(h.readings, 2);
	assert_int_equal(h.repeats, 1);
	assert_true(fabs(h.last_value - 1008.83) < 1e-9);
	assert_string_equal(h.sensor, "54:48:E6:8F:80:A5");
	assert_false(h.was_early);
	assert_int_equal(h.endings, 1);
}

static void test_refuses_impossible_speeds_and_files(void **state)
{
	static const double speeds[] = {-1, NAN, 1.1e6, INFINITY};
	struct source_listener listener = {0};
	struct source_replay_options options = {.path = "/nonexistent/x.csv"};
	struct source *source = NULL;
	char error[RECORDING_ERROR_MAX];
	sd_event *event = NULL;

	(void)state;
	assert_true(sd_event_new(&event) >= 0);
	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
		options.speed = speeds[i];
		error[0] = 0;
		assert_int_equal(
			source_replay_new(&source, event, &options, &listener, error), -EINVAL);
		assert_non_null(strstr(error, "needs 0..1e+06"));
	}
	options.speed = 1;
	assert_int_equal(source_replay_new(&source, event, &options, &listener, error), -ENOENT);
	assert_string_equal(error, "/nonexistent/x.csv: No such file or directory");
	assert_null(source);
	(void)sd_event_unref(event);
}

static void test_due_times(void **state)
{
	(void)state;
	assert_int_equal(source_replay_due_us(100, 1000000, 0), 100);
	assert_int_equal(source_replay_due_us(100, 1000000, 1), 1000100);
	assert_int_equal(source_replay_due_us(100, 1000000, 4), 250100);
	assert_int_equal(source_replay_due_us(100, 1000000, 0.5), 2000100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plays_to_the_end_as_fast_as_possible),
		cmocka_unit_test(test_is_never_early),
		cmocka_unit_test(test_damage_ends_with_its_line),
		cmocka_unit_test(test_pause_goes_on_where_it_was),
		cmocka_unit_test(test_btsnoop_goes_through_the_receiver),
		cmocka_unit_test(test_refuses_impossible_speeds_and_files),
		cmocka_unit_test(test_due_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
