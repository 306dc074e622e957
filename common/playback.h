/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A voice: one thread that turns sentences into sound on an ALSA device (any name ALSA knows, its
 * file plugin included), two periods of 10 ms, 0.25 s of silence at the end (44 ms of tail are lost
 * on drain). Sentences are said whole, in order, urgent ones first; what the voice does arrives on
 * the loop through a channel. The device is opened at once and kept open and prepared: nothing
 * wakes up while nothing is said, and a file is written to one WAV that is complete once the
 * playback is freed. A missing device is a fault that is told, never a reason to stop: it is tried
 * again for each sentence and every PLAYBACK_RETRY_S.
 */
#pragma once

#include "common/speech.h"

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#define PLAYBACK_QUEUE_MAX 32
#define PLAYBACK_KEY_MAX   64
#define PLAYBACK_RETRY_S   30
#define PLAYBACK_TAIL_MS   250

struct playback;

enum playback_what {
	PLAYBACK_FIRST_FRAME, /* the first non-silent frame was handed to ALSA */
	PLAYBACK_DONE,        /* said to the end and drained */
	PLAYBACK_FAILED, /* not said, or not to the end; key "": no voice or no device; error says
			    why */
	PLAYBACK_READY   /* the voice and its device are there; key "" */
};

struct playback_event {
	enum playback_what what;
	int error;                  /* −errno, 0 unless FAILED */
	uint64_t time_us;           /* CLOCK_BOOTTIME */
	unsigned int dry;           /* DONE: how often the device ran dry meanwhile */
	char key[PLAYBACK_KEY_MAX]; /* the caller's own name of the sentence */
};

typedef void (*playback_on_event)(const struct playback_event *event, void *userdata);

struct playback_options {
	const char *device; /* "default", "hw:0,0", "file:…" */
	enum speech_language language;
	const char *clips_dir; /* may be NULL */
};                             /* strings are copied */

int playback_new(struct playback **ret, sd_event *event, const struct playback_options *options,
	playback_on_event on_event, void *userdata);
/* Ends after the period being played; what is queued is not said. */
struct playback *playback_free(struct playback *p);

/* Queues a sentence: 0; −ENOSPC when PLAYBACK_QUEUE_MAX wait; −EMSGSIZE. key and sentence are
 * copied. */
int playback_say(struct playback *p, const char *key, const char *clip_key, const char *sentence,
	bool is_urgent);
