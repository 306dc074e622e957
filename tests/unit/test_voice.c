/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub's voice with the vigie-voice that ships, on ALSA's file plugin: what is said is in the
 * file, softer when it is asked to be. And with voices that die, hang, or are not there. A FIFO is
 * the device where a sentence must not be over at once.
 */
#include "hub/voice.h"

#include "common/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define WAVE_BYTES  44
#define PATIENCE_US (60 * US_PER_S)
#define TAGS_MAX    32
#define ASK         "Madame Martin, est-ce que tout va bien ?"

struct room {
	char dir[64], wave[128], device[256], real[PATH_MAX], program[128];
	sd_event *event;
	struct voice *voice;
	unsigned int sounds, finished;
	uint32_t tags[TAGS_MAX]; /* in the order in which they were finished */
	int errors[TAGS_MAX];
};

static void on_sounds(uint32_t tag, uint64_t time_us, void *userdata)
{
	struct room *r = userdata;

	(void)tag;
	assert_true(time_us <= clock_boot_us());
	r->sounds++;
}

static void on_finished(uint32_t tag, int error, void *userdata)
{
	struct room *r = userdata;

	assert_true(r->finished < TAGS_MAX);
	r->tags[r->finished] = tag;
	r->errors[r->finished++] = error;
}

static void find_real(struct room *r)
{
	ssize_t n = readlink("/proc/self/exe", r->real, sizeof(r->real) - 1);
	char *slash;

	assert_true(n > 0);
	for (unsigned int up = 0; up < 3; up++) {
		slash = strrchr(r->real, '/');
		assert_non_null(slash);
		*slash = '\0';
	}
	(void)snprintf(slash, 32, "/bin/vigie-voice");
	assert_int_equal(access(r->real, X_OK), 0);
}

