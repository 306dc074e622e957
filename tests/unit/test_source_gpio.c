/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GPIO inputs on the loop: edges, debouncing, chips that are not there or no more. */
#include "sensors/source_gpio.h"

#include "sensors/registers.h"
#include "tests/unit/gpio_chip.h"

#include <stdio.h>

#define LIMIT_US   UINT64_C(10000000)
#define HEARD_MAX  64
#define MAINS_LINE 4
#define CORD_LINE  5

struct room {
	struct chip chip;
	struct gpio_calls calls;
	sd_event *event;
	struct source *source;
	unsigned int readings, notices, healths;
	struct reading heard[HEARD_MAX];
	struct source_notice noticed[HEARD_MAX];
	struct source_health health;
};

static void on_reading(const struct reading *reading, void *userdata)
{
	struct room *room = userdata;

	assert_true(room->readings < HEARD_MAX);
	room->heard[room->readings++] = *reading;
}

static void on_notice(const struct source_notice *told, void *userdata)
{
	struct room *room = userdata;

	assert_true(room->notices < HEARD_MAX);
	room->noticed[room->notices++] = *told;
}

static void on_health(const struct source_health *health, void *userdata)
{
	struct room *room = userdata;

	room->health = *health;
	room->healths++;
}

static struct gpio_point point(const char *sensor, unsigned int line, enum reading_kind kind)
{
	struct gpio_point p = {.place = {.chip = CHIP_NAME, .line = line}, .kind = kind};

	(void)snprintf(p.sensor.text, sizeof(p.sensor.text), "%s", sensor);
	return p;
}

static void begin(struct room *room, const struct gpio_point points[], unsigned int count)
{
	const struct source_listener listener = {.on_reading = on_reading,
		.on_notice = on_notice,
		.on_health = on_health,
		.userdata = room};

	room->calls = chip_calls(&room->chip);
	assert_true(sd_event_new(&room->event) >= 0);
	assert_int_equal(
		source_gpio_new(&room->source, room->event, points, count, &room->calls, &listener),
		0);
	assert_int_equal(source_start(room->source), 0);
}

static void end(struct room *room)
{
	room->source = source_free(room->source);
	room->event = sd_event_unref(room->event);
	assert_int_equal(room->chip.opens, room->chip.closes);
}

/* What is ready now, and nothing that time brings. */
static void run_ready(struct room *room)
{
	while (sd_event_run(room->event, 0) > 0)
		;
}

static void run_until_reading(struct room *room, unsigned int count)
{
	while (room->readings < count)
		assert_true(sd_event_run(room->event, LIMIT_US) > 0);
}

static void test_mains_lost_and_back_are_readings_as_the_edges_come(void **state)
{
	const struct gpio_point mains = point("secteur", MAINS_LINE, READING_MAINS);
	struct room room = {.chip.is_there = true};

	(void)state;
	room.chip.lines[MAINS_LINE].is_active = true;
	begin(&room, &mains, 1);
	assert_int_equal(room.health.state, SOURCE_HEARING);
	assert_int_equal(room.readings, 1);
	chip_drive(&room.chip, MAINS_LINE, false);
	run_ready(&room);
	chip_drive(&room.chip, MAINS_LINE, true);
	run_ready(&room);
	assert_int_equal(room.readings, 3);
	for (unsigned int n = 0; n < 3; n++) {
		assert_string_equal(room.heard[n].sensor.text, "secteur");
		assert_int_equal(room.heard[n].kind, READING_MAINS);
		assert_int_equal((int)room.heard[n].value, n != 1);
		assert_false(room.heard[n].is_forgeable);
	}
	assert_int_equal(room.notices, 0);
	end(&room);
}

static void test_a_state_counts_once_it_lasted(void **state)
{
	struct gpio_point mains = point("secteur", MAINS_LINE, READING_MAINS);
	struct room room = {.chip.is_there = true};

	(void)state;
	mains.debounce_ms = 50;
	room.chip.lines[MAINS_LINE].is_active = true;
	begin(&room, &mains, 1);
	run_until_reading(&room, 1);
	/* a relay that bounces, and stays as it was: the next word is of what lasted */
	for (unsigned int n = 0; n < 6; n++) {
		chip_drive(&room.chip, MAINS_LINE, n % 2);
		run_ready(&room);
	}
	chip_drive(&room.chip, MAINS_LINE, false);
	run_until_reading(&room, 2);
	assert_int_equal(room.readings, 2);
	assert_int_equal((int)room.heard[1].value, 0);
	assert_true(room.heard[1].time_us >= room.heard[0].time_us + 50000);
	end(&room);
}

static void test_a_press_is_a_press_and_its_release_nothing(void **state)
{
	const struct gpio_point button = point("bouton", CORD_LINE, READING_BUTTON);
	struct room room = {.chip.is_there = true};

	(void)state;
	begin(&room, &button, 1);
	for (unsigned int n = 0; n < 4; n++) {
		chip_drive(&room.chip, CORD_LINE, n % 2 == 0);
		run_ready(&room);
	}
	assert_int_equal(room.readings, 3);
	assert_int_equal((int)room.heard[0].value, BUTTON_NONE);
	assert_int_equal((int)room.heard[1].value, BUTTON_PRESS);
	assert_int_equal((int)room.heard[2].value, BUTTON_PRESS);
	end(&room);
}

