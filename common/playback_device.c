/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ALSA's side of the voice. ALSA is asked for its own conversion (a card that knows only 48 kHz
 * stereo is served through "default" or "plughw:…", which convert). ALSA's complaints go to the
 * debug log: the caller tells what failed, once.
 */
#include "common/playback_device.h"
#include "common/log.h"
#include "common/speech.h"

#include <errno.h>
#include <stdarg.h>

#define RECOVERIES_MAX 100 /* in one sentence: then the device is given up */

__attribute__((format(printf, 5, 6))) static void hush(
	const char *file, int line, const char *function, int error, const char *format, ...)
{
	char text[256];
	va_list arguments;

	(void)file;
	(void)line;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_debug("sound: alsa: %s: %s (%d)", function, text, error);
}

void playback_device_init(struct playback_device *d, const char *name)
{
	*d = (struct playback_device){.name = name, .periods = PLAYBACK_PERIODS_MIN};
	(void)snd_lib_error_set_handler(hush);
}

static void close_device(struct playback_device *d)
{
	if (d->pcm)
		(void)snd_pcm_close(d->pcm);
	d->pcm = NULL;
}

void playback_device_done(struct playback_device *d)
{
	if (d->pcm)
		(void)snd_pcm_drop(d->pcm);
	close_device(d);
}

/* Each returns 0 or −errno; the first error ends the row. */
static int ask_hardware(snd_pcm_t *pcm, snd_pcm_hw_params_t *hw, unsigned int periods)
{
	unsigned int rate_hz = SPEECH_RATE_HZ, period_us = PLAYBACK_PERIOD_MS * 1000;
	int direction = 0, r = snd_pcm_hw_params_any(pcm, hw);

	if (r >= 0)
		r = snd_pcm_hw_params_set_rate_resample(pcm, hw, 1);
	if (r >= 0)
		r = snd_pcm_hw_params_set_access(pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED);
	if (r >= 0)
		r = snd_pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S16);
	if (r >= 0)
		r = snd_pcm_hw_params_set_channels(pcm, hw, 1);
	if (r >= 0)
		r = snd_pcm_hw_params_set_rate(pcm, hw, rate_hz, 0);
	if (r >= 0)
		r = snd_pcm_hw_params_set_period_time_near(pcm, hw, &period_us, &direction);
	if (r >= 0)
		r = snd_pcm_hw_params_set_periods_near(pcm, hw, &periods, &direction);
	return r >= 0 ? snd_pcm_hw_params(pcm, hw) : r;
}

/* Starts by itself once every whole period of the buffer is full. */
static int ask_software(snd_pcm_t *pcm, size_t *ret_period_frames)
{
	snd_pcm_uframes_t buffer, period;
	snd_pcm_sw_params_t *sw = NULL;
	int r = snd_pcm_get_params(pcm, &buffer, &period);

	if (r < 0)
		return r;
	if (period == 0 || buffer < period)
		return -EINVAL;
	r = snd_pcm_sw_params_malloc(&sw);
	if (r < 0)
		return r;
	r = snd_pcm_sw_params_current(pcm, sw);
	if (r >= 0)
		r = snd_pcm_sw_params_set_start_threshold(pcm, sw, buffer / period * period);
	if (r >= 0)
		r = snd_pcm_sw_params_set_avail_min(pcm, sw, period);
	if (r >= 0)
		r = snd_pcm_sw_params(pcm, sw);
	snd_pcm_sw_params_free(sw);
	if (r >= 0)
		*ret_period_frames = period;
	return r;
}

int playback_device_open(struct playback_device *d)
{
	snd_pcm_hw_params_t *hw = NULL;

	if (d->pcm)
		return 0;
	int r = snd_pcm_open(&d->pcm, d->name, SND_PCM_STREAM_PLAYBACK, 0);
	if (r < 0) {
		d->pcm = NULL;
		return r;
	}
	r = snd_pcm_hw_params_malloc(&hw);
	if (r >= 0)
		r = ask_hardware(d->pcm, hw, d->periods);
	snd_pcm_hw_params_free(hw);
	if (r >= 0)
		r = ask_software(d->pcm, &d->period_frames);
	if (r < 0)
		close_device(d);
	d->dry = 0;
	return r < 0 ? r : 0;
}

int playback_device_write(struct playback_device *d, const int16_t *frames, size_t count)
{
	snd_pcm_sframes_t n;

	if (count > d->period_frames)
		count = d->period_frames;
	while ((n = snd_pcm_writei(d->pcm, frames, count)) <= 0) {
		int r = n == 0 ? -EAGAIN : (int)n;

		if (r == -EPIPE)
			d->dry++;
		if (r == -EAGAIN)
			r = snd_pcm_wait(d->pcm, 1000) > 0 ? 0 : -ETIMEDOUT;
		else if (d->dry <= RECOVERIES_MAX)
			r = snd_pcm_recover(d->pcm, r, 1);
		if (r < 0) {
			close_device(d);
			return r;
		}
	}
	return (int)n;
}

int playback_device_drain(struct playback_device *d)
{
	int r = snd_pcm_drain(d->pcm);

	if (r == -EPIPE) /* it ran dry at its own end: everything has been played */
		r = 0;
	if (r >= 0)
		r = snd_pcm_prepare(d->pcm);
	bool ran_dry = d->dry > 0;
	d->dry = 0;
	if (ran_dry && d->periods < PLAYBACK_PERIODS_MAX) {
		d->periods *= 2;
		close_device(d);
		(void)playback_device_open(
			d); /* what was written has been played: not its failure */
	} else if (r < 0) {
		close_device(d);
	}
	return r < 0 ? r : 0;
}
