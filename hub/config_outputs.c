/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several outputs may be of one kind (a lamp in each room); one coil, or line, is one output.
 */
#include "hub/config_outputs.h"

#include "hub/config_entry.h"

#include <errno.h>
#include <string.h>

#define OPTIONAL (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)

static const char *const kinds[OUTPUT_KINDS] = {[OUTPUT_LAMP] = "lamp", [OUTPUT_SIREN] = "siren"};

static const cyaml_schema_field_t coil_fields[] = {
	CYAML_FIELD_STRING_PTR(
		"bus", CYAML_FLAG_POINTER, struct coil_yaml, bus, 0, CYAML_UNLIMITED),
	CYAML_FIELD_UINT_PTR("slave", CYAML_FLAG_POINTER, struct coil_yaml, slave),
	CYAML_FIELD_UINT_PTR("coil", CYAML_FLAG_POINTER, struct coil_yaml, coil),
	CYAML_FIELD_BOOL_PTR("invert", OPTIONAL, struct coil_yaml, invert),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t output_fields[] = {
	CYAML_FIELD_STRING_PTR(
		"kind", CYAML_FLAG_POINTER, struct output_yaml, kind, 0, CYAML_UNLIMITED),
	CYAML_FIELD_MAPPING_PTR("modbus", OPTIONAL, struct output_yaml, modbus, coil_fields),
	CYAML_FIELD_MAPPING_PTR(
		"gpio", OPTIONAL, struct output_yaml, gpio, config_gpio_output_fields),
	CYAML_FIELD_END,
};

const cyaml_schema_value_t config_output_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct output_yaml, output_fields)};

const char *output_kind_text(enum output_kind kind)
{
	return kinds[kind];
}

int output_kind_from_text(const char *text, enum output_kind *ret)
{
	for (unsigned int n = 0; n < OUTPUT_KINDS; n++)
		if (strcmp(text, kinds[n]) == 0) {
			*ret = (enum output_kind)n;
			return 0;
		}
	return -EINVAL;
}

static int take_coil(struct config_entry *entry, const struct coil_yaml *y,
	const struct hub_modbus *modbus, struct output_place *place)
{
	uint32_t slave = 0, coil = 0;
	int r;

	while (place->bus < modbus->buses_count &&
		strcmp(modbus->buses[place->bus].name, y->bus) != 0)
		place->bus++;
	if (place->bus == modbus->buses_count)
		return config_refuse(entry, "modbus.bus", "is not the name of a bus");
	r = config_entry_number(entry, "modbus.slave", y->slave, 1, REGISTER_SLAVE_MAX, &slave);
	if (r == 0)
		r = config_entry_number(entry, "modbus.coil", y->coil, 0, UINT16_MAX, &coil);
	place->slave = (uint8_t)slave;
	place->address = (uint16_t)coil;
	place->is_inverted = y->invert && *y->invert;
	return r;
}

static bool is_same_place(const struct output_place *a, const struct output_place *b)
{
	if (a->is_gpio || b->is_gpio)
		return a->is_gpio && b->is_gpio && gpio_place_is_same(&a->gpio, &b->gpio);
	return a->bus == b->bus && a->slave == b->slave && a->address == b->address;
}

static int take_place(struct config_entry *entry, const struct output_yaml *y,
	const struct hub_modbus *modbus, struct output_place *place)
{
	struct config_entry within = *entry;

	if (!y->modbus == !y->gpio)
		return config_refuse(entry, "", "needs either modbus or gpio");
	place->is_gpio = y->gpio;
	if (!y->gpio)
		return take_coil(entry, y->modbus, modbus, place);
	within.within = ".gpio";
	return config_gpio_place_take(&within, y->gpio, &place->gpio);
}

int config_outputs_check_lines(const char *file, const struct hub_outputs *outputs,
	const struct hub_gpio *gpio, char ret_error[CONFIG_FILE_ERROR_MAX])
{
	for (unsigned int n = 0; n < outputs->count; n++) {
		struct config_entry entry = {.file = file,
			.list = "outputs",
			.within = ".gpio",
			.n = n,
			.ret_error = ret_error};

		for (unsigned int m = 0; outputs->places[n].is_gpio && m < gpio->count; m++)
			if (gpio_place_is_same(&outputs->places[n].gpio, &gpio->points[m].place))
				return config_refuse(&entry, "line", "is read by sensor %s",
					gpio->points[m].sensor.text);
	}
	return 0;
}

int config_outputs_take(const char *file, const struct output_yaml *outputs, unsigned int count,
	const struct hub_modbus *modbus, struct hub_outputs *ret,
	char ret_error[CONFIG_FILE_ERROR_MAX])
{
	for (unsigned int n = 0; n < count; n++) {
		struct config_entry entry = {.file = file,
			.list = "outputs",
			.within = "",
			.n = n,
			.ret_error = ret_error};
		struct output_place place = {.bus = 0};
		int r;

		if (n == HUB_OUTPUTS_MAX)
			return config_refuse(
				&entry, "", "is one output too many, at most %d", HUB_OUTPUTS_MAX);
		if (output_kind_from_text(outputs[n].kind, &place.kind) < 0)
			return config_refuse(&entry, "kind", "is not lamp or siren");
		r = take_place(&entry, &outputs[n], modbus, &place);
		if (r < 0)
			return r;
		for (unsigned int m = 0; m < n; m++)
			if (is_same_place(&ret->places[m], &place))
				return config_refuse(&entry,
					place.is_gpio ? "gpio.line" : "modbus.coil",
					"is already that of outputs[%u]", m);
		ret->places[ret->count++] = place;
	}
	return 0;
}
