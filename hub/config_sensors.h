/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The `sensors:` list of the hub's configuration. Of hub/config.c alone.
 */
#pragma once

#include "common/config_file.h"
#include "hub/config_gpio.h"
#include "hub/config_modbus.h"
#include "hub/roster.h"

struct sensor_yaml {
	char *id, *name, *room, *role, *place, *button, *double_press, *fall, *connect, *adapter,
		*movement;
	uint32_t *stale_s, *stale_min_s;
	bool *canary, *supervised, *outer;
	struct modbus_yaml *modbus;
	struct gpio_yaml *gpio;
};

extern const cyaml_schema_value_t config_sensor_value;

/* Checks and adds each to the roster, those on a bus (taken before) to `modbus` and those on a line
 * to `gpio` (NULL: none may): 0 or −EINVAL with the message. */
int config_sensors_take(const char *file, const struct sensor_yaml *sensors, unsigned int count,
	struct roster *roster, struct hub_modbus *modbus, struct hub_gpio *gpio,
	char ret_error[CONFIG_FILE_ERROR_MAX]);
