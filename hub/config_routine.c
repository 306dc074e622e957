/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hours, zone and doors of the home's rhythm, and what they must not say.
 */
#include "hub/config_routine.h"

#include "hub/rhythm_heard.h"

#include <stdio.h>

#define OPTIONAL (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)

const cyaml_schema_field_t config_routine_fields[] = {
	CYAML_FIELD_BOOL_PTR("enabled", OPTIONAL, struct routine_yaml, enabled),
	CYAML_FIELD_BOOL_PTR("wandering", OPTIONAL, struct routine_yaml, wandering),
	CYAML_FIELD_STRING_PTR(
		"timezone", OPTIONAL, struct routine_yaml, timezone, 0, CYAML_UNLIMITED),
	CYAML_FIELD_UINT_PTR("night_from_h", OPTIONAL, struct routine_yaml, night_from_h),
	CYAML_FIELD_UINT_PTR("night_until_h", OPTIONAL, struct routine_yaml, night_until_h),
	CYAML_FIELD_END,
};

static int take_hour(
	const char *file, const char *field, const uint32_t *hour, uint8_t *to, char *ret_error)
{
	if (hour && *hour >= ROUTINE_HOURS)
		return config_file_error(
			file, field, ret_error, "is %u, needs 0..%u", *hour, ROUTINE_HOURS - 1);
	if (hour)
		*to = (uint8_t)*hour;
	return 0;
}

static int check(const char *file, const struct routine_yaml *yaml, const struct roster *roster,
	const struct rhythm_config *c, char *ret_error)
{
	if (yaml->enabled && !*yaml->enabled && c->tells_wandering)
		return config_file_error(file, "routine.wandering", ret_error,
			"is true, but routine.enabled is false");
	if (c->night_from_h == c->night_until_h)
		return config_file_error(file, "routine.night_until_h", ret_error,
			"is %u as night_from_h: that is no night", c->night_until_h);
	if (roster && c->tells_wandering && !rhythm_has_outer_door(roster))
		return config_file_error(file, "routine.wandering", ret_error,
			"needs a contact with outer: true among the sensors");
	return 0;
}

int config_routine_take(const char *file, const struct routine_yaml *yaml,
	const struct roster *roster, struct rhythm_config *ret,
	char ret_error[CONFIG_FILE_ERROR_MAX])
{
	static const struct routine_yaml absent;
	struct rhythm_config c = {
		.night_from_h = CONFIG_NIGHT_FROM_H, .night_until_h = CONFIG_NIGHT_UNTIL_H};
	const char *zone = yaml && yaml->timezone ? yaml->timezone : LOCAL_TIME_USUAL;
	int r;

	if (!yaml)
		yaml = &absent;
	c.is_off = yaml->enabled && !*yaml->enabled;
	c.tells_wandering = yaml->wandering && *yaml->wandering;
	/* a machine without tzdata starts all the same: hub/rhythm tells it */
	if (yaml->timezone && !local_time_zone_is_known(zone))
		return config_file_error(file, "routine.timezone", ret_error,
			"is %.40s, which tzdata does not know: needs a name like " LOCAL_TIME_USUAL,
			zone);
	(void)snprintf(c.zone, sizeof(c.zone), "%s", zone);
	r = take_hour(file, "routine.night_from_h", yaml->night_from_h, &c.night_from_h, ret_error);
	if (r == 0)
		r = take_hour(file, "routine.night_until_h", yaml->night_until_h, &c.night_until_h,
			ret_error);
	if (r == 0)
		r = check(file, yaml, roster, &c, ret_error);
	if (r == 0)
		*ret = c;
	return r;
}
