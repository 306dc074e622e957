/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * YAML configuration through libcyaml schema tables. Errors are one line with file, line and field:
 * `hub.yaml:12: sensors[3].stale_s is 0, needs 10..86400`. Aliases are refused, an empty file is an
 * error. Ranges and contradictions are the caller's to check, with config_file_error().
 */
#pragma once

#include <cyaml/cyaml.h>
#include <stddef.h>

#define CONFIG_FILE_ERROR_MAX 512

/* Loads `path` by schema: 0 with *ret owned by the caller (config_file_free), −EINVAL or −errno
 * with the message in ret_error. */
int config_file_load(const char *path, const cyaml_schema_value_t *schema, void **ret,
	char ret_error[CONFIG_FILE_ERROR_MAX]);
/* The same of a text that was read from there; `path` is for the message alone. */
int config_file_load_text(const char *path, char *text, size_t bytes,
	const cyaml_schema_value_t *schema, void **ret, char ret_error[CONFIG_FILE_ERROR_MAX]);
void config_file_free(const cyaml_schema_value_t *schema, void *loaded);

/*
 * Fills ret_error with "path:LINE: FIELD PROBLEM" and returns −EINVAL. field is a path such as
 * "sensors[3].stale_s"; its line is looked up in the file (the nearest parent's where it is
 * absent).
 */
int config_file_error(const char *path, const char *field, char ret_error[CONFIG_FILE_ERROR_MAX],
	const char *problem_format, ...) __attribute__((format(printf, 4, 5)));
