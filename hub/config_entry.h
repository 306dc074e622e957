/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which entry of which list of the configuration is being read, so that a refusal names it:
 * "buses[0].rtu.baud", "sensors[3].modbus.slave".
 */
#pragma once

#include "common/config_file.h"

#include <stdint.h>

#define CONFIG_FIELD_MAX 64

struct config_entry {
	const char *file, *list, *within; /* within: ".modbus", or "" */
	unsigned int n;
	char *ret_error;
	char field[CONFIG_FIELD_MAX];
};

/* The entry's own field of that name; "" for the entry itself. In entry->field. */
const char *config_entry_field(struct config_entry *entry, const char *name);

/* −EINVAL with the message. */
#define config_refuse(entry, name, ...) \
	config_file_error( \
		(entry)->file, config_entry_field(entry, name), (entry)->ret_error, __VA_ARGS__)

/* `value` NULL: not given, *to stays. 0 or −EINVAL with the message. */
int config_entry_number(struct config_entry *entry, const char *name, const uint32_t *value,
	uint32_t min, uint32_t max, uint32_t *to);
