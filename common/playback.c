/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The voice's thread: takes the next sentence, hands it to ALSA a period at a time as the synthesis
 * makes it, adds the silent tail, drains, tells the loop. The queue is the only thing shared, under
 * one mutex held for a copy.
 */
#include "common/playback.h"
#include "common/channel.h"
#include "common/clock.h"
#include "common/playback_device.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define TAIL_FRAMES ((size_t)SPEECH_RATE_HZ * PLAYBACK_TAIL_MS / 1000)

struct sentence {
	char key[PLAYBACK_KEY_MAX];
	char clip_key[PLAYBACK_KEY_MAX]; /* "": none */
	char text[SPEECH_SENTENCE_MAX];
	bool is_urgent;
};

struct playback {
	struct channel *channel;
	playback_on_event on_event;
	void *userdata;

	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	struct sentence queue[PLAYBACK_QUEUE_MAX]; /* under mutex */
	size_t queued;                             /* under mutex */
	bool is_ending;                            /* under mutex */

	/* the voice thread's own */
	char *device_name, *clips_dir;
	enum speech_language language;
	struct playback_device device;
	struct speech *speech;
	struct sentence now; /* being said */
	bool has_sounded;
	bool was_ready, has_told_ready;
};

static bool is_ending(struct playback *p)
{
	(void)pthread_mutex_lock(&p->mutex);
	bool ending = p->is_ending;
	(void)pthread_mutex_unlock(&p->mutex);
	return ending;
}

static void tell(struct playback *p, enum playback_what what, const char *key, int error)
{
	struct playback_event event = {
		.what = what, .error = error, .time_us = clock_boot_us(), .dry = p->device.dry};

	memcpy(event.key, key, strlen(key));
	(void)channel_send(p->channel, &event, sizeof(event));
}

/* The voice and its device, opened where they are not; tells each change of that once. */
static int make_ready(struct playback *p)
{
	int r = p->speech ? 0 : speech_new(&p->speech, p->language, p->clips_dir);

	if (r >= 0)
		r = playback_device_open(&p->device);
	bool is_ready = r >= 0;
	if (!p->has_told_ready || is_ready != p->was_ready)
		tell(p, is_ready ? PLAYBACK_READY : PLAYBACK_FAILED, "", r);
	p->has_told_ready = true;
	p->was_ready = is_ready;
	return r;
}

/* A device that vanished while nobody spoke is found out only here: opened anew, once. */
static int write_period(struct playback *p, const int16_t *frames, size_t count)
{
	int n = playback_device_write(&p->device, frames, count);

	if (n < 0 && !p->has_sounded && playback_device_open(&p->device) >= 0)
		n = playback_device_write(&p->device, frames, count);
	return n;
}

static int write_frames(struct playback *p, const int16_t *frames, size_t count)
{
	while (count > 0) {
		if (is_ending(p))
			return -ECANCELED;
		int n = write_period(p, frames, count);
		if (n < 0)
			return n;
		if (!p->has_sounded) {
			p->has_sounded = true;
			tell(p, PLAYBACK_FIRST_FRAME, p->now.key, 0);
		}
		frames += n;
		count -= (size_t)n;
	}
	return 0;
}

static int on_frames(const int16_t *frames, size_t count, void *userdata)
{
	return write_frames(userdata, frames, count);
}

static int say_to_the_end(struct playback *p)
{
	static const int16_t silence[TAIL_FRAMES];

	p->has_sounded = false;
	int r = make_ready(p);
	if (r >= 0)
		r = speech_say(p->speech, p->now.clip_key[0] ? p->now.clip_key : NULL, p->now.text,
			on_frames, p);
	return r < 0 ? r : write_frames(p, silence, TAIL_FRAMES);
}

static void say(struct playback *p)
{
	int r = say_to_the_end(p);

	if (r >= 0) {
		unsigned int dry = p->device.dry;
		r = playback_device_drain(&p->device);
		p->device.dry = dry;
	}
	tell(p, r < 0 ? PLAYBACK_FAILED : PLAYBACK_DONE, p->now.key, r < 0 ? r : 0);
	p->device.dry = 0;
	p->was_ready = p->device.pcm != NULL;
}

/* With the mutex held: waits for a sentence, the end, or (without a device) the time to look again.
 */
static void wait_for_work(struct playback *p)
{
	if (p->queued > 0 || p->is_ending)
		return;
	if (p->was_ready) {
		(void)pthread_cond_wait(&p->wake, &p->mutex);
		return;
	}
	struct timespec until;
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PLAYBACK_RETRY_S;
	(void)pthread_cond_timedwait(&p->wake, &p->mutex, &until);
}

