/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sentence becomes sound at once and without a silent beginning; a recorded clip wins; a clip
 * that is not one, or is damaged, never silences the sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/speech.h"
#include "common/speech_clip.h"

#define FRENCH  "Alerte chute. Madame Martin, 12 rue Pastorelli à Nice. Salon."
#define ENGLISH "Fall alert. Mrs Martin, 12 rue Pastorelli in Nice. Living room."

struct heard {
	size_t frames, leading_silent, stop_after;
	double energy;
	int stop_with;
	int16_t first;
};

static int on_frames(const int16_t *frames, size_t count, void *userdata)
{
	struct heard *h = userdata;

	for (size_t i = 0; i < count; i++) {
		if (h->energy < 32.0 * 32.0)
			h->leading_silent++;
		if (h->frames + i == 0)
			h->first = frames[i];
		h->energy += (double)frames[i] * frames[i];
	}
	h->frames += count;
	return h->stop_with && h->frames > h->stop_after ? h->stop_with : 0;
}

static void assert_is_spoken(const struct heard *h)
{
	assert_true(h->frames > SPEECH_RATE_HZ);
	assert_true(h->frames < 10 * SPEECH_RATE_HZ);
	assert_true(h->leading_silent < SPEECH_RATE_HZ / 100);
	assert_true(h->energy / (double)h->frames > 200.0 * 200.0);
}

static void test_a_sentence_is_heard_from_its_first_frame(void **state)
{
	static const struct {
		enum speech_language language;
		const char *sentence;
	} cases[] = {{SPEECH_FRENCH, FRENCH}, {SPEECH_ENGLISH, ENGLISH}, {SPEECH_FRENCH, FRENCH}};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct speech *s = NULL;
		struct heard h = {0};

		assert_int_equal(speech_new(&s, cases[i].language, NULL), 0);
		assert_int_equal(speech_say(s, NULL, cases[i].sentence, on_frames, &h), 0);
		assert_is_spoken(&h);
		assert_null(speech_free(s));
	}
}

static void test_a_listener_stops_it_and_it_speaks_again(void **state)
{
	struct speech *s = NULL;
	struct heard stopped = {.stop_with = -ECANCELED, .stop_after = 3000}, whole = {0};
	(void)state;

	assert_int_equal(speech_new(&s, SPEECH_FRENCH, NULL), 0);
	assert_int_equal(speech_say(s, NULL, FRENCH, on_frames, &stopped), -ECANCELED);
	assert_true(stopped.frames < SPEECH_RATE_HZ / 2);
	assert_int_equal(speech_say(s, NULL, FRENCH, on_frames, &whole), 0);
	assert_is_spoken(&whole);
	assert_null(speech_free(s));
}

static void test_sentences_of_wrong_length_are_refused(void **state)
{
	char long_text[SPEECH_SENTENCE_MAX + 1];
	struct speech *s = NULL;
	struct heard h = {.stop_with = -ECANCELED};
	(void)state;

	assert_int_equal(speech_new(&s, SPEECH_FRENCH, NULL), 0);
	assert_int_equal(speech_say(s, NULL, "", on_frames, &h), -EINVAL);
	memset(long_text, 'a', sizeof(long_text));
	long_text[SPEECH_SENTENCE_MAX] = '\0';
	assert_int_equal(speech_say(s, NULL, long_text, on_frames, &h), -EINVAL);
	assert_int_equal(h.frames, 0);
	long_text[SPEECH_SENTENCE_MAX - 1] = '\0';
	assert_int_equal(speech_say(s, NULL, long_text, on_frames, &h), -ECANCELED);
	assert_null(speech_free(s));
}

/* A WAVE of `frames` times `value`, as `channels` channels at `rate_hz`, cut after `bytes` bytes
 * where that is less. */
