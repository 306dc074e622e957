/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recorded sentence: a RIFF WAVE file, PCM, mono, 16 bit, SPEECH_RATE_HZ, at most
 * SPEECH_CLIP_MAX_S long (chunks as in Microsoft's and IBM's Multimedia Programming Interface 1.0).
 */
#pragma once

#include "common/speech.h"

#define SPEECH_CLIP_KEY_MAX 33 /* [a-z0-9_-]{1,32}: it is a file's name */
#define SPEECH_CLIP_MAX_S   60

/*
 * Hands on the frames of <clips_dir>/<language>/<key>.wav: 0, what on_frames returned, −ENOENT,
 * −EINVAL for a key that may not name a file, −EBADMSG for a file that is not such a clip (nothing
 * was handed on) or −errno.
 */
int speech_clip_play(const char *clips_dir, const char *language, const char *key,
	speech_on_frames on_frames, void *userdata);
