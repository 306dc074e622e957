/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dialogue's hands. The home's own day is read here, where a clock may be read.
 */
#include "hub/prompts.h"

#include "common/utf8.h"
#include "hub/radio.h"
#include "hub/requests.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char said_by_technician[] = "say";

static const char *name_of(uint32_t tag)
{
	return tag < PHRASES ? phrase_name((enum phrase)tag) : said_by_technician;
}

static void on_sounds(uint32_t tag, uint64_t time_us, void *userdata)
{
	struct hub *h = userdata;

	control_tell(h->control, time_us, "hub", "sounds", NULL, name_of(tag));
}

static void on_finished(uint32_t tag, int error, void *userdata)
{
	struct hub *h = userdata;
	char text[INCIDENT_TEXT_MAX];

	(void)snprintf(text, sizeof(text), "%s%s%s", name_of(tag), error ? ": " : "",
		error ? strerror(-error) : "");
	control_tell(h->control, clock_boot_us(), "hub", error ? "unsaid" : "said", NULL, text);
}

/* A lamp, or a wearable that can be made to buzz. */
static bool has_light(const struct hub *h)
{
	for (unsigned int n = 0; n < h->config.outputs.count; n++)
		if (h->config.outputs.places[n].kind == OUTPUT_LAMP)
			return true;
	for (const struct roster_sensor *s = NULL; (s = roster_following(&h->config.roster, s));)
		if (s->has_link)
			return true;
	return false;
}

int prompts_init(struct hub *h)
{
	const struct hub_dialogue *d = &h->config.dialogue;
	const struct voice_options options = {
		.device = d->device, .language = d->language, .clips_dir = d->clips_dir};
	const struct voice_listener listener = {
		.on_sounds = on_sounds, .on_finished = on_finished, .userdata = h};

	dialogue_init(&h->dialogue, d, has_light(h));
	return d->device[0] ? voice_new(&h->voice, h->event, &options, &listener) : 0;
}

void prompts_done(struct hub *h)
{
	h->voice = voice_free(h->voice);
}

static struct dialogue_clock clock_of(struct moment at)
{
	time_t wall_s = (time_t)(at.wall_ms / 1000);
	struct tm local = {.tm_hour = 12};

	(void)localtime_r(&wall_s, &local);
	return (struct dialogue_clock){
		.now_us = at.now_us, .minute = (unsigned int)(local.tm_hour * 60 + local.tm_min)};
}

bool prompts_has_fine_button(const struct hub *h)
{
	for (const struct roster_sensor *s = NULL; (s = roster_following(&h->config.roster, s));)
		if ((s->role == ROLE_BUTTON || s->role == ROLE_WEARABLE) &&
			(s->button == BUTTON_USE_FINE || s->button == BUTTON_USE_BOTH))
			return true;
	return false;
}

/* A home's own words are not what was recorded for all; nor is what is said of a button where none
 * says "fine". */
static void speak(struct hub *h, const struct prompt *p)
{
	const struct hub_dialogue *d = &h->config.dialogue;
	bool has_fine = prompts_has_fine_button(h);
	char text[SPEECH_SENTENCE_MAX];
	struct voice_sentence s = {.tag = p->phrase,
		.text = text,
		.volume_pct = p->volume_pct,
		.is_urgent = p->is_urgent};

	phrase_text(d->language, p->phrase, d->words[p->phrase], p->who, has_fine, text);
	control_tell(h->control, clock_boot_us(), "hub", "prompt", NULL, text);
	if (!h->voice)
		return;
	if (!d->words[p->phrase][0] && !p->who[0] && (has_fine || !phrase_is_of_button(p->phrase)))
		s.clip = phrase_name(p->phrase);
	if (p->is_hushing)
		voice_hush(h->voice);
	(void)voice_say(h->voice, &s); /* what is crowded out is no longer true anyway */
}

void prompts_turn(struct hub *h, struct moment at)
{
	struct dialogue_clock clock = clock_of(at);
	struct prompt prompts[DIALOGUE_PROMPTS_MAX];
	struct dialogue_signs signs;
	unsigned int count;

	h->dialogue.has_light = has_light(h); /* sensors come and go */
	count = dialogue_turn(
		&h->dialogue, &h->episodes.table, h->episodes.is_link_up, clock, prompts);
	signs = dialogue_signs(&h->dialogue, &h->episodes.table, clock);
	for (unsigned int n = 0; n < count; n++)
		speak(h, &prompts[n]);
	if (signs.lamp != h->signs.lamp)
		(void)outputs_set(h, OUTPUT_LAMP, signs.lamp);
	if (signs.siren != h->signs.siren)
		(void)outputs_set(h, OUTPUT_SIREN, signs.siren);
	h->signs = signs;
	radio_buzz(h);
}

uint64_t prompts_next_us(const struct hub *h)
{
	return dialogue_next_us(&h->dialogue);
}

void prompts_tell(
	struct hub *h, const struct episode *after, const struct transition *t, struct moment at)
{
	struct prompt prompt;

	if (dialogue_tell(&h->dialogue, after, t, clock_of(at), &prompt) == 1)
		speak(h, &prompt);
}

void prompts_say(struct hub *h, enum phrase phrase, const char *who, struct moment at)
{
	struct prompt prompt = {.phrase = phrase,
		.volume_pct = dialogue_volume(&h->config.dialogue, clock_of(at).minute)};

	(void)snprintf(prompt.who, sizeof(prompt.who), "%s", who);
	dialogue_signal(&h->dialogue, at.now_us);
	speak(h, &prompt);
	prompts_turn(h, at);
}

unsigned int prompts_faults(const struct hub *h,
	char faults[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX], unsigned int count)
{
	bool has_voice = h->config.dialogue.device[0];
	const char *voice = has_voice ? "" : "the resident is not asked aloud";

	if (h->config.ask_s == 0 && !has_voice)
		return count;
	if (h->voice)
		voice = voice_fault(h->voice);
	if (voice[0] && count < HEARTBEAT_FAULTS_MAX)
		(void)snprintf(faults[count++], INCIDENT_TEXT_MAX, "%s", voice);
	if (!has_light(h) && count < HEARTBEAT_FAULTS_MAX)
		(void)snprintf(faults[count++], INCIDENT_TEXT_MAX,
			"the resident is asked by no light and no vibration");
	return count;
}

int prompts_say_text(struct hub *h, const char *text, struct moment at)
{
	const struct voice_sentence sentence = {.tag = PHRASES,
		.text = text,
		.volume_pct = dialogue_volume(&h->config.dialogue, clock_of(at).minute)};

	return h->voice ? voice_say(h->voice, &sentence) : -ENODEV;
}

int prompts_request_say(struct hub *h, const json_t *request, json_t *answer)
{
	const char *text = json_string_value(json_object_get(request, "text"));
	int r;

	if (!text || !text[0] || !utf8_is_plain_within(text, SPEECH_SENTENCE_MAX))
		return request_refuse(answer, -EINVAL, "text is not 1 to 511 bytes of plain text");
	r = prompts_say_text(h, text, hub_now());
	if (r == -ENODEV)
		return request_refuse(answer, r, "this home has no voice");
	if (r == -ENOSPC)
		return request_refuse(answer, r, "too much waits to be said");
	return r;
}
