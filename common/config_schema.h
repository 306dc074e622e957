/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a libcyaml schema expects at a place, in words, and the checks that libcyaml 1.3.1 leaves
 * out: it takes "3x" for 3, "010" for 8, "flase" for true, and a number for a word. Private to
 * config_file.c. Pure.
 */
#pragma once

#include "common/yaml_walk.h"

#include <cyaml/cyaml.h>

#define CONFIG_EXPECTED_MAX 256

/* The schema at `path` below `top`, NULL where it knows none. */
const cyaml_schema_value_t *config_schema_at(
	const cyaml_schema_value_t *top, const struct yaml_path *path);
/* "one of button, motion", "a whole number 0..255", "a text of 1..32 bytes". */
void config_schema_expected(const cyaml_schema_value_t *schema, char ret[CONFIG_EXPECTED_MAX]);
/* False when `text` is not exactly a value of the schema's type. */
bool config_schema_takes(const cyaml_schema_value_t *schema, const char *text);
