/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The `dialogue:` section of the hub's configuration: how the resident is spoken to. Of
 * hub/config.c and hub/prompts.c.
 */
#pragma once

#include "common/config_broker.h"
#include "common/speech.h"

#include <stdbool.h>
#include <stdint.h>

#define HUB_VOLUME_DEFAULT_PCT 70

struct hub_dialogue {
	enum speech_language language;
	char device[CONFIG_PATH_MAX]; /* "": the home has no voice */
	char clips_dir[CONFIG_PATH_MAX];
	uint32_t volume_pct;
};

struct dialogue_yaml {
	uint32_t *ask_s;
	enum speech_language *language;
	char *device, *clips_dir;
	uint32_t *volume;
};

extern const cyaml_schema_field_t config_dialogue_fields[];

/* What holds where nothing is said. */
struct hub_dialogue config_dialogue_usual(void);
/* Checks and copies all but ask_s: 0, or −EINVAL with the message. */
int config_dialogue_take(const char *file, const struct dialogue_yaml *yaml,
	struct hub_dialogue *to, char ret_error[CONFIG_FILE_ERROR_MAX]);
