/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The schema of the gateway's YAML and what it must not say. libcyaml knows types and words; ranges
 * and contradictions are checked here.
 */
#include "caller-gateway/config.h"
#include "caller-gateway/desk.h"
#include "common/cleanup.h"
#include "common/config_broker.h"
#include "common/config_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

_Static_assert(GATEWAY_CONFIG_ERROR_MAX == CONFIG_FILE_ERROR_MAX, "one size of message");
_Static_assert(GATEWAY_PATH_MAX == CONFIG_PATH_MAX, "one size of path");

struct sound_yaml {
	char *device, *clips_dir;
};

struct announce_yaml {
	uint32_t *again_s, *follow_up_s;
};

struct home_yaml {
	char *home, *resident, *address;
};

struct gateway_yaml {
	enum speech_language *language;
	char *state_dir, *control;
	char **brokers;
	unsigned int brokers_count;
	struct config_tls_yaml *tls;
	struct sound_yaml *sound;
	struct announce_yaml *announce;
	uint32_t *homes_lost_s;
	struct home_yaml *homes;
	unsigned int homes_count;
};

/* What every check needs: the file's name and where to put the message. */
struct checking {
	const char *file;
	char *ret_error;
};

#define TEXT(field, type, flags) \
	CYAML_FIELD_STRING_PTR( \
		#field, CYAML_FLAG_POINTER | (flags), type, field, 0, CYAML_UNLIMITED)
#define MAYBE CYAML_FLAG_OPTIONAL

static const cyaml_strval_t languages[] = {{"fr", SPEECH_FRENCH}, {"en", SPEECH_ENGLISH}};

static const cyaml_schema_field_t sound_fields[] = {
	TEXT(device, struct sound_yaml, MAYBE),
	TEXT(clips_dir, struct sound_yaml, MAYBE),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t announce_fields[] = {
	CYAML_FIELD_UINT_PTR("again_s", CYAML_FLAG_POINTER | MAYBE, struct announce_yaml, again_s),
	CYAML_FIELD_UINT_PTR(
		"follow_up_s", CYAML_FLAG_POINTER | MAYBE, struct announce_yaml, follow_up_s),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t home_fields[] = {
	TEXT(home, struct home_yaml, 0),
	TEXT(resident, struct home_yaml, 0),
	TEXT(address, struct home_yaml, 0),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t home_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct home_yaml, home_fields)};

static const cyaml_schema_field_t gateway_fields[] = {
	CYAML_FIELD_ENUM_PTR("language", CYAML_FLAG_POINTER | MAYBE | CYAML_FLAG_STRICT,
		struct gateway_yaml, language, languages, 2),
	TEXT(state_dir, struct gateway_yaml, MAYBE),
	TEXT(control, struct gateway_yaml, MAYBE),
	CYAML_FIELD_SEQUENCE("brokers", CYAML_FLAG_POINTER, struct gateway_yaml, brokers,
		&config_broker_value, 0, CYAML_UNLIMITED),
	CYAML_FIELD_MAPPING_PTR(
		"tls", CYAML_FLAG_POINTER | MAYBE, struct gateway_yaml, tls, config_tls_fields),
	CYAML_FIELD_MAPPING_PTR(
		"sound", CYAML_FLAG_POINTER | MAYBE, struct gateway_yaml, sound, sound_fields),
	CYAML_FIELD_MAPPING_PTR("announce", CYAML_FLAG_POINTER | MAYBE, struct gateway_yaml,
		announce, announce_fields),
	CYAML_FIELD_UINT_PTR(
		"homes_lost_s", CYAML_FLAG_POINTER | MAYBE, struct gateway_yaml, homes_lost_s),
	CYAML_FIELD_SEQUENCE("homes", CYAML_FLAG_POINTER | MAYBE, struct gateway_yaml, homes,
		&home_value, 0, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t gateway_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct gateway_yaml, gateway_fields)};

static void free_yaml(struct gateway_yaml **yaml)
{
	if (*yaml)
		config_file_free(&gateway_value, *yaml);
}

#define REFUSE(k, field, ...) config_file_error((k)->file, field, (k)->ret_error, __VA_ARGS__)

/* Copies a text or keeps the default that `to` already holds. */
static int take_text(
	const struct checking *k, const char *field, const char *text, char *to, size_t to_bytes)
{
	if (!text)
		return 0;
	if (strlen(text) >= to_bytes)
		return REFUSE(k, field, "is longer than %zu bytes", to_bytes - 1);
	(void)snprintf(to, to_bytes, "%s", text);
	return 0;
}

static int take_path(
	const struct checking *k, const char *field, const char *text, char *to, size_t to_bytes)
{
	return config_path_take(k->file, field, text, to, to_bytes, k->ret_error);
}

static int take_brokers(
	const struct checking *k, const struct gateway_yaml *yaml, struct gateway_config *c)
{
	const struct config_brokers brokers = {
		&c->brokers_count, c->brokers, c->ca, c->certificate, c->key};

	return config_brokers_take(
		k->file, yaml->brokers, yaml->brokers_count, yaml->tls, &brokers, k->ret_error);
}

static int take_seconds(const struct checking *k, const char *field, const uint32_t *value,
	uint32_t min, uint32_t max, uint32_t *to)
{
	if (!value)
		return 0;
	if (*value < min || *value > max)
		return REFUSE(k, field, "is %u, needs %u..%u", *value, min, max);
	*to = *value;
	return 0;
}

static int by_home(const void *a, const void *b)
{
	const struct gateway_home *x = a, *y = b;

	return strcmp(x->home, y->home);
}

static int take_home(const struct checking *k, unsigned int n, const struct home_yaml *yaml,
	struct gateway_home *to)
{
	char field[32];

	(void)snprintf(field, sizeof(field), "homes[%u].home", n);
	if (!incident_home_is_valid(yaml->home))
		return REFUSE(k, field, "needs 1..32 of a-z, 0-9 and hyphen");
	if (strcmp(yaml->home, DESK_OWN_HOME) == 0)
		return REFUSE(k, field, "is the gateway's own name");
	(void)snprintf(to->home, sizeof(to->home), "%s", yaml->home);
	(void)snprintf(field, sizeof(field), "homes[%u].resident", n);
	if (!yaml->resident[0])
		return REFUSE(k, field, "is empty");
	int r = take_text(k, field, yaml->resident, to->resident, sizeof(to->resident));
	(void)snprintf(field, sizeof(field), "homes[%u].address", n);
	return r == 0 ? take_text(k, field, yaml->address, to->address, sizeof(to->address)) : r;
}

static int take_homes(
	const struct checking *k, const struct gateway_yaml *yaml, struct gateway_config *c)
{
	if (yaml->homes_count > GATEWAY_HOMES_MAX)
		return REFUSE(k, "homes", "has %u entries, needs 0..%d", yaml->homes_count,
			GATEWAY_HOMES_MAX);
	c->homes = calloc(yaml->homes_count ? yaml->homes_count : 1, sizeof(c->homes[0]));
	if (!c->homes)
		return -ENOMEM;
	for (unsigned int n = 0; n < yaml->homes_count; n++) {
		int r = take_home(k, n, &yaml->homes[n], &c->homes[n]);
		if (r < 0)
			return r;
	}
	c->homes_count = yaml->homes_count;
	qsort(c->homes, c->homes_count, sizeof(c->homes[0]), by_home);
	for (unsigned int n = 1; n < c->homes_count; n++)
		if (strcmp(c->homes[n - 1].home, c->homes[n].home) == 0)
			return REFUSE(k, "homes", "names %s twice", c->homes[n].home);
	return 0;
}

static int take_all(
	const struct checking *k, const struct gateway_yaml *yaml, struct gateway_config *c)
{
	int r = take_path(k, "state_dir", yaml->state_dir, c->state_dir, sizeof(c->state_dir));

	if (yaml->language)
		c->language = *yaml->language;
	if (r == 0)
		r = take_path(k, "control", yaml->control, c->control, sizeof(c->control));
	if (r == 0)
		r = take_brokers(k, yaml, c);
	if (r == 0 && yaml->sound)
		r = take_text(k, "sound.device", yaml->sound->device, c->device, sizeof(c->device));
	if (r == 0 && yaml->sound)
		r = take_path(k, "sound.clips_dir", yaml->sound->clips_dir, c->clips_dir,
			sizeof(c->clips_dir));
	if (r == 0 && !c->device[0])
		r = REFUSE(k, "sound.device", "is empty");
	if (r == 0 && yaml->announce)
		r = take_seconds(
			k, "announce.again_s", yaml->announce->again_s, 5, 3600, &c->again_s);
	if (r == 0 && yaml->announce)
		r = take_seconds(k, "announce.follow_up_s", yaml->announce->follow_up_s, 10, 86400,
			&c->follow_up_s);
	if (r == 0)
		r = take_seconds(k, "homes_lost_s", yaml->homes_lost_s, VIGIL_LOST_MIN_S,
			VIGIL_LOST_MAX_S, &c->homes_lost_s);
	return r == 0 ? take_homes(k, yaml, c) : r;
}

int gateway_config_load(
	const char *path, struct gateway_config *ret, char ret_error[GATEWAY_CONFIG_ERROR_MAX])
{
	_cleanup_(free_yaml) struct gateway_yaml *yaml = NULL;
	struct checking k = {path, ret_error};
	struct gateway_config c = {.language = SPEECH_FRENCH,
		.state_dir = GATEWAY_STATE_DEFAULT,
		.control = GATEWAY_CONTROL_DEFAULT,
		.device = "default",
		.again_s = GATEWAY_AGAIN_DEFAULT_S,
		.follow_up_s = GATEWAY_FOLLOW_DEFAULT_S,
		.homes_lost_s = VIGIL_LOST_DEFAULT_S};
	void *loaded = NULL;
	int r = config_file_load(path, &gateway_value, &loaded, ret_error);

	if (r < 0)
		return r;
	yaml = loaded;
	r = take_all(&k, yaml, &c);
	if (r < 0)
		gateway_config_done(&c);
	else
		*ret = c;
	return r;
}

void gateway_config_done(struct gateway_config *c)
{
	free(c->homes);
	c->homes = NULL;
	c->homes_count = 0;
}

const struct gateway_home *gateway_config_home(const struct gateway_config *c, const char *home)
{
	struct gateway_home wanted = {0};

	if (strlen(home) >= sizeof(wanted.home) || c->homes_count == 0)
		return NULL;
	memcpy(wanted.home, home, strlen(home));
	return bsearch(&wanted, c->homes, c->homes_count, sizeof(c->homes[0]), by_home);
}
