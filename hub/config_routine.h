/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The `routine:` section of the hub's configuration. Of hub/config.c alone.
 */
#pragma once

#include "common/config_file.h"
#include "hub/rhythm.h"

#define CONFIG_NIGHT_FROM_H  22
#define CONFIG_NIGHT_UNTIL_H 6

struct routine_yaml {
	bool *enabled, *wandering;
	char *timezone;
	uint32_t *night_from_h, *night_until_h;
};

extern const cyaml_schema_field_t config_routine_fields[];

/* yaml NULL: the section is absent. The roster is taken already; NULL: it lacks
 * sensors, so an outer door is not asked for. 0 or −EINVAL with the message. */
int config_routine_take(const char *file, const struct routine_yaml *yaml,
	const struct roster *roster, struct rhythm_config *ret,
	char ret_error[CONFIG_FILE_ERROR_MAX]);