static void write_clip(const char *dir, const char *key, unsigned int channels, uint32_t rate_hz,
	uint32_t frames, size_t bytes)
{
	uint8_t wave[44 + 2 * 1000] = "RIFF....WAVEfmt ";
	uint32_t sound = frames * 2;
	char path[256];

	assert_true(frames <= 1000);
	wave[16] = 16;
	wave[20] = 1;
	wave[22] = (uint8_t)channels;
	for (unsigned int i = 0; i < 4; i++) {
		wave[24 + i] = (uint8_t)(rate_hz >> 8 * i);
		wave[40 + i] = (uint8_t)(sound >> 8 * i);
	}
	wave[34] = 16;
	memcpy(wave + 36, "data", 4);
	for (uint32_t i = 0; i < frames; i++) {
		wave[44 + 2 * i] = 0x39;
		wave[45 + 2 * i] = 0x30;
	}
	(void)snprintf(path, sizeof(path), "%s/fr/%s.wav", dir, key);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	size_t whole = 44 + (size_t)sound;
	assert_int_equal(fwrite(wave, bytes < whole ? bytes : whole, 1, f), 1);
	assert_int_equal(fclose(f), 0);
}

static void make_dir(char dir[256])
{
	char path[256];

	(void)snprintf(
		dir, 256, "%s/vigie-clips-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%.200s/fr", dir);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void remove_dir(const char *dir, const char *key)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/fr/%s.wav", dir, key);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/fr", dir);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void test_a_clip_wins_over_synthesis(void **state)
{
	struct speech *s = NULL;
	char dir[256];
	struct heard clip = {0}, other = {0};
	(void)state;

	make_dir(dir);
	write_clip(dir, "fall", 1, SPEECH_RATE_HZ, 777, SIZE_MAX);
	assert_int_equal(speech_new(&s, SPEECH_FRENCH, dir), 0);
	assert_int_equal(speech_say(s, "fall", FRENCH, on_frames, &clip), 0);
	assert_int_equal(clip.frames, 777);
	assert_int_equal(clip.first, 0x3039);
	assert_int_equal(speech_say(s, "help", FRENCH, on_frames, &other), 0);
	assert_is_spoken(&other);
	assert_null(speech_free(s));
	remove_dir(dir, "fall");
}

static void test_a_damaged_clip_never_silences_the_sentence(void **state)
{
	static const struct {
		unsigned int channels;
		uint32_t rate_hz, frames;
		size_t bytes;
	} cases[] = {
		{2, SPEECH_RATE_HZ, 100, SIZE_MAX},
		{1, 44100, 100, SIZE_MAX},
		{1, SPEECH_RATE_HZ, 0, SIZE_MAX},
		{1, SPEECH_RATE_HZ, 100, 44},
		{1, SPEECH_RATE_HZ, 100, 30},
		{1, SPEECH_RATE_HZ, 100, 4},
	};
	char dir[256];
	struct speech *s = NULL;
	(void)state;

	make_dir(dir);
	assert_int_equal(speech_new(&s, SPEECH_FRENCH, dir), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard h = {0};

		write_clip(dir, "fall", cases[i].channels, cases[i].rate_hz, cases[i].frames,
			cases[i].bytes);
		assert_int_equal(speech_say(s, "fall", FRENCH, on_frames, &h), 0);
		assert_is_spoken(&h);
	}
	assert_null(speech_free(s));
	remove_dir(dir, "fall");
}

static void test_a_clip_key_names_no_other_file(void **state)
{
	static const char *const keys[] = {"", "../fall", "/etc/passwd", "Fall", "fall.wav",
		"123456789012345678901234567890123"};
	struct heard h = {0};
	(void)state;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_int_equal(speech_clip_play("/tmp", "fr", keys[i], on_frames, &h), -EINVAL);
	assert_int_equal(speech_clip_play("/nonexistent", "fr", "12345678901234567890123456789012",
				 on_frames, &h),
		-ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_sentence_is_heard_from_its_first_frame),
		cmocka_unit_test(test_a_listener_stops_it_and_it_speaks_again),
		cmocka_unit_test(test_sentences_of_wrong_length_are_refused),
		cmocka_unit_test(test_a_clip_wins_over_synthesis),
		cmocka_unit_test(test_a_damaged_clip_never_silences_the_sentence),
		cmocka_unit_test(test_a_clip_key_names_no_other_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
