/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The voice on ALSA's own file plugin (not paced, byte-exact): what was said is in the file, then a
 * quarter second of silence; the order of what it tells; a missing and a failing device; the bound
 * of the queue. A card that runs dry or vanishes is played by snd_pcm_writei() and snd_pcm_open()
 * of this file, which stand before libasound's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <alsa/asoundlib.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/playback.h"

#define TAIL_BYTES  (SPEECH_RATE_HZ * PLAYBACK_TAIL_MS / 1000 * 2)
#define WAVE_BYTES  44
#define EVENTS_MAX  128
#define CLIP_FRAMES 5000
#define PATIENCE_US (60 * US_PER_S)

/* The card's next misfortune: at which write from now, and which. */
static atomic_int writes_to_go = INT32_MAX, misfortune;

snd_pcm_sframes_t snd_pcm_writei(snd_pcm_t *pcm, const void *frames, snd_pcm_uframes_t count)
{
	snd_pcm_sframes_t (*real)(snd_pcm_t *, const void *, snd_pcm_uframes_t);
	void *symbol = dlsym(RTLD_NEXT, "snd_pcm_writei");

	memcpy(&real, &symbol, sizeof(real));
	if (atomic_fetch_sub(&writes_to_go, 1) == 0)
		return atomic_load(&misfortune);
	return real(pcm, frames, count);
}

static atomic_bool is_missing;

int snd_pcm_open(snd_pcm_t **ret, const char *name, snd_pcm_stream_t stream, int mode)
{
	int (*real)(snd_pcm_t **, const char *, snd_pcm_stream_t, int);
	void *symbol = dlsym(RTLD_NEXT, "snd_pcm_open");

	memcpy(&real, &symbol, sizeof(real));
	return atomic_load(&is_missing) ? -ENODEV : real(ret, name, stream, mode);
}

static void strike(int write, int error)
{
	atomic_store(&misfortune, error);
	atomic_store(&writes_to_go, write);
}

struct desk {
	char dir[256], wave[256], device[300];
	sd_event *event;
	struct playback *playback;
	size_t count, done, failed, ready;
	struct playback_event events[EVENTS_MAX];
};

static void on_event(const struct playback_event *event, void *userdata)
{
	struct desk *d = userdata;

	assert_true(d->count < EVENTS_MAX);
	d->events[d->count++] = *event;
	d->done += event->what == PLAYBACK_DONE;
	d->failed += event->what == PLAYBACK_FAILED;
	d->ready += event->what == PLAYBACK_READY;
}

static void wait_until(struct desk *d, const size_t *counter, size_t at_least)
{
	uint64_t end_us = clock_boot_us() + PATIENCE_US;

	while (*counter < at_least) {
		assert_true(sd_event_run(d->event, US_PER_S) >= 0);
		assert_true(clock_boot_us() < end_us);
	}
}

