/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The schema of `dialogue:` and what it must not say.
 */
#include "hub/config_dialogue.h"

#include "common/config_broker.h"
#include "common/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FIELD_MAX 64
#define OPTIONAL  (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define TEXT(type, field) \
	CYAML_FIELD_STRING_PTR(#field, OPTIONAL, struct type, field, 0, CYAML_UNLIMITED)
#define NUMBER(type, field) CYAML_FIELD_UINT_PTR(#field, OPTIONAL, struct type, field)
#define WORDS(name, phrase) \
	CYAML_FIELD_STRING_PTR(name, OPTIONAL, struct words_yaml, words[phrase], 0, CYAML_UNLIMITED)

static const cyaml_strval_t languages[] = {{"fr", SPEECH_FRENCH}, {"en", SPEECH_ENGLISH}};

static const cyaml_schema_field_t night_fields[] = {
	TEXT(night_yaml, from),
	TEXT(night_yaml, to),
	NUMBER(night_yaml, volume),
	CYAML_FIELD_END,
};

/* The names are phrase_name()'s: a test compares them. */
static const cyaml_schema_field_t words_fields[] = {
	WORDS("ask_fall", PHRASE_ASK_FALL),
	WORDS("ask_inactivity", PHRASE_ASK_INACTIVITY),
	WORDS("ask_wandering", PHRASE_ASK_WANDERING),
	WORDS("ask_call", PHRASE_ASK_CALL),
	WORDS("ask_danger", PHRASE_ASK_DANGER),
	WORDS("calling", PHRASE_CALLING),
	WORDS("calling_contact", PHRASE_CALLING_CONTACT),
	WORDS("received", PHRASE_RECEIVED),
	WORDS("received_contact", PHRASE_RECEIVED_CONTACT),
	WORDS("accepted", PHRASE_ACCEPTED),
	WORDS("on_the_way", PHRASE_ON_THE_WAY),
	WORDS("on_site", PHRASE_ON_SITE),
	WORDS("still_calling", PHRASE_STILL_CALLING),
	WORDS("closed", PHRASE_CLOSED),
	WORDS("cancelled", PHRASE_CANCELLED),
	WORDS("fine_noted", PHRASE_FINE_NOTED),
	WORDS("unreachable", PHRASE_UNREACHABLE),
	WORDS("reached", PHRASE_REACHED),
	WORDS("paused", PHRASE_PAUSED),
	WORDS("resumed", PHRASE_RESUMED),
	CYAML_FIELD_END,
};

const cyaml_schema_field_t config_dialogue_fields[] = {
	NUMBER(dialogue_yaml, ask_s),
	CYAML_FIELD_ENUM_PTR("language", OPTIONAL | CYAML_FLAG_STRICT, struct dialogue_yaml,
		language, languages, 2),
	TEXT(dialogue_yaml, device),
	TEXT(dialogue_yaml, clips_dir),
	NUMBER(dialogue_yaml, volume),
	NUMBER(dialogue_yaml, repeat_s),
	NUMBER(dialogue_yaml, pause_h),
	CYAML_FIELD_MAPPING_PTR("night", OPTIONAL, struct dialogue_yaml, night, night_fields),
	CYAML_FIELD_MAPPING_PTR("words", OPTIONAL, struct dialogue_yaml, words, words_fields),
	CYAML_FIELD_END,
};

void config_dialogue_usual(struct hub_dialogue *ret)
{
	*ret = (struct hub_dialogue){.language = SPEECH_FRENCH,
		.clips_dir = VIGIE_PREFIX "/share/vigie/clips",
		.volume_pct = HUB_VOLUME_USUAL_PCT,
		.night_volume_pct = HUB_NIGHT_VOLUME_USUAL_PCT,
		.night_from_min = HUB_NIGHT_FROM_USUAL_MIN,
		.night_to_min = HUB_NIGHT_TO_USUAL_MIN,
		.repeat_s = HUB_REPEAT_USUAL_S,
		.pause_h = HUB_PAUSE_USUAL_H};
}

/* "22:00" */
static int take_time(
	const char *file, const char *field, const char *text, uint32_t *to, char *ret_error)
{
	unsigned int hour = 24, minute = 60;
	char after;

	if (!text)
		return 0;
	if (strlen(text) != 5 || strspn(text, "0123456789:") != 5 ||
		sscanf(text, "%2u:%2u%c", &hour, &minute, &after) != 2 || hour > 23 || minute > 59)
		return config_file_error(
			file, field, ret_error, "needs a time of day, \"00:00\" to \"23:59\"");
	*to = hour * 60 + minute;
	return 0;
}

static int take_night(
	const char *file, const struct night_yaml *yaml, struct hub_dialogue *to, char *ret_error)
{
	int r = take_time(file, "dialogue.night.from", yaml->from, &to->night_from_min, ret_error);

	if (r == 0)
		r = take_time(file, "dialogue.night.to", yaml->to, &to->night_to_min, ret_error);
	if (r == 0)
		r = config_number_take(file, "dialogue.night.volume", yaml->volume, 1, 100,
			&to->night_volume_pct, ret_error);
	return r;
}

static int take_words(
	const char *file, const struct words_yaml *yaml, struct hub_dialogue *to, char *ret_error)
{
	for (unsigned int n = 0; n < PHRASES; n++) {
		const char *words = yaml->words[n];
		char field[FIELD_MAX];

		if (!words)
			continue;
		if (!words[0] || !utf8_is_plain_within(words, PHRASE_WORDS_MAX)) {
			(void)snprintf(field, sizeof(field), "dialogue.words.%s",
				phrase_name((enum phrase)n));
			return config_file_error(file, field, ret_error,
				"needs 1..%d bytes of plain text", PHRASE_WORDS_MAX - 1);
		}
		(void)snprintf(to->words[n], sizeof(to->words[n]), "%s", words);
	}
	return 0;
}

int config_dialogue_take(const char *file, const struct dialogue_yaml *yaml,
	struct hub_dialogue *to, char ret_error[CONFIG_FILE_ERROR_MAX])
{
	int r;

	if (yaml->language)
		to->language = *yaml->language;
	if (yaml->device && (!yaml->device[0] || strlen(yaml->device) >= sizeof(to->device)))
		return config_file_error(file, "dialogue.device", ret_error, "needs 1..%zu bytes",
			sizeof(to->device) - 1);
	(void)snprintf(to->device, sizeof(to->device), "%s", yaml->device ? yaml->device : "");
	r = config_path_take(file, "dialogue.clips_dir", yaml->clips_dir, to->clips_dir,
		sizeof(to->clips_dir), ret_error);
	if (r == 0)
		r = config_number_take(
			file, "dialogue.volume", yaml->volume, 1, 100, &to->volume_pct, ret_error);
	if (r == 0)
		r = config_number_take(file, "dialogue.repeat_s", yaml->repeat_s, HUB_REPEAT_MIN_S,
			HUB_REPEAT_MAX_S, &to->repeat_s, ret_error);
	if (r == 0)
		r = config_number_take(file, "dialogue.pause_h", yaml->pause_h, PAUSE_MIN_H,
			PAUSE_MAX_H, &to->pause_h, ret_error);
	if (r == 0 && yaml->night)
		r = take_night(file, yaml->night, to, ret_error);
	if (r == 0 && yaml->words)
		r = take_words(file, yaml->words, to, ret_error);
	return r;
}
