/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GPIO lines of sensors and outputs, as the hub's configuration says them. */
#include "tests/unit/config_text.h"

#define GOOD    "home: a\nbrokers: [\"mqtt://127.0.0.1:1\"]\n"
#define SENSORS GOOD "sensors:\n"
#define MAINS \
	SENSORS "  - {id: secteur, role: environment, gpio: {chip: gpiochip0, line: 4, kind: mains"
#define LAMP    GOOD "outputs:\n  - {kind: lamp, gpio: {chip: gpiochip0, line: 5}}\n"
#define LONGEST "abcdefghijklmnopqrstuvwxyz01234"

static void test_lines_that_are_read_and_switched(void **state)
{
	static struct hub_config c;
	char error[HUB_CONFIG_ERROR_MAX];

	(void)state;
	assert_int_equal(
		load_text(LAMP
			"  - {kind: siren, gpio: {chip: " LONGEST
			", line: 1023, active_low: true}}\n"
			"sensors:\n"
			"  - {id: secteur, role: environment, gpio: {chip: gpiochip0, line: 4, "
			"kind: mains}}\n"
			"  - {id: cordon, role: contact, gpio: {chip: pinctrl-bcm2711, line: 4, "
			"kind: pull_cord, active_low: true, debounce_ms: 0}}\n"
			"  - {id: radio, role: motion}\n",
			&c, error),
		0);
	assert_int_equal(c.outputs.count, 2);
	assert_true(c.outputs.places[0].is_gpio);
	assert_string_equal(c.outputs.places[0].gpio.chip, "gpiochip0");
	assert_int_equal(c.outputs.places[0].gpio.line, 5);
	assert_false(c.outputs.places[0].gpio.is_active_low);
	assert_string_equal(c.outputs.places[1].gpio.chip, LONGEST);
	assert_int_equal(c.outputs.places[1].gpio.line, 1023);
	assert_true(c.outputs.places[1].gpio.is_active_low);
	assert_int_equal(c.gpio.count, 2);
	assert_string_equal(c.gpio.points[0].sensor.text, "secteur");
	assert_int_equal(c.gpio.points[0].kind, READING_MAINS);
	assert_int_equal(c.gpio.points[0].debounce_ms, SOURCE_GPIO_DEBOUNCE_MS);
	assert_string_equal(c.gpio.points[1].place.chip, "pinctrl-bcm2711");
	assert_true(c.gpio.points[1].place.is_active_low);
	assert_int_equal(c.gpio.points[1].debounce_ms, 0);
}

static void test_what_cannot_be_names_its_line(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{SENSORS "  - {id: a, role: wearable, gpio: {chip: c, line: 1, kind: button}}\n",
			":4: sensors[0].gpio is for what hangs on a wire, this is a wearable"},
		{SENSORS "  - {id: a, role: contact, gpio: {chip: c, line: 1024, kind: contact}}\n",
			":4: sensors[0].gpio.line is 1024, needs 0..1023"},
		{SENSORS
			"  - {id: a, role: contact, gpio: {chip: c, line: 1, kind: temperature}}\n",
			":4: sensors[0].gpio.kind is nothing a line can tell: mains, contact, "
			"pull_cord, pressure_mat, button, motion or another yes or no"},
		{SENSORS "  - {id: a, role: contact, gpio: {chip: c, line: 1, kind: x}}\n",
			":4: sensors[0].gpio.kind is nothing a line can tell: mains, contact, "
			"pull_cord, pressure_mat, button, motion or another yes or no"},
		{SENSORS "  - {id: a, role: contact, gpio: {chip: \"\", line: 1, kind: contact}}\n",
			":4: sensors[0].gpio.chip needs 1..31 printable characters: gpiochip0, or "
			"the chip's label"},
		{SENSORS "  - {id: a, role: contact, gpio: {chip: " LONGEST
			 "5, line: 1, kind: contact}}\n",
			":4: sensors[0].gpio.chip needs 1..31 printable characters: gpiochip0, or "
			"the chip's label"},
		{MAINS ", debounce_ms: 10001}}\n",
			":4: sensors[0].gpio.debounce_ms is 10001, needs 0..10000"},
		{MAINS "}}\n  - {id: b, role: contact, gpio: {chip: gpiochip0, line: 4, kind: "
		       "contact}}\n",
			":5: sensors[1].gpio.line is already read by sensor secteur"},
		{GOOD "outputs:\n  - {kind: lamp}\n", ":4: outputs[0] needs either modbus or gpio"},
		{GOOD "outputs:\n  - {kind: lamp, gpio: {chip: 'a b', line: 1}}\n",
			":4: outputs[0].gpio.chip needs 1..31 printable characters: gpiochip0, or "
			"the chip's label"},
		{LAMP "  - {kind: siren, gpio: {chip: gpiochip0, line: 5}}\n",
			":5: outputs[1].gpio.line is already that of outputs[0]"},
		{LAMP "sensors:\n  - {id: b, role: contact, gpio: {chip: gpiochip0, line: 5, kind: "
		      "contact}}\n",
			":4: outputs[0].gpio.line is read by sensor b"},
	};
	static struct hub_config c;
	char error[HUB_CONFIG_ERROR_MAX];

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		assert_int_equal(load_text(rows[n].text, &c, error), -EINVAL);
		assert_string_equal(error, rows[n].want);
	}
	/* libcyaml's own words: an output is of no kind of reading, a line must be said */
	assert_int_equal(
		load_text(GOOD
			"outputs:\n  - {kind: lamp, gpio: {chip: a, line: 1, kind: mains}}\n",
			&c, error),
		-EINVAL);
	assert_int_equal(load_text(GOOD "outputs:\n  - {kind: lamp, gpio: {chip: a}}\n", &c, error),
		-EINVAL);
}

static void test_lines_at_the_maximum_and_one_more(void **state)
{
	static struct hub_config c;
	static char text[8192];
	char error[HUB_CONFIG_ERROR_MAX];
	size_t at = (size_t)snprintf(text, sizeof(text), SENSORS);

	(void)state;
	for (unsigned int n = 0; n <= SOURCE_GPIO_POINTS_MAX; n++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at,
			"  - {id: s%u, role: contact, gpio: {chip: c, line: %u, kind: contact}}\n",
			n, n);
		if (n == SOURCE_GPIO_POINTS_MAX - 1)
			assert_int_equal(load_text(text, &c, error), 0);
	}
	assert_int_equal(load_text(text, &c, error), -EINVAL);
	assert_string_equal(error, ":36: sensors[32].gpio is one line too many, at most 32");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_that_are_read_and_switched),
		cmocka_unit_test(test_what_cannot_be_names_its_line),
		cmocka_unit_test(test_lines_at_the_maximum_and_one_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
