/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The `dialogue:` section of the hub's configuration: how the resident is spoken to. Of
 * hub/config.c, hub/dialogue and hub/prompts.
 */
#pragma once

#include "common/config_broker.h"
#include "hub/pause.h"
#include "hub/phrases.h"

#include <stdbool.h>
#include <stdint.h>

#define HUB_VOLUME_USUAL_PCT       70
#define HUB_NIGHT_VOLUME_USUAL_PCT 35
#define HUB_NIGHT_FROM_USUAL_MIN   (22 * 60)
#define HUB_NIGHT_TO_USUAL_MIN     (7 * 60)
#define HUB_REPEAT_MIN_S           3
#define HUB_REPEAT_MAX_S           60
#define HUB_REPEAT_USUAL_S         10
#define HUB_PAUSE_USUAL_H          2

struct hub_dialogue {
	enum speech_language language;
	char device[CONFIG_PATH_MAX]; /* "": the home has no voice */
	char clips_dir[CONFIG_PATH_MAX];
	uint32_t volume_pct, night_volume_pct;
	uint32_t night_from_min, night_to_min; /* of the home's own day, the same: no night */
	uint32_t repeat_s;
	uint32_t pause_h;                      /* by the pause button */
	char words[PHRASES][PHRASE_WORDS_MAX]; /* the home's own, "" for none */
};

struct night_yaml {
	char *from, *to;
	uint32_t *volume;
};

struct words_yaml {
	char *words[PHRASES];
};

struct dialogue_yaml {
	uint32_t *ask_s, *volume, *repeat_s, *pause_h;
	enum speech_language *language;
	char *device, *clips_dir;
	struct night_yaml *night;
	struct words_yaml *words;
};

extern const cyaml_schema_field_t config_dialogue_fields[];

/* What holds where nothing is said. */
void config_dialogue_usual(struct hub_dialogue *ret);
/* Checks and copies all but ask_s: 0, or −EINVAL with the message. */
int config_dialogue_take(const char *file, const struct dialogue_yaml *yaml,
	struct hub_dialogue *to, char ret_error[CONFIG_FILE_ERROR_MAX]);
