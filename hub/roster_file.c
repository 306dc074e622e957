/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries begin with a line `  - id: "…"`, and end where the next begins.
 */
#include "hub/roster_file.h"

#include "common/cleanup.h"
#include "common/file_atomic.h"
#include "hub/config_sensors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define ENTRY_MARK "  - "
#define HEADER \
	"# The sensors enrolled with vigie-ctl. Written by vigie-hub; change it only while that is " \
	"stopped.\n"

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

struct text {
	size_t bytes;
	char at[ROSTER_FILE_BYTES];
};

void roster_file_path(const char *state_dir, char ret[HUB_PATH_MAX])
{
	(void)snprintf(ret, HUB_PATH_MAX, "%.*s/%s", HUB_PATH_MAX - (int)sizeof("/" ROSTER_FILE),
		state_dir, ROSTER_FILE);
}

static void mark_added(struct roster *roster, const struct roster *before)
{
	for (struct roster_sensor *s = NULL; (s = roster_next(roster, s));)
		s->is_added = !before->sensors[roster_row(roster, s)].id.text[0];
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

int roster_file_load_sound(const char *path, struct roster *roster, struct hub_modbus *modbus,
	unsigned int *ret_refused, char ret_error[HUB_CONFIG_ERROR_MAX])
{
	_cleanup_(free_yaml_p) struct roster_yaml *yaml = NULL;
	char ignored[HUB_CONFIG_ERROR_MAX];
	unsigned int refused = 0;
	int r = read_yaml(path, &yaml, ret_error);

	if (r < 0 || !yaml)
		return r;
	r = take(path, yaml->sensors, yaml->sensors_count, roster, modbus, ret_error);
	for (unsigned int n = 0; r == -EINVAL && n < yaml->sensors_count; n++)
		if (take(path, &yaml->sensors[n], 1, roster, modbus, ignored) < 0)
			refused++;
	*ret_refused = refused;
	return r == -EINVAL ? 0 : r;
}

bool roster_file_find_aside(const char *path, char ret[HUB_PATH_MAX])
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char folder[HUB_PATH_MAX] = ".", mark[64];
	DIR *open = NULL;
	bool is_found = false;

	if (slash)
		(void)snprintf(folder, sizeof(folder), "%.*s", (int)(name - path), path);
	(void)snprintf(mark, sizeof(mark), "%s.aside-", name);
	open = opendir(folder);
	for (const struct dirent *e = NULL; open && !is_found && (e = readdir(open));) {
		is_found = strncmp(e->d_name, mark, strlen(mark)) == 0;
		if (is_found)
			(void)snprintf(ret, HUB_PATH_MAX, "%.150s/%.100s", folder, e->d_name);
	}
	if (open)
		(void)closedir(open);
	return is_found;
}

static int append(struct text *t, const char *from, size_t bytes)
{
	if (bytes >= sizeof(t->at) - t->bytes)
		return -EFBIG;
	memcpy(t->at + t->bytes, from, bytes);
	t->bytes += bytes;
	t->at[t->bytes] = '\0';
	return 0;
}

static int append_text(struct text *t, const char *text)
{
	return append(t, text, strlen(text));
}

/* The whole file; where there is none, nothing. */
static int read_text(const char *path, struct text *t)
{
	_cleanup_(fclose_p) FILE *file = fopen(path, "re");

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	t->bytes = fread(t->at, 1, sizeof(t->at), file);
	if (ferror(file))
		return -EIO;
	if (t->bytes == sizeof(t->at))
		return -EFBIG;
	t->at[t->bytes] = '\0';
	return 0;
}

/* The next entry at or after `at`, or the end. */
static const char *next_entry(const char *at, bool is_line_begun)
{
	if (!is_line_begun && strncmp(at, ENTRY_MARK, strlen(ENTRY_MARK)) == 0)
		return at;
	at = strstr(at, "\n" ENTRY_MARK);
	return at ? at + 1 : NULL;
}

static int append_field(struct text *t, const struct roster_field *field, bool is_first)
{
	int r = append_text(t, is_first ? ENTRY_MARK : "    ");

	if (r == 0)
		r = append_text(t, field->name);
	if (r == 0)
		r = append_text(t, field->is_plain_word ? ": " : ": \"");
	for (const char *c = field->text; r == 0 && *c; c++) {
		if (!field->is_plain_word && (*c == '"' || *c == '\\'))
			r = append_text(t, "\\");
		if (r == 0)
			r = append(t, c, 1);
	}
	return r < 0 ? r : append_text(t, field->is_plain_word ? "\n" : "\"\n");
}

static int begin_list(struct text *t)
{
	const char *last;
	int r = 0;

	if (!next_entry(t->at, false)) {
		t->bytes = 0;
		r = append_text(t, HEADER "sensors:\n");
	}
	last = t->bytes ? &t->at[t->bytes - 1] : "\n";
	return r < 0 || *last == '\n' ? r : append_text(t, "\n");
}

int roster_file_prepare_more(
	const char *path, const struct roster_field fields[], unsigned int count)
{
	_cleanup_(free_p) struct text *t = calloc(1, sizeof(*t));
	bool is_first = true;
	int r = t ? read_text(path, t) : -ENOMEM;

	if (r == 0)
		r = begin_list(t);
	for (unsigned int n = 0; r == 0 && n < count; n++) {
		if (!fields[n].text)
			continue;
		r = append_field(t, &fields[n], is_first);
		is_first = false;
	}
	return r < 0 ? r : file_atomic_prepare(path, t->at, t->bytes);
}

int roster_file_prepare_less(const char *path, const struct sensor_id *id)
{
	_cleanup_(free_p) struct text *t = calloc(1, sizeof(*t));
	char first[sizeof(ENTRY_MARK "id: \"\"\n") + SENSOR_ID_MAX];
	const char *entry = NULL, *end;
	int r = t ? read_text(path, t) : -ENOMEM;
	size_t before, after;

	if (r < 0)
		return r;
	(void)snprintf(first, sizeof(first), ENTRY_MARK "id: \"%s\"\n", id->text);
	entry = next_entry(t->at, false);
	while (entry && strncmp(entry, first, strlen(first)) != 0)
		entry = next_entry(entry, true);
	if (!entry)
		return -ENOENT;
	end = next_entry(entry, true);
	before = (size_t)(entry - t->at);
	after = end ? t->bytes - (size_t)(end - t->at) : 0;
	memmove(t->at + before, t->at + t->bytes - after, after);
	t->bytes = before + after;
	t->at[t->bytes] = '\0';
	if (!next_entry(t->at, false)) {
		t->bytes = 0;
		r = append_text(t, HEADER "sensors: []\n");
	}
	return r < 0 ? r : file_atomic_prepare(path, t->at, t->bytes);
}
