/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The `gpio:` field of a sensor and of an output in the hub's configuration.
 */
#pragma once

#include "hub/config_entry.h"
#include "hub/roster.h"
#include "sensors/source_gpio.h"

struct hub_gpio {
	unsigned int count;
	struct gpio_point points[SOURCE_GPIO_POINTS_MAX];
};

struct gpio_yaml {
	char *chip, *kind;
	uint32_t *line, *debounce_ms;
	bool *active_low;
};

extern const cyaml_schema_field_t config_gpio_input_fields[];
extern const cyaml_schema_field_t config_gpio_output_fields[];

/* By the chip's name as it is written: one chip under two names is not known for one. */
bool gpio_place_is_same(const struct gpio_place *a, const struct gpio_place *b);
/* Of an output, or of an input. 0 or −EINVAL with the message. */
int config_gpio_place_take(
	struct config_entry *entry, const struct gpio_yaml *y, struct gpio_place *ret);
/* The point of sensors[n], whose other fields are checked. */
int config_gpio_take(const char *file, unsigned int n, const struct gpio_yaml *y,
	const struct roster_sensor *sensor, struct hub_gpio *gpio,
	char ret_error[CONFIG_FILE_ERROR_MAX]);
