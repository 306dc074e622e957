/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The schema of the hub's YAML and what it must not say. libcyaml knows types and words; ranges and
 * contradictions are checked here.
 */
#include "hub/config.h"

#include "common/cleanup.h"
#include "common/config_file.h"
#include "hub/config_sensors.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

_Static_assert(HUB_CONFIG_ERROR_MAX == CONFIG_FILE_ERROR_MAX, "one size of message");

struct tls_yaml {
	char *ca, *certificate, *key;
};

struct dialogue_yaml {
	uint32_t *ask_s;
};

struct bluetooth_yaml {
	char *adapter, *scan;
};

struct hub_yaml {
	char *home, *state_dir, *control, *keys;
	char **brokers;
	unsigned int brokers_count;
	struct tls_yaml *tls;
	struct dialogue_yaml *dialogue;
	uint32_t *heartbeat_s;
	struct bluetooth_yaml *bluetooth;
	struct sensor_yaml *sensors;
	unsigned int sensors_count;
};

#define TEXT(field, type, flags) \
	CYAML_FIELD_STRING_PTR( \
		#field, CYAML_FLAG_POINTER | (flags), type, field, 0, CYAML_UNLIMITED)

static const cyaml_schema_field_t tls_fields[] = {
	TEXT(ca, struct tls_yaml, CYAML_FLAG_OPTIONAL),
	TEXT(certificate, struct tls_yaml, CYAML_FLAG_OPTIONAL),
	TEXT(key, struct tls_yaml, CYAML_FLAG_OPTIONAL),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t dialogue_fields[] = {
	CYAML_FIELD_UINT_PTR(
		"ask_s", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct dialogue_yaml, ask_s),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t bluetooth_fields[] = {
	TEXT(adapter, struct bluetooth_yaml, CYAML_FLAG_OPTIONAL),
	TEXT(scan, struct bluetooth_yaml, CYAML_FLAG_OPTIONAL),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t broker_value = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED)};

static const cyaml_schema_field_t hub_fields[] = {
	TEXT(home, struct hub_yaml, 0),
	TEXT(state_dir, struct hub_yaml, CYAML_FLAG_OPTIONAL),
	TEXT(control, struct hub_yaml, CYAML_FLAG_OPTIONAL),
	TEXT(keys, struct hub_yaml, CYAML_FLAG_OPTIONAL),
	CYAML_FIELD_SEQUENCE("brokers", CYAML_FLAG_POINTER, struct hub_yaml, brokers, &broker_value,
		0, CYAML_UNLIMITED),
	CYAML_FIELD_MAPPING_PTR(
		"tls", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct hub_yaml, tls, tls_fields),
	CYAML_FIELD_MAPPING_PTR("dialogue", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct hub_yaml, dialogue, dialogue_fields),
	CYAML_FIELD_UINT_PTR("heartbeat_s", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct hub_yaml, heartbeat_s),
	CYAML_FIELD_MAPPING_PTR("bluetooth", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct hub_yaml, bluetooth, bluetooth_fields),
	CYAML_FIELD_SEQUENCE("sensors", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct hub_yaml,
		sensors, &config_sensor_value, 0, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t hub_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct hub_yaml, hub_fields)};

static void free_yaml(struct hub_yaml **yaml)
{
	if (*yaml)
		config_file_free(&hub_value, *yaml);
}

/* Copies a path or keeps the default that `to` already holds. */
static int take_path(const char *file, const char *field, const char *text, char *to,
	size_t to_bytes, char *ret_error)
{
	if (!text)
		return 0;
	if (text[0] != '/')
		return config_file_error(file, field, ret_error, "needs an absolute path");
	if (strlen(text) >= to_bytes)
		return config_file_error(
			file, field, ret_error, "is longer than %zu bytes", to_bytes - 1);
	(void)snprintf(to, to_bytes, "%s", text);
	return 0;
}

/* "127.0.0.1:1883", "localhost:1883", "[::1]:1883": a plain connection may go nowhere else. */
static bool is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strncmp(address, "localhost:", 10) == 0 ||
	       strncmp(address, "[::1]:", 6) == 0;
}

static int take_broker(
	const char *file, unsigned int n, const char *url, struct hub_config *c, char *ret_error)
{
	bool has_tls = c->ca[0];
	char field[32];

	(void)snprintf(field, sizeof(field), "brokers[%u]", n);
	if (strlen(url) >= HUB_PATH_MAX)
		return config_file_error(
			file, field, ret_error, "is longer than %d bytes", HUB_PATH_MAX - 1);
	if (strncmp(url, "mqtts://", 8) != 0 && strncmp(url, "mqtt://", 7) != 0)
		return config_file_error(
			file, field, ret_error, "needs mqtts://HOST:PORT (or mqtt:// on loopback)");
	if (!strrchr(url + 7, ':') || !strrchr(url + 7, ':')[1])
		return config_file_error(file, field, ret_error, "names no port");
	if (url[4] == 's' && !has_tls)
		return config_file_error(file, field, ret_error, "is mqtts:// and needs tls");
	if (url[4] == ':' && has_tls)
		return config_file_error(file, field, ret_error, "is mqtt:// although tls is set");
	if (url[4] == ':' && !is_loopback(url + 7))
		return config_file_error(
			file, field, ret_error, "is plain mqtt:// and not on loopback");
	(void)snprintf(c->brokers[n], HUB_PATH_MAX, "%s", url);
	c->brokers_count = n + 1;
	return 0;
}

static int take_tls(
	const char *file, const struct tls_yaml *tls, struct hub_config *c, char *ret_error)
{
	int r;

	if (!tls)
		return 0;
	if (!tls->ca || !tls->certificate || !tls->key)
		return config_file_error(
			file, "tls", ret_error, "needs ca, certificate and key together");
	r = take_path(file, "tls.ca", tls->ca, c->ca, sizeof(c->ca), ret_error);
	if (r == 0)
		r = take_path(file, "tls.certificate", tls->certificate, c->certificate,
			sizeof(c->certificate), ret_error);
	if (r == 0)
		r = take_path(file, "tls.key", tls->key, c->key, sizeof(c->key), ret_error);
	return r;
}

static int take_brokers(
	const char *file, const struct hub_yaml *yaml, struct hub_config *c, char *ret_error)
{
	int r = take_tls(file, yaml->tls, c, ret_error);

	if (r == 0 && (yaml->brokers_count == 0 || yaml->brokers_count > MQTT_BROKERS_MAX))
		return config_file_error(file, "brokers", ret_error, "has %u entries, needs 1..%d",
			yaml->brokers_count, MQTT_BROKERS_MAX);
	for (unsigned int n = 0; r == 0 && n < yaml->brokers_count; n++)
		r = take_broker(file, n, yaml->brokers[n], c, ret_error);
	return r;
}

static int take_number(const char *file, const char *field, const uint32_t *value, uint32_t min,
	uint32_t max, uint32_t *to, char *ret_error)
{
	if (!value)
		return 0;
	if (*value < min || *value > max)
		return config_file_error(
			file, field, ret_error, "is %u, needs %u..%u", *value, min, max);
	*to = *value;
	return 0;
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

static int take_all(
	const char *file, const struct hub_yaml *yaml, struct hub_config *c, char *ret_error)
{
	int r;

	if (!incident_home_is_valid(yaml->home))
		return config_file_error(
			file, "home", ret_error, "needs 1..32 of a-z, 0-9 and hyphen");
	(void)snprintf(c->home, sizeof(c->home), "%s", yaml->home);
	r = take_path(
		file, "state_dir", yaml->state_dir, c->state_dir, sizeof(c->state_dir), ret_error);
	if (r == 0)
		r = take_path(
			file, "control", yaml->control, c->control, sizeof(c->control), ret_error);
	if (r == 0)
		r = take_path(file, "keys", yaml->keys, c->keys, sizeof(c->keys), ret_error);
	if (r == 0)
		r = take_brokers(file, yaml, c, ret_error);
	if (r == 0 && yaml->dialogue)
		r = take_number(file, "dialogue.ask_s", yaml->dialogue->ask_s, 0,
			ESCALATE_ASK_MAX_S, &c->ask_s, ret_error);
	if (r == 0)
		r = take_number(file, "heartbeat_s", yaml->heartbeat_s, HUB_HEARTBEAT_MIN_S,
			HUB_HEARTBEAT_MAX_S, &c->heartbeat_s, ret_error);
	if (r == 0 && yaml->bluetooth)
		r = take_bluetooth(file, yaml->bluetooth, c, ret_error);
	if (r == 0)
		r = config_sensors_take(
			file, yaml->sensors, yaml->sensors_count, &c->roster, ret_error);
	return r;
}

int hub_config_load(const char *path, struct hub_config *ret, char ret_error[HUB_CONFIG_ERROR_MAX])
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
	c->ask_s = HUB_ASK_DEFAULT_S;
	c->heartbeat_s = HUB_HEARTBEAT_USUAL_S;
	r = take_all(path, yaml, c, ret_error);
	if (r == 0)
		*ret = *c;
	return r;
}
