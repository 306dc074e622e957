/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jansson parses (duplicate keys refused, UTF-8 checked, no NUL inside a text); what it refuses is
 * told in our own words, because its messages quote the text around the mistake, and that may be a
 * resident's name.
 */
#include "common/json_fields.h"

#include "common/cleanup.h"
#include "common/utf8.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SHOWN_MAX 32

/* A field's name as others wrote it, made fit for a message. */
static void show_name(const char *name, size_t bytes, char ret[NAME_SHOWN_MAX])
{
	size_t length = bytes < NAME_SHOWN_MAX ? bytes : NAME_SHOWN_MAX - 1;

	for (size_t i = 0; i < length; i++)
		ret[i] = name[i] > 0x20 && name[i] < 0x7f ? name[i] : '?';
	ret[length] = '\0';
}

__attribute__((format(printf, 5, 0))) static void refuse(struct json_refusal *refusal, int error,
	const char *at, const char *name, const char *format, va_list arguments)
{
	int used;

	if (refusal->result < 0)
		return;
	refusal->result = error;
	if (refusal->bytes == 0)
		return;
	used = snprintf(
		refusal->text, refusal->bytes, "%s%s%s", at, name, *at || *name ? ": " : "");
	if (used >= 0 && (size_t)used < refusal->bytes)
		(void)vsnprintf(
			refusal->text + used, refusal->bytes - (size_t)used, format, arguments);
}

__attribute__((format(printf, 4, 5))) static void refuse_text(
	struct json_refusal *refusal, int error, const char *name, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	refuse(refusal, error, "", name, format, arguments);
	va_end(arguments);
}

void json_fields_refuse(
	struct json_fields *f, int error, const char *name, const char *problem_format, ...)
{
	va_list arguments;

	va_start(arguments, problem_format);
	refuse(f->refusal, error, f->at, name ? name : "", problem_format, arguments);
	va_end(arguments);
	f->object = NULL;
}

/* The last key written before byte `end`: where a mistake found at `end` most likely is. */
static void find_key_before(const char *json, size_t end, char ret[NAME_SHOWN_MAX])
{
	size_t start = 0, length = 0;
	bool is_inside = false;

	(void)snprintf(ret, NAME_SHOWN_MAX, "%s", "message");
	for (size_t i = 0; i < end; i++) {
		if (is_inside && json[i] == '\\') {
			i++;
		} else if (json[i] == '"') {
			is_inside = !is_inside;
			if (is_inside)
				start = i + 1;
			else
				length = i - start;
		} else if (!is_inside && json[i] == ':' && length > 0) {
			show_name(json + start, length, ret);
			length = 0;
		}
	}
}

/* A duplicate is refused at its key, before the colon: the last text that begins before `end`. */
static void find_text_before(const char *json, size_t end, char ret[NAME_SHOWN_MAX])
{
	size_t close = end;

	while (close > 0 && json[close - 1] != '"')
		close--;
	for (size_t open = close > 0 ? close - 1 : 0; open > 0; open--) {
		if (json[open - 1] == '"') {
			show_name(json + open, close - 1 - open, ret);
			return;
		}
	}
	(void)snprintf(ret, NAME_SHOWN_MAX, "%s", "message");
}

static const char *parse_problem(enum json_error_code code)
{
	switch ((int)code) {
	case json_error_premature_end_of_input:
		return "JSON ends too early";
	case json_error_end_of_input_expected:
		return "something follows the JSON object";
	case json_error_invalid_utf8:
		return "is not UTF-8";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "holds a NUL character";
	case json_error_duplicate_key:
		return "is there twice";
	case json_error_numeric_overflow:
		return "is too great a number";
	case json_error_out_of_memory:
		return "no memory to read it";
	default:
		return "is not JSON";
	}
}

