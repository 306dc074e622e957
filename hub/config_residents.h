/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who lives and who comes in this home, and how sure the hub must be: `residents:`, `pets:`,
 * `visits:` and `judgement:` of the hub's configuration.
 */
#pragma once

#include "common/config_file.h"
#include "hub/roster.h"
#include "models/fusion.h"

struct hub_residents {
	char names[FUSION_RESIDENTS_MAX][INCIDENT_TEXT_MAX]; /* "" where not said */
	struct fusion_home home;
};

struct resident_yaml {
	char *name;
	char **sensors;
	unsigned int sensors_count;
};

struct visit_yaml {
	char *day;
	uint32_t from_h, until_h;
};

struct judgement_yaml {
	uint32_t *ask_pct, *raise_pct;
};

struct residents_yaml {
	const struct resident_yaml *residents;
	unsigned int residents_count;
	const struct visit_yaml *visits;
	unsigned int visits_count;
	const bool *pets;
	const struct judgement_yaml *judgement;
	bool may_lack_sensors; /* sensors that are not installed are passed over */
};

extern const cyaml_schema_value_t config_resident_value, config_visit_value;
extern const cyaml_schema_field_t config_judgement_fields[];

/* Checks all, and marks whose each sensor of the roster is: 0, or −EINVAL with the message. */
int config_residents_take(const char *file, const struct residents_yaml *yaml,
	struct roster *roster, struct hub_residents *ret, char ret_error[CONFIG_FILE_ERROR_MAX]);
