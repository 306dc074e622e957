/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a configuration file, of a schema with each type that the programs use. A refusal is
 * one line that names the file. Then the bytes are a hub's and a gateway's configuration, and a
 * field's path, whose line is looked up in them.
 */
#include "caller-gateway/config.h"
#include "common/cleanup.h"
#include "common/config_file.h"
#include "hub/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATH_ROOM 64

struct sensor {
	char *id;
	uint32_t stale_s;
	int role;
};
struct dialogue {
	int16_t ask_s;
	bool is_spoken;
	double loudness;
};
struct configuration {
	char *home;
	struct sensor *sensors;
	uint32_t sensors_count;
	char **brokers;
	uint32_t brokers_count;
	struct dialogue *dialogue;
};

static const cyaml_strval_t roles[] = {{"button", 0}, {"motion", 1}};
static const cyaml_schema_field_t sensor_fields[] = {
	CYAML_FIELD_STRING_PTR("id", CYAML_FLAG_POINTER, struct sensor, id, 1, 10),
	CYAML_FIELD_UINT("stale_s", CYAML_FLAG_OPTIONAL, struct sensor, stale_s),
	CYAML_FIELD_ENUM("role", CYAML_FLAG_STRICT, struct sensor, role, roles, 2),
	CYAML_FIELD_END};
static const cyaml_schema_value_t sensor_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct sensor, sensor_fields)};
static const cyaml_schema_value_t broker_value = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 20)};
static const cyaml_schema_field_t dialogue_fields[] = {
	CYAML_FIELD_INT("ask_s", CYAML_FLAG_DEFAULT, struct dialogue, ask_s),
	CYAML_FIELD_BOOL("is_spoken", CYAML_FLAG_OPTIONAL, struct dialogue, is_spoken),
	CYAML_FIELD_FLOAT("loudness", CYAML_FLAG_OPTIONAL, struct dialogue, loudness),
	CYAML_FIELD_END};
static const cyaml_schema_field_t fields[] = {
	CYAML_FIELD_STRING_PTR("home", CYAML_FLAG_POINTER, struct configuration, home, 1, 32),
	CYAML_FIELD_SEQUENCE(
		"sensors", CYAML_FLAG_POINTER, struct configuration, sensors, &sensor_value, 0, 3),
	CYAML_FIELD_SEQUENCE("brokers", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct configuration, brokers, &broker_value, 1, 2),
	CYAML_FIELD_MAPPING_PTR("dialogue", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct configuration, dialogue, dialogue_fields),
	CYAML_FIELD_END};
static const cyaml_schema_value_t schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct configuration, fields)};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

static void check_message(const char *path, const char *error)
{
	must(strncmp(error, path, strlen(path)) == 0 && error[strlen(path)] == ':');
	must(strchr(error, '\n') == NULL && strlen(error) < CONFIG_FILE_ERROR_MAX);
}

static void check_field(const char *path, const uint8_t *bytes, size_t count)
{
	char error[CONFIG_FILE_ERROR_MAX], field[PATH_ROOM] = "";

	(void)snprintf(field, sizeof field, "%.*s", (int)(count < PATH_ROOM ? count : PATH_ROOM),
		(const char *)bytes);
	field[strcspn(field, "\n")] = '\0';
	must(config_file_error(path, field, error, "is %d", 0) == -EINVAL);
	check_message(path, error);
}

static void check_hub(const char *path)
{
	struct hub_config config, before;
	char error[HUB_CONFIG_ERROR_MAX];

	memset(&config, 0x5a, sizeof config);
	memcpy(&before, &config, sizeof before);
	if (hub_config_load(path, &config, error) < 0) {
		check_message(path, error);
		must(memcmp(&before, &config, sizeof config) == 0);
	}
}

static void check_gateway(const char *path)
{
	struct gateway_config config, before;
	char error[GATEWAY_CONFIG_ERROR_MAX];

	memset(&config, 0x5a, sizeof config);
	memcpy(&before, &config, sizeof before);
	if (gateway_config_load(path, &config, error) < 0) {
		check_message(path, error);
		must(memcmp(&before, &config, sizeof config) == 0);
		return;
	}
	for (unsigned int n = 0; n < config.homes_count; n++)
		must(gateway_config_home(&config, config.homes[n].home) == &config.homes[n]);
	gateway_config_done(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	_cleanup_(close_p) int fd = memfd_create("config", MFD_CLOEXEC);
	char path[PATH_ROOM], error[CONFIG_FILE_ERROR_MAX];
	void *loaded = NULL;
	int r;

	must(fd >= 0 && write(fd, bytes, count) == (ssize_t)count);
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	r = config_file_load(path, &schema, &loaded, error);
	must((r == 0) == (loaded != NULL));
	if (r < 0)
		check_message(path, error);
	config_file_free(&schema, loaded);
	check_hub(path);
	check_gateway(path);
	check_field(path, bytes, count);
	return 0;
}
