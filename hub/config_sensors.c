/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One entry of `sensors:` after the other becomes a row of the roster, or the message that says
 * what is wrong with it.
 */
#include "hub/config_sensors.h"

#include "hub/faults.h"
#include "sensors/keys.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FIELD_MAX 64
#define OPTIONAL  (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define TEXT(field, flags) \
	CYAML_FIELD_STRING_PTR(#field, flags, struct sensor_yaml, field, 0, CYAML_UNLIMITED)

static const cyaml_schema_field_t sensor_fields[] = {
	TEXT(id, CYAML_FLAG_POINTER),
	TEXT(name, OPTIONAL),
	TEXT(room, OPTIONAL),
	TEXT(role, CYAML_FLAG_POINTER),
	TEXT(place, OPTIONAL),
	TEXT(button, OPTIONAL),
	CYAML_FIELD_STRING_PTR(
		"double", OPTIONAL, struct sensor_yaml, double_press, 0, CYAML_UNLIMITED),
	TEXT(fall, OPTIONAL),
	TEXT(connect, OPTIONAL),
	TEXT(adapter, OPTIONAL),
	TEXT(movement, OPTIONAL),
	CYAML_FIELD_BOOL_PTR("outer", OPTIONAL, struct sensor_yaml, outer),
	CYAML_FIELD_UINT_PTR("stale_s", OPTIONAL, struct sensor_yaml, stale_s),
	CYAML_FIELD_UINT_PTR("stale_min_s", OPTIONAL, struct sensor_yaml, stale_min_s),
	CYAML_FIELD_BOOL_PTR("canary", OPTIONAL, struct sensor_yaml, canary),
	CYAML_FIELD_BOOL_PTR("supervised", OPTIONAL, struct sensor_yaml, supervised),
	CYAML_FIELD_MAPPING_PTR(
		"modbus", OPTIONAL, struct sensor_yaml, modbus, config_modbus_fields),
	CYAML_FIELD_MAPPING_PTR(
		"gpio", OPTIONAL, struct sensor_yaml, gpio, config_gpio_input_fields),
	CYAML_FIELD_END,
};

const cyaml_schema_value_t config_sensor_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct sensor_yaml, sensor_fields)};

/* Which entry is being read: makes "sensors[3].role". */
struct entry {
	const char *file;
	unsigned int n;
	char *ret_error;
	char field[FIELD_MAX];
};

static const char *field_of(struct entry *entry, const char *name)
{
	(void)snprintf(entry->field, sizeof(entry->field), "sensors[%u]%s%s", entry->n,
		name[0] ? "." : "", name);
	return entry->field;
}

#define refuse(entry, name, ...) \
	config_file_error((entry)->file, field_of(entry, name), (entry)->ret_error, __VA_ARGS__)

/* What people read goes to the centre as it is: no control characters, and it must fit. */
static int take_text(
	struct entry *entry, const char *name, const char *text, size_t bytes, char *to)
{
	if (!text[0] || strlen(text) >= bytes)
		return refuse(entry, name, "needs 1..%zu bytes", bytes - 1);
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7F)
			return refuse(entry, name, "holds a control character");
	(void)snprintf(to, bytes, "%s", text);
	return 0;
}

/* A radio address is an address in any case of letters: capitals here, as decoders name it. */
static void capitalise_address(struct sensor_id *id)
{
	uint8_t address[6];
	char text[SENSOR_ID_MAX];
	size_t n = 0;

	for (; id->text[n]; n++)
		text[n] = (char)toupper((unsigned char)id->text[n]);
	text[n] = '\0';
	if (device_address_from_text(text, address) == 0)
		memcpy(id->text, text, n + 1);
}

static int take_words(struct entry *entry, const struct sensor_yaml *y, struct roster_sensor *s)
{
	if (sensor_role_from_text(y->role, &s->role) < 0)
		return refuse(entry, "role",
			"is not a role: wearable, button, motion, contact, pressure, environment or "
			"beacon");
	if (y->place && s->role != ROLE_WEARABLE)
		return refuse(entry, "place", "is for a wearable, this is a %s",
			sensor_role_text(s->role));
	if (y->place && wear_place_from_text(y->place, &s->place) < 0)
		return refuse(entry, "place", "is not wrist or trunk");
	if (y->outer && *y->outer && s->role != ROLE_CONTACT)
		return refuse(entry, "outer", "is for a contact, this is a %s",
			sensor_role_text(s->role));
	s->is_outer = y->outer && *y->outer;
	return 0;
}

