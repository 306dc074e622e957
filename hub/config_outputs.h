/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The `outputs:` list of the hub's configuration: what the hub can switch in the home.
 */
#pragma once

#include "hub/config_gpio.h"
#include "hub/config_modbus.h"

#define HUB_OUTPUTS_MAX 8

enum output_kind { OUTPUT_LAMP, OUTPUT_SIREN, OUTPUT_KINDS };

/* A GPIO line, or a coil: `address` of `slave` on buses[bus]. */
struct output_place {
	enum output_kind kind;
	bool is_gpio;
	struct gpio_place gpio;
	unsigned int bus;
	uint8_t slave;
	uint16_t address;
	bool is_inverted; /* off is 1 */
};

struct hub_outputs {
	unsigned int count;
	struct output_place places[HUB_OUTPUTS_MAX];
};

struct coil_yaml {
	char *bus;
	uint32_t *slave, *coil;
	bool *invert;
};

struct output_yaml {
	char *kind;
	struct coil_yaml *modbus;
	struct gpio_yaml *gpio;
};

extern const cyaml_schema_value_t config_output_value;

const char *output_kind_text(enum output_kind kind);
/* −EINVAL for an unknown word. */
int output_kind_from_text(const char *text, enum output_kind *ret);

/* No line is both an output and read by a sensor: 0 or −EINVAL with the message. */
int config_outputs_check_lines(const char *file, const struct hub_outputs *outputs,
	const struct hub_gpio *gpio, char ret_error[CONFIG_FILE_ERROR_MAX]);
/* The buses are taken already. 0 or −EINVAL with the message. */
int config_outputs_take(const char *file, const struct output_yaml *outputs, unsigned int count,
	const struct hub_modbus *modbus, struct hub_outputs *ret,
	char ret_error[CONFIG_FILE_ERROR_MAX]);
