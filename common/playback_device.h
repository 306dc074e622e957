/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One ALSA playback device, mono S16 at SPEECH_RATE_HZ, periods of 10 ms. Opened once and kept
 * prepared: opening costs milliseconds, a prepared device none and wakes nobody. It starts with two
 * periods; a sentence that ran dry doubles them for the next opening, to PLAYBACK_PERIODS_MAX. All
 * calls block: for the voice thread only.
 */
#pragma once

#include <alsa/asoundlib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAYBACK_PERIOD_MS   10
#define PLAYBACK_PERIODS_MIN 2
#define PLAYBACK_PERIODS_MAX 16

struct playback_device {
	const char *name; /* borrowed */
	snd_pcm_t *pcm;   /* NULL while closed */
	size_t period_frames;
	unsigned int periods; /* asked for at the next opening */
	unsigned int dry;     /* how often it ran dry in this sentence */
};

void playback_device_init(struct playback_device *d, const char *name);
void playback_device_done(struct playback_device *d);

/* 0, also when it is open already; −errno. */
int playback_device_open(struct playback_device *d);
/*
 * Writes at most one period: how many frames went in, or −errno with the device closed. A device
 * that ran dry or was suspended is recovered and written again.
 */
int playback_device_write(struct playback_device *d, const int16_t *frames, size_t count);
/* Waits until everything written has been played and prepares for the next sentence. */
int playback_device_drain(struct playback_device *d);
