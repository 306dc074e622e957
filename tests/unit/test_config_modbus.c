/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Buses and what hangs on them, as the hub's configuration says it. */
#include "tests/unit/config_text.h"

#define GOOD  "home: a\nbrokers: [\"mqtt://127.0.0.1:1\"]\n"
#define BUSES GOOD "buses:\n  - name: "
#define WIRE  BUSES "w\n    tcp: {host: 127.0.0.1}\n"
#define POINT \
	WIRE "sensors:\n  - id: a\n    role: contact\n    modbus:\n      bus: w\n      slave: 3\n"
#define BIT  POINT "      function: discrete_input\n      address: 0\n      kind: pull_cord\n"
#define WORD POINT "      function: input_register\n      address: 0\n      kind: temperature\n"
#define OTHER \
	BIT "  - {id: b, role: motion, modbus: {bus: w, slave: 3, function: discrete_input, kind: " \
	    "motion, "

static void test_both_kinds_of_bus_and_what_hangs_on_them(void **state)
{
	static struct hub_config c;
	char error[HUB_CONFIG_ERROR_MAX];
	const struct register_point *p;

	(void)state;
	assert_int_equal(
		load_text(GOOD
			"buses:\n"
			"  - name: couloir\n    rtu: {device: /dev/ttyUSB0, baud: 9600, parity: none, "
			"stop_bits: 2}\n    response_ms: 700\n    cycle_ms: 0\n"
			"  - name: tableau\n    tcp: {host: 'fd00::1', port: 1502}\n"
			"sensors:\n"
			"  - {id: pir, role: motion, modbus: {bus: couloir, slave: 1, function: "
			"discrete_input, address: 0, kind: motion, first_read: 272, debounce_ms: 20, "
			"invert: true}}\n"
			"  - {id: radio, role: motion}\n"
			"  - {id: temp, role: environment, modbus: {bus: tableau, slave: 247, "
			"function: holding_register, address: 65534, type: f32_low_first, kind: "
			"temperature, scale: -0.1}}\n"
			"  - {id: porte, role: contact, modbus: {bus: tableau, slave: 247, function: "
			"holding_register, address: 7, bit: 15, kind: contact}}\n",
			&c, error),
		0);
	assert_int_equal(c.modbus.buses_count, 2);
	assert_string_equal(c.modbus.buses[0].device, "/dev/ttyUSB0");
	assert_int_equal(c.modbus.buses[0].baud, 9600);
	assert_int_equal(c.modbus.buses[0].parity, 'N');
	assert_int_equal(c.modbus.buses[0].stop_bits, 2);
	assert_int_equal(c.modbus.buses[0].response_ms, 700);
	assert_int_equal(c.modbus.buses[0].cycle_ms, 0);
	assert_true(c.modbus.buses[1].is_tcp);
	assert_string_equal(c.modbus.buses[1].host, "fd00::1");
	assert_int_equal(c.modbus.buses[1].port, 1502);
	/* of RTU it must be over 500 */
	assert_int_equal(c.modbus.buses[1].response_ms, BUS_RESPONSE_USUAL_MS);
	assert_true(BUS_RESPONSE_USUAL_MS > 500);
	assert_int_equal(c.modbus.points_count, 3);
	p = &c.modbus.points[0];
	assert_string_equal(p->sensor.text, "pir");
	assert_int_equal(p->bus, 0);
	assert_int_equal(p->first_read, 272);
	assert_int_equal(p->debounce_ms, 20);
	assert_true(p->is_inverted);
	p = &c.modbus.points[1];
	assert_int_equal(p->bus, 1);
	assert_int_equal(p->slave, 247);
	assert_int_equal(p->address, 65534);
	assert_int_equal(p->type, REGISTER_F32_LOW_FIRST);
	assert_true(p->scale < -0.09 && p->scale > -0.11);
	assert_int_equal(p->first_read, REGISTER_NO_FIRST_READ);
	assert_int_equal(c.modbus.points[2].kind, READING_OPENING);
	assert_int_equal(c.modbus.points[2].bit, 15);
}