static void refuse_parse(
	const char *json, size_t bytes, const json_error_t *error, struct json_refusal *refusal)
{
	enum json_error_code code = json_error_code(error);
	size_t position = error->position > 0 ? (size_t)error->position : 0;
	char name[NAME_SHOWN_MAX];
	int result = code == json_error_numeric_overflow ? -ERANGE
		     : code == json_error_out_of_memory  ? -ENOMEM
							 : -EINVAL;

	if (position > bytes)
		position = bytes;
	if (code == json_error_duplicate_key)
		find_text_before(json, position, name);
	else
		find_key_before(
			json, code == json_error_end_of_input_expected ? 0 : position, name);
	refuse_text(refusal, result, name, "%s, at byte %zu", parse_problem(code), position);
}

json_t *json_fields_parse(
	const char *json, size_t bytes, size_t bytes_max, struct json_refusal *refusal)
{
	json_error_t error;
	json_t *object;

	if (bytes > bytes_max) {
		refuse_text(refusal, -EINVAL, "message", "is %zu bytes, at most %zu are read",
			bytes, bytes_max);
		return NULL;
	}
	object = json_loadb(json, bytes, JSON_REJECT_DUPLICATES, &error);
	if (!object) {
		refuse_parse(json, bytes, &error, refusal);
	} else if (!json_is_object(object)) {
		refuse_text(refusal, -EINVAL, "message", "is not a JSON object");
		json_decref(object);
		object = NULL;
	}
	return object;
}

void json_fields_begin(struct json_fields *f, const json_t *object, struct json_refusal *refusal)
{
	*f = (struct json_fields){.object = object, .refusal = refusal};
}

void json_fields_begin_at(struct json_fields *f, const json_t *object, struct json_refusal *refusal,
	const char *at_format, ...)
{
	va_list arguments;
	size_t length;

	json_fields_begin(f, object, refusal);
	va_start(arguments, at_format);
	(void)vsnprintf(f->at, sizeof f->at - 1, at_format, arguments);
	va_end(arguments);
	if (object && !json_is_object(object))
		json_fields_refuse(f, -EINVAL, NULL, "is not an object");
	length = strlen(f->at);
	f->at[length] = '.';
	f->at[length + 1] = '\0';
}

static bool is_known(const struct json_fields *f, const char *key)
{
	for (unsigned int i = 0; i < f->known_count; i++)
		if (strcmp(f->known[i], key) == 0)
			return true;
	return false;
}

void json_fields_end(struct json_fields *f)
{
	char name[NAME_SHOWN_MAX];
	const char *key;
	json_t *value;

	if (!f->object || json_object_size(f->object) == f->known_count)
		return;
	json_object_foreach ((json_t *)(uintptr_t)f->object, key, value) {
		if (!is_known(f, key)) {
			show_name(key, strlen(key), name);
			json_fields_refuse(f, -EINVAL, name, "is not a known field");
			return;
		}
	}
}

/* The field's value, or NULL after refusing: each field is there once and asked for once. */
static const json_t *take(struct json_fields *f, const char *name)
{
	const json_t *value;

	if (!f->object)
		return NULL;
	assert(f->known_count < JSON_FIELDS_MAX);
	f->known[f->known_count++] = name;
	value = json_object_get(f->object, name);
	if (!value)
		json_fields_refuse(f, -EINVAL, name, "is missing");
	return value;
}

void json_fields_version(struct json_fields *f, int64_t version)
{
	const json_t *value = take(f, "v");

	if (!value)
		return;
	if (!json_is_integer(value))
		json_fields_refuse(f, -EINVAL, "v", "is not a whole number");
	else if (json_integer_value(value) != version)
		json_fields_refuse(f, -EPROTONOSUPPORT, "v",
			"is version %" JSON_INTEGER_FORMAT ", only %lld is known",
			json_integer_value(value), (long long)version);
}

int64_t json_fields_integer(struct json_fields *f, const char *name, int64_t min, int64_t max)
{
	const json_t *value = take(f, name);

	if (!value)
		return 0;
	if (!json_is_integer(value)) {
		json_fields_refuse(f, -EINVAL, name, "is not a whole number");
		return 0;
	}
	if (json_integer_value(value) < min || json_integer_value(value) > max) {
		json_fields_refuse(f, -ERANGE, name, "is not within %lld..%lld", (long long)min,
			(long long)max);
		return 0;
	}
	return json_integer_value(value);
}

