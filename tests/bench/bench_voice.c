/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How soon a voice is heard: playback_say() → first non-silent frame handed to ALSA (file plugin,
 * an idle voice each time), beside the floor measured in the same run: libespeak-ng alone to its
 * first frames, without thread, queue or device.
 */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/playback.h"

#define SENTENCES 200
#define WANTED_US 5000 /* p99 */
#define SENTENCE  "Alerte chute. Madame Martin, 12 rue Pastorelli à Nice. Salon."

struct run {
	uint64_t said_us, took_us[SENTENCES];
	size_t heard, done;
};

static int by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static uint64_t percentile(struct run *run, unsigned int percent)
{
	qsort(run->took_us, run->heard, sizeof(run->took_us[0]), by_size);
	return run->took_us[(run->heard - 1) * percent / 100];
}

static int on_frames(const int16_t *frames, size_t count, void *userdata)
{
	struct run *run = userdata;

	(void)frames;
	(void)count;
	run->took_us[run->heard++] = clock_boot_us() - run->said_us;
	return 1;
}

static void on_event(const struct playback_event *event, void *userdata)
{
	struct run *run = userdata;

	if (event->what == PLAYBACK_FIRST_FRAME)
		run->took_us[run->heard++] = event->time_us - run->said_us;
	else if (event->what == PLAYBACK_FAILED)
		exit(1);
	else
		run->done++;
}

static int measure_voice(struct run *run, const char *wave)
{
	char device[300];
	struct playback_options options = {.device = device, .language = SPEECH_FRENCH};
	struct playback *playback = NULL;
	sd_event *event = NULL;

	(void)snprintf(device, sizeof(device), "file:FILE=%.200s,FORMAT=wav", wave);
	if (sd_event_new(&event) < 0 || playback_new(&playback, event, &options, on_event, run) < 0)
		return -1;
	for (size_t i = 0; i <= SENTENCES; i++) {
		while (run->done <= i) /* the first is the device ready */
			(void)sd_event_run(event, US_PER_S);
		if (i == SENTENCES)
			break;
		run->said_us = clock_boot_us();
		if (playback_say(playback, "bench", NULL, SENTENCE, true) < 0)
			return -1;
	}
	(void)playback_free(playback);
	(void)sd_event_unref(event);
	return 0;
}

static int measure_floor(struct run *run)
{
	struct speech *speech = NULL;

	if (speech_new(&speech, SPEECH_FRENCH, NULL) < 0)
		return -1;
	for (size_t i = 0; i < SENTENCES; i++) {
		run->said_us = clock_boot_us();
		if (speech_say(speech, NULL, SENTENCE, on_frames, run) != 1)
			return -1;
	}
	(void)speech_free(speech);
	return 0;
}

static void print(const char *what, struct run *voice, struct run *floor, unsigned int percent,
	uint64_t wanted_us)
{
	double voice_ms = (double)percentile(voice, percent) / 1000;
	double floor_ms = (double)percentile(floor, percent) / 1000;

	(void)printf("said → first audible frame at ALSA, %s of %d: %.2f ms; libespeak-ng alone, "
		     "%s %.2f ms; ratio %.2f",
		what, SENTENCES, voice_ms, what, floor_ms, voice_ms / floor_ms);
	if (wanted_us)
		(void)printf("; target %.0f: %s", (double)wanted_us / 1000,
			voice_ms * 1000 <= (double)wanted_us ? "met" : "MISSED");
	(void)printf("\n");
}

int main(void)
{
	struct run voice = {0}, floor = {0};
	char dir[] = "/tmp/vigie-bench-XXXXXX", wave[64];

	if (!mkdtemp(dir))
		return 1;
	(void)snprintf(wave, sizeof(wave), "%s/said.wav", dir);
	int r = measure_voice(&voice, wave) < 0 || measure_floor(&floor) < 0;
	(void)unlink(wave);
	(void)rmdir(dir);
	if (r)
		return 1;
	print("median", &voice, &floor, 50, 0);
	print("p99", &voice, &floor, 99, WANTED_US);
	return 0;
}
