/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing: an entry of this hub's begins with a line `  - id: "…"`.
 */
#include "hub/roster_file.h"

#include "common/cleanup.h"
#include "common/file_atomic.h"
#include "hub/roster_text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define HEADER \
	"# The sensors enrolled with vigie-ctl. Written by vigie-hub; change it only while that is " \
	"stopped.\n"

void roster_file_path(const char *state_dir, char ret[HUB_PATH_MAX])
{
	(void)snprintf(ret, HUB_PATH_MAX, "%.*s/%s", HUB_PATH_MAX - (int)sizeof("/" ROSTER_FILE),
		state_dir, ROSTER_FILE);
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

static int append(struct roster_text *t, const char *from, size_t bytes)
{
	if (bytes >= sizeof(t->at) - t->bytes)
		return -EFBIG;
	memcpy(t->at + t->bytes, from, bytes);
	t->bytes += bytes;
	t->at[t->bytes] = '\0';
	return 0;
}

static int append_text(struct roster_text *t, const char *text)
{
	return append(t, text, strlen(text));
}

static int append_field(struct roster_text *t, const struct roster_field *field, bool is_first)
{
	int r = append_text(t, is_first ? ROSTER_ENTRY_MARK : "    ");

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

static bool has_entry(const struct roster_text *t)
{
	return roster_text_entry(t, 0) < t->bytes;
}

static int begin_list(struct roster_text *t)
{
	const char *last;
	int r = 0;

	if (!has_entry(t)) {
		t->bytes = 0;
		r = append_text(t, HEADER "sensors:\n");
	}
	last = t->bytes ? &t->at[t->bytes - 1] : "\n";
	return r < 0 || *last == '\n' ? r : append_text(t, "\n");
}

int roster_file_prepare_more(
	const char *path, const struct roster_field fields[], unsigned int count)
{
	_cleanup_(free_p) struct roster_text *t = calloc(1, sizeof(*t));
	bool is_first = true;
	int r = t ? roster_text_read(path, t) : -ENOMEM;

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
	_cleanup_(free_p) struct roster_text *t = calloc(1, sizeof(*t));
	char first[sizeof(ROSTER_ENTRY_MARK "id: \"\"\n") + SENSOR_ID_MAX];
	size_t begin, end;
	int r = t ? roster_text_read(path, t) : -ENOMEM;

	if (r < 0)
		return r;
	(void)snprintf(first, sizeof(first), ROSTER_ENTRY_MARK "id: \"%s\"\n", id->text);
	begin = roster_text_entry(t, 0);
	while (begin < t->bytes && strncmp(t->at + begin, first, strlen(first)) != 0)
		begin = roster_text_entry(t, begin + strlen(ROSTER_ENTRY_MARK));
	if (begin == t->bytes)
		return -ENOENT;
	end = roster_text_entry(t, begin + strlen(ROSTER_ENTRY_MARK));
	memmove(t->at + begin, t->at + end, t->bytes - end);
	t->bytes -= end - begin;
	t->at[t->bytes] = '\0';
	if (!has_entry(t)) {
		t->bytes = 0;
		r = append_text(t, HEADER "sensors: []\n");
	}
	return r < 0 ? r : file_atomic_prepare(path, t->at, t->bytes);
}
