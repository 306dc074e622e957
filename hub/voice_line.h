/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What passes between the hub and its voice (vigie-voice): records of fixed size over a
 * SOCK_SEQPACKET pair, of one build, on one machine. The hub gives one order and waits for its end
 * (SAID or FAILED, of the same number); only HUSH may come meanwhile. The hub closing its side ends
 * the voice.
 */
#pragma once

#include "common/speech_clip.h"

#include <stdint.h>

#define VOICE_LINE_FD     3 /* the voice's side */
#define VOICE_VOLUME_FULL 100

enum voice_order_what {
	VOICE_ORDER_SAY,
	VOICE_ORDER_PROBE, /* is there a voice and a device? Nothing is said. */
	VOICE_ORDER_HUSH   /* the sentence of this number is not said to its end */
};

struct voice_order {
	enum voice_order_what what;
	uint32_t number;
	uint32_t volume_pct;            /* of the amplitude, 1..VOICE_VOLUME_FULL */
	char clip[SPEECH_CLIP_KEY_MAX]; /* "": none */
	char text[SPEECH_SENTENCE_MAX];
};

enum voice_told_what {
	VOICE_TOLD_FIRST_FRAME, /* the first that can be heard was handed to ALSA */
	VOICE_TOLD_SAID,
	VOICE_TOLD_FAILED /* error says why; −ECANCELED: hushed */
};

struct voice_told {
	enum voice_told_what what;
	uint32_t number;
	int32_t error;
	uint64_t time_us; /* CLOCK_BOOTTIME */
};
