/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vigie-voice: says what the hub orders, and is gone while there is nothing to say. A process of
 * its own, so that the hub links neither libespeak-ng nor ALSA (4 MB of its memory) and a library
 * that hangs costs a sentence and not the hub. It ends when the hub closes the line, and with the
 * hub. Exit status: 0, or 2 when it was not started by a hub.
 */
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/playback_device.h"
#include "hub/voice_line.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define TAIL_MS     250 /* 44 ms of tail are lost on drain */
#define TAIL_FRAMES ((size_t)SPEECH_RATE_HZ * TAIL_MS / 1000)
#define SCALED_MAX  441

struct mouth {
	const char *clips_dir;
	enum speech_language language;
	struct speech *speech;
	struct playback_device device;
	struct voice_order order; /* being said */
	bool has_sounded;
};

static void tell(const struct mouth *m, enum voice_told_what what, int error)
{
	struct voice_told told = {.what = what,
		.number = m->order.number,
		.error = error,
		.time_us = clock_boot_us()};

	(void)send(VOICE_LINE_FD, &told, sizeof(told), MSG_NOSIGNAL);
}

/* Between two runs of frames: has the hub thought better of it, or gone? */
static bool is_hushed(const struct mouth *m)
{
	struct voice_order order;
	ssize_t n = recv(VOICE_LINE_FD, &order, sizeof(order), MSG_DONTWAIT);

	if (n < 0)
		return errno != EAGAIN && errno != EINTR;
	return n != (ssize_t)sizeof(order) ||
	       (order.what == VOICE_ORDER_HUSH && order.number == m->order.number);
}

/* A device that vanished while nobody spoke is found out only here: opened anew, once. */
static int write_period(struct mouth *m, const int16_t *frames, size_t count)
{
	int n = playback_device_write(&m->device, frames, count);

	if (n < 0 && !m->has_sounded && playback_device_open(&m->device) >= 0)
		n = playback_device_write(&m->device, frames, count);
	return n;
}

static int write_frames(struct mouth *m, const int16_t *frames, size_t count)
{
	while (count > 0) {
		int n = write_period(m, frames, count);

		if (n < 0)
			return n;
		if (!m->has_sounded)
			tell(m, VOICE_TOLD_FIRST_FRAME, 0);
		m->has_sounded = true;
		frames += n;
		count -= (size_t)n;
	}
	return 0;
}

static int on_frames(const int16_t *frames, size_t count, void *userdata)
{
	struct mouth *m = userdata;
	int r = 0;

	while (r >= 0 && count > 0) {
		int16_t scaled[SCALED_MAX];
		size_t part = count < SCALED_MAX ? count : SCALED_MAX;

		for (size_t n = 0; n < part; n++)
			scaled[n] =
				(int16_t)(frames[n] * (int)m->order.volume_pct / VOICE_VOLUME_FULL);
		r = is_hushed(m) ? -ECANCELED : write_frames(m, scaled, part);
		frames += part;
		count -= part;
	}
	return r;
}

static int make_ready(struct mouth *m)
{
	int r = m->speech ? 0 : speech_new(&m->speech, m->language, m->clips_dir);

	return r < 0 ? r : playback_device_open(&m->device);
}

static int say(struct mouth *m)
{
	static const int16_t silence[TAIL_FRAMES];
	const char *clip = m->order.clip[0] ? m->order.clip : NULL;
	int r;

	m->has_sounded = false;
	r = make_ready(m);
	if (r < 0 || m->order.what == VOICE_ORDER_PROBE)
		return r;
	r = speech_say(m->speech, clip, m->order.text, on_frames, m);
	/* what has been written of a hushed sentence is played out */
	if (m->device.pcm && m->has_sounded) {
		int tail = write_frames(m, silence, TAIL_FRAMES);

		if (tail >= 0)
			tail = playback_device_drain(&m->device);
		r = r < 0 ? r : tail;
	}
	return r;
}

/* One order: false when the line is closed or brings what no hub sends. */
static bool take_order(struct mouth *m)
{
	ssize_t n;
	int r;

	do
		n = recv(VOICE_LINE_FD, &m->order, sizeof(m->order), 0);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(m->order) || m->order.volume_pct > VOICE_VOLUME_FULL ||
		!memchr(m->order.clip, '\0', sizeof(m->order.clip)) ||
		!memchr(m->order.text, '\0', sizeof(m->order.text)))
		return false;
	if (m->order.what == VOICE_ORDER_HUSH)
		return true; /* it was over already */
	r = say(m);
	tell(m, r < 0 ? VOICE_TOLD_FAILED : VOICE_TOLD_SAID, r < 0 ? r : 0);
	return true;
}

static const char usage[] =
	"usage: vigie-voice --device DEVICE [--language fr|en] [--clips FOLDER]\n"
	"Says what vigie-hub hands to it, which starts it and ends it: not for calling by hand.\n"
	"  --help, --version  this text; the release\n";

struct options {
	const char *device;
	const char *told; /* to be printed instead of speaking; NULL: nothing */
	bool is_bad;
};

static struct options read_options(struct mouth *m, int argc, char *argv[])
{
	static const struct option known[] = {{"device", required_argument, NULL, 'd'},
		{"language", required_argument, NULL, 'l'}, {"clips", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0}};
	struct options o = {.device = NULL};
	int letter;

	while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (letter == 'd')
			o.device = optarg;
		else if (letter == 'l')
			m->language = optarg[0] == 'e' ? SPEECH_ENGLISH : SPEECH_FRENCH;
		else if (letter == 'c')
			m->clips_dir = optarg;
		else if (letter == 'h')
			o.told = usage;
		else if (letter == 'v')
			o.told = "vigie-voice " VIGIE_VERSION "\n";
		else
			o.is_bad = true;
	}
	return o;
}

static bool is_started_by_the_hub(void)
{
	int kind = 0;
	socklen_t bytes = sizeof(kind);

	return getsockopt(VOICE_LINE_FD, SOL_SOCKET, SO_TYPE, &kind, &bytes) == 0 &&
	       kind == SOCK_SEQPACKET;
}

int main(int argc, char *argv[])
{
	struct mouth m = {.language = SPEECH_FRENCH};
	struct options o = read_options(&m, argc, argv);

	if (o.told && !o.is_bad)
		return fputs(o.told, stdout) < 0 || fflush(stdout) != 0;
	if (o.is_bad || !o.device || !is_started_by_the_hub()) {
		(void)fprintf(stderr, "vigie-voice: is started by vigie-hub and by nobody else\n%s",
			usage);
		return 2;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	playback_device_init(&m.device, o.device);
	while (take_order(&m))
		;
	playback_device_done(&m.device);
	(void)speech_free(m.speech);
	return 0;
}
