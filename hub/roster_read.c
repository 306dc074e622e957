/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the enrolled sensors: the file as a whole, and where that fails entry by entry.
 */
#include "common/cleanup.h"
#include "common/utf8.h"
#include "hub/config_sensors.h"
#include "hub/roster_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct roster_yaml {
	struct sensor_yaml *sensors;
	unsigned int sensors_count;
};

static const cyaml_schema_field_t roster_fields[] = {
	CYAML_FIELD_SEQUENCE("sensors", CYAML_FLAG_POINTER, struct roster_yaml, sensors,
		&config_sensor_value, 0, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t roster_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct roster_yaml, roster_fields)};

static void mark_added(struct roster *roster, const struct roster *before)
{
	for (struct roster_sensor *s = NULL; (s = roster_next(roster, s));)
		s->is_added |= !before->sensors[roster_row(roster, s)].id.text[0];
}

static struct roster_yaml *free_yaml(struct roster_yaml *yaml)
{
	if (yaml)
		config_file_free(&roster_value, yaml);
	return NULL;
}

DEFINE_CLEANUP(struct roster_yaml *, free_yaml_p, free_yaml)

/* 0, also where there is no such file: *ret stays NULL. */
static int read_yaml(const char *path, struct roster_yaml **ret, char *ret_error)
{
	void *loaded = NULL;
	int r;

	/* no folder either, or a file in its place: the outbox tells that, and the hub goes on */
	if (access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	r = config_file_load(path, &roster_value, &loaded, ret_error);
	if (r == 0)
		*ret = loaded;
	return r;
}

/* A roster and its points, as they were before. */
struct taken {
	struct roster roster;
	struct hub_modbus modbus;
};

static int take(const char *path, const struct sensor_yaml *sensors, unsigned int count,
	struct roster *roster, struct hub_modbus *modbus, char *ret_error)
{
	_cleanup_(free_p) struct taken *before = malloc(sizeof(*before));
	int r;

	if (!before)
		return -ENOMEM;
	before->roster = *roster;
	before->modbus = *modbus;
	r = config_sensors_take(path, sensors, count, roster, modbus, NULL, ret_error);
	if (r == 0) {
		mark_added(roster, &before->roster);
		return 0;
	}
	*roster = before->roster;
	*modbus = before->modbus;
	return r;
}

int roster_file_load(const char *path, struct roster *roster, struct hub_modbus *modbus,
	char ret_error[HUB_CONFIG_ERROR_MAX])
{
	_cleanup_(free_yaml_p) struct roster_yaml *yaml = NULL;
	int r = read_yaml(path, &yaml, ret_error);

	if (r < 0 || !yaml)
		return r;
	return take(path, yaml->sensors, yaml->sensors_count, roster, modbus, ret_error);
}

/* Of `t` the entry from `begin` to `end` alone: the others blank, so that lines keep their numbers.
 */
static void leave_one(
	const struct roster_text *t, size_t begin, size_t end, struct roster_text *ret)
{
	*ret = *t;
	ret->bytes = end;
	ret->at[end] = '\0';
	for (size_t n = roster_text_entry(t, 0); n < begin; n++)
		if (ret->at[n] != '\n')
			ret->at[n] = ' ';
}

static int take_entry(const char *path, struct roster_text *entry, struct roster *roster,
	struct hub_modbus *modbus, char *ret_error)
{
	_cleanup_(free_yaml_p) struct roster_yaml *yaml = NULL;
	void *loaded = NULL;
	int r = config_file_load_text(
		path, entry->at, entry->bytes, &roster_value, &loaded, ret_error);

	if (r < 0)
		return r;
	yaml = loaded;
	return take(path, yaml->sensors, yaml->sensors_count, roster, modbus, ret_error);
}

static unsigned int lines_of(const char *text, size_t bytes)
{
	unsigned int lines = 0;

	for (size_t n = 0; n < bytes; n++)
		lines += text[n] == '\n';
	return lines;
}

/* What an entry that is looked at alone calls sensors[0] is the file's n-th; its line is one of its
 * own, also where a quote that is not closed is missed at the end, or bytes are no text. */
static void blame(const char *path, const struct roster_text *t, size_t begin, size_t end,
	unsigned int n, const char *error, struct hub_roster_found *ret)
{
	static const char alone[] = "sensors[0]";
	unsigned int first = 1 + lines_of(t->at, begin);
	unsigned int last = first + lines_of(t->at + begin, end - begin - 1);
	const char *at = error + strlen(path) + 1;
	unsigned int line = (unsigned int)strtoul(at, NULL, 10);

	at += strcspn(at, " ");
	at += *at == ' ';
	at += strncmp(at, alone, strlen(alone)) == 0 ? strlen(alone) : 0;
	ret->line = line < first ? first : line > last ? last : line;
	(void)snprintf(ret->error, sizeof(ret->error), "%s:%u: sensors[%u]%s%s", path, ret->line, n,
		*at == '.' || *at == ' ' ? "" : " ", at);
}

/* A file that is not read as a whole: what entries by themselves say. */
static int take_each(const char *path, struct roster *roster, struct hub_modbus *modbus,
	struct hub_roster_found *found)
{
	_cleanup_(free_p) struct roster_text *t = malloc(2 * sizeof(*t));
	struct hub_roster_found each = {0};
	char error[HUB_CONFIG_ERROR_MAX];
	unsigned int count = 0;
	size_t begin, end;
	int r;

	if (!t)
		return -ENOMEM;
	r = roster_text_read(path, t);
	for (begin = roster_text_entry(t, 0); r == 0 && begin < t->bytes; begin = end) {
		end = roster_text_entry(t, begin + strlen(ROSTER_ENTRY_MARK));
		leave_one(t, begin, end, &t[1]);
		if (take_entry(path, &t[1], roster, modbus, error) < 0 && each.refused++ == 0)
			blame(path, t, begin, end, count, error, &each);
		count++;
	}
	if (r < 0 || each.refused == count)
		return r < 0 ? r : -EINVAL;
	/* entries that are sound by themselves and are no file together: the file's own message */
	if (each.refused == 0)
		found->refused = 1;
	else
		*found = each;
	return 0;
}

/* Where the first refusal is ("PATH:LINE: …"), and what stands there as far as a person's screen
 * may have it. */
static void note_place(const char *path, struct hub_roster_found *found)
{
	_cleanup_(free_p) struct roster_text *t = malloc(sizeof(*t));
	size_t at = 0, bytes;
	const char *end;

	if (!t || strncmp(found->error, path, strlen(path)) != 0 || roster_text_read(path, t) < 0)
		return;
	found->line = (unsigned int)strtoul(found->error + strlen(path) + 1, NULL, 10);
	for (unsigned int n = 1; n < found->line && at < t->bytes; at++)
		n += t->at[at] == '\n';
	at += strspn(t->at + at, " -");
	end = memchr(t->at + at, '\n', t->bytes - at);
	bytes = end ? (size_t)(end - t->at) - at : t->bytes - at;
	if (bytes >= sizeof(found->word))
		bytes = sizeof(found->word) - 1;
	/* cut between characters, and before what is no text */
	while (bytes > 0 && !utf8_is_plain(t->at + at, bytes))
		bytes--;
	(void)snprintf(found->word, sizeof(found->word), "%.*s", (int)bytes, t->at + at);
}

int roster_file_load_sound(const char *path, struct roster *roster, struct hub_modbus *modbus,
	struct hub_roster_found *found)
{
	_cleanup_(free_yaml_p) struct roster_yaml *yaml = NULL;
	char ignored[HUB_CONFIG_ERROR_MAX];
	int r = read_yaml(path, &yaml, found->error);

	if (r == -EINVAL) {
		r = take_each(path, roster, modbus, found);
	} else if (r == 0 && yaml) {
		r = take(path, yaml->sensors, yaml->sensors_count, roster, modbus, found->error);
		for (unsigned int n = 0; r == -EINVAL && n < yaml->sensors_count; n++)
			if (take(path, &yaml->sensors[n], 1, roster, modbus, ignored) < 0)
				found->refused++;
		r = r == -EINVAL ? 0 : r;
	}
	if (r == 0 && found->refused > 0)
		note_place(path, found);
	return r;
}
