/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sensors that were enrolled with vigie-ctl: state_dir/roster.yaml, a list `sensors:` as in the
 * hub's configuration and read by the same schema, beside it and never against it. Written by the
 * hub alone, replaced whole; the installer's own file is never written. Entries are texts here:
 * what somebody added to one by hand stays as it is.
 */
#pragma once

#include "hub/config.h"

#define ROSTER_FILE       "roster.yaml"
#define ROSTER_FILE_BYTES 131072

/* "state_dir/roster.yaml". */
void roster_file_path(const char *state_dir, char ret[HUB_PATH_MAX]);
/* Adds its sensors to the roster, marked as added: 0, also where there is no such file; −EINVAL or
 * −errno with the message. */
int roster_file_load(const char *path, struct roster *roster, struct hub_modbus *modbus,
	char ret_error[HUB_CONFIG_ERROR_MAX]);
/* The same, but an entry that is refused, or cannot even be read, costs itself alone: `found` gets
 * how many, and the line, word and message of the first. Negative only where nothing can be read at
 * all; the roster is untouched then. */
int roster_file_load_sound(const char *path, struct roster *roster, struct hub_modbus *modbus,
	struct hub_roster_found *found);
/* Whether a file of that path was kept aside, and is there still: its path. */
bool roster_file_find_aside(const char *path, char ret[HUB_PATH_MAX]);

/* One field of an entry. Texts are plain (utf8_is_plain): nothing in them can begin a line. */
struct roster_field {
	const char *name;
	const char *text;   /* NULL: not given */
	bool is_plain_word; /* a number or a truth: written without quotes */
};

/* Writes beside `path` (common/file_atomic.h: .new) what it will be with one entry more, or without
 * the entry of `id`. 0; −ENOENT there is none as this hub writes them; −EFBIG; −errno. */
int roster_file_prepare_more(
	const char *path, const struct roster_field fields[], unsigned int count);
int roster_file_prepare_less(const char *path, const struct sensor_id *id);
