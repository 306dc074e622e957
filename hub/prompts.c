/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The voice's making, its steps told on the control socket, and words from a technician.
 */
#include "hub/prompts.h"

#include "common/utf8.h"
#include "hub/requests.h"

#include <errno.h>
#include <string.h>

static void on_sounds(uint32_t tag, uint64_t time_us, void *userdata)
{
	struct hub *h = userdata;

	(void)tag;
	control_tell(h->control, time_us, "hub", "sounds", NULL, NULL);
}

static void on_finished(uint32_t tag, int error, void *userdata)
{
	struct hub *h = userdata;

	(void)tag;
	control_tell(h->control, clock_boot_us(), "hub", error ? "unsaid" : "said", NULL,
		error ? strerror(-error) : NULL);
}

int prompts_init(struct hub *h)
{
	const struct hub_dialogue *d = &h->config.dialogue;
	const struct voice_options options = {
		.device = d->device, .language = d->language, .clips_dir = d->clips_dir};
	const struct voice_listener listener = {
		.on_sounds = on_sounds, .on_finished = on_finished, .userdata = h};

	return d->device[0] ? voice_new(&h->voice, h->event, &options, &listener) : 0;
}

void prompts_done(struct hub *h)
{
	h->voice = voice_free(h->voice);
}

int prompts_request_say(struct hub *h, const json_t *request, json_t *answer)
{
	const char *text = json_string_value(json_object_get(request, "text"));
	struct voice_sentence sentence = {
		.text = text, .volume_pct = h->config.dialogue.volume_pct};
	int r;

	if (!text || !text[0] || !utf8_is_plain_within(text, SPEECH_SENTENCE_MAX))
		return request_refuse(answer, -EINVAL, "text is not 1 to 511 bytes of plain text");
	if (!h->voice)
		return request_refuse(answer, -ENODEV, "this home has no voice");
	r = voice_say(h->voice, &sentence);
	if (r == -ENOSPC)
		return request_refuse(answer, r, "too much waits to be said");
	return r;
}