static const struct {
	const char *text, *want;
} refusals[] = {
	{BUSES "Couloir\n    tcp: {host: 127.0.0.1}\n",
		":4: buses[0].name needs 1..15 of a-z, 0-9 and hyphen"},
	{BUSES "w\n", ":4: buses[0] needs either rtu or tcp"},
	{BUSES "w\n    tcp: {host: 127.0.0.1}\n    rtu: {device: /dev/a}\n",
		":4: buses[0] needs either rtu or tcp"},
	{BUSES "w\n    tcp: {host: plc.example}\n",
		":5: buses[0].tcp.host needs an IPv4 or IPv6 address in figures"},
	{BUSES "w\n    tcp: {host: 127.0.0.1, port: 0}\n",
		":5: buses[0].tcp.port is 0, needs 1..65535"},
	{BUSES "w\n    rtu: {device: ttyS0}\n",
		":5: buses[0].rtu.device needs an absolute path of at most 63 bytes"},
	{BUSES "w\n    rtu: {device: /dev/a, baud: 9601}\n",
		":5: buses[0].rtu.baud is 9601, needs 1200, 2400, 4800, 9600, 19200, 38400, 57600 "
		"or 115200"},
	{BUSES "w\n    rtu: {device: /dev/a, parity: mark}\n",
		":5: buses[0].rtu.parity is not even, odd or none"},
	{BUSES "w\n    rtu: {device: /dev/a, stop_bits: 3}\n",
		":5: buses[0].rtu.stop_bits is 3, needs 1..2"},
	{WIRE "    response_ms: 19\n", ":6: buses[0].response_ms is 19, needs 20..5000"},
	{WIRE "    cycle_ms: 10001\n", ":6: buses[0].cycle_ms is 10001, needs 0..10000"},
	{WIRE "  - name: w\n    rtu: {device: /dev/a}\n", ":6: buses[1].name is given twice"},
	{WIRE "  - name: v\n    tcp: {host: 127.0.0.1, port: 502}\n",
		":7: buses[1].tcp is the same as that of bus w"},
	{BUSES "w\n    rtu: {device: /dev/a}\n  - name: v\n    rtu: {device: /dev/a, baud: 9600}\n",
		":7: buses[1].rtu is the same as that of bus w"},
	{GOOD "sensors:\n  - {id: a, role: motion, modbus: {bus: w, slave: 1, function: coil, "
	      "address: 0, kind: motion}}\n",
		":4: sensors[0].modbus.bus is not the name of a bus"},
	{WIRE "sensors:\n  - {id: a, role: wearable, modbus: {bus: w, slave: 1, function: coil, "
	      "address: 0, kind: motion}}\n",
		":7: sensors[0].modbus is for what hangs on a wall, this is a wearable"},
	{BIT "      type: u16\n",
		":15: sensors[0].modbus.type does not fit: discrete_input holds bits"},
	{WORD "      type: bit\n",
		":15: sensors[0].modbus.type does not fit: input_register holds words"},
	{WORD "      type: u64\n",
		":15: sensors[0].modbus.type is not bit, u16, s16, u32, s32, f32, u32_low_first, "
		"s32_low_first or f32_low_first"},
	{WORD "      bit: 3\n",
		":14: sensors[0].modbus.kind is temperature, which a bit cannot tell"},
	{WORD "      type: s16\n      bit: 3\n",
		":16: sensors[0].modbus.bit is for a register of type u16"},
	{WORD "      invert: true\n",
		":15: sensors[0].modbus.invert is for yes or no, this is temperature"},
	{WORD "      debounce_ms: 5\n",
		":15: sensors[0].modbus.debounce_ms is for yes or no, this is temperature"},
	{WORD "      scale: 0\n",
		":15: sensors[0].modbus.scale is 0, needs to be within ±1e+06 and not 0"},
	{BIT "      scale: 2\n",
		":15: sensors[0].modbus.scale is for a quantity, this is pull_cord"},
	{BIT "      debounce_ms: 10001\n",
		":15: sensors[0].modbus.debounce_ms is 10001, needs 0..10000"},
	{POINT "      function: coil\n      address: 65536\n      kind: motion\n",
		":13: sensors[0].modbus.address is 65536, needs 0..65535"},
	{POINT "      function: input_register\n      address: 65535\n      type: u32\n      kind: "
	       "temperature\n",
		":13: sensors[0].modbus.address leaves no room for two words"},
	{POINT "      function: input_register\n      address: 0\n      type: f32\n      kind: "
	       "motion\n",
		":14: sensors[0].modbus.type is f32, and motion needs a bit or u16"},
	{POINT "      function: inputs\n      address: 0\n      kind: motion\n",
		":12: sensors[0].modbus.function is not coil, discrete_input, holding_register or "
		"input_register"},
	{POINT "      function: coil\n      address: 0\n      kind: text\n",
		":14: sensors[0].modbus.kind is nothing a bus can tell: motion, contact, "
		"pull_cord, pressure_mat, mains, temperature, smoke, button or another kind of "
		"reading"},
	{OTHER "address: 0}}\n", ":15: sensors[1].modbus.address is already read by sensor a"},
	{OTHER "address: 1, slave: 3}}\n", ""},
	{WIRE "sensors:\n  - {id: a, role: motion, modbus: {bus: w, slave: 248, function: coil, "
	      "address: 0, kind: motion}}\n",
		":7: sensors[0].modbus.slave is 248, needs 1..247"},
	{WIRE "sensors:\n"
	      "  - {id: a, role: motion, modbus: {bus: w, slave: 1, function: coil, address: 0, "
	      "kind: motion, first_read: 272}}\n"
	      "  - {id: b, role: motion, modbus: {bus: w, slave: 1, function: coil, address: 1, "
	      "kind: motion, first_read: 272}}\n",
		":8: sensors[1].modbus.first_read is already said of this slave by a"},
};

static void test_every_contradiction_names_its_line(void **state)
{
	static struct hub_config c;

	(void)state;
	for (size_t n = 0; n < sizeof(refusals) / sizeof(refusals[0]); n++) {
		char error[HUB_CONFIG_ERROR_MAX];

		assert_int_equal(load_text(refusals[n].text, &c, error), -EINVAL);
		/* what libcyaml refuses has its own words */
		if (refusals[n].want[0])
			assert_string_equal(error, refusals[n].want);
	}
	assert_string_equal(c.home, "");
}

static void test_buses_at_the_maximum_and_one_more(void **state)
{
	static struct hub_config c;
	char text[1024] = GOOD "buses:\n", error[HUB_CONFIG_ERROR_MAX];
	size_t at = strlen(text);

	(void)state;
	for (unsigned int n = 0; n <= HUB_BUSES_MAX; n++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at,
			"  - {name: b%u, rtu: {device: /dev/%u}}\n", n, n);
		if (n == HUB_BUSES_MAX - 1)
			assert_int_equal(load_text(text, &c, error), 0);
	}
	assert_int_equal(load_text(text, &c, error), -EINVAL);
	assert_string_equal(error, ":8: buses[4] is one bus too many, at most 4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_kinds_of_bus_and_what_hangs_on_them),
		cmocka_unit_test(test_every_contradiction_names_its_line),
		cmocka_unit_test(test_buses_at_the_maximum_and_one_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