static int setup(void **state)
{
	struct room *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	(void)snprintf(r->dir, sizeof(r->dir), "/tmp/vigie-voice-XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	(void)snprintf(r->wave, sizeof(r->wave), "%s/said.wav", r->dir);
	(void)snprintf(r->device, sizeof(r->device), "file:FILE=%s,FORMAT=wav", r->wave);
	(void)snprintf(r->program, sizeof(r->program), "%s/voice", r->dir);
	find_real(r);
	assert_true(sd_event_new(&r->event) >= 0);
	*state = r;
	return 0;
}

static void close_room(struct room *r)
{
	r->voice = voice_free(r->voice);
}

static int teardown(void **state)
{
	struct room *r = *state;

	close_room(r);
	(void)sd_event_unref(r->event);
	(void)unlink(r->wave);
	(void)unlink(r->program);
	assert_int_equal(rmdir(r->dir), 0);
	free(r);
	return 0;
}

static void open_room(struct room *r, const char *program)
{
	const struct voice_options options = {.program = program,
		.device = r->device,
		.language = SPEECH_FRENCH,
		.idle_ms = 20,
		.begin_ms = 2000};
	const struct voice_listener listener = {
		.on_sounds = on_sounds, .on_finished = on_finished, .userdata = r};

	assert_int_equal(voice_new(&r->voice, r->event, &options, &listener), 0);
}

static int say(struct room *r, uint32_t tag, unsigned int volume_pct, bool is_urgent)
{
	const struct voice_sentence s = {
		.tag = tag, .text = ASK, .volume_pct = volume_pct, .is_urgent = is_urgent};

	return voice_say(r->voice, &s);
}

#define wait_until(r, condition) \
	do { \
		uint64_t end_us = clock_boot_us() + PATIENCE_US; \
		while (!(condition)) { \
			assert_true(sd_event_run((r)->event, US_PER_S) >= 0); \
			assert_true(clock_boot_us() < end_us); \
		} \
	} while (0)

/* A voice that is this shell script. */
static void write_program(struct room *r, const char *script)
{
	char next[160];
	FILE *f;

	(void)snprintf(next, sizeof(next), "%s.next", r->program);
	f = fopen(next, "we");
	assert_non_null(f);
	assert_true(fprintf(f, "#!/bin/sh\n%s\n", script) > 0 && fclose(f) == 0);
	assert_true(chmod(next, 0700) == 0 && rename(next, r->program) == 0);
}

static void write_real(struct room *r)
{
	char script[PATH_MAX + 16];

	(void)snprintf(script, sizeof(script), "exec %s \"$@\"", r->real);
	write_program(r, script);
}

/* The loudness of the file's sound, and its frames. */
static double loudness(const struct room *r, size_t *ret_frames)
{
	FILE *f = fopen(r->wave, "re");
	double sum = 0;
	int16_t frame;

	assert_non_null(f);
	assert_int_equal(fseek(f, WAVE_BYTES, SEEK_SET), 0);
	*ret_frames = 0;
	while (fread(&frame, sizeof(frame), 1, f) == 1) {
		sum += (double)frame * frame;
		(*ret_frames)++;
	}
	assert_int_equal(fclose(f), 0);
	return sqrt(sum / (double)*ret_frames);
}

static bool has_child(void)
{
	char path[64], text[16] = "";
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	f = fopen(path, "re");
	assert_non_null(f);
	(void)!fgets(text, sizeof(text), f);
	return fclose(f) == 0 && text[0] != '\0';
}

static void test_what_is_said_is_heard_and_the_process_goes(void **state)
{
	struct room *r = *state;
	size_t frames;

	open_room(r, r->real);
	assert_int_equal(say(r, 7, 100, false), 0);
	assert_true(voice_is_busy(r->voice));
	wait_until(r, r->finished == 1);
	assert_true(r->sounds == 1 && r->tags[0] == 7 && r->errors[0] == 0);
	assert_false(voice_is_busy(r->voice));
	assert_string_equal(voice_fault(r->voice), "");
	wait_until(r, !has_child());
	assert_true(loudness(r, &frames) > 500);
	assert_true(frames > SPEECH_RATE_HZ);
}

static void test_a_softer_voice_is_softer(void **state)
{
	static const unsigned int volumes[] = {100, 40};
	struct room *r = *state;
	double loud[2];
	size_t frames[2];

	for (unsigned int n = 0; n < 2; n++) {
		open_room(r, r->real);
		assert_int_equal(say(r, n, volumes[n], false), 0);
		wait_until(r, r->finished == n + 1);
		close_room(r);
		loud[n] = loudness(r, &frames[n]);
	}
	assert_int_equal(frames[0], frames[1]);
	assert_true(fabs(loud[1] / loud[0] - 0.4) < 0.01);
}

static void test_sentences_are_said_in_order_urgent_ones_first(void **state)
{
	static const uint32_t order[] = {3, 4, 1, 2};
	struct room *r = *state;

	open_room(r, r->real);
	assert_int_equal(say(r, 1, 50, false), 0);
	/* the first is being said from here on, unless the voice is slower than this */
	assert_int_equal(say(r, 2, 50, false), 0);
	assert_int_equal(say(r, 3, 50, true), 0);
	assert_int_equal(say(r, 4, 50, true), 0);
	wait_until(r, r->finished == 4);
	for (size_t n = 0; n < 4; n++)
		assert_int_equal(r->errors[n], 0);
	/* either 1 was ordered before 3 came, or not: then 3 and 4 come first */
	if (r->tags[0] == 1)
		assert_true(r->tags[1] == 3 && r->tags[2] == 4 && r->tags[3] == 2);
	else
		for (size_t n = 0; n < 4; n++)
			assert_int_equal(r->tags[n], order[n]);
}

static void test_a_home_without_sound_is_a_fault_before_anything_is_said(void **state)
{
	struct room *r = *state;

	(void)snprintf(r->device, sizeof(r->device), "nosuchdevice");
	open_room(r, r->real);
	wait_until(r, voice_fault(r->voice)[0]);
	assert_string_equal(voice_fault(r->voice), "voice: no sound: No such file or directory");
	assert_int_equal(r->finished, 0);
}

static void test_a_voice_that_is_missing_is_tried_again(void **state)
{
	struct room *r = *state;

	open_room(r, r->program);
	assert_int_equal(say(r, 1, 50, false), 0);
	wait_until(r, voice_fault(r->voice)[0]);
	assert_non_null(strstr(voice_fault(r->voice), "cannot be started"));
	write_real(r);
	wait_until(r, r->finished == 1);
	assert_int_equal(r->errors[0], 0);
	assert_string_equal(voice_fault(r->voice), "");
}

static void test_a_voice_that_dies_costs_no_sentence(void **state)
{
	struct room *r = *state;

	write_program(r, "exit 3");
	open_room(r, r->program);
	assert_int_equal(say(r, 1, 50, false), 0);
	wait_until(r, voice_fault(r->voice)[0]);
	assert_string_equal(voice_fault(r->voice), "voice: it ended while it spoke");
	write_real(r);
	wait_until(r, r->finished == 1);
	assert_int_equal(r->errors[0], 0);
}

static void test_a_voice_that_hangs_is_killed_and_tried_again(void **state)
{
	struct room *r = *state;
	uint64_t began_us = clock_boot_us();

	write_program(r, "exec sleep 1000");
	open_room(r, r->program);
	assert_int_equal(say(r, 1, 50, false), 0);
	wait_until(r, voice_fault(r->voice)[0]);
	assert_string_equal(voice_fault(r->voice), "voice: it hangs");
	assert_true(clock_boot_us() >= began_us + 2 * US_PER_S);
	write_real(r);
	wait_until(r, r->finished == 1);
	assert_int_equal(r->errors[0], 0);
	wait_until(r, !has_child());
}

/* A device that takes what is read from it and no more. */
static int make_slow_device(struct room *r)
{
	int fd;

	assert_int_equal(mkfifo(r->wave, 0600), 0);
	(void)snprintf(r->device, sizeof(r->device), "file:FILE=%s,FORMAT=raw", r->wave);
	fd = open(r->wave, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_SETPIPE_SZ, 4096) >= 0);
	return fd;
}

