/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The schema of the hub's YAML and what it must not say. libcyaml knows types and words; ranges and
 * contradictions are checked here.
 */
#include "hub/config.h"

#include "common/cleanup.h"
#include "common/config_broker.h"
#include "common/config_file.h"
#include "hub/config_routine.h"
#include "hub/config_sensors.h"
#include "hub/mains.h"
#include "hub/roster_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

_Static_assert(HUB_CONFIG_ERROR_MAX == CONFIG_FILE_ERROR_MAX, "one size of message");
_Static_assert(HUB_PATH_MAX == CONFIG_PATH_MAX, "one size of path");

struct history_yaml {
	uint32_t *days;
};

struct bluetooth_yaml {
	char *adapter, *scan;
};

struct hub_yaml {
	char *home, *state_dir, *control, *keys;
	char **brokers;
	unsigned int brokers_count;
	struct config_tls_yaml *tls;
	struct dialogue_yaml *dialogue;
	uint32_t *heartbeat_s;
	struct history_yaml *history;
	char *power_supply;
	struct bluetooth_yaml *bluetooth;
	struct routine_yaml *routine;
	struct bus_yaml *buses;
	unsigned int buses_count;
	struct output_yaml *outputs;
	unsigned int outputs_count;
	struct sensor_yaml *sensors;
	unsigned int sensors_count;
	struct resident_yaml *residents;
	unsigned int residents_count;
	bool *pets;
	struct visit_yaml *visits;
	unsigned int visits_count;
	struct judgement_yaml *judgement;
};