/* `folder` below the test's own directory holds the WAV; it need not exist. */
static void open_desk(struct desk *d, const char *folder, const char *clips_dir)
{
	struct playback_options options = {
		.device = d->device, .language = SPEECH_FRENCH, .clips_dir = clips_dir};

	if (!d->dir[0]) {
		(void)snprintf(d->dir, sizeof(d->dir), "%.200s/vigie-voice-XXXXXX",
			getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
		assert_non_null(mkdtemp(d->dir));
	}
	(void)snprintf(d->wave, sizeof(d->wave), "%.200s%s/said.wav", d->dir, folder);
	(void)snprintf(d->device, sizeof(d->device), "file:FILE=%.230s,FORMAT=wav", d->wave);
	assert_true(sd_event_new(&d->event) >= 0);
	assert_int_equal(playback_new(&d->playback, d->event, &options, on_event, d), 0);
}

static void close_desk(struct desk *d)
{
	d->playback = playback_free(d->playback);
	d->event = sd_event_unref(d->event);
}

static void clear(struct desk *d)
{
	(void)unlink(d->wave);
	assert_int_equal(rmdir(d->dir), 0);
}

/* The file whole, its header checked: its sound's bytes. */
static uint8_t *read_wave(const struct desk *d, size_t *ret_bytes)
{
	FILE *f = fopen(d->wave, "re");
	struct stat s;

	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &s), 0);
	assert_true(s.st_size > WAVE_BYTES);
	uint8_t *wave = malloc((size_t)s.st_size);
	assert_non_null(wave);
	assert_int_equal(fread(wave, (size_t)s.st_size, 1, f), 1);
	assert_int_equal(fclose(f), 0);
	uint32_t bytes = (uint32_t)wave[40] | (uint32_t)wave[41] << 8 | (uint32_t)wave[42] << 16 |
			 (uint32_t)wave[43] << 24;
	assert_memory_equal(wave, "RIFF", 4);
	assert_int_equal(bytes, s.st_size - WAVE_BYTES);
	assert_int_equal(wave[24] | wave[25] << 8, SPEECH_RATE_HZ);
	*ret_bytes = bytes;
	memmove(wave, wave + WAVE_BYTES, bytes);
	return wave;
}

static void assert_is_silent(const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(bytes[i], 0);
}

static void write_clip(const struct desk *d, int16_t clip[CLIP_FRAMES])
{
	uint8_t header[WAVE_BYTES] = "RIFF....WAVEfmt ";
	char path[300];

	header[16] = 16;
	header[20] = header[22] = 1;
	header[24] = SPEECH_RATE_HZ & 0xff;
	header[25] = SPEECH_RATE_HZ >> 8;
	header[34] = 16;
	memcpy(header + 36, "data", 4);
	header[40] = (CLIP_FRAMES * 2) & 0xff;
	header[41] = CLIP_FRAMES * 2 >> 8;
	for (int i = 0; i < CLIP_FRAMES; i++)
		clip[i] = (int16_t)(1000 + i);
	(void)snprintf(path, sizeof(path), "%s/fr", d->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/fr/known.wav", d->dir);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(header, sizeof(header), 1, f), 1);
	assert_int_equal(fwrite(clip, CLIP_FRAMES * 2, 1, f), 1);
	assert_int_equal(fclose(f), 0);
}

static void remove_clip(const struct desk *d)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/fr/known.wav", d->dir);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/fr", d->dir);
	assert_int_equal(rmdir(path), 0);
}

static void test_every_byte_is_played_then_a_quarter_second_of_silence(void **state)
{
	struct desk d = {0};
	int16_t clip[CLIP_FRAMES];
	size_t bytes;
	(void)state;

	open_desk(&d, "", NULL);
	close_desk(&d);
	write_clip(&d, clip);
	open_desk(&d, "", d.dir);
	assert_int_equal(playback_say(d.playback, "one", "known", "Un.", true), 0);
	assert_int_equal(playback_say(d.playback, "two", "known", "Deux.", true), 0);
	wait_until(&d, &d.done, 2);
	close_desk(&d);
	uint8_t *wave = read_wave(&d, &bytes);
	assert_int_equal(bytes, 2 * (sizeof(clip) + TAIL_BYTES));
	for (unsigned int i = 0; i < 2; i++) {
		const uint8_t *sentence = wave + i * (sizeof(clip) + TAIL_BYTES);
		assert_memory_equal(sentence, clip, sizeof(clip));
		assert_is_silent(sentence + sizeof(clip), TAIL_BYTES);
	}
	free(wave);
	remove_clip(&d);
	clear(&d);
}