double json_fields_number(struct json_fields *f, const char *name, double min, double max)
{
	const json_t *value = take(f, name);
	double number;

	if (!value)
		return 0;
	if (!json_is_number(value)) {
		json_fields_refuse(f, -EINVAL, name, "is not a number");
		return 0;
	}
	number = json_number_value(value);
	if (!isfinite(number) || number < min || number > max) {
		json_fields_refuse(f, -ERANGE, name, "is not within %g..%g", min, max);
		return 0;
	}
	return number;
}

bool json_fields_bool(struct json_fields *f, const char *name)
{
	const json_t *value = take(f, name);

	if (value && !json_is_boolean(value))
		json_fields_refuse(f, -EINVAL, name, "is not true or false");
	return value && json_is_true(value);
}

/* The text of `value`, "" after refusing. */
static const char *plain_text(struct json_fields *f, const char *name, const json_t *value)
{
	if (!value)
		return "";
	if (!json_is_string(value)) {
		json_fields_refuse(f, -EINVAL, name, "is not a text");
		return "";
	}
	if (!utf8_is_plain(json_string_value(value), json_string_length(value))) {
		json_fields_refuse(f, -EINVAL, name, "holds a control character");
		return "";
	}
	return json_string_value(value);
}

static void copy_text(
	struct json_fields *f, const char *name, const char *text, char *ret, size_t ret_bytes)
{
	size_t length = strlen(text);

	if (length < ret_bytes)
		memcpy(ret, text, length + 1);
	else
		json_fields_refuse(f, -EINVAL, name, "is %zu bytes, at most %zu are taken", length,
			ret_bytes - 1);
}

const char *json_fields_word(struct json_fields *f, const char *name)
{
	return plain_text(f, name, take(f, name));
}

void json_fields_text(struct json_fields *f, const char *name, char *ret, size_t ret_bytes)
{
	copy_text(f, name, plain_text(f, name, take(f, name)), ret, ret_bytes);
}

void json_fields_text_if(struct json_fields *f, const char *name,
	bool (*is_valid)(const char *text), char *ret, size_t ret_bytes)
{
	const char *text = json_fields_word(f, name);

	if (is_valid(text))
		copy_text(f, name, text, ret, ret_bytes);
	else
		json_fields_refuse(f, -EINVAL, name, "is not well-formed");
}

void json_fields_list_text(struct json_fields *f, const char *name, const json_t *list,
	size_t index, char *ret, size_t ret_bytes)
{
	char entry[NAME_SHOWN_MAX];

	(void)snprintf(entry, sizeof entry, "%s[%zu]", name, index);
	copy_text(f, entry, plain_text(f, entry, json_array_get(list, index)), ret, ret_bytes);
}

const json_t *json_fields_list(struct json_fields *f, const char *name, size_t max)
{
	const json_t *value = take(f, name);

	if (!value)
		return NULL;
	if (!json_is_array(value)) {
		json_fields_refuse(f, -EINVAL, name, "is not a list");
		return NULL;
	}
	if (json_array_size(value) > max) {
		json_fields_refuse(f, -EINVAL, name, "has %zu entries, at most %zu are taken",
			json_array_size(value), max);
		return NULL;
	}
	return value;
}

const json_t *json_fields_object(struct json_fields *f, const char *name)
{
	const json_t *value = take(f, name);

	if (value && !json_is_object(value)) {
		json_fields_refuse(f, -EINVAL, name, "is not an object");
		return NULL;
	}
	return value;
}

int json_fields_write(json_t *object, char *ret, size_t ret_bytes)
{
	_cleanup_(free_p) char *text = NULL;
	size_t length;

	if (!object)
		return -EINVAL;
	text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9));
	json_decref(object);
	if (!text)
		return -EINVAL;
	length = strlen(text);
	if (length >= ret_bytes)
		return -EMSGSIZE;
	memcpy(ret, text, length + 1);
	return (int)length;
}
