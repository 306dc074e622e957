/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an installer says of a sensor that is enrolled. A key never comes on the command line, where
 * everybody on the machine could read it: from a file that only its owner reads, or from stdin.
 */
#include "common/ctl/ctl.h"

#include "common/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_MAX 128

/* The first line, without what surrounds it. */
static bool read_key(FILE *from, char ret[KEY_MAX])
{
	char *end;

	if (!fgets(ret, KEY_MAX, from))
		return false;
	for (end = ret + strlen(ret); end > ret && isspace((unsigned char)end[-1]); end--)
		end[-1] = '\0';
	return true;
}

static bool add_key(
	json_t *request, FILE *from, const char *where, enum ctl_language language, FILE *err)
{
	char key[KEY_MAX];
	bool is_good = read_key(from, key);

	is_good = is_good && json_object_set_new(request, "key", json_string(key)) == 0;
	explicit_bzero(key, sizeof key);
	return is_good || ctl_complain(err, language, "%s: there is no key in it", where, "");
}

static bool add_key_of_file(
	json_t *request, const char *path, enum ctl_language language, FILE *err)
{
	_cleanup_(fclose_p) FILE *file = fopen(path, "re");
	struct stat status;

	if (!file || fstat(fileno(file), &status) < 0)
		return ctl_complain(err, language, "%s: %s", path, strerror(errno));
	if (status.st_mode & (S_IRWXG | S_IRWXO))
		return ctl_complain(
			err, language, "%s: others may read it, needs mode 0600", path, "");
	return add_key(request, file, path, language, err);
}

static bool add_text(json_t *request, const char *name, const char *text)
{
	return !text || json_object_set_new(request, name, json_string(text)) == 0;
}

static bool add_truth(json_t *request, const char *name, bool is_given, bool value)
{
	return !is_given || json_object_set_new(request, name, json_boolean(value)) == 0;
}

static bool add_seconds(json_t *request, const char *option, const char *name, const char *text,
	enum ctl_language language, FILE *err)
{
	char *end = NULL;
	long long s = text ? strtoll(text, &end, 10) : 0;

	if (!text)
		return true;
	if (end == text || *end || s < 0)
		return ctl_complain(err, language, "%s: needs seconds", option, "");
	return json_object_set_new(request, name, json_integer(s)) == 0;
}

bool ctl_add_entry(
	json_t *request, const struct ctl_options *o, enum ctl_language language, FILE *err)
{
	if (!o->role)
		return ctl_complain(err, language,
			"\"enrol\" needs a --role: wearable, button, motion, contact, pressure, "
			"environment or beacon",
			"", "");
	if (o->key_file && o->is_key_on_stdin)
		return ctl_complain(err, language, "--key-file or --key-stdin, not both", "", "");
	return add_text(request, "role", o->role) && add_text(request, "name", o->name) &&
	       add_text(request, "room", o->room) && add_text(request, "place", o->place) &&
	       add_text(request, "button", o->button) && add_text(request, "fall", o->fall) &&
	       add_text(request, "connect", o->connect) &&
	       add_text(request, "adapter", o->adapter) &&
	       add_text(request, "double", o->double_press) &&
	       add_text(request, "movement", o->movement) &&
	       add_truth(request, "outer", o->is_outer, true) &&
	       add_truth(request, "canary", o->is_canary, true) &&
	       add_truth(request, "supervised", o->is_unsupervised, false) &&
	       add_seconds(request, "--stale", "stale_s", o->stale_s, language, err) &&
	       add_seconds(request, "--stale-min", "stale_min_s", o->stale_min_s, language, err) &&
	       (!o->key_file || add_key_of_file(request, o->key_file, language, err)) &&
	       (!o->is_key_on_stdin || add_key(request, stdin, "stdin", language, err));
}
