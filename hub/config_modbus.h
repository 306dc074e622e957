/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The `buses:` list of the hub's configuration, and the `modbus:` field of a sensor that hangs on
 * one of them. Of hub/config.c and hub/config_sensors.c alone, but for the plain values.
 */
#pragma once

#include "common/config_file.h"
#include "hub/roster.h"
#include "sensors/bus_link.h"

#define HUB_BUSES_MAX 4

_Static_assert(ROSTER_SENSORS_MAX == BUS_POINTS_MAX, "every installed sensor may hang on one bus");

struct hub_modbus {
	unsigned int buses_count, points_count;
	struct bus buses[HUB_BUSES_MAX];
	struct register_point points[BUS_POINTS_MAX]; /* of all buses */
};

struct rtu_yaml {
	char *device, *parity;
	uint32_t *baud, *stop_bits;
};

struct tcp_yaml {
	char *host;
	uint32_t *port;
};

struct bus_yaml {
	char *name;
	struct rtu_yaml *rtu;
	struct tcp_yaml *tcp;
	uint32_t *response_ms, *cycle_ms;
};

struct modbus_yaml {
	char *bus, *function, *type, *kind;
	uint32_t *slave, *address, *bit, *debounce_ms, *first_read;
	double *scale;
	bool *invert;
};

extern const cyaml_schema_value_t config_bus_value;
extern const cyaml_schema_field_t config_modbus_fields[];

/* 0 or −EINVAL with the message. */
int config_buses_take(const char *file, const struct bus_yaml *buses, unsigned int count,
	struct hub_modbus *modbus, char ret_error[CONFIG_FILE_ERROR_MAX]);
/* The point of sensors[n], whose other fields are checked; the buses are taken already. */
int config_modbus_take(const char *file, unsigned int n, const struct modbus_yaml *y,
	const struct roster_sensor *sensor, struct hub_modbus *modbus,
	char ret_error[CONFIG_FILE_ERROR_MAX]);