static void test_HS_07_a_chip_that_is_not_there_is_named_and_stops_nobody(void **state)
{
	struct gpio_point points[2] = {point("secteur", MAINS_LINE, READING_MAINS),
		point("cordon", CORD_LINE, READING_PULL_CORD)};
	struct room room = {.chip.is_there = true};

	(void)state;
	(void)snprintf(points[0].place.chip, GPIO_CHIP_MAX, "other-chip");
	begin(&room, points, 2);
	assert_int_equal(room.notices, 1);
	assert_int_equal(room.noticed[0].word, SOURCE_SENSOR_FAILED);
	assert_string_equal(room.noticed[0].sensor.text, "secteur");
	assert_string_equal(room.noticed[0].why, "other-chip line 4: No such file or dire");
	assert_int_equal(room.health.state, SOURCE_HEARING);
	chip_drive(&room.chip, CORD_LINE, true);
	run_ready(&room);
	assert_string_equal(room.heard[room.readings - 1].sensor.text, "cordon");
	end(&room);
}

static void test_no_chip_at_all_is_deaf(void **state)
{
	const struct gpio_point mains = point("secteur", MAINS_LINE, READING_MAINS);
	struct room room = {.chip.is_there = false};

	(void)state;
	begin(&room, &mains, 1);
	assert_int_equal(room.health.state, SOURCE_DEAF);
	assert_string_equal(room.health.why, CHIP_NAME " cannot be had");
	run_ready(&room);
	assert_int_equal(room.notices, 1);
	end(&room);
}

static void test_HS_07_a_chip_pulled_out_is_told_once(void **state)
{
	const struct gpio_point mains = point("secteur", MAINS_LINE, READING_MAINS);
	struct room room = {.chip.is_there = true};

	(void)state;
	begin(&room, &mains, 1);
	room.chip.is_there = false;
	chip_drive(&room.chip, MAINS_LINE, true);
	run_ready(&room);
	assert_int_equal(room.notices, 1);
	assert_int_equal(room.noticed[0].word, SOURCE_SENSOR_FAILED);
	assert_int_equal(room.health.state, SOURCE_DEAF);
	assert_int_equal(room.chip.closes, 1);
	end(&room);
}

static void test_a_line_that_flutters_is_told_and_does_not_keep_the_loop(void **state)
{
	const struct gpio_point cord = point("cordon", CORD_LINE, READING_PULL_CORD);
	struct room room = {.chip.is_there = true};

	(void)state;
	begin(&room, &cord, 1);
	for (unsigned int n = 0; n <= REGISTER_CHATTER_EDGES; n++) {
		chip_drive(&room.chip, CORD_LINE, n % 2 == 0);
		run_ready(&room);
	}
	assert_int_equal(room.notices, 1);
	assert_int_equal(room.noticed[0].word, SOURCE_SENSOR_CHATTERS);
	chip_drive(&room.chip, CORD_LINE, false);
	assert_int_equal(sd_event_run(room.event, 0), 0); /* not heard for now */
	assert_true(sd_event_run(room.event, LIMIT_US) > 0);
	assert_true(sd_event_run(room.event, 0) > 0); /* heard again */
	end(&room);
}

static void test_lines_at_the_maximum_and_one_more(void **state)
{
	struct gpio_point points[SOURCE_GPIO_POINTS_MAX + 1];
	const struct source_listener listener = {.on_reading = on_reading};
	struct room room = {.chip.is_there = true};
	struct source *source;

	(void)state;
	for (unsigned int n = 0; n <= SOURCE_GPIO_POINTS_MAX; n++)
		points[n] = point("a", n, READING_OPENING);
	begin(&room, points, SOURCE_GPIO_POINTS_MAX);
	assert_int_equal(room.chip.opens, SOURCE_GPIO_POINTS_MAX);
	assert_int_equal(room.readings, SOURCE_GPIO_POINTS_MAX);
	assert_int_equal(source_gpio_new(&source, room.event, points, SOURCE_GPIO_POINTS_MAX + 1,
				 &room.calls, &listener),
		-ENOSPC);
	end(&room);
}

/* libgpiod itself, where there is no chip of that name. */
static void test_the_kernel_has_no_such_chip(void **state)
{
	const struct gpio_place place = {.chip = "vigie-no-such-chip"};
	struct gpio_line *line;
	int fd;

	(void)state;
	assert_int_equal(gpio_kernel.acquire(&place, GPIO_INPUT, &line, &fd, NULL), -ENOENT);
	assert_int_equal(gpio_kernel.acquire(&place, GPIO_OUTPUT, &line, &fd, NULL), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mains_lost_and_back_are_readings_as_the_edges_come),
		cmocka_unit_test(test_a_state_counts_once_it_lasted),
		cmocka_unit_test(test_a_press_is_a_press_and_its_release_nothing),
		cmocka_unit_test(test_HS_07_a_chip_that_is_not_there_is_named_and_stops_nobody),
		cmocka_unit_test(test_no_chip_at_all_is_deaf),
		cmocka_unit_test(test_HS_07_a_chip_pulled_out_is_told_once),
		cmocka_unit_test(test_a_line_that_flutters_is_told_and_does_not_keep_the_loop),
		cmocka_unit_test(test_lines_at_the_maximum_and_one_more),
		cmocka_unit_test(test_the_kernel_has_no_such_chip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