#define TEXT(field, type, flags) \
	CYAML_FIELD_STRING_PTR( \
		#field, CYAML_FLAG_POINTER | (flags), type, field, 0, CYAML_UNLIMITED)

static const cyaml_schema_field_t history_fields[] = {
	CYAML_FIELD_UINT_PTR(
		"days", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct history_yaml, days),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t bluetooth_fields[] = {
	TEXT(adapter, struct bluetooth_yaml, CYAML_FLAG_OPTIONAL),
	TEXT(scan, struct bluetooth_yaml, CYAML_FLAG_OPTIONAL),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t hub_fields[] = {
	TEXT(home, struct hub_yaml, 0),
	TEXT(state_dir, struct hub_yaml, CYAML_FLAG_OPTIONAL),
	TEXT(control, struct hub_yaml, CYAML_FLAG_OPTIONAL),
	TEXT(keys, struct hub_yaml, CYAML_FLAG_OPTIONAL),
	CYAML_FIELD_SEQUENCE("brokers", CYAML_FLAG_POINTER, struct hub_yaml, brokers,
		&config_broker_value, 0, CYAML_UNLIMITED),
	CYAML_FIELD_MAPPING_PTR("tls", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct hub_yaml,
		tls, config_tls_fields),
	CYAML_FIELD_MAPPING_PTR("dialogue", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct hub_yaml, dialogue, config_dialogue_fields),
	CYAML_FIELD_UINT_PTR("heartbeat_s", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct hub_yaml, heartbeat_s),
	CYAML_FIELD_MAPPING_PTR("history", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct hub_yaml, history, history_fields),
	TEXT(power_supply, struct hub_yaml, CYAML_FLAG_OPTIONAL),
	CYAML_FIELD_MAPPING_PTR("bluetooth", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct hub_yaml, bluetooth, bluetooth_fields),
	CYAML_FIELD_MAPPING_PTR("routine", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct hub_yaml, routine, config_routine_fields),
	CYAML_FIELD_SEQUENCE("buses", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct hub_yaml,
		buses, &config_bus_value, 0, CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE("outputs", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct hub_yaml,
		outputs, &config_output_value, 0, CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE("sensors", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct hub_yaml,
		sensors, &config_sensor_value, 0, CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE("residents", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct hub_yaml,
		residents, &config_resident_value, 0, CYAML_UNLIMITED),
	CYAML_FIELD_BOOL_PTR(
		"pets", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct hub_yaml, pets),
	CYAML_FIELD_SEQUENCE("visits", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct hub_yaml,
		visits, &config_visit_value, 0, CYAML_UNLIMITED),
	CYAML_FIELD_MAPPING_PTR("judgement", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct hub_yaml, judgement, config_judgement_fields),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t hub_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct hub_yaml, hub_fields)};

static void free_yaml(struct hub_yaml **yaml)
{
	if (*yaml)
		config_file_free(&hub_value, *yaml);
}

static int take_bluetooth(
	const char *file, const struct bluetooth_yaml *yaml, struct hub_config *c, char *ret_error)
{
	const char *scan = yaml->scan ? yaml->scan : "passive";

	if (yaml->adapter && !adapter_name_is_valid(yaml->adapter))
		return config_file_error(file, "bluetooth.adapter", ret_error,
			"is neither hci0 nor an address in capitals");
	if (strcmp(scan, "passive") != 0 && strcmp(scan, "active") != 0)
		return config_file_error(
			file, "bluetooth.scan", ret_error, "is not passive or active");
	(void)snprintf(c->adapter, sizeof(c->adapter), "%s", yaml->adapter ? yaml->adapter : "");
	c->is_scan_active = scan[0] == 'a';
	c->has_bluetooth = true;
	return 0;
}

static int take_people(
	const char *file, const struct hub_yaml *yaml, struct hub_config *c, char *ret_error)
{
	const struct residents_yaml people = {.residents = yaml->residents,
		.residents_count = yaml->residents_count,
		.visits = yaml->visits,
		.visits_count = yaml->visits_count,
		.pets = yaml->pets,
		.judgement = yaml->judgement,
		.may_lack_sensors = c->found.is_short};

	return config_residents_take(file, &people, &c->roster, &c->residents, ret_error);
}

/* A hub that does not run is the worst silence: of what was enrolled it takes what it can. */
static int take_roster(const struct hub_config_how *how, struct hub_config *c, char *ret_error)
{
	char usual_path[HUB_PATH_MAX], aside[HUB_PATH_MAX];
	const char *path = how->roster_path ? how->roster_path : usual_path;
	struct hub_roster_found *found = &c->found;
	int r;

	roster_file_path(c->state_dir, usual_path);
	found->is_short = how->may_lack_sensors;
	if (!how->is_forgiving)
		return roster_file_load(path, &c->roster, &c->modbus, ret_error);
	r = roster_file_load_sound(path, &c->roster, &c->modbus, found);
	if (r == -ENOMEM)
		return r;
	found->is_unread = r < 0;
	found->is_short |= r < 0 || found->refused > 0 || roster_file_find_aside(path, aside);
	return 0;
}

static int take_all(const char *file, const struct hub_yaml *yaml, const struct hub_config_how *how,
	struct hub_config *c, char *ret_error)
{
	const struct config_brokers brokers = {
		&c->brokers_count, c->brokers, c->ca, c->certificate, c->key};
	int r;

	if (!incident_home_is_valid(yaml->home))
		return config_file_error(
			file, "home", ret_error, "needs 1..32 of a-z, 0-9 and hyphen");
	(void)snprintf(c->home, sizeof(c->home), "%s", yaml->home);
	r = config_path_take(
		file, "state_dir", yaml->state_dir, c->state_dir, sizeof(c->state_dir), ret_error);
	if (r == 0)
		r = config_path_take(
			file, "control", yaml->control, c->control, sizeof(c->control), ret_error);
	if (r == 0)
		r = config_path_take(file, "keys", yaml->keys, c->keys, sizeof(c->keys), ret_error);
	if (r == 0)
		r = config_brokers_take(
			file, yaml->brokers, yaml->brokers_count, yaml->tls, &brokers, ret_error);
	if (r == 0 && yaml->dialogue)
		r = config_number_take(file, "dialogue.ask_s", yaml->dialogue->ask_s, 0,
			ESCALATE_ASK_MAX_S, &c->ask_s, ret_error);
	if (r == 0 && yaml->dialogue)
		r = config_dialogue_take(file, yaml->dialogue, &c->dialogue, ret_error);
	if (r == 0)
		r = config_number_take(file, "heartbeat_s", yaml->heartbeat_s, HUB_HEARTBEAT_MIN_S,
			HUB_HEARTBEAT_MAX_S, &c->heartbeat_s, ret_error);
	if (r == 0 && yaml->history)
		r = config_number_take(file, "history.days", yaml->history->days, HISTORY_DAYS_MIN,
			HISTORY_DAYS_MAX, &c->history_days, ret_error);
	if (r == 0)
		r = config_path_take(file, "power_supply", yaml->power_supply, c->power_supply,
			sizeof(c->power_supply), ret_error);
	if (r == 0 && yaml->bluetooth)
		r = take_bluetooth(file, yaml->bluetooth, c, ret_error);
	if (r == 0)
		r = config_buses_take(file, yaml->buses, yaml->buses_count, &c->modbus, ret_error);
	if (r == 0)
		r = config_outputs_take(file, yaml->outputs, yaml->outputs_count, &c->modbus,
			&c->outputs, ret_error);
	if (r == 0)
		r = config_sensors_take(file, yaml->sensors, yaml->sensors_count, &c->roster,
			&c->modbus, &c->gpio, ret_error);
	if (r == 0)
		r = config_outputs_check_lines(file, &c->outputs, &c->gpio, ret_error);
	if (r == 0)
		r = take_roster(how, c, ret_error);
	if (r == 0)
		r = take_people(file, yaml, c, ret_error);
	if (r == 0)
		r = config_routine_take(file, yaml->routine, c->found.is_short ? NULL : &c->roster,
			&c->rhythm, ret_error);
	return r;
}

int hub_config_load(const char *path, struct hub_config *ret, char ret_error[HUB_CONFIG_ERROR_MAX])
{
	static const struct hub_config_how strictly;

	return hub_config_load_how(path, &strictly, ret, ret_error);
}

int hub_config_load_how(const char *path, const struct hub_config_how *how, struct hub_config *ret,
	char ret_error[HUB_CONFIG_ERROR_MAX])
{
	_cleanup_(free_yaml) struct hub_yaml *yaml = NULL;
	_cleanup_(free_p) struct hub_config *c = calloc(1, sizeof(*c));
	void *loaded = NULL;
	int r;

	if (!c)
		return -ENOMEM;
	r = config_file_load(path, &hub_value, &loaded, ret_error);
	if (r < 0)
		return r;
	yaml = loaded;
	(void)snprintf(c->state_dir, sizeof(c->state_dir), HUB_STATE_DEFAULT);
	(void)snprintf(c->control, sizeof(c->control), HUB_CONTROL_DEFAULT);
	(void)snprintf(c->power_supply, sizeof(c->power_supply), MAINS_DIR);
	c->ask_s = HUB_ASK_DEFAULT_S;
	config_dialogue_usual(&c->dialogue);
	c->heartbeat_s = HUB_HEARTBEAT_USUAL_S;
	c->history_days = HISTORY_DAYS_DEFAULT;
	r = take_all(path, yaml, how, c, ret_error);
	if (r == 0)
		*ret = *c;
	return r;
}
