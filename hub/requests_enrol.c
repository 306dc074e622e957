/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Enrolling and removing sensors: the request's fields are those of an entry of `sensors:`, checked
 * here only as far as a file needs it; what they mean is the configuration's to check.
 */
#include "hub/requests.h"

#include "common/utf8.h"
#include "hub/enrolment.h"
#include "sensors/advertisement.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_TRUTH };

static const struct {
	const char *name; /* in the file, and in the request but for the first */
	enum field_type type;
} fields[] = {
	{"id", FIELD_TEXT}, /* "address" in the request; it begins an entry */
	{"name", FIELD_TEXT},
	{"room", FIELD_TEXT},
	{"role", FIELD_TEXT},
	{"place", FIELD_TEXT},
	{"button", FIELD_TEXT},
	{"double", FIELD_TEXT},
	{"fall", FIELD_TEXT},
	{"connect", FIELD_TEXT},
	{"adapter", FIELD_TEXT},
	{"movement", FIELD_TEXT},
	{"outer", FIELD_TRUTH},
	{"canary", FIELD_TRUTH},
	{"supervised", FIELD_TRUTH},
	{"stale_s", FIELD_NUMBER},
	{"stale_min_s", FIELD_NUMBER},
};

enum { FIELDS = sizeof(fields) / sizeof(fields[0]), NUMBER_MAX = 16 };

struct entry_text {
	struct roster_field fields[FIELDS];
	char numbers[FIELDS][NUMBER_MAX];
};

static bool is_given(
	const json_t *value, enum field_type type, const char **ret, char number[NUMBER_MAX])
{
	if (type == FIELD_TEXT)
		*ret = json_string_value(value);
	else if (type == FIELD_TRUTH && json_is_boolean(value))
		*ret = json_is_true(value) ? "true" : "false";
	else if (type == FIELD_NUMBER && json_is_integer(value) && json_integer_value(value) >= 0 &&
		 json_integer_value(value) <= UINT32_MAX) {
		(void)snprintf(
			number, NUMBER_MAX, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		*ret = number;
	}
	return *ret && (type != FIELD_TEXT || (strlen(*ret) < INCIDENT_TEXT_MAX &&
						      utf8_is_plain(*ret, strlen(*ret))));
}

/* 0, or the refusal in `answer`. */
static int read_fields(const json_t *request, struct entry_text *ret, json_t *answer)
{
	char text[64];

	for (unsigned int n = 0; n < FIELDS; n++) {
		const char *name = n == 0 ? "address" : fields[n].name;
		const json_t *value = json_object_get(request, name);

		ret->fields[n] = (struct roster_field){
			.name = fields[n].name, .is_plain_word = fields[n].type != FIELD_TEXT};
		if (!value && n > 0)
			continue;
		if (is_given(value, fields[n].type, &ret->fields[n].text, ret->numbers[n]))
			continue;
		(void)snprintf(text, sizeof(text),
			fields[n].type == FIELD_TEXT ? "%s: at most 96 bytes of plain text"
						     : "%s is of the wrong type",
			name);
		return request_refuse(answer, -EINVAL, text);
	}
	return 0;
}

/* A radio address in any case of letters, or any other name. */
static struct sensor_id id_of(const char *text)
{
	struct sensor_id id = {.text = ""};
	uint8_t address[6];

	if (device_address_from_text(text, address) == 0)
		return advertisement_sensor(address);
	(void)snprintf(id.text, sizeof(id.text), "%s", text);
	return id;
}

/* "…/roster.yaml.new:12: sensors[3].role is not a role" without what only a file has. */
static const char *without_place(const char *error)
{
	const char *at = strstr(error, ROSTER_FILE ".new:");
	const char *field = at ? strstr(at, "sensors[") : NULL;
	const char *end = field ? strchr(field, ']') : NULL;

	if (!end)
		return error;
	return end[1] == '.' || end[1] == ' ' ? end + 2 : error;
}

static int refuse_error(json_t *answer, int r, const char *error)
{
	if (error[0])
		return request_refuse(answer, r, without_place(error));
	if (r == -EFBIG)
		return request_refuse(answer, r, "the file of enrolled sensors is full");
	if (r == -EUCLEAN)
		return request_refuse(answer, r,
			"roster.yaml was changed by hand there: remove it by hand, the hub stopped");
	return request_refuse(answer, r, "the file of enrolled sensors cannot be written");
}

static bool is_key(const char *text)
{
	return text && strlen(text) == 2 * DEVICE_KEY_BYTES &&
	       strspn(text, "0123456789abcdefABCDEF") == 2 * DEVICE_KEY_BYTES;
}

int request_enrol(struct hub *h, const json_t *request, json_t *answer)
{
	const json_t *key = json_object_get(request, "key");
	const char *hex = json_string_value(key);
	const struct roster_sensor *sensor = NULL;
	char error[HUB_CONFIG_ERROR_MAX] = "";
	struct moment at = hub_now();
	struct entry_text entry;
	struct sensor_id id;
	uint8_t address[6];
	int r = read_fields(request, &entry, answer);

	if (r < 0)
		return r;
	id = id_of(entry.fields[0].text);
	if (strlen(entry.fields[0].text) < sizeof(id.text))
		entry.fields[0].text = id.text; /* else it is refused with the rest */
	/* a slip of the pen would be a pendant that nobody ever hears */
	if (device_address_from_text(entry.fields[0].text, address) < 0)
		return request_refuse(
			answer, -EINVAL, "that is no radio address, such as A4:C1:38:8D:18:B2");
	if (key && !is_key(hex))
		return request_refuse(answer, -EINVAL, "the key is not 32 hexadecimal digits");
	r = enrolment_add(h, entry.fields, FIELDS, hex, at, &sensor, error);
	if (r < 0)
		return refuse_error(answer, r, error);
	control_tell(h->control, at.now_us, "hub", "enrolled", NULL, sensor->id.text);
	request_put(answer, "sensor", json_string(sensor->id.text));
	request_put(answer, "name", json_string(sensor->name));
	request_put(answer, "room", json_string(sensor->room));
	request_put(answer, "role", json_string(sensor_role_text(sensor->role)));
	return 0;
}

int request_remove(struct hub *h, const json_t *request, json_t *answer)
{
	const char *text = json_string_value(json_object_get(request, "sensor"));
	char error[HUB_CONFIG_ERROR_MAX] = "";
	struct moment at = hub_now();
	struct sensor_id id;
	int r;

	if (!text)
		return request_refuse(answer, -EINVAL, "sensor is no text");
	if (strlen(text) >= sizeof(id.text))
		return request_refuse(answer, -ENOENT, "no such sensor is installed");
	id = id_of(text);
	r = enrolment_remove(h, &id, at, error);
	if (r == -ENOENT)
		return request_refuse(answer, r, "no such sensor is installed");
	if (r == -EPERM)
		return request_refuse(answer, r,
			"that sensor is in the hub's configuration: take it out there and restart");
	if (r < 0)
		return refuse_error(answer, r, error);
	control_tell(h->control, at.now_us, "hub", "removed", NULL, id.text);
	request_put(answer, "sensor", json_string(id.text));
	return 0;
}
