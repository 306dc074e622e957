/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * People, animals, visits and thresholds, and what they must not say.
 */
#include "hub/config_residents.h"

#include "common/utf8.h"
#include "hub/config_entry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ASK_USUAL_PCT   50
#define RAISE_USUAL_PCT 99

static const cyaml_schema_value_t sensor_id_value = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED)};

static const cyaml_schema_field_t resident_fields[] = {
	CYAML_FIELD_STRING_PTR(
		"name", CYAML_FLAG_POINTER, struct resident_yaml, name, 0, CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE("sensors", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct resident_yaml, sensors, &sensor_id_value, 0, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

const cyaml_schema_value_t config_resident_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct resident_yaml, resident_fields)};

static const cyaml_schema_field_t visit_fields[] = {
	CYAML_FIELD_STRING_PTR(
		"day", CYAML_FLAG_POINTER, struct visit_yaml, day, 0, CYAML_UNLIMITED),
	CYAML_FIELD_UINT("from_h", CYAML_FLAG_DEFAULT, struct visit_yaml, from_h),
	CYAML_FIELD_UINT("until_h", CYAML_FLAG_DEFAULT, struct visit_yaml, until_h),
	CYAML_FIELD_END,
};

const cyaml_schema_value_t config_visit_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct visit_yaml, visit_fields)};

const cyaml_schema_field_t config_judgement_fields[] = {
	CYAML_FIELD_UINT_PTR("ask_pct", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct judgement_yaml, ask_pct),
	CYAML_FIELD_UINT_PTR("raise_pct", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct judgement_yaml, raise_pct),
	CYAML_FIELD_END,
};

static struct roster_sensor *installed(struct roster *roster, const char *text)
{
	for (struct roster_sensor *s = NULL; (s = roster_next(roster, s));)
		if (strcasecmp(s->id.text, text) == 0)
			return s;
	return NULL;
}

/* "Montre (Jeanne)": where several live, everybody who is alerted must know who it is about. A name
 * that would not fit stays as it is. */
static void name_owner(struct roster_sensor *s, const char *owner)
{
	char name[2 * INCIDENT_TEXT_MAX + 4];
	int bytes = snprintf(name, sizeof(name), "%s (%s)", s->name, owner);

	if (bytes > 0 && (size_t)bytes < sizeof(s->name))
		memcpy(s->name, name, (size_t)bytes + 1);
}

static int take_sensors(struct config_entry *entry, const struct resident_yaml *yaml,
	struct roster *roster, uint8_t resident, bool is_shared, bool may_lack)
{
	for (unsigned int n = 0; n < yaml->sensors_count; n++) {
		struct roster_sensor *s = installed(roster, yaml->sensors[n]);

		if (!s && may_lack)
			continue;
		if (!s)
			return config_refuse(entry, "sensors",
				"names %.48s, which is not installed", yaml->sensors[n]);
		if (s->role != ROLE_WEARABLE && s->role != ROLE_BUTTON && s->role != ROLE_PRESSURE)
			return config_refuse(entry, "sensors",
				"names a %s: a wearable, a button or a mat can be somebody's own",
				sensor_role_text(s->role));
		if (s->resident && s->resident != resident)
			return config_refuse(entry, "sensors",
				"names %.48s, which is residents[%u]'s", yaml->sensors[n],
				s->resident - 1U);
		if (s->resident == 0 && is_shared)
			name_owner(s, yaml->name);
		s->resident = resident;
	}
	return 0;
}

static int take_residents(const char *file, const struct residents_yaml *yaml,
	struct roster *roster, struct hub_residents *to, char *ret_error)
{
	struct config_entry entry = {
		.file = file, .list = "residents", .within = "", .ret_error = ret_error};

	for (entry.n = 0; entry.n < yaml->residents_count; entry.n++) {
		const struct resident_yaml *y = &yaml->residents[entry.n];
		int r;

		if (entry.n == FUSION_RESIDENTS_MAX)
			return config_refuse(
				&entry, "", "is one too many, at most %d", FUSION_RESIDENTS_MAX);
		if (!y->name[0] || strlen(y->name) >= INCIDENT_TEXT_MAX ||
			!utf8_is_plain(y->name, strlen(y->name)))
			return config_refuse(&entry, "name", "needs 1..%d bytes of plain text",
				INCIDENT_TEXT_MAX - 1);
		(void)snprintf(to->names[entry.n], sizeof(to->names[entry.n]), "%s", y->name);
		r = take_sensors(&entry, y, roster, (uint8_t)(entry.n + 1),
			yaml->residents_count > 1, yaml->may_lack_sensors);
		if (r < 0)
			return r;
	}
	if (yaml->residents_count > 0)
		to->home.residents = (uint8_t)yaml->residents_count;
	return 0;
}

static int take_visits(const char *file, const struct residents_yaml *yaml, struct fusion_home *to,
	char *ret_error)
{
	static const char *const days[] = {
		"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
	struct config_entry entry = {
		.file = file, .list = "visits", .within = "", .ret_error = ret_error};

	for (entry.n = 0; entry.n < yaml->visits_count; entry.n++) {
		const struct visit_yaml *y = &yaml->visits[entry.n];
		uint8_t day = 0;

		if (entry.n == FUSION_VISITS_MAX)
			return config_refuse(
				&entry, "", "is one too many, at most %d", FUSION_VISITS_MAX);
		while (day < 7 && strcmp(y->day, days[day]) != 0)
			day++;
		if (day == 7)
			return config_refuse(&entry, "day", "is not monday, tuesday … sunday");
		if (y->from_h >= y->until_h || y->until_h > 24)
			return config_refuse(&entry, "until_h",
				"is %u after from_h %u, needs later and at most 24", y->until_h,
				y->from_h);
		to->visits[to->visits_count++] =
			(struct fusion_visit){day, (uint8_t)y->from_h, (uint8_t)y->until_h};
	}
	return 0;
}

static int take_thresholds(const char *file, const struct judgement_yaml *yaml,
	struct fusion_home *to, char *ret_error)
{
	uint32_t ask_pct = yaml && yaml->ask_pct ? *yaml->ask_pct : ASK_USUAL_PCT;
	uint32_t raise_pct = yaml && yaml->raise_pct ? *yaml->raise_pct : RAISE_USUAL_PCT;

	if (ask_pct < 1 || ask_pct > 98)
		return config_file_error(
			file, "judgement.ask_pct", ret_error, "is %u, needs 1..98", ask_pct);
	if (raise_pct > 99)
		return config_file_error(
			file, "judgement.raise_pct", ret_error, "is %u, needs 2..99", raise_pct);
	if (raise_pct <= ask_pct)
		return config_file_error(file, "judgement.raise_pct", ret_error,
			"is %u, needs more than ask_pct, which is %u", raise_pct, ask_pct);
	to->ask = (float)ask_pct / 100;
	to->raise = (float)raise_pct / 100;
	return 0;
}

int config_residents_take(const char *file, const struct residents_yaml *yaml,
	struct roster *roster, struct hub_residents *ret, char ret_error[CONFIG_FILE_ERROR_MAX])
{
	struct hub_residents c = {.home = {.residents = 1, .has_pets = yaml->pets && *yaml->pets}};
	int r = take_residents(file, yaml, roster, &c, ret_error);

	if (r == 0)
		r = take_visits(file, yaml, &c.home, ret_error);
	if (r == 0)
		r = take_thresholds(file, yaml->judgement, &c.home, ret_error);
	if (r == 0)
		*ret = c;
	return r;
}