static size_t empty(int fd)
{
	char frames[4096];
	size_t bytes = 0;
	ssize_t n;

	while ((n = read(fd, frames, sizeof(frames))) > 0)
		bytes += (size_t)n;
	return bytes;
}

static void test_hushed_it_stops_in_the_middle_of_a_sentence(void **state)
{
	struct room *r = *state;
	int fd = make_slow_device(r);
	size_t bytes = 0;

	open_room(r, r->real);
	assert_int_equal(say(r, 1, 50, false), 0);
	assert_int_equal(say(r, 2, 50, false), 0);
	wait_until(r, r->sounds == 1);
	voice_hush(r->voice);
	assert_int_equal(r->finished, 1);
	assert_int_equal(r->tags[0], 2);
	assert_int_equal(r->errors[0], -ECANCELED);
	while (r->finished < 2) {
		bytes += empty(fd);
		assert_true(sd_event_run(r->event, US_PER_MS) >= 0);
	}
	assert_int_equal(r->tags[1], 1);
	assert_int_equal(r->errors[1], -ECANCELED);
	/* a second at most of what is 2.5 s, its silent end included */
	assert_in_range(bytes + empty(fd), 1, (size_t)2 * SPEECH_RATE_HZ);
	assert_string_equal(voice_fault(r->voice), "");
	(void)close(fd);
}

static void test_its_end_does_not_wait_for_a_device_that_takes_nothing(void **state)
{
	struct room *r = *state;
	int fd = make_slow_device(r);
	uint64_t began_us;

	open_room(r, r->real);
	assert_int_equal(say(r, 1, 50, false), 0);
	wait_until(r, r->sounds == 1);
	began_us = clock_boot_us();
	close_room(r);
	assert_true(clock_boot_us() - began_us < 5 * US_PER_S);
	assert_false(has_child());
	(void)close(fd);
}

static void test_the_queue_is_bounded(void **state)
{
	struct room *r = *state;

	write_program(r, "exec sleep 1000");
	open_room(r, r->program);
	for (uint32_t n = 0; n < VOICE_QUEUE_MAX; n++)
		assert_int_equal(say(r, n, 50, false), 0);
	assert_int_equal(say(r, 99, 50, false), -ENOSPC);
	assert_int_equal(say(r, 100, 50, true), 0);
	assert_int_equal(r->finished, 1);
	assert_int_equal(r->tags[0], VOICE_QUEUE_MAX - 1);
	assert_int_equal(r->errors[0], -ENOSPC);
	voice_hush(r->voice);
	assert_int_equal(r->finished, VOICE_QUEUE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_what_is_said_is_heard_and_the_process_goes),
		TEST(test_a_softer_voice_is_softer),
		TEST(test_sentences_are_said_in_order_urgent_ones_first),
		TEST(test_a_home_without_sound_is_a_fault_before_anything_is_said),
		TEST(test_a_voice_that_is_missing_is_tried_again),
		TEST(test_a_voice_that_dies_costs_no_sentence),
		TEST(test_a_voice_that_hangs_is_killed_and_tried_again),
		TEST(test_hushed_it_stops_in_the_middle_of_a_sentence),
		TEST(test_its_end_does_not_wait_for_a_device_that_takes_nothing),
		TEST(test_the_queue_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
