/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * At most one write of a coil is under way: a bus' queue holds one for each output there can be,
 * and a wish that changed meanwhile follows the answer. A line answers at once.
 */
#include "hub/outputs.h"
#include "hub/hub.h"
#include "hub/requests.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

_Static_assert(HUB_OUTPUTS_MAX <= SOURCE_MODBUS_WRITES_MAX, "all may be written at once");

static bool is_as_wished(const struct output *o)
{
	return o->is == (o->is_wished ? OUTPUT_ON : OUTPUT_OFF);
}

static struct hub_source *bus_of(struct hub *h, const struct output_place *place)
{
	for (unsigned int n = 0; n < h->sources_count; n++)
		if (h->sources[n].is_bus && h->sources[n].bus == place->bus)
			return &h->sources[n];
	return NULL;
}

static const struct gpio_calls *gpio_of(const struct hub *h)
{
	return h->outputs.gpio ? h->outputs.gpio : &gpio_kernel;
}

static void close_line(struct hub *h, struct output *o)
{
	if (o->line)
		gpio_of(h)->release(o->line, gpio_of(h)->userdata);
	o->line = NULL;
}

static int try_line(struct hub *h, const struct gpio_place *place, struct output *o)
{
	const struct gpio_calls *gpio = gpio_of(h);
	int fd, r = 0;

	if (!o->line)
		r = gpio->acquire(place, GPIO_OUTPUT, &o->line, &fd, gpio->userdata);
	if (r == 0)
		r = gpio->write(o->line, o->is_wished, gpio->userdata);
	if (r < 0)
		close_line(h, o);
	return r;
}

/* A line that was had may be of a chip that was pulled out and is back. */
static void write_line(struct hub *h, const struct gpio_place *place, struct output *o)
{
	bool was_had = o->line;

	o->error = try_line(h, place, o);
	if (o->error && was_had)
		o->error = try_line(h, place, o);
	o->is = o->error ? OUTPUT_UNKNOWN : o->is_wished ? OUTPUT_ON : OUTPUT_OFF;
}

static void write_coil(struct hub *h, unsigned int n)
{
	const struct output_place *place = &h->config.outputs.places[n];
	struct hub_source *bus = bus_of(h, place);
	struct output *o = &h->outputs.rows[n];
	const struct modbus_write write = {.slave = place->slave,
		.address = place->address,
		.is_on = o->is_wished != place->is_inverted};

	if (o->is_being_written || !bus)
		return;
	o->error = source_modbus_write_coil(bus->source, &write);
	o->is_being_written = o->error == 0;
}

static void write_now(struct hub *h, unsigned int n)
{
	const struct output_place *place = &h->config.outputs.places[n];

	if (place->is_gpio)
		write_line(h, &place->gpio, &h->outputs.rows[n]);
	else
		write_coil(h, n);
}

int outputs_begin(struct hub *h)
{
	for (unsigned int n = 0; n < h->config.outputs.count; n++)
		if (h->config.outputs.places[n].is_gpio)
			write_now(h, n);
	return 0;
}

void outputs_end(struct hub *h)
{
	for (unsigned int n = 0; n < h->config.outputs.count; n++) {
		struct output *o = &h->outputs.rows[n];

		o->is_wished = false;
		if (o->line)
			write_now(h, n);
		close_line(h, o);
	}
}

int outputs_set(struct hub *h, enum output_kind kind, bool is_on)
{
	int r = -ENOENT;

	for (unsigned int n = 0; n < h->config.outputs.count; n++) {
		struct output *o = &h->outputs.rows[n];

		if (h->config.outputs.places[n].kind != kind)
			continue;
		r = 0;
		o->is_wished = is_on;
		o->tries = 0;
		if (!is_as_wished(o))
			write_now(h, n);
	}
	return r;
}

void outputs_again(struct hub *h)
{
	for (unsigned int n = 0; n < h->config.outputs.count; n++) {
		struct output *o = &h->outputs.rows[n];

		o->tries = 0;
		if (o->is_wished || !is_as_wished(o) || h->config.outputs.places[n].is_gpio)
			write_now(h, n);
	}
}

void outputs_bus_is_back(struct hub_source *bus)
{
	struct hub *h = bus->hub;

	for (unsigned int n = 0; bus->is_bus && n < h->config.outputs.count; n++)
		if (!h->config.outputs.places[n].is_gpio &&
			h->config.outputs.places[n].bus == bus->bus) {
			h->outputs.rows[n].is = OUTPUT_UNKNOWN;
			h->outputs.rows[n].tries = 0;
			write_now(h, n);
		}
}

void outputs_on_written(const struct modbus_write *write, int error, void *userdata)
{
	const struct hub_source *bus = userdata;
	struct hub *h = bus->hub;

	for (unsigned int n = 0; n < h->config.outputs.count; n++) {
		const struct output_place *place = &h->config.outputs.places[n];
		struct output *o = &h->outputs.rows[n];

		if (place->is_gpio || place->bus != bus->bus || place->slave != write->slave ||
			place->address != write->address)
			continue;
		o->is_being_written = false;
		o->error = error;
		if (error)
			o->is = OUTPUT_UNKNOWN;
		else
			o->is = write->is_on != place->is_inverted ? OUTPUT_ON : OUTPUT_OFF;
		o->tries = error ? o->tries + 1 : 0;
		if (!is_as_wished(o) && o->tries < OUTPUTS_TRIES_MAX)
			write_now(h, n);
	}
}

static void put_fault(const struct hub *h, unsigned int n, char fault[INCIDENT_TEXT_MAX])
{
	const struct output_place *place = &h->config.outputs.places[n];
	int error = h->outputs.rows[n].error;
	const char *refused = place->is_gpio ? "no such line" : "refused";
	const char *why = error == -EINVAL ? refused : strerrordesc_np(-error);

	if (place->is_gpio)
		(void)snprintf(fault, INCIDENT_TEXT_MAX, "%s at %s line %u: %.32s",
			output_kind_text(place->kind), place->gpio.chip, place->gpio.line, why);
	else
		(void)snprintf(fault, INCIDENT_TEXT_MAX, "%s at %s slave %u coil %u: %.32s",
			output_kind_text(place->kind), h->config.modbus.buses[place->bus].name,
			place->slave, place->address, why);
}

unsigned int outputs_faults(const struct hub *h,
	char faults[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX], unsigned int count)
{
	for (unsigned int n = 0; n < h->config.outputs.count && count < HEARTBEAT_FAULTS_MAX; n++)
		if (h->outputs.rows[n].error)
			put_fault(h, n, faults[count++]);
	return count;
}

int outputs_request(struct hub *h, const json_t *request, json_t *answer)
{
	const char *text = json_string_value(json_object_get(request, "output"));
	const json_t *on = json_object_get(request, "on");
	enum output_kind kind;

	if (!text || output_kind_from_text(text, &kind) < 0)
		return request_refuse(answer, -EINVAL, "output is not lamp or siren");
	if (!json_is_boolean(on))
		return request_refuse(answer, -EINVAL, "on is not true or false");
	if (outputs_set(h, kind, json_is_true(on)) < 0)
		return request_refuse(answer, -ENOENT, "no such output is installed");
	request_put(answer, "output", json_string(text));
	request_put(answer, "on", json_boolean(json_is_true(on)));
	return 0;
}
