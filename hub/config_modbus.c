/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is read of a Modbus slave must fit together: a bit is no temperature, a temperature is not
 * debounced, one wire is one bus, and one address is one sensor.
 */
#include "hub/config_modbus.h"

#include "hub/config_entry.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PORT_USUAL 502
#define BAUD_USUAL 19200
#define SCALE_MAX  1e6
#define OPTIONAL   (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define TEXT(of, field, flags) \
	CYAML_FIELD_STRING_PTR(#field, flags, struct of, field, 0, CYAML_UNLIMITED)
#define NUMBER(of, field, flags) CYAML_FIELD_UINT_PTR(#field, flags, struct of, field)

static const cyaml_schema_field_t rtu_fields[] = {
	TEXT(rtu_yaml, device, CYAML_FLAG_POINTER),
	TEXT(rtu_yaml, parity, OPTIONAL),
	NUMBER(rtu_yaml, baud, OPTIONAL),
	NUMBER(rtu_yaml, stop_bits, OPTIONAL),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t tcp_fields[] = {
	TEXT(tcp_yaml, host, CYAML_FLAG_POINTER),
	NUMBER(tcp_yaml, port, OPTIONAL),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t bus_fields[] = {
	TEXT(bus_yaml, name, CYAML_FLAG_POINTER),
	CYAML_FIELD_MAPPING_PTR("rtu", OPTIONAL, struct bus_yaml, rtu, rtu_fields),
	CYAML_FIELD_MAPPING_PTR("tcp", OPTIONAL, struct bus_yaml, tcp, tcp_fields),
	NUMBER(bus_yaml, response_ms, OPTIONAL),
	NUMBER(bus_yaml, cycle_ms, OPTIONAL),
	CYAML_FIELD_END,
};

const cyaml_schema_value_t config_bus_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct bus_yaml, bus_fields)};

const cyaml_schema_field_t config_modbus_fields[] = {
	TEXT(modbus_yaml, bus, CYAML_FLAG_POINTER),
	NUMBER(modbus_yaml, slave, CYAML_FLAG_POINTER),
	TEXT(modbus_yaml, function, CYAML_FLAG_POINTER),
	NUMBER(modbus_yaml, address, CYAML_FLAG_POINTER),
	TEXT(modbus_yaml, kind, CYAML_FLAG_POINTER),
	TEXT(modbus_yaml, type, OPTIONAL),
	NUMBER(modbus_yaml, bit, OPTIONAL),
	CYAML_FIELD_FLOAT_PTR("scale", OPTIONAL, struct modbus_yaml, scale),
	CYAML_FIELD_BOOL_PTR("invert", OPTIONAL, struct modbus_yaml, invert),
	NUMBER(modbus_yaml, debounce_ms, OPTIONAL),
	NUMBER(modbus_yaml, first_read, OPTIONAL),
	CYAML_FIELD_END,
};

static int take_name(struct config_entry *entry, const char *name, struct bus *bus)
{
	size_t length = strlen(name);

	if (length == 0 || length >= BUS_NAME_MAX ||
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != length)
		return config_refuse(
			entry, "name", "needs 1..%d of a-z, 0-9 and hyphen", BUS_NAME_MAX - 1);
	(void)snprintf(bus->name, sizeof(bus->name), "%s", name);
	return 0;
}

static bool is_baud(uint32_t baud)
{
	static const uint32_t bauds[] = {1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200};

	for (unsigned int n = 0; n < sizeof(bauds) / sizeof(bauds[0]); n++)
		if (bauds[n] == baud)
			return true;
	return false;
}

static int take_rtu(struct config_entry *entry, const struct rtu_yaml *y, struct bus *bus)
{
	uint32_t stop_bits = 1;
	int r;

	if (y->device[0] != '/' || strlen(y->device) >= BUS_DEVICE_MAX)
		return config_refuse(entry, "rtu.device",
			"needs an absolute path of at most %d bytes", BUS_DEVICE_MAX - 1);
	(void)snprintf(bus->device, sizeof(bus->device), "%s", y->device);
	bus->baud = y->baud ? *y->baud : BAUD_USUAL;
	if (!is_baud(bus->baud))
		return config_refuse(entry, "rtu.baud",
			"is %u, needs 1200, 2400, 4800, 9600, 19200, 38400, 57600 or 115200",
			bus->baud);
	bus->parity = 'E';
	if (y->parity && strcmp(y->parity, "none") == 0)
		bus->parity = 'N';
	else if (y->parity && strcmp(y->parity, "odd") == 0)
		bus->parity = 'O';
	else if (y->parity && strcmp(y->parity, "even") != 0)
		return config_refuse(entry, "rtu.parity", "is not even, odd or none");
	r = config_entry_number(entry, "rtu.stop_bits", y->stop_bits, 1, 2, &stop_bits);
	bus->stop_bits = (uint8_t)stop_bits;
	return r;
}

static int take_tcp(struct config_entry *entry, const struct tcp_yaml *y, struct bus *bus)
{
	unsigned char address[sizeof(struct in6_addr)];
	uint32_t port = PORT_USUAL;
	int r;

	/* a name would be looked up, for as long as that takes, whenever the bus is opened */
	if (strlen(y->host) >= BUS_HOST_MAX || (inet_pton(AF_INET, y->host, address) != 1 &&
						       inet_pton(AF_INET6, y->host, address) != 1))
		return config_refuse(entry, "tcp.host", "needs an IPv4 or IPv6 address in figures");
	(void)snprintf(bus->host, sizeof(bus->host), "%s", y->host);
	bus->is_tcp = true;
	bus->parity = 'N';
	r = config_entry_number(entry, "tcp.port", y->port, 1, UINT16_MAX, &port);
	bus->port = (uint16_t)port;
	return r;
}

static int take_bus(struct config_entry *entry, const struct bus_yaml *y, struct bus *bus)
{
	int r = take_name(entry, y->name, bus);

	if (r == 0 && !y->rtu == !y->tcp)
		return config_refuse(entry, "", "needs either rtu or tcp");
	if (r == 0)
		r = y->rtu ? take_rtu(entry, y->rtu, bus) : take_tcp(entry, y->tcp, bus);
	bus->response_ms = BUS_RESPONSE_USUAL_MS;
	bus->cycle_ms = BUS_CYCLE_USUAL_MS;
	if (r == 0)
		r = config_entry_number(entry, "response_ms", y->response_ms, BUS_RESPONSE_MIN_MS,
			BUS_RESPONSE_MAX_MS, &bus->response_ms);
	if (r == 0)
		r = config_entry_number(
			entry, "cycle_ms", y->cycle_ms, 0, BUS_CYCLE_MAX_MS, &bus->cycle_ms);
	return r;
}

static bool is_same_wire(const struct bus *a, const struct bus *b)
{
	if (a->is_tcp != b->is_tcp)
		return false;
	return a->is_tcp ? strcmp(a->host, b->host) == 0 && a->port == b->port
			 : strcmp(a->device, b->device) == 0;
}

int config_buses_take(const char *file, const struct bus_yaml *buses, unsigned int count,
	struct hub_modbus *modbus, char ret_error[CONFIG_FILE_ERROR_MAX])
{
	for (unsigned int n = 0; n < count; n++) {
		struct config_entry entry = {.file = file,
			.list = "buses",
			.within = "",
			.n = n,
			.ret_error = ret_error};
		struct bus bus = {.name = ""};
		int r;

		if (n == HUB_BUSES_MAX)
			return config_refuse(
				&entry, "", "is one bus too many, at most %d", HUB_BUSES_MAX);
		r = take_bus(&entry, &buses[n], &bus);
		if (r < 0)
			return r;
		for (unsigned int m = 0; m < n; m++) {
			if (strcmp(modbus->buses[m].name, bus.name) == 0)
				return config_refuse(&entry, "name", "is given twice");
			if (is_same_wire(&modbus->buses[m], &bus))
				return config_refuse(&entry, bus.is_tcp ? "tcp" : "rtu",
					"is the same as that of bus %s", modbus->buses[m].name);
		}
		modbus->buses[modbus->buses_count++] = bus;
	}
	return 0;
}

static int take_place(struct config_entry *entry, const struct modbus_yaml *y,
	const struct hub_modbus *modbus, struct register_point *p)
{
	uint32_t slave = 0, address = 0, first_read = 0;
	int r;

	while (p->bus < modbus->buses_count && strcmp(modbus->buses[p->bus].name, y->bus) != 0)
		p->bus++;
	if (p->bus == modbus->buses_count)
		return config_refuse(entry, "bus", "is not the name of a bus");
	r = config_entry_number(entry, "slave", y->slave, 1, REGISTER_SLAVE_MAX, &slave);
	if (r == 0)
		r = config_entry_number(entry, "address", y->address, 0, UINT16_MAX, &address);
	if (r == 0)
		r = config_entry_number(
			entry, "first_read", y->first_read, 0, UINT16_MAX, &first_read);
	p->slave = (uint8_t)slave;
	p->address = (uint16_t)address;
	p->first_read = y->first_read ? (int32_t)first_read : REGISTER_NO_FIRST_READ;
	if (r == 0 && register_table_from_text(y->function, &p->table) < 0)
		return config_refuse(entry, "function",
			"is not coil, discrete_input, holding_register or input_register");
	return r;
}

static int take_type(
	struct config_entry *entry, const struct modbus_yaml *y, struct register_point *p)
{
	uint32_t bit = REGISTER_WHOLE_WORD;
	bool is_bits = register_table_is_bits(p->table);
	int r;

	p->type = is_bits ? REGISTER_BIT : REGISTER_U16;
	if (y->type && register_type_from_text(y->type, &p->type) < 0)
		return config_refuse(entry, "type",
			"is not bit, u16, s16, u32, s32, f32, u32_low_first, s32_low_first or "
			"f32_low_first");
	if (is_bits != (p->type == REGISTER_BIT))
		return config_refuse(entry, "type", "does not fit: %s holds %s", y->function,
			is_bits ? "bits" : "words");
	if (p->address + register_type_cells(p->type) > UINT16_MAX + 1U)
		return config_refuse(entry, "address", "leaves no room for two words");
	if (y->bit && p->type != REGISTER_U16)
		return config_refuse(entry, "bit", "is for a register of type u16");
	r = config_entry_number(entry, "bit", y->bit, 0, 15, &bit);
	p->bit = (uint8_t)bit;
	return r;
}

/* What is said of states only, and of quantities only. */
static int take_meaning(
	struct config_entry *entry, const struct modbus_yaml *y, struct register_point *p)
{
	bool is_state;

	if (register_kind_from_text(y->kind, &p->kind) < 0)
		return config_refuse(entry, "kind",
			"is nothing a bus can tell: motion, contact, pull_cord, pressure_mat, "
			"mains, temperature, smoke, button or another kind of reading");
	is_state = register_kind_is_state(p->kind);
	if (!is_state && (p->type == REGISTER_BIT || y->bit))
		return config_refuse(entry, "kind", "is %s, which a bit cannot tell", y->kind);
	if (is_state && p->type != REGISTER_BIT && p->type != REGISTER_U16)
		return config_refuse(
			entry, "type", "is %s, and %s needs a bit or u16", y->type, y->kind);
	if (!is_state && y->invert)
		return config_refuse(entry, "invert", "is for yes or no, this is %s", y->kind);
	if (!is_state && y->debounce_ms)
		return config_refuse(entry, "debounce_ms", "is for yes or no, this is %s", y->kind);
	if (is_state && y->scale)
		return config_refuse(entry, "scale", "is for a quantity, this is %s", y->kind);
	p->is_inverted = y->invert && *y->invert;
	p->scale = y->scale ? *y->scale : 1;
	if (!(fabs(p->scale) > 0 && fabs(p->scale) <= SCALE_MAX))
		return config_refuse(entry, "scale", "is %g, needs to be within ±%g and not 0",
			p->scale, SCALE_MAX);
	return config_entry_number(
		entry, "debounce_ms", y->debounce_ms, 0, REGISTER_DEBOUNCE_MAX_MS, &p->debounce_ms);
}

static int check_alone(
	struct config_entry *entry, const struct hub_modbus *modbus, const struct register_point *p)
{
	for (unsigned int n = 0; n < modbus->points_count; n++) {
		const struct register_point *other = &modbus->points[n];

		if (other->bus != p->bus || other->slave != p->slave)
			continue;
		if (other->table == p->table && other->address == p->address &&
			other->bit == p->bit)
			return config_refuse(entry, "address", "is already read by sensor %s",
				other->sensor.text);
		/* the first to read it clears it */
		if (p->first_read >= 0 && other->first_read >= 0)
			return config_refuse(entry, "first_read",
				"is already said of this slave by %s", other->sensor.text);
	}
	return 0;
}

int config_modbus_take(const char *file, unsigned int n, const struct modbus_yaml *y,
	const struct roster_sensor *sensor, struct hub_modbus *modbus,
	char ret_error[CONFIG_FILE_ERROR_MAX])
{
	struct config_entry entry = {.file = file,
		.list = "sensors",
		.within = ".modbus",
		.n = n,
		.ret_error = ret_error};
	struct register_point p = {.sensor = sensor->id};
	int r;

	if (sensor->role == ROLE_WEARABLE || sensor->role == ROLE_BEACON)
		return config_refuse(&entry, "", "is for what hangs on a wall, this is a %s",
			sensor_role_text(sensor->role));
	r = take_place(&entry, y, modbus, &p);
	if (r == 0)
		r = take_type(&entry, y, &p);
	if (r == 0)
		r = take_meaning(&entry, y, &p);
	if (r == 0)
		r = check_alone(&entry, modbus, &p);
	if (r == 0)
		modbus->points[modbus->points_count++] = p;
	return r;
}