static int take_movement(struct entry *entry, const struct sensor_yaml *y, struct roster_sensor *s)
{
	static const char *const words[] = {[MOVEMENT_USUAL] = "usual",
		[MOVEMENT_TRUSTED] = "trusted",
		[MOVEMENT_SEALED] = "sealed",
		[MOVEMENT_SHARED] = "shared"};

	if (!y->movement)
		return 0;
	if (s->role != ROLE_MOTION && s->role != ROLE_CONTACT && s->role != ROLE_PRESSURE)
		return refuse(entry, "movement",
			"is for a motion sensor, a contact or a mat, this is a %s",
			sensor_role_text(s->role));
	for (unsigned int n = 0; n < MOVEMENTS; n++)
		if (strcmp(y->movement, words[n]) == 0)
			s->movement = (enum sensor_movement)n;
	if (s->movement == MOVEMENT_USUAL && strcmp(y->movement, words[MOVEMENT_USUAL]) != 0)
		return refuse(entry, "movement", "is not usual, trusted, sealed or shared");
	if (s->movement == MOVEMENT_SHARED && s->is_outer)
		return refuse(entry, "movement", "is shared, the outer door is the home's own");
	return 0;
}

static int take_button(struct entry *entry, const struct sensor_yaml *y, struct roster_sensor *s)
{
	static const char *const uses[] = {[BUTTON_USE_HELP] = "help",
		[BUTTON_USE_FINE] = "fine",
		[BUTTON_USE_BOTH] = "both",
		[BUTTON_USE_PAUSE] = "pause"};

	if ((y->button || y->double_press) && s->role != ROLE_WEARABLE && s->role != ROLE_BUTTON)
		return refuse(entry, y->button ? "button" : "double",
			"is for a button or a wearable, this is a %s", sensor_role_text(s->role));
	if (y->double_press && strcmp(y->double_press, "help") != 0 &&
		strcmp(y->double_press, "social") != 0)
		return refuse(entry, "double", "is not help or social");
	s->is_double_social = y->double_press && y->double_press[0] == 's';
	if (!y->button)
		return 0;
	for (unsigned int n = 0; n < BUTTON_USES; n++)
		if (strcmp(y->button, uses[n]) == 0) {
			s->button = (enum button_use)n;
			return 0;
		}
	return refuse(entry, "button", "is not help, fine, both or pause");
}

static int take_fall(struct entry *entry, const struct sensor_yaml *y, struct roster_sensor *s)
{
	if (!y->fall)
		return 0;
	if (s->role != ROLE_WEARABLE)
		return refuse(entry, "fall", "is for a wearable, this is a %s",
			sensor_role_text(s->role));
	if (reading_kind_from_name(y->fall, &s->fall_kind) == 0 &&
		(s->fall_kind == READING_PROBLEM || s->fall_kind == READING_SAFETY ||
			s->fall_kind == READING_VIBRATION))
		return 0;
	return refuse(entry, "fall", "is not problem, safety or vibration");
}

static int take_connect(struct entry *entry, const struct sensor_yaml *y, struct roster_sensor *s)
{
	uint8_t address[6];

	if (!y->connect && y->adapter)
		return refuse(entry, "adapter", "is for a wearable that has connect");
	if (!y->connect)
		return 0;
	if (y->adapter && !adapter_name_is_valid(y->adapter))
		return refuse(entry, "adapter", "is neither hci0 nor an address in capitals");
	if (y->adapter)
		(void)snprintf(s->adapter, sizeof(s->adapter), "%s", y->adapter);
	if (s->role != ROLE_WEARABLE)
		return refuse(entry, "connect", "is for a wearable, this is a %s",
			sensor_role_text(s->role));
	if (device_address_from_text(s->id.text, address) < 0)
		return refuse(entry, "connect", "needs a sensor whose id is a radio address");
	if (strcmp(y->connect, "public") != 0 && strcmp(y->connect, "random") != 0)
		return refuse(entry, "connect", "is not public or random");
	s->address_type = y->connect[0] == 'r' ? GATT_ADDRESS_RANDOM : GATT_ADDRESS_PUBLIC;
	s->has_link = true;
	return 0;
}