static void test_a_sentence_is_told_first_frame_then_done(void **state)
{
	static const enum playback_what order[] = {
		PLAYBACK_READY, PLAYBACK_FIRST_FRAME, PLAYBACK_DONE};
	struct desk d = {0};
	size_t bytes;
	(void)state;

	open_desk(&d, "", NULL);
	assert_int_equal(playback_say(d.playback, "a1", NULL, "Alerte chute. Salon.", true), 0);
	wait_until(&d, &d.done, 1);
	close_desk(&d);
	assert_int_equal(d.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(d.events[i].what, order[i]);
		assert_int_equal(d.events[i].error, 0);
		assert_string_equal(d.events[i].key, i ? "a1" : "");
	}
	assert_true(d.events[2].time_us >= d.events[1].time_us);
	uint8_t *wave = read_wave(&d, &bytes);
	assert_true(bytes > 2 * SPEECH_RATE_HZ);
	assert_true(wave[0] || wave[1]);
	assert_is_silent(wave + bytes - TAIL_BYTES, TAIL_BYTES);
	free(wave);
	clear(&d);
}

static void test_a_missing_device_is_told_and_tried_again(void **state)
{
	struct desk d = {0};
	(void)state;

	atomic_store(&is_missing, true);
	open_desk(&d, "", NULL);
	wait_until(&d, &d.failed, 1);
	assert_string_equal(d.events[0].key, "");
	assert_int_equal(d.events[0].error, -ENODEV);
	assert_int_equal(playback_say(d.playback, "a1", NULL, "Alerte chute.", true), 0);
	wait_until(&d, &d.failed, 2);
	assert_string_equal(d.events[1].key, "a1");
	assert_int_equal(d.events[1].error, -ENODEV);
	atomic_store(&is_missing, false);
	assert_int_equal(playback_say(d.playback, "a2", NULL, "Alerte chute.", true), 0);
	wait_until(&d, &d.done, 1);
	assert_int_equal(d.ready, 1);
	assert_int_equal(d.failed, 2);
	close_desk(&d);
	clear(&d);
}

static void test_a_file_that_cannot_be_written_fails_its_sentences(void **state)
{
	struct desk d = {0};
	(void)state;

	open_desk(&d, "/absent", NULL);
	for (size_t i = 1; i <= 2; i++) {
		assert_int_equal(playback_say(d.playback, "a1", NULL, "Alerte chute.", true), 0);
		wait_until(&d, &d.failed, i);
		assert_string_equal(d.events[d.count - 1].key, "a1");
	}
	assert_int_equal(d.done, 0);
	close_desk(&d);
	clear(&d);
}

static void test_a_device_that_ran_dry_is_recovered_and_given_more_room(void **state)
{
	struct desk d = {0};
	(void)state;

	open_desk(&d, "", NULL);
	strike(3, -EPIPE);
	assert_int_equal(playback_say(d.playback, "a1", NULL, "Alerte chute.", true), 0);
	wait_until(&d, &d.done, 1);
	assert_int_equal(d.events[d.count - 1].dry, 1);
	strike(INT32_MAX, 0);
	assert_int_equal(playback_say(d.playback, "a2", NULL, "Alerte chute.", true), 0);
	wait_until(&d, &d.done, 2);
	assert_int_equal(d.events[d.count - 1].dry, 0);
	assert_int_equal(d.failed, 0);
	close_desk(&d);
	clear(&d);
}

static void test_a_device_lost_in_mid_sentence_fails_it_and_the_next_is_said(void **state)
{
	struct desk d = {0};
	(void)state;

	open_desk(&d, "", NULL);
	strike(3, -ENODEV);
	assert_int_equal(playback_say(d.playback, "a1", NULL, "Alerte chute.", true), 0);
	wait_until(&d, &d.failed, 1);
	assert_int_equal(d.events[d.count - 1].error, -ENODEV);
	assert_string_equal(d.events[d.count - 1].key, "a1");
	assert_int_equal(playback_say(d.playback, "a2", NULL, "Alerte chute.", true), 0);
	wait_until(&d, &d.done, 1);
	close_desk(&d);
	clear(&d);
}

