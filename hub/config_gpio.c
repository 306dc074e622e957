/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the chip is there is not asked here: it may be plugged in later.
 */
#include "hub/config_gpio.h"

#include "sensors/registers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define OPTIONAL (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define PLACE_FIELDS \
	CYAML_FIELD_STRING_PTR( \
		"chip", CYAML_FLAG_POINTER, struct gpio_yaml, chip, 0, CYAML_UNLIMITED), \
		CYAML_FIELD_UINT_PTR("line", CYAML_FLAG_POINTER, struct gpio_yaml, line), \
		CYAML_FIELD_BOOL_PTR("active_low", OPTIONAL, struct gpio_yaml, active_low)

const cyaml_schema_field_t config_gpio_output_fields[] = {
	PLACE_FIELDS,
	CYAML_FIELD_END,
};

const cyaml_schema_field_t config_gpio_input_fields[] = {
	PLACE_FIELDS,
	CYAML_FIELD_STRING_PTR(
		"kind", CYAML_FLAG_POINTER, struct gpio_yaml, kind, 0, CYAML_UNLIMITED),
	CYAML_FIELD_UINT_PTR("debounce_ms", OPTIONAL, struct gpio_yaml, debounce_ms),
	CYAML_FIELD_END,
};

bool gpio_place_is_same(const struct gpio_place *a, const struct gpio_place *b)
{
	return a->line == b->line && strcmp(a->chip, b->chip) == 0;
}

static bool is_chip(const char *text)
{
	size_t bytes = strlen(text);

	for (size_t n = 0; n < bytes; n++)
		if (text[n] <= 0x20 || text[n] >= 0x7F)
			return false;
	return bytes > 0 && bytes < GPIO_CHIP_MAX;
}

int config_gpio_place_take(
	struct config_entry *entry, const struct gpio_yaml *y, struct gpio_place *ret)
{
	struct gpio_place place = {.is_active_low = y->active_low && *y->active_low};
	int r;

	if (!is_chip(y->chip))
		return config_refuse(entry, "chip",
			"needs 1..%d printable characters: gpiochip0, or the chip's label",
			GPIO_CHIP_MAX - 1);
	(void)snprintf(place.chip, sizeof(place.chip), "%s", y->chip);
	r = config_entry_number(entry, "line", y->line, 0, GPIO_LINE_MAX, &place.line);
	if (r == 0)
		*ret = place;
	return r;
}

int config_gpio_take(const char *file, unsigned int n, const struct gpio_yaml *y,
	const struct roster_sensor *sensor, struct hub_gpio *gpio,
	char ret_error[CONFIG_FILE_ERROR_MAX])
{
	struct config_entry entry = {
		.file = file, .list = "sensors", .within = ".gpio", .n = n, .ret_error = ret_error};
	struct gpio_point p = {.sensor = sensor->id, .debounce_ms = SOURCE_GPIO_DEBOUNCE_MS};
	int r;

	if (sensor->role == ROLE_WEARABLE || sensor->role == ROLE_BEACON)
		return config_refuse(&entry, "", "is for what hangs on a wire, this is a %s",
			sensor_role_text(sensor->role));
	if (gpio->count == SOURCE_GPIO_POINTS_MAX)
		return config_refuse(
			&entry, "", "is one line too many, at most %d", SOURCE_GPIO_POINTS_MAX);
	r = config_gpio_place_take(&entry, y, &p.place);
	if (r == 0 &&
		(register_kind_from_text(y->kind, &p.kind) < 0 || !register_kind_is_state(p.kind)))
		return config_refuse(&entry, "kind",
			"is nothing a line can tell: mains, contact, pull_cord, pressure_mat, "
			"button, motion or another yes or no");
	if (r == 0)
		r = config_entry_number(&entry, "debounce_ms", y->debounce_ms, 0,
			REGISTER_DEBOUNCE_MAX_MS, &p.debounce_ms);
	for (unsigned int m = 0; r == 0 && m < gpio->count; m++)
		if (gpio_place_is_same(&gpio->points[m].place, &p.place))
			return config_refuse(&entry, "line", "is already read by sensor %s",
				gpio->points[m].sensor.text);
	if (r == 0)
		gpio->points[gpio->count++] = p;
	return r;
}
