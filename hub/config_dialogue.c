/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The schema of `dialogue:` and what it must not say.
 */
#include "hub/config_dialogue.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define OPTIONAL (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define TEXT(field) \
	CYAML_FIELD_STRING_PTR(#field, OPTIONAL, struct dialogue_yaml, field, 0, CYAML_UNLIMITED)
#define NUMBER(field) CYAML_FIELD_UINT_PTR(#field, OPTIONAL, struct dialogue_yaml, field)

static const cyaml_strval_t languages[] = {{"fr", SPEECH_FRENCH}, {"en", SPEECH_ENGLISH}};

const cyaml_schema_field_t config_dialogue_fields[] = {
	NUMBER(ask_s),
	CYAML_FIELD_ENUM_PTR("language", OPTIONAL | CYAML_FLAG_STRICT, struct dialogue_yaml,
		language, languages, 2),
	TEXT(device),
	TEXT(clips_dir),
	NUMBER(volume),
	CYAML_FIELD_END,
};

struct hub_dialogue config_dialogue_usual(void)
{
	return (struct hub_dialogue){.language = SPEECH_FRENCH,
		.clips_dir = VIGIE_PREFIX "/share/vigie/clips",
		.volume_pct = HUB_VOLUME_DEFAULT_PCT};
}

static int take_percent(const char *file, const char *field, const uint32_t *value, uint32_t *to,
	char ret_error[CONFIG_FILE_ERROR_MAX])
{
	if (!value)
		return 0;
	if (*value < 1 || *value > 100)
		return config_file_error(file, field, ret_error, "is %u, needs 1..100", *value);
	*to = *value;
	return 0;
}

int config_dialogue_take(const char *file, const struct dialogue_yaml *yaml,
	struct hub_dialogue *to, char ret_error[CONFIG_FILE_ERROR_MAX])
{
	if (yaml->language)
		to->language = *yaml->language;
	if (yaml->device && (!yaml->device[0] || strlen(yaml->device) >= sizeof(to->device)))
		return config_file_error(file, "dialogue.device", ret_error, "needs 1..%zu bytes",
			sizeof(to->device) - 1);
	(void)snprintf(to->device, sizeof(to->device), "%s", yaml->device ? yaml->device : "");
	int r = config_path_take(file, "dialogue.clips_dir", yaml->clips_dir, to->clips_dir,
		sizeof(to->clips_dir), ret_error);
	if (r < 0)
		return r;
	return take_percent(file, "dialogue.volume", yaml->volume, &to->volume_pct, ret_error);
}
