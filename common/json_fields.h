/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strict reading of a JSON object, field by field: each field is asked for by name and range, the
 * first refusal is kept with a message that names the field, and a field that nobody asked for is a
 * refusal too. Messages quote names of fields, never values. Texts are UTF-8 without control
 * characters (utf8.h). For what crosses the wire between home and centre. Pure but for jansson's
 * allocations.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_FIELDS_MAX    24 /* the most fields one object may have */
#define JSON_FIELDS_AT_MAX 32 /* "reasons[2]." */

/* Where the first refusal goes; everything after it is ignored. */
struct json_refusal {
	int result; /* 0, or the first refusal's −errno */
	char *text; /* borrowed from the caller, `bytes` long; may be NULL when bytes is 0 */
	size_t bytes;
};

struct json_fields {
	const json_t
		*object; /* borrowed; NULL once refused: every field then reads as 0 or empty */
	struct json_refusal *refusal;
	char at[JSON_FIELDS_AT_MAX];
	unsigned int known_count;
	const char *known[JSON_FIELDS_MAX];
};

/*
 * The JSON object in `bytes` (at most bytes_max), for the caller to json_decref(); NULL when it is
 * refused (−EINVAL, −ERANGE for a number too great for any type), telling the field and the byte.
 */
json_t *json_fields_parse(
	const char *json, size_t bytes, size_t bytes_max, struct json_refusal *refusal);

/* Begins to read `object`. */
void json_fields_begin(struct json_fields *f, const json_t *object, struct json_refusal *refusal);
/* Begins to read an object within another: at is where, such as "sensors" or "reasons[2]". */
void json_fields_begin_at(struct json_fields *f, const json_t *object, struct json_refusal *refusal,
	const char *at_format, ...) __attribute__((format(printf, 4, 5)));
/* Ends it: refuses fields that were not asked for. */
void json_fields_end(struct json_fields *f);

/* "v" must be `version`, else −EPROTONOSUPPORT. Ask first: another version has other fields. */
void json_fields_version(struct json_fields *f, int64_t version);
int64_t json_fields_integer(struct json_fields *f, const char *name, int64_t min, int64_t max);
double json_fields_number(struct json_fields *f, const char *name, double min, double max);
bool json_fields_bool(struct json_fields *f, const char *name);
/* A text of at most ret_bytes − 1 bytes; may be empty. Over-long is refused, not cut. */
void json_fields_text(struct json_fields *f, const char *name, char *ret, size_t ret_bytes);
/* A text of which is_valid() says true. */
void json_fields_text_if(struct json_fields *f, const char *name,
	bool (*is_valid)(const char *text), char *ret, size_t ret_bytes);
/* A text to be compared at once; "" when refused. Borrowed from the object. */
const char *json_fields_word(struct json_fields *f, const char *name);
/* An array of at most `max` entries, or an object; NULL when refused. Borrowed. */
const json_t *json_fields_list(struct json_fields *f, const char *name, size_t max);
const json_t *json_fields_object(struct json_fields *f, const char *name);
/* The text list[index], as json_fields_text() reads one; `name` is the list's. */
void json_fields_list_text(struct json_fields *f, const char *name, const json_t *list,
	size_t index, char *ret, size_t ret_bytes);

/* Refuses the field `name` for the caller's own reason; name may be NULL for the whole object. */
void json_fields_refuse(struct json_fields *f, int error, const char *name,
	const char *problem_format, ...) __attribute__((format(printf, 4, 5)));

/* Writes `object`, takes its reference (NULL is −EINVAL): the length with a NUL after it, or
 * −EMSGSIZE when it does not fit ret_bytes; ret untouched on failure. */
int json_fields_write(json_t *object, char *ret, size_t ret_bytes);