static int take_seconds(struct entry *entry, const char *name, const uint32_t *value, uint32_t *to)
{
	if (!value)
		return 0;
	if (*value < ROSTER_STALE_MIN_S || *value > ROSTER_STALE_MAX_S)
		return refuse(entry, name, "is %u, needs %u..%u", *value, ROSTER_STALE_MIN_S,
			ROSTER_STALE_MAX_S);
	*to = *value;
	return 0;
}

static int take_supervised(
	struct entry *entry, const struct sensor_yaml *y, struct roster_sensor *s)
{
	int r = take_seconds(entry, "stale_s", y->stale_s, &s->stale_s);

	if (r == 0)
		r = take_seconds(entry, "stale_min_s", y->stale_min_s, &s->stale_min_s);
	if (r < 0)
		return r;
	if (s->stale_s && s->stale_min_s > s->stale_s)
		return refuse(entry, "stale_min_s", "is %u, more than stale_s which is %u",
			s->stale_min_s, s->stale_s);
	s->is_canary = y->canary && *y->canary;
	s->is_unsupervised = y->supervised && !*y->supervised;
	if (s->is_canary && s->role != ROLE_BEACON)
		return refuse(entry, "canary", "is for a beacon, this is a %s",
			sensor_role_text(s->role));
	if (s->is_canary && s->is_unsupervised)
		return refuse(entry, "canary", "is for a beacon that is supervised");
	return 0;
}

static int take_sensor(struct entry *entry, const struct sensor_yaml *y, struct roster_sensor *s)
{
	int r = take_text(entry, "id", y->id, sizeof(s->id.text), s->id.text);

	if (r == 0 && strncmp(s->id.text, FAULTS_HOME_PREFIX, strlen(FAULTS_HOME_PREFIX)) == 0)
		return refuse(
			entry, "id", "begins with %s, which is the hub's own", FAULTS_HOME_PREFIX);
	if (r == 0)
		capitalise_address(&s->id);
	if (r == 0)
		r = take_text(
			entry, "name", y->name ? y->name : s->id.text, sizeof(s->name), s->name);
	if (r == 0 && y->room)
		r = take_text(entry, "room", y->room, sizeof(s->room), s->room);
	if (r == 0)
		r = take_words(entry, y, s);
	if (r == 0)
		r = take_movement(entry, y, s);
	if (r == 0)
		r = take_button(entry, y, s);
	if (r == 0)
		r = take_fall(entry, y, s);
	if (r == 0)
		r = take_connect(entry, y, s);
	if (r < 0)
		return r;
	return take_supervised(entry, y, s);
}

int config_sensors_take(const char *file, const struct sensor_yaml *sensors, unsigned int count,
	struct roster *roster, struct hub_modbus *modbus, struct hub_gpio *gpio,
	char ret_error[CONFIG_FILE_ERROR_MAX])
{
	for (unsigned int n = 0; n < count; n++) {
		struct entry entry = {.file = file, .n = n, .ret_error = ret_error};
		struct roster_sensor sensor = {.place = WEAR_UNKNOWN, .battery_pct = -1};
		int r = take_sensor(&entry, &sensors[n], &sensor);

		if (r < 0)
			return r;
		r = roster_add(roster, &sensor);
		if (r == -EEXIST)
			return refuse(&entry, "id", "is installed twice");
		if (r == -EMFILE)
			return refuse(&entry, "role", "is one wearable too many, at most %d",
				ROSTER_WEARABLES_MAX);
		if (r == -ENOSPC)
			return refuse(&entry, "", "is one sensor too many, at most %d",
				ROSTER_SENSORS_MAX);
		if (sensors[n].modbus)
			r = config_modbus_take(
				file, n, sensors[n].modbus, &sensor, modbus, ret_error);
		if (r == 0 && sensors[n].gpio && !gpio)
			r = refuse(&entry, "gpio", "is for hub.yaml, not for who is enrolled");
		if (r == 0 && sensors[n].gpio && sensors[n].modbus)
			r = refuse(&entry, "gpio", "is not for a sensor that has modbus");
		if (r == 0 && sensors[n].gpio)
			r = config_gpio_take(file, n, sensors[n].gpio, &sensor, gpio, ret_error);
		if (r < 0)
			return r;
	}
	return 0;
}
