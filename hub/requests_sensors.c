/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a technician asks about sensors and receivers: signal, format, refusals by reason.
 */
#include "hub/requests.h"

#include "sensors/jamming.h"

#include <string.h>

/* By reason, those that are not 0; what was heard again is no refusal to anybody but us. */
static json_t *refused_json(const uint32_t counts[DEVICE_REFUSALS_MAX])
{
	json_t *object = json_object();

	for (unsigned int n = 0; n < REFUSALS; n++)
		if (counts[n] > 0 && n != REFUSED_REPEATED)
			request_put_count(object, refusal_names[n], counts[n]);
	return object;
}

static bool is_on_a_bus(const struct hub *h, const struct roster_sensor *s)
{
	for (unsigned int n = 0; n < h->config.modbus.points_count; n++)
		if (strcmp(h->config.modbus.points[n].sensor.text, s->id.text) == 0)
			return true;
	return false;
}

static bool is_on_a_line(const struct hub *h, const struct roster_sensor *s)
{
	for (unsigned int n = 0; n < h->config.gpio.count; n++)
		if (strcmp(h->config.gpio.points[n].sensor.text, s->id.text) == 0)
			return true;
	return false;
}

static struct device_key *device_of(struct hub *h, const struct roster_sensor *s)
{
	uint8_t address[6];

	return device_address_from_text(s->id.text, address) < 0
		       ? NULL
		       : device_keys_find(&h->keys, address);
}

static const char *format_of(
	const struct hub *h, const struct roster_sensor *s, const struct device_key *device)
{
	if (is_on_a_bus(h, s))
		return "modbus";
	if (is_on_a_line(h, s))
		return "gpio";
	if (device && device->format > 0)
		return decoders[device->format - 1]->name;
	return s->has_link ? "link" : NULL;
}

static json_t *sensor_json(struct hub *h, const struct roster_sensor *s, uint64_t now_us)
{
	const uint32_t none[DEVICE_REFUSALS_MAX] = {0};
	const struct device_key *device = device_of(h, s);
	const char *format = format_of(h, s, device);
	json_t *object = request_sensor_json(h, s, now_us);

	request_put(object, "format", format ? json_string(format) : json_null());
	request_put(object, "rssi_dbm",
		device && device->format > 0 && device->rssi_dbm != DEVICE_RSSI_UNKNOWN
			? json_integer(device->rssi_dbm)
			: json_null());
	request_put(object, "device", json_string(s->device));
	request_put(object, "enrolled", json_boolean(s->is_added));
	request_put(object, "sealed", json_boolean(device && device->has_key));
	request_put(object, "refused", refused_json(device ? device->refused : none));
	return object;
}

static json_t *receiver_json(const struct hub_source *source, const struct receiver *r)
{
	static const char *const states[] = {[SOURCE_STARTING] = "starting",
		[SOURCE_HEARING] = "hearing",
		[SOURCE_DEAF] = "deaf",
		[SOURCE_ENDED] = "ended"};
	const struct jamming_counts air = jamming_count(r);
	json_t *object = json_object(), *refused = json_object(), *decoded = json_object();

	for (unsigned int n = 0; n < REFUSALS; n++)
		if (r->decoding.refused[n] > 0)
			request_put_count(refused, refusal_names[n], r->decoding.refused[n]);
	for (unsigned int n = 0; decoders[n]; n++)
		if (r->decoding.decoded[n] > 0)
			request_put_count(decoded, decoders[n]->name, r->decoding.decoded[n]);
	request_put(object, "source", json_string(source->source->ops->name));
	request_put(object, "state", json_string(states[source->health.state]));
	request_put(object, "why", json_string(source->health.why));
	request_put_count(object, "reports",
		r->hci.counters.advertising_reports + r->hci.counters.extended_advertising_reports);
	request_put_count(object, "strangers", r->hci.counters.strangers);
	request_put_count(object, "unknown", r->decoding.unknown);
	request_put_count(object, "malformed", r->hci.counters.malformed);
	request_put_count(object, "truncated", r->hci.counters.truncated);
	request_put_count(object, "sound", air.sound);
	request_put_count(object, "broken", air.broken);
	request_put(object, "refused", refused);
	request_put(object, "decoded", decoded);
	return object;
}

int request_sensors(struct hub *h, const json_t *request, json_t *answer)
{
	json_t *sensors = json_array(), *receivers = json_array();
	uint64_t now_us = clock_boot_us();

	(void)request;
	for (const struct roster_sensor *s = NULL; (s = roster_following(&h->config.roster, s));)
		(void)json_array_append_new(sensors, sensor_json(h, s, now_us));
	for (unsigned int n = 0; n < h->sources_count; n++) {
		const struct hub_source *source = &h->sources[n];
		const struct receiver *r = source_receiver(source->source);

		if (r)
			(void)json_array_append_new(receivers, receiver_json(source, r));
	}
	request_put(answer, "sensors", sensors);
	request_put(answer, "receivers", receivers);
	return 0;
}
