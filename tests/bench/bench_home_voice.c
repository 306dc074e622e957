/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long the home waits for the first word: a sentence handed to hub/voice until its first
 * audible frame is with ALSA (file plugin), with vigie-voice running already (warm) and with the
 * process to be started first (cold). Beside it: the bare start and end of a process.
 */
#include "common/clock.h"
#include "hub/voice.h"

#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS     100
#define SENTENCE "Madame Martin, est-ce que tout va bien ?"

struct run {
	uint64_t said_us, took_us[RUNS];
	unsigned int heard, done;
};

static void on_sounds(uint32_t tag, uint64_t time_us, void *userdata)
{
	struct run *run = userdata;

	(void)tag;
	run->took_us[run->heard++] = time_us - run->said_us;
}

static void on_finished(uint32_t tag, int error, void *userdata)
{
	struct run *run = userdata;

	(void)tag;
	if (error)
		exit(1);
	run->done++;
}

static int by_time(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static double percentile_ms(struct run *run, unsigned int percent)
{
	qsort(run->took_us, RUNS, sizeof(run->took_us[0]), by_time);
	return (double)run->took_us[(RUNS - 1) * percent / 100] / 1000;
}

static void measure(
	struct run *run, sd_event *event, const char *program, const char *device, bool is_cold)
{
	const struct voice_options options = {.program = program, .device = device};
	const struct voice_listener listener = {
		.on_sounds = on_sounds, .on_finished = on_finished, .userdata = run};
	const struct voice_sentence sentence = {.text = SENTENCE, .volume_pct = 70};
	struct voice *voice = NULL;

	for (unsigned int n = 0; n < RUNS; n++) {
		if (!voice && voice_new(&voice, event, &options, &listener) < 0)
			exit(1);
		run->said_us = clock_boot_us();
		if (voice_say(voice, &sentence) < 0)
			exit(1);
		while (run->done <= n)
			(void)sd_event_run(event, US_PER_S);
		if (is_cold)
			voice = voice_free(voice);
	}
	(void)voice_free(voice);
}

static void measure_floor(struct run *run)
{
	char program[] = "/bin/true", *arguments[] = {program, NULL};

	for (unsigned int n = 0; n < RUNS; n++) {
		uint64_t began_us = clock_boot_us();
		pid_t pid;

		if (posix_spawn(&pid, arguments[0], NULL, NULL, arguments, NULL) != 0)
			exit(1);
		(void)waitpid(pid, NULL, 0);
		run->took_us[n] = clock_boot_us() - began_us;
	}
}

int main(void)
{
	static struct run cold, warm, bare;
	char dir[] = "/tmp/vigie-bench-XXXXXX", device[128], wave[64], program[PATH_MAX + 32];
	ssize_t n = readlink("/proc/self/exe", program, PATH_MAX - 1);
	sd_event *event = NULL;

	program[n > 0 ? n : 0] = '\0';
	for (unsigned int up = 0; up < 3 && strrchr(program, '/'); up++)
		*strrchr(program, '/') = '\0';
	(void)snprintf(program + strlen(program), 32, "/bin/vigie-voice");
	if (!mkdtemp(dir) || sd_event_new(&event) < 0)
		return 1;
	(void)snprintf(wave, sizeof(wave), "%s/said.wav", dir);
	(void)snprintf(device, sizeof(device), "file:FILE=%s,FORMAT=wav", wave);
	measure(&cold, event, program, device, true);
	measure(&warm, event, program, device, false);
	measure_floor(&bare);
	for (unsigned int percent = 50; percent < 100; percent += 49)
		(void)printf("home: asked to say → first audible frame, %s of %d: cold %.2f ms, "
			     "warm %.2f ms; a bare process begins and ends in %.2f ms\n",
			percent == 50 ? "median" : "p99", RUNS, percentile_ms(&cold, percent),
			percentile_ms(&warm, percent), percentile_ms(&bare, percent));
	(void)sd_event_unref(event);
	(void)unlink(wave);
	(void)rmdir(dir);
	return 0;
}
