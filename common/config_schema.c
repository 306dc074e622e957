/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads schema tables; the loading itself is libcyaml's.
 */
#include "common/config_schema.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const cyaml_schema_value_t *field_of(const cyaml_schema_value_t *schema, const char *key)
{
	if (schema->type != CYAML_MAPPING)
		return NULL;
	for (const cyaml_schema_field_t *f = schema->mapping.fields; f->key; f++)
		if (strcmp(f->key, key) == 0)
			return &f->value;
	return NULL;
}

const cyaml_schema_value_t *config_schema_at(
	const cyaml_schema_value_t *top, const struct yaml_path *path)
{
	const cyaml_schema_value_t *schema = top;

	for (unsigned int i = 0; schema && i < path->depth; i++) {
		const struct yaml_step *step = &path->steps[i];

		if (!step->is_entry)
			schema = field_of(schema, step->key);
		else if (schema->type == CYAML_SEQUENCE || schema->type == CYAML_SEQUENCE_FIXED)
			schema = schema->sequence.entry;
		else
			schema = NULL;
	}
	return schema;
}

static int64_t int_max(const cyaml_schema_value_t *schema)
{
	return schema->data_size >= 8 ? INT64_MAX : (INT64_C(1) << (8 * schema->data_size - 1)) - 1;
}

static uint64_t uint_max(const cyaml_schema_value_t *schema)
{
	return schema->data_size >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * schema->data_size)) - 1;
}

/* Adds `word` after a comma, or "…" once where it does not fit. */
static void add_word(char *text, const char *word, bool is_first)
{
	size_t used = strlen(text), needed = strlen(word) + 2;

	if (used + needed + sizeof ", …" <= CONFIG_EXPECTED_MAX)
		(void)snprintf(text + used, CONFIG_EXPECTED_MAX - used, "%s%s",
			is_first ? "" : ", ", word);
	else if (used < sizeof "…" || strcmp(text + used - strlen("…"), "…") != 0)
		(void)snprintf(text + used, CONFIG_EXPECTED_MAX - used, ", …");
}

static void expected_words(const cyaml_schema_value_t *schema, char *ret)
{
	(void)snprintf(ret, CONFIG_EXPECTED_MAX, "one of ");
	for (uint32_t i = 0; i < schema->enumeration.count; i++)
		add_word(ret, schema->enumeration.strings[i].str, i == 0);
}

static void expected_fields(const cyaml_schema_value_t *schema, char *ret)
{
	(void)snprintf(ret, CONFIG_EXPECTED_MAX, "fields of ");
	for (const cyaml_schema_field_t *f = schema->mapping.fields; f->key; f++)
		add_word(ret, f->key, f == schema->mapping.fields);
}

static void expected_range(
	const char *what, const char *unit, uint32_t min, uint32_t max, char *ret)
{
	if (max == UINT32_MAX && min == 0)
		(void)snprintf(ret, CONFIG_EXPECTED_MAX, "a %s of %s", what, unit);
	else if (max == UINT32_MAX)
		(void)snprintf(ret, CONFIG_EXPECTED_MAX, "a %s of at least %" PRIu32 " %s", what,
			min, unit);
	else
		(void)snprintf(ret, CONFIG_EXPECTED_MAX, "a %s of %" PRIu32 "..%" PRIu32 " %s",
			what, min, max, unit);
}

void config_schema_expected(const cyaml_schema_value_t *schema, char ret[CONFIG_EXPECTED_MAX])
{
	switch ((int)schema->type) {
	case CYAML_INT:
		(void)snprintf(ret, CONFIG_EXPECTED_MAX, "a whole number %" PRId64 "..%" PRId64,
			-int_max(schema) - 1, int_max(schema));
		break;
	case CYAML_UINT:
		(void)snprintf(
			ret, CONFIG_EXPECTED_MAX, "a whole number 0..%" PRIu64, uint_max(schema));
		break;
	case CYAML_BOOL:
		(void)snprintf(ret, CONFIG_EXPECTED_MAX, "true or false");
		break;
	case CYAML_FLOAT:
		(void)snprintf(ret, CONFIG_EXPECTED_MAX, "a number");
		break;
	case CYAML_ENUM:
		expected_words(schema, ret);
		break;
	case CYAML_STRING:
		expected_range("text", "bytes", schema->string.min, schema->string.max, ret);
		break;
	case CYAML_SEQUENCE:
	case CYAML_SEQUENCE_FIXED:
		expected_range("list", "entries", schema->sequence.min, schema->sequence.max, ret);
		break;
	case CYAML_MAPPING:
		expected_fields(schema, ret);
		break;
	default:
		(void)snprintf(ret, CONFIG_EXPECTED_MAX, "another kind of value");
		break;
	}
}

/* Digits of base ten without a leading zero, "-" before them if there may be. */
static bool is_whole(const char *text, bool may_be_negative)
{
	size_t digits;

	if (may_be_negative && *text == '-')
		text++;
	digits = strspn(text, "0123456789");
	return digits > 0 && text[digits] == '\0' && (text[0] != '0' || digits == 1);
}

static bool takes_int(const cyaml_schema_value_t *schema, const char *text)
{
	long long value;

	if (!is_whole(text, true))
		return false;
	errno = 0;
	value = strtoll(text, NULL, 10);
	return errno == 0 && value <= int_max(schema) && value >= -int_max(schema) - 1;
}

static bool takes_uint(const cyaml_schema_value_t *schema, const char *text)
{
	unsigned long long value;

	if (!is_whole(text, false))
		return false;
	errno = 0;
	value = strtoull(text, NULL, 10);
	return errno == 0 && value <= uint_max(schema);
}

static bool takes_float(const char *text)
{
	char *end;
	double value;

	if (text[strspn(text, "0123456789+-.eE")] != '\0')
		return false;
	value = strtod(text, &end);
	return end != text && *end == '\0' && isfinite(value);
}

static bool takes_word(const cyaml_schema_value_t *schema, const char *text)
{
	for (uint32_t i = 0; i < schema->enumeration.count; i++)
		if (strcmp(schema->enumeration.strings[i].str, text) == 0)
			return true;
	return false;
}

static bool is_null(const cyaml_schema_value_t *schema, const char *text)
{
	return ((schema->flags & CYAML_FLAG_POINTER_NULL) == CYAML_FLAG_POINTER_NULL &&
		       *text == '\0') ||
	       ((schema->flags & CYAML_FLAG_POINTER_NULL_STR) == CYAML_FLAG_POINTER_NULL_STR &&
		       (strcmp(text, "~") == 0 || strcmp(text, "null") == 0));
}

bool config_schema_takes(const cyaml_schema_value_t *schema, const char *text)
{
	if (is_null(schema, text))
		return true;
	switch ((int)schema->type) {
	case CYAML_INT:
		return takes_int(schema, text);
	case CYAML_UINT:
		return takes_uint(schema, text);
	case CYAML_FLOAT:
		return takes_float(text);
	case CYAML_BOOL:
		return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
	case CYAML_ENUM:
		return takes_word(schema, text);
	case CYAML_MAPPING:
	case CYAML_SEQUENCE:
	case CYAML_SEQUENCE_FIXED:
		return false;
	default:
		return true; /* texts: libcyaml checks their lengths */
	}
}
