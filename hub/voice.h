/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub's voice. Sentences are queued here and said, whole and one after the other, urgent ones
 * first, by vigie-voice: a process that is started when there is something to say, kept
 * VOICE_IDLE_S after it, and ended. It is asked now and then whether it could speak, so that a home
 * without sound is a fault before somebody has to be asked something. A device that is missing, a
 * voice that dies, or one that hangs (killed then) is told by voice_fault() and tried again, 0.5 s
 * later doubling to 60 s; a sentence is given up when it is VOICE_STALE_S old and nothing of it has
 * been heard. Loop thread only; nothing blocks it.
 */
#pragma once

#include "common/speech.h"

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#define VOICE_QUEUE_MAX    8
#define VOICE_IDLE_S       20
#define VOICE_STALE_S      15
#define VOICE_BEGIN_S      5    /* to the first frame, or it hangs */
#define VOICE_END_S        90   /* from there to the end of the longest clip */
#define VOICE_END_MAX_S    2    /* for the process to end when told so, or it is killed */
#define VOICE_PROBE_S      3600 /* silent this long, it is asked whether it could speak */
#define VOICE_RETRY_MIN_MS 500
#define VOICE_RETRY_MAX_S  60
#define VOICE_FAULT_MAX    97

struct voice;

struct voice_options {
	const char *program; /* vigie-voice; NULL: beside this program */
	const char *device;  /* any name that ALSA knows */
	enum speech_language language;
	const char *clips_dir; /* NULL: none */
	uint32_t idle_ms;      /* 0: VOICE_IDLE_S */
	uint32_t begin_ms;     /* 0: VOICE_BEGIN_S */
};                             /* strings are copied */

struct voice_sentence {
	uint32_t tag;            /* the caller's own */
	const char *clip;        /* a recorded one of this name wins over the text; NULL: none */
	const char *text;        /* UTF-8 */
	unsigned int volume_pct; /* 1..100 of the full amplitude */
	bool is_urgent;          /* before all that wait and are not; never in the middle of one */
};

/* Called back from anywhere in here: may not call back in. */
struct voice_listener {
	/* The first frame that can be heard was handed to ALSA, at time_us. */
	void (*on_sounds)(uint32_t tag, uint64_t time_us, void *userdata);
	/* Said to its end (0), hushed (−ECANCELED), crowded out (−ENOSPC), or not said: −errno. */
	void (*on_finished)(uint32_t tag, int error, void *userdata);
	void *userdata;
};

int voice_new(struct voice **ret, sd_event *event, const struct voice_options *options,
	const struct voice_listener *listener);
/* Stops in the middle of a word; waits for the process at most 0.5 s. */
struct voice *voice_free(struct voice *v);

/* Queues a copy: 0; −ENOSPC when VOICE_QUEUE_MAX wait (an urgent one crowds out the last that is
 * not); −EMSGSIZE; −EINVAL for a volume out of its range or an empty text. */
int voice_say(struct voice *v, const struct voice_sentence *sentence);
/* Nothing that is queued is said; what is being said stops at once. */
void voice_hush(struct voice *v);
/* Something is being said or waits. */
bool voice_is_busy(const struct voice *v);
/* "" while all is well as far as it was tried, else a phrase for a technician. */
const char *voice_fault(const struct voice *v);
