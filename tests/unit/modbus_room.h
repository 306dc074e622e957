/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A real source on a real loop, and the slaves that it asks. */
#pragma once

#include "common/clock.h"
#include "sensors/source_modbus.h"
#include "tests/fakes/modbus_slaves.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define LIMIT_US    (10 * US_PER_S)
#define RESPONSE_MS 100 /* a busy machine's slave must not look absent */

struct room {
	sd_event *event;
	struct source *source;
	struct fake_slaves slaves;
	unsigned int readings, healths, notices[4], written;
	int written_error;
	struct reading last[256]; /* by slave: ids are "s<slave>" */
	enum source_state state;
	char why[96], notice[64];
};

static inline unsigned int slave_of(const struct sensor_id *id)
{
	return (unsigned int)strtoul(id->text + 1, NULL, 10);
}

static inline void on_reading(const struct reading *reading, void *userdata)
{
	struct room *r = userdata;

	assert_true(reading->time_us <= clock_boot_us());
	r->readings++;
	r->last[slave_of(&reading->sensor)] = *reading;
}

static inline void on_health(const struct source_health *health, void *userdata)
{
	struct room *r = userdata;

	r->healths++;
	r->state = health->state;
	(void)snprintf(r->why, sizeof(r->why), "%s", health->why);
}

static inline void on_notice(const struct source_notice *notice, void *userdata)
{
	struct room *r = userdata;

	r->notices[notice->word]++;
	(void)snprintf(r->notice, sizeof(r->notice), "%s", notice->why);
}

static inline void on_written(const struct modbus_write *write, int error, void *userdata)
{
	struct room *r = userdata;

	(void)write;
	r->written++;
	r->written_error = error;
}

static inline struct register_point point(uint8_t slave)
{
	struct register_point p = {.slave = slave,
		.table = REGISTER_DISCRETE_INPUT,
		.type = REGISTER_BIT,
		.bit = REGISTER_WHOLE_WORD,
		.kind = READING_PULL_CORD,
		.scale = 1,
		.first_read = REGISTER_NO_FIRST_READ};

	(void)snprintf(p.sensor.text, sizeof(p.sensor.text), "s%u", slave);
	return p;
}

static inline struct bus bus_of(const struct room *r)
{
	struct bus bus = {.name = "couloir",
		.is_tcp = r->slaves.is_tcp,
		.host = "127.0.0.1",
		.port = r->slaves.port,
		.baud = 115200,
		.parity = 'N',
		.stop_bits = 1,
		.response_ms = RESPONSE_MS,
		.cycle_ms = 5};

	(void)snprintf(bus.device, sizeof(bus.device), "%s", r->slaves.device);
	return bus;
}

static inline void begin_source(struct room *r, const struct bus *bus,
	const struct register_point points[], unsigned int count)
{
	const struct source_listener listener = {.on_reading = on_reading,
		.on_health = on_health,
		.on_notice = on_notice,
		.userdata = r};

	assert_true(sd_event_new(&r->event) >= 0);
	assert_int_equal(
		source_modbus_new(&r->source, r->event, bus, points, count, &listener, on_written),
		0);
	assert_int_equal(source_start(r->source), 0);
	assert_int_equal(source_start(r->source), -EALREADY);
}

/* `count` slaves from 1 on, each with one bit. */
static inline struct room *begin_room(bool is_tcp, unsigned int count)
{
	struct room *r = calloc(1, sizeof(*r));
	struct register_point points[SLAVES_MAX];
	struct bus bus;

	assert_non_null(r);
	if (is_tcp)
		slaves_listen(&r->slaves, 0);
	else
		slaves_open(&r->slaves, NULL);
	for (unsigned int n = 0; n < count; n++) {
		slaves_add(&r->slaves, (uint8_t)(n + 1));
		points[n] = point((uint8_t)(n + 1));
	}
	bus = bus_of(r);
	begin_source(r, &bus, points, count);
	return r;
}

static inline void end_room(struct room *r)
{
	uint64_t before_us;

	source_stop(r->source);
	before_us = clock_boot_us();
	r->source = source_free(r->source);
	/* at most one exchange; a slow machine gets ten times as long */
	assert_true(clock_boot_us() - before_us < 10 * RESPONSE_MS * US_PER_MS);
	r->event = sd_event_unref(r->event);
	slaves_end(&r->slaves);
	free(r);
}

/* Turns the loop until the condition holds; false after LIMIT_US. */
#define wait_for(room, condition) \
	do { \
		uint64_t limit_us = clock_boot_us() + LIMIT_US; \
		while (!(condition)) { \
			assert_true(clock_boot_us() < limit_us); \
			assert_true(sd_event_run((room)->event, 20000) >= 0); \
		} \
	} while (0)
