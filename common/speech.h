/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sentence → PCM: recorded clips where there are some, else synthesised by libespeak-ng in process.
 * libespeak-ng has one global state: one speech at a time in a program, used from one thread (the
 * voice thread of playback.h). Leading silence is cut so that the first frame handed on can be
 * heard.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SPEECH_SENTENCE_MAX 512
#define SPEECH_RATE_HZ      22050

enum speech_language { SPEECH_FRENCH, SPEECH_ENGLISH };

struct speech;

/* A run of mono S16 frames at SPEECH_RATE_HZ, as they are made; non-zero stops the synthesis. */
typedef int (*speech_on_frames)(const int16_t *frames, size_t count, void *userdata);

/* clips_dir may be NULL: <clips_dir>/<fr|en>/<key>.wav (mono, 16 bit, SPEECH_RATE_HZ) wins over
 * synthesis. */
int speech_new(struct speech **ret, enum speech_language language, const char *clips_dir);
struct speech *speech_free(struct speech *s);

/* Says `sentence` (UTF-8); `clip_key` may be NULL. 0, −EINVAL, −EIO, or what on_frames returned. */
int speech_say(struct speech *s, const char *clip_key, const char *sentence,
	speech_on_frames on_frames, void *userdata);
