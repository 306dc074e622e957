/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a clip a block at a time: finds the format and the sound among the chunks, refuses what is
 * not mono, 16 bit and of the right rate, and hands the frames on.
 */
#include "common/speech_clip.h"
#include "common/cleanup.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_FRAMES  512
#define CHUNKS_MAX    32
#define SOUND_MAX     ((uint32_t)SPEECH_CLIP_MAX_S * SPEECH_RATE_HZ * 2)
#define FORMAT_BYTES  16
#define FORMAT_PCM    1
#define CHUNK_MAX     (1U << 20) /* of a chunk that is skipped */
#define HEADING_BYTES 8

static uint32_t little(const uint8_t *bytes, unsigned int count)
{
	uint32_t value = 0;

	for (unsigned int i = 0; i < count; i++)
		value |= (uint32_t)bytes[i] << (8 * i);
	return value;
}

static bool is_our_format(const uint8_t format[FORMAT_BYTES])
{
	return little(format, 2) == FORMAT_PCM && little(format + 2, 2) == 1 &&
	       little(format + 4, 4) == SPEECH_RATE_HZ && little(format + 14, 2) == 16;
}

/* Stands before the first frame: the sound's bytes, or −EBADMSG. */
static int find_sound(FILE *f)
{
	uint8_t heading[12];
	bool has_format = false;

	if (fread(heading, 12, 1, f) != 1 || memcmp(heading, "RIFF", 4) != 0 ||
		memcmp(heading + 8, "WAVE", 4) != 0)
		return -EBADMSG;
	for (unsigned int i = 0; i < CHUNKS_MAX; i++) {
		uint8_t format[FORMAT_BYTES];

		if (fread(heading, HEADING_BYTES, 1, f) != 1)
			return -EBADMSG;
		uint32_t bytes = little(heading + 4, 4);
		if (memcmp(heading, "data", 4) == 0)
			return has_format && bytes > 0 && bytes <= SOUND_MAX ? (int)bytes
									     : -EBADMSG;
		if (memcmp(heading, "fmt ", 4) == 0) {
			if (bytes < FORMAT_BYTES || fread(format, FORMAT_BYTES, 1, f) != 1 ||
				!is_our_format(format))
				return -EBADMSG;
			has_format = true;
			bytes -= FORMAT_BYTES;
		}
		if (bytes > CHUNK_MAX || fseek(f, (long)(bytes + (bytes & 1)), SEEK_CUR) < 0)
			return -EBADMSG;
	}
	return -EBADMSG;
}

static int hand_on_sound(FILE *f, size_t frames_left, speech_on_frames on_frames, void *userdata)
{
	while (frames_left > 0) {
		uint8_t bytes[BLOCK_FRAMES * 2];
		int16_t frames[BLOCK_FRAMES];
		size_t count = frames_left < BLOCK_FRAMES ? frames_left : BLOCK_FRAMES;

		count = fread(bytes, 2, count, f);
		if (count == 0)
			return 0; /* cut short: what there was has been said */
		for (size_t i = 0; i < count; i++)
			frames[i] = (int16_t)little(bytes + 2 * i, 2);
		int r = on_frames(frames, count, userdata);
		if (r)
			return r;
		frames_left -= count;
	}
	return 0;
}

int speech_clip_play(const char *clips_dir, const char *language, const char *key,
	speech_on_frames on_frames, void *userdata)
{
	char path[PATH_MAX];

	if (!*key || strlen(key) >= SPEECH_CLIP_KEY_MAX ||
		key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_-")])
		return -EINVAL;
	if (snprintf(path, sizeof(path), "%s/%s/%s.wav", clips_dir, language, key) >=
		(int)sizeof(path))
		return -ENAMETOOLONG;
	_cleanup_(fclose_p) FILE *f = fopen(path, "re");
	if (!f)
		return -errno;
	int bytes = find_sound(f);
	if (bytes < 0)
		return bytes;
	return hand_on_sound(f, (size_t)bytes / 2, on_frames, userdata);
}
