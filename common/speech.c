/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sentence said: a recorded clip where the caller names one that exists, else libespeak-ng in
 * its synchronous mode, which calls back with each run of frames while it makes them (0.1 ms to the
 * first on a 2 GHz core, measured 2026-11-23). The library is started once in a process and never
 * ended: starting it again after espeak_Terminate() hangs in 1.51.
 */
#include "common/speech.h"
#include "common/speech_clip.h"

#include <errno.h>
#include <espeak-ng/espeak_ng.h>
#include <espeak-ng/speak_lib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_MS        20
#define WORDS_A_MINUTE  155 /* calm, for a voice across a desk; the library's own is 175 */
#define SILENCE_MAX_AMP 32  /* −60 dB of full scale: nobody hears it */

struct speech {
	enum speech_language language;
	char *clips_dir;
	speech_on_frames on_frames; /* of the sentence being said */
	void *userdata;
	bool has_sound;
	int result;
};

/* A library that has been started says so by having a voice. Its sample rate, or −errno. */
static int start_library(void)
{
	if (espeak_GetCurrentVoice()->languages)
		return espeak_ng_GetSampleRate();
	int rate_hz = espeak_Initialize(
		AUDIO_OUTPUT_SYNCHRONOUS, CHUNK_MS, NULL, espeakINITIALIZE_DONT_EXIT);
	return rate_hz > 0 ? rate_hz : -EIO;
}

static int choose_voice(enum speech_language language)
{
	espeak_VOICE wanted = {.languages = language == SPEECH_FRENCH ? "fr" : "en-gb"};

	if (espeak_SetVoiceByProperties(&wanted) != EE_OK)
		return -EIO;
	return espeak_SetParameter(espeakRATE, WORDS_A_MINUTE, 0) == EE_OK ? 0 : -EIO;
}

int speech_new(struct speech **ret, enum speech_language language, const char *clips_dir)
{
	if (start_library() != SPEECH_RATE_HZ || choose_voice(language) < 0)
		return -EIO;
	struct speech *s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->language = language;
	if (clips_dir) {
		s->clips_dir = strdup(clips_dir);
		if (!s->clips_dir) {
			free(s);
			return -ENOMEM;
		}
	}
	*ret = s;
	return 0;
}

struct speech *speech_free(struct speech *s)
{
	if (!s)
		return NULL;
	free(s->clips_dir);
	free(s);
	return NULL;
}

/* Hands frames on, without the silence before the first that can be heard. */
static int hand_on(const int16_t *frames, size_t count, void *userdata)
{
	struct speech *s = userdata;
	size_t from = 0;

	while (!s->has_sound && from < count) {
		if (frames[from] > SILENCE_MAX_AMP || frames[from] < -SILENCE_MAX_AMP)
			s->has_sound = true;
		else
			from++;
	}
	if (from == count)
		return 0;
	s->result = s->on_frames(frames + from, count - from, s->userdata);
	return s->result;
}

static int on_synthesised(short *frames, int count, espeak_EVENT *events)
{
	if (!frames || count <= 0)
		return 0;
	return hand_on(frames, (size_t)count, events->user_data) != 0;
}

static int synthesise(struct speech *s, const char *sentence)
{
	espeak_SetSynthCallback(on_synthesised);
	espeak_ERROR e = espeak_Synth(
		sentence, strlen(sentence) + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, NULL, s);
	if (s->result)
		return s->result;
	return e == EE_OK && s->has_sound ? 0 : -EIO;
}

int speech_say(struct speech *s, const char *clip_key, const char *sentence,
	speech_on_frames on_frames, void *userdata)
{
	if (!*sentence || strlen(sentence) >= SPEECH_SENTENCE_MAX)
		return -EINVAL;
	s->on_frames = on_frames;
	s->userdata = userdata;
	s->has_sound = false;
	s->result = 0;
	if (clip_key && s->clips_dir) {
		const char *language = s->language == SPEECH_FRENCH ? "fr" : "en";
		(void)speech_clip_play(s->clips_dir, language, clip_key, hand_on, s);
		if (s->has_sound) /* a clip that breaks off is not said a second time */
			return s->result;
	}
	return synthesise(s, sentence);
}
