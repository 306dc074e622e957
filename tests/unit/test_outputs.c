/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lamps and sirens on GPIO lines: the wish is kept and brought to pass. (Coils: test_modbus.) */
#include "hub/hub.h"
#include "tests/unit/gpio_chip.h"

#define LAMP_LINE  2
#define SIREN_LINE 3

struct home {
	struct chip chip;
	struct gpio_calls calls;
};

static struct hub h;

static void begin(struct home *home)
{
	const struct output_place lamp = {.kind = OUTPUT_LAMP,
		.is_gpio = true,
		.gpio = {.chip = CHIP_NAME, .line = LAMP_LINE, .is_active_low = true}};
	const struct output_place siren = {.kind = OUTPUT_SIREN,
		.is_gpio = true,
		.gpio = {.chip = CHIP_NAME, .line = SIREN_LINE}};

	home->calls = chip_calls(&home->chip);
	h = (struct hub){.config.outputs = {.count = 2, .places = {lamp, siren}},
		.outputs.gpio = &home->calls};
	assert_int_equal(outputs_begin(&h), 0);
}

static void end(struct home *home)
{
	outputs_end(&h);
	assert_int_equal(home->chip.opens, home->chip.closes);
}

static unsigned int faults(char ret[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX])
{
	return outputs_faults(&h, ret, 0);
}

static void test_a_line_is_off_at_start_on_when_wished_and_off_at_the_end(void **state)
{
	struct home home = {.chip.is_there = true};
	const struct gpio_line *lamp = &home.chip.lines[LAMP_LINE];
	char told[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX];

	(void)state;
	begin(&home);
	assert_true(lamp->is_had && lamp->is_low_active && lamp->way == GPIO_OUTPUT);
	assert_false(home.chip.lines[SIREN_LINE].is_low_active);
	assert_false(lamp->is_active);
	assert_int_equal(outputs_set(&h, OUTPUT_LAMP, true), 0);
	assert_true(lamp->is_active);
	assert_false(home.chip.lines[SIREN_LINE].is_active);
	assert_int_equal(faults(told), 0);
	end(&home);
	assert_false(lamp->is_active);
	assert_false(lamp->is_had);
}

static void test_HS_07_a_chip_that_is_not_there_is_a_fault_that_names_it(void **state)
{
	struct home home = {.chip.is_there = false};
	char told[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX];

	(void)state;
	begin(&home);
	assert_int_equal(outputs_set(&h, OUTPUT_LAMP, true), 0);
	assert_int_equal(faults(told), 2);
	assert_string_equal(told[0], "lamp at gpiochip0 line 2: No such file or directory");
	assert_string_equal(told[1], "siren at gpiochip0 line 3: No such file or directory");
	home.chip.is_there = true; /* plugged in while the resident is being asked */
	outputs_again(&h);
	assert_int_equal(faults(told), 0);
	assert_true(home.chip.lines[LAMP_LINE].is_active);
	end(&home);
}

static void test_HS_07_a_chip_pulled_out_is_noticed_before_it_is_needed(void **state)
{
	struct home home = {.chip.is_there = true};
	char told[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX];

	(void)state;
	begin(&home);
	home.chip.is_there = false;
	outputs_again(&h);
	assert_int_equal(faults(told), 2);
	home.chip.is_there = true;
	assert_int_equal(outputs_set(&h, OUTPUT_SIREN, true), 0);
	assert_true(home.chip.lines[SIREN_LINE].is_active);
	assert_int_equal(faults(told), 1); /* the lamp's, until the next round */
	end(&home);
}

/* The kernel gives a line of a chip that was out no second life: it is had anew, at once. */
static int gone_once(struct gpio_line *line, bool is_active, void *userdata)
{
	struct chip *c = userdata;

	return c->opens == 2 ? -ENODEV : chip_write(line, is_active, userdata);
}

static void test_a_chip_that_was_out_and_is_back_is_had_anew_at_once(void **state)
{
	struct home home = {.chip.is_there = true};
	char told[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX];

	(void)state;
	begin(&home);
	home.calls.write = gone_once;
	assert_int_equal(outputs_set(&h, OUTPUT_LAMP, true), 0);
	assert_true(home.chip.lines[LAMP_LINE].is_active);
	assert_int_equal(home.chip.opens, 3);
	assert_int_equal(faults(told), 0);
	end(&home);
}

static void test_a_line_that_somebody_else_has_is_a_fault(void **state)
{
	struct home home = {.chip.is_there = true};
	char told[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX];

	(void)state;
	home.chip.lines[LAMP_LINE].is_had = true;
	begin(&home);
	assert_int_equal(faults(told), 1);
	assert_string_equal(told[0], "lamp at gpiochip0 line 2: Device or resource busy");
	end(&home);
}

static void test_a_line_that_the_chip_has_not_is_a_fault(void **state)
{
	struct home home = {.chip.is_there = true};
	char told[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX];

	(void)state;
	begin(&home);
	outputs_end(&h);
	h.config.outputs.places[0].gpio.line = CHIP_LINES;
	assert_int_equal(outputs_begin(&h), 0);
	assert_int_equal(faults(told), 1);
	assert_string_equal(told[0], "lamp at gpiochip0 line 64: no such line");
	end(&home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_line_is_off_at_start_on_when_wished_and_off_at_the_end),
		cmocka_unit_test(test_HS_07_a_chip_that_is_not_there_is_a_fault_that_names_it),
		cmocka_unit_test(test_HS_07_a_chip_pulled_out_is_noticed_before_it_is_needed),
		cmocka_unit_test(test_a_chip_that_was_out_and_is_back_is_had_anew_at_once),
		cmocka_unit_test(test_a_line_that_somebody_else_has_is_a_fault),
		cmocka_unit_test(test_a_line_that_the_chip_has_not_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