static void test_a_device_lost_while_idle_costs_no_sentence(void **state)
{
	struct desk d = {0};
	(void)state;

	open_desk(&d, "", NULL);
	wait_until(&d, &d.ready, 1);
	strike(0, -ENODEV);
	assert_int_equal(playback_say(d.playback, "a1", NULL, "Alerte chute.", true), 0);
	wait_until(&d, &d.done, 1);
	assert_int_equal(d.failed, 0);
	close_desk(&d);
	clear(&d);
}

/* The first sentence is the longest there is: the rest is queued while it is being made. */
static void test_the_queue_holds_32_and_refuses_the_33rd_and_urgent_goes_first(void **state)
{
	struct desk d = {0};
	char key[PLAYBACK_KEY_MAX], long_text[SPEECH_SENTENCE_MAX + 1];
	int r = 0;
	unsigned int accepted = 0;
	(void)state;

	open_desk(&d, "", NULL);
	wait_until(&d, &d.ready, 1);
	memset(long_text, 'a', SPEECH_SENTENCE_MAX - 1);
	long_text[SPEECH_SENTENCE_MAX - 1] = '\0'; /* takes long to say */
	for (unsigned int i = 0; i <= PLAYBACK_QUEUE_MAX + 1 && r == 0; i++, accepted += r == 0) {
		(void)snprintf(key, sizeof(key), "n%u", i);
		r = playback_say(d.playback, key, NULL, i ? "Un." : long_text, false);
	}
	assert_int_equal(r, -ENOSPC);
	assert_true(accepted == PLAYBACK_QUEUE_MAX || accepted == PLAYBACK_QUEUE_MAX + 1);
	wait_until(&d, &d.done, accepted);
	assert_int_equal(playback_say(d.playback, "n", NULL, long_text, false), 0);
	assert_int_equal(playback_say(d.playback, "x", NULL, long_text, false), 0);
	assert_int_equal(playback_say(d.playback, "later", NULL, "Un.", false), 0);
	assert_int_equal(playback_say(d.playback, "urgent", NULL, "Un.", true), 0);
	wait_until(&d, &d.done, accepted + 4);
	size_t urgent = 0, later = 0;
	for (size_t i = 0; i < d.count; i++) {
		urgent = strcmp(d.events[i].key, "urgent") == 0 ? i : urgent;
		later = strcmp(d.events[i].key, "later") == 0 ? i : later;
	}
	assert_true(urgent < later);
	long_text[SPEECH_SENTENCE_MAX - 1] = 'a';
	long_text[SPEECH_SENTENCE_MAX] = '\0';
	assert_int_equal(playback_say(d.playback, "n", NULL, long_text, false), -EMSGSIZE);
	close_desk(&d);
	clear(&d);
}

static void test_freeing_says_no_more(void **state)
{
	struct desk d = {0};
	(void)state;

	open_desk(&d, "", NULL);
	for (unsigned int i = 0; i < PLAYBACK_QUEUE_MAX; i++)
		assert_int_equal(
			playback_say(d.playback, "n", NULL, "Alerte chute. Madame Martin.", false),
			0);
	close_desk(&d);
	assert_true(d.done < PLAYBACK_QUEUE_MAX);
	clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte_is_played_then_a_quarter_second_of_silence),
		cmocka_unit_test(test_a_sentence_is_told_first_frame_then_done),
		cmocka_unit_test(test_a_missing_device_is_told_and_tried_again),
		cmocka_unit_test(test_a_file_that_cannot_be_written_fails_its_sentences),
		cmocka_unit_test(test_a_device_that_ran_dry_is_recovered_and_given_more_room),
		cmocka_unit_test(test_a_device_lost_in_mid_sentence_fails_it_and_the_next_is_said),
		cmocka_unit_test(test_a_device_lost_while_idle_costs_no_sentence),
		cmocka_unit_test(
			test_the_queue_holds_32_and_refuses_the_33rd_and_urgent_goes_first),
		cmocka_unit_test(test_freeing_says_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
