/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From configuration to sources; that a device is not there is not an error but a deaf source.
 */
#include "hub/buses.h"

#include "common/log.h"
#include "sensors/source_modbus.h"

#include <errno.h>
#include <string.h>

static int add_bus(struct hub *h, unsigned int bus)
{
	const struct hub_modbus *modbus = &h->config.modbus;
	struct register_point points[BUS_POINTS_MAX];
	struct hub_source *source = &h->sources[h->sources_count];
	struct source_listener listener = hub_listener(source);
	unsigned int count = 0;
	int r;

	for (unsigned int n = 0; n < modbus->points_count; n++)
		if (modbus->points[n].bus == bus)
			points[count++] = modbus->points[n];
	source->hub = h;
	source->is_bus = true;
	source->bus = bus;
	r = source_modbus_new(&source->source, h->event, &modbus->buses[bus], points, count,
		&listener, outputs_on_written);
	if (r < 0) {
		log_error("bus %s: %s", modbus->buses[bus].name, strerror(-r));
		return r;
	}
	h->sources_count++;
	h->endless_count++;
	return 0;
}

static int add_lines(struct hub *h)
{
	struct hub_source *source = &h->sources[h->sources_count];
	struct source_listener listener = hub_listener(source);
	int r;

	source->hub = h;
	source->is_gpio = true;
	r = source_gpio_new(&source->source, h->event, h->config.gpio.points, h->config.gpio.count,
		NULL, &listener);
	if (r < 0) {
		log_error("gpio: %s", strerror(-r));
		return r;
	}
	h->sources_count++;
	h->endless_count++;
	return 0;
}

int buses_add(struct hub *h)
{
	int r = 0;

	for (unsigned int n = 0; r == 0 && n < h->config.modbus.buses_count; n++)
		r = add_bus(h, n);
	if (r == 0 && h->config.gpio.count > 0)
		r = add_lines(h);
	return r;
}
