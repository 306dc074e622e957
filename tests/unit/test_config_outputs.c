/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lamps and sirens, as the hub's configuration says them. */
#include "tests/unit/config_text.h"

#define GOOD \
	"home: a\nbrokers: [\"mqtt://127.0.0.1:1\"]\nbuses:\n" \
	"  - {name: v, tcp: {host: 127.0.0.1}}\n  - {name: w, tcp: {host: 127.0.0.2}}\noutputs:\n"
#define LAMP GOOD "  - {kind: lamp, modbus: {bus: w, slave: 1, coil: 5}}\n"

static void test_what_is_switched(void **state)
{
	static struct hub_config c;
	char error[HUB_CONFIG_ERROR_MAX];

	(void)state;
	assert_int_equal(
		load_text(LAMP "  - {kind: siren, modbus: {bus: v, slave: 247, coil: 65535, "
			       "invert: true}}\n",
			&c, error),
		0);
	assert_int_equal(c.outputs.count, 2);
	assert_int_equal(c.outputs.places[0].kind, OUTPUT_LAMP);
	assert_int_equal(c.outputs.places[0].bus, 1);
	assert_int_equal(c.outputs.places[0].slave, 1);
	assert_int_equal(c.outputs.places[0].address, 5);
	assert_false(c.outputs.places[0].is_inverted);
	assert_int_equal(c.outputs.places[1].kind, OUTPUT_SIREN);
	assert_int_equal(c.outputs.places[1].bus, 0);
	assert_int_equal(c.outputs.places[1].slave, 247);
	assert_int_equal(c.outputs.places[1].address, 65535);
	assert_true(c.outputs.places[1].is_inverted);
}

static void test_what_cannot_be_names_its_line(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{GOOD "  - {kind: bell, modbus: {bus: w, slave: 1, coil: 5}}\n",
			":7: outputs[0].kind is not lamp or siren"},
		{GOOD "  - {kind: lamp, modbus: {bus: x, slave: 1, coil: 5}}\n",
			":7: outputs[0].modbus.bus is not the name of a bus"},
		{GOOD "  - {kind: lamp, modbus: {bus: w, slave: 0, coil: 5}}\n",
			":7: outputs[0].modbus.slave is 0, needs 1..247"},
		{GOOD "  - {kind: lamp, modbus: {bus: w, slave: 1, coil: 65536}}\n",
			":7: outputs[0].modbus.coil is 65536, needs 0..65535"},
		{LAMP "  - {kind: siren, modbus: {bus: w, slave: 1, coil: 5}}\n",
			":8: outputs[1].modbus.coil is already that of outputs[0]"},
	};
	static struct hub_config c;
	char error[HUB_CONFIG_ERROR_MAX];

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		assert_int_equal(load_text(rows[n].text, &c, error), -EINVAL);
		assert_string_equal(error, rows[n].want);
	}
	/* libcyaml's own words: a kind without a place is no output */
	assert_int_equal(load_text(GOOD "  - {kind: lamp}\n", &c, error), -EINVAL);
}

static void test_outputs_at_the_maximum_and_one_more(void **state)
{
	static struct hub_config c;
	char text[1024] = GOOD, error[HUB_CONFIG_ERROR_MAX];
	size_t at = strlen(text);

	(void)state;
	for (unsigned int n = 0; n <= HUB_OUTPUTS_MAX; n++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at,
			"  - {kind: lamp, modbus: {bus: w, slave: 1, coil: %u}}\n", n);
		if (n == HUB_OUTPUTS_MAX - 1)
			assert_int_equal(load_text(text, &c, error), 0);
	}
	assert_int_equal(load_text(text, &c, error), -EINVAL);
	assert_string_equal(error, ":15: outputs[8] is one output too many, at most 8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_switched),
		cmocka_unit_test(test_what_cannot_be_names_its_line),
		cmocka_unit_test(test_outputs_at_the_maximum_and_one_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