static void *voice_thread(void *userdata)
{
	struct playback *p = userdata;

	(void)make_ready(p);
	(void)pthread_mutex_lock(&p->mutex);
	while (!p->is_ending) {
		wait_for_work(p);
		if (p->is_ending)
			break;
		bool has_sentence = p->queued > 0;
		if (has_sentence) {
			p->now = p->queue[0];
			p->queued--;
			memmove(p->queue, p->queue + 1, p->queued * sizeof(p->queue[0]));
		}
		(void)pthread_mutex_unlock(&p->mutex);
		if (has_sentence)
			say(p);
		else
			(void)make_ready(p);
		(void)pthread_mutex_lock(&p->mutex);
	}
	(void)pthread_mutex_unlock(&p->mutex);
	playback_device_done(&p->device);
	p->speech = speech_free(p->speech);
	return NULL;
}

static void on_record(const void *record, size_t bytes, void *userdata)
{
	struct playback *p = userdata;

	if (bytes == sizeof(struct playback_event))
		p->on_event(record, p->userdata);
}

/* Signals are the loop's: the thread is born with all of them blocked. */
static int start_thread(struct playback *p)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	int r = pthread_create(&p->thread, NULL, voice_thread, p);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r == 0)
		(void)pthread_setname_np(p->thread, "voice");
	return -r;
}

static int init_wake(pthread_cond_t *wake)
{
	pthread_condattr_t attributes;

	int r = pthread_condattr_init(&attributes);
	if (r != 0)
		return -r;
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	r = pthread_cond_init(wake, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	return -r;
}

static void release(struct playback *p)
{
	(void)channel_free(p->channel);
	(void)pthread_cond_destroy(&p->wake);
	(void)pthread_mutex_destroy(&p->mutex);
	free(p->device_name);
	free(p->clips_dir);
	free(p);
}

int playback_new(struct playback **ret, sd_event *event, const struct playback_options *options,
	playback_on_event on_event, void *userdata)
{
	struct playback *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->on_event = on_event;
	p->userdata = userdata;
	p->language = options->language;
	(void)pthread_mutex_init(&p->mutex, NULL);
	int r = init_wake(&p->wake);
	p->device_name = strdup(options->device);
	p->clips_dir = options->clips_dir ? strdup(options->clips_dir) : NULL;
	if (r >= 0 && (!p->device_name || (options->clips_dir && !p->clips_dir)))
		r = -ENOMEM;
	if (r >= 0) {
		playback_device_init(&p->device, p->device_name);
		r = channel_new(&p->channel, event, on_record, NULL, p);
	}
	if (r >= 0)
		r = start_thread(p);
	if (r < 0) {
		release(p);
		return r;
	}
	*ret = p;
	return 0;
}

struct playback *playback_free(struct playback *p)
{
	if (!p)
		return NULL;
	(void)pthread_mutex_lock(&p->mutex);
	p->is_ending = true;
	(void)pthread_cond_signal(&p->wake);
	(void)pthread_mutex_unlock(&p->mutex);
	channel_close(p->channel);
	(void)pthread_join(p->thread, NULL);
	release(p);
	return NULL;
}

/* Behind the last of its kind. With the mutex held and room for one more. */
static struct sentence *make_place(struct playback *p, bool is_urgent)
{
	size_t at = p->queued;

	if (is_urgent)
		for (at = 0; at < p->queued && p->queue[at].is_urgent; at++)
			;
	memmove(p->queue + at + 1, p->queue + at, (p->queued - at) * sizeof(p->queue[0]));
	p->queued++;
	return &p->queue[at];
}

int playback_say(struct playback *p, const char *key, const char *clip_key, const char *sentence,
	bool is_urgent)
{
	struct sentence s = {.is_urgent = is_urgent};
	const char *clip = clip_key ? clip_key : "";

	if (strlen(key) >= sizeof(s.key) || strlen(clip) >= sizeof(s.clip_key) ||
		strlen(sentence) >= sizeof(s.text))
		return -EMSGSIZE;
	memcpy(s.key, key, strlen(key));
	memcpy(s.clip_key, clip, strlen(clip));
	memcpy(s.text, sentence, strlen(sentence));
	(void)pthread_mutex_lock(&p->mutex);
	bool has_room = p->queued < PLAYBACK_QUEUE_MAX;
	if (has_room)
		*make_place(p, is_urgent) = s;
	(void)pthread_cond_signal(&p->wake);
	(void)pthread_mutex_unlock(&p->mutex);
	return has_room ? 0 : -ENOSPC;
}
