/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From configuration to sources; that there is no adapter is not an error but a deaf source.
 */
#include "hub/radio.h"

#include "common/clock.h"
#include "common/log.h"
#include "hub/store_file.h"
#include "sensors/source_ble.h"
#include "sensors/source_gatt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PAIRINGS "pairings"

static int add_receiver(struct hub *h, struct hub_source *source)
{
	const struct source_ble_options options = {.adapter = h->config.adapter,
		.is_active = h->config.is_scan_active,
		.keys = &h->keys};
	const struct source_listener listener = hub_listener(source);

	source->is_receiver = true;
	return source_ble_new(&source->source, h->event, &options, &listener);
}

static void on_paired(const struct sensor_id *sensor, int error, void *userdata)
{
	(void)userdata;
	if (error < 0)
		log_error("wearable %s: its pairing is not kept, it is lost when this machine "
			  "restarts: %s",
			sensor->text, strerror(-error));
	else
		log_info("wearable %s: paired, its link is encrypted from now on", sensor->text);
}

static int begin_pairing(struct hub *h)
{
	char path[HUB_PATH_MAX], error[PAIRING_ERROR_MAX];
	const struct pairing_options options = {.path = path, .on_paired = on_paired};
	int r;

	(void)snprintf(path, sizeof(path), "%.*s/%s", HUB_PATH_MAX - (int)sizeof("/" PAIRINGS),
		h->config.state_dir, PAIRINGS);
	r = pairing_new(&h->pairing, h->event, &options, error);
	if (r >= 0 || r == -ENOMEM)
		return r;
	log_error("%s; it is kept aside, wearables that were paired are to be paired anew", error);
	r = store_set_aside(path, (long long)clock_wall_ms());
	return r < 0 ? r : pairing_new(&h->pairing, h->event, &options, error);
}

static int add_link(struct hub *h, struct hub_source *source, const struct roster_sensor *sensor)
{
	const char *adapter = sensor->adapter[0] ? sensor->adapter : h->config.adapter;
	const struct source_listener listener = hub_listener(source);
	struct source_gatt_options options = {
		.sensor = sensor->id.text, .type = sensor->address_type, .adapter = adapter};
	int r = h->pairing ? 0 : begin_pairing(h);

	if (r == 0)
		r = pairing_know(h->pairing, sensor->id.text, adapter);
	if (r < 0)
		return r;
	options.pairing = h->pairing;
	source->is_link = true;
	source->wearable = sensor;
	return source_gatt_new(&source->source, h->event, &options, &listener);
}

/* A place that a link left, or one more. */
static struct hub_source *free_place(struct hub *h)
{
	for (unsigned int n = 0; n < h->sources_count; n++)
		if (!h->sources[n].source)
			return &h->sources[n];
	if (h->sources_count == HUB_SOURCES_MAX)
		return NULL;
	h->endless_count++;
	return &h->sources[h->sources_count++];
}

/* `sensor` NULL: the receiver. */
static int add(struct hub *h, const struct roster_sensor *sensor)
{
	struct hub_source *source = free_place(h);
	int r;

	if (!source) {
		log_error("bluetooth: too many sources, at most %d", HUB_SOURCES_MAX);
		return -ENOSPC;
	}
	*source = (struct hub_source){.hub = h};
	r = sensor ? add_link(h, source, sensor) : add_receiver(h, source);
	if (r < 0)
		log_error("bluetooth: %s", strerror(-r));
	return r;
}

int radio_add_link(struct hub *h, const struct roster_sensor *sensor)
{
	int r = add(h, sensor);

	for (unsigned int n = 0; r == 0 && n < h->sources_count; n++)
		if (h->sources[n].is_link && h->sources[n].wearable == sensor)
			r = source_start(h->sources[n].source);
	return r;
}

void radio_remove_link(struct hub *h, const struct roster_sensor *sensor)
{
	for (unsigned int n = 0; n < h->sources_count; n++) {
		struct hub_source *s = &h->sources[n];

		if (s->wearable != sensor)
			continue;
		s->wearable = NULL;
		if (!s->is_link)
			continue;
		pairing_forget(h->pairing, sensor->id.text);
		source_stop(s->source);
		s->source = source_free(s->source);
		*s = (struct hub_source){.hub = h};
	}
}

int radio_add(struct hub *h)
{
	int r;

	if (!h->config.has_bluetooth)
		return 0;
	r = add(h, NULL);
	for (const struct roster_sensor *s = NULL;
		r == 0 && (s = roster_following(&h->config.roster, s));)
		if (s->has_link)
			r = add(h, s);
	return r;
}

void radio_buzz(struct hub *h)
{
	static const enum wearable_alert alerts[] = {
		[BUZZ_NONE] = ALERT_NONE, [BUZZ_MILD] = ALERT_MILD, [BUZZ_HIGH] = ALERT_HIGH};

	for (unsigned int n = 0; n < h->sources_count; n++) {
		struct hub_source *s = &h->sources[n];

		if (s->is_link && s->buzz != h->signs.buzz &&
			source_gatt_alert(s->source, alerts[h->signs.buzz]) == 0)
			s->buzz = h->signs.buzz;
	}
}

void radio_hears(struct hub_source *source)
{
	struct hub *h = source->hub;

	if (source->is_link) {
		source->buzz = BUZZ_NONE;
		radio_buzz(h);
	}
	if (source->is_receiver && h->pairing)
		pairing_look(h->pairing);
	for (unsigned int n = 0; source->is_receiver && n < h->sources_count; n++)
		if (h->sources[n].is_link)
			source_gatt_again(h->sources[n].source);
}
