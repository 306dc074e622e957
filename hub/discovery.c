/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Receivers watched for a while, and what they saw as JSON.
 */
#include "hub/discovery.h"

#include "hub/requests.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void on_seen(const struct advertisement *a, const uint8_t address[6], int answer,
	const struct decoded *decoded, bool is_ours, void *userdata)
{
	struct discovery *d = userdata;

	sightings_hear(&d->sightings, a, address, answer, decoded, is_ours);
}

/* Every receiver tells `watch` from now on (NULL: nobody): how many there are. */
static unsigned int watch_all(struct hub *h, const struct receiver_watch *watch)
{
	unsigned int count = 0;

	for (unsigned int n = 0; n < h->sources_count; n++) {
		struct receiver *r = source_receiver(h->sources[n].source);

		if (r)
			receiver_watch(r, watch);
		count += r != NULL;
	}
	return count;
}

int discovery_begin(struct hub *h, unsigned int seconds, uint64_t now_us)
{
	struct discovery *d = h->discovery ? h->discovery : calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	h->discovery = d;
	d->watch =
		(struct receiver_watch){.keys = &d->strangers, .on_seen = on_seen, .userdata = d};
	if (watch_all(h, &d->watch) == 0) {
		discovery_end(h);
		return -ENODEV;
	}
	d->until_us = now_us + seconds * US_PER_S;
	hub_arm(h);
	return 0;
}

void discovery_end(struct hub *h)
{
	if (!h->discovery)
		return;
	(void)watch_all(h, NULL);
	device_keys_done(&h->discovery->strangers);
	free(h->discovery);
	h->discovery = NULL;
}

uint64_t discovery_next_us(const struct hub *h)
{
	return h->discovery ? h->discovery->until_us : UINT64_MAX;
}

/* At its time it hears no more; what it saw can be asked for a little longer. */
void discovery_turn(struct hub *h, struct moment at)
{
	if (!h->discovery || at.now_us < h->discovery->until_us)
		return;
	if (h->discovery->watch.on_seen) {
		(void)watch_all(h, NULL);
		h->discovery->watch.on_seen = NULL;
		h->discovery->until_us = at.now_us + DISCOVERY_GRACE_US;
		return;
	}
	discovery_end(h);
}

static json_t *kinds_json(const struct sighting *s)
{
	json_t *list = json_array();

	for (int kind = READING_NONE + 1; kind < READING_KINDS; kind++)
		if (sighting_tells(s, (enum reading_kind)kind))
			(void)json_array_append_new(list, json_string(reading_kinds[kind].name));
	return list;
}

static json_t *services_json(const struct sighting *s)
{
	json_t *list = json_array();

	for (unsigned int n = 0; n < SIGHTING_SERVICES; n++)
		if (s->services >> n & 1)
			(void)json_array_append_new(list, json_string(sighting_services[n]));
	return list;
}

static json_t *maker_json(const struct sighting *s)
{
	const char *name = sighting_maker(s);
	char number[8];

	if (!s->has_maker)
		return json_null();
	(void)snprintf(number, sizeof(number), "0x%04x", s->maker);
	return json_string(name ? name : number);
}

static json_t *sighting_json(struct hub *h, const struct sighting *s, uint64_t now_us)
{
	const struct sensor_id id = advertisement_sensor(s->address);
	const struct roster_sensor *sensor = roster_find(&h->config.roster, &id);
	json_t *o = json_object();

	request_put(o, "address", json_string(id.text));
	request_put(o, "address_type", json_string(s->address_type & 1 ? "random" : "public"));
	request_put(o, "guess", json_string(sighting_guess(s)));
	request_put(o, "format",
		s->decoder < DECODERS_MAX ? json_string(decoders[s->decoder]->name) : json_null());
	request_put(o, "sealed", json_boolean(s->is_sealed));
	request_put(o, "kinds", kinds_json(s));
	request_put(o, "name", json_string(s->name));
	request_put(o, "maker", maker_json(s));
	request_put(o, "services", services_json(s));
	request_put(o, "connectable", json_boolean(s->is_connectable));
	request_put(o, "rssi_dbm",
		s->rssi_dbm == DEVICE_RSSI_UNKNOWN ? json_null() : json_integer(s->level / 16));
	request_put_count(o, "heard", s->heard);
	request_put_count(o, "last_s", now_us > s->last_us ? (now_us - s->last_us) / US_PER_S : 0);
	request_put(o, "installed", sensor ? json_string(sensor->name) : json_null());
	return o;
}

static void tell_found(struct hub *h, json_t *answer, uint64_t now_us)
{
	const struct sighting *found[SIGHTINGS_MAX];
	const struct discovery *d = h->discovery;
	bool is_over = !d->watch.on_seen || now_us >= d->until_us;
	unsigned int count = sightings_sort(&d->sightings, found);
	json_t *list = json_array();

	for (unsigned int n = 0; n < count; n++)
		(void)json_array_append_new(list, sighting_json(h, found[n], now_us));
	request_put_count(
		answer, "left_s", is_over ? 0 : (d->until_us - now_us + US_PER_S - 1) / US_PER_S);
	request_put_count(answer, "left_out", d->sightings.left_out);
	request_put(answer, "found", list);
}

int request_discover(struct hub *h, const json_t *request, json_t *answer)
{
	const json_t *seconds = json_object_get(request, "seconds");
	uint64_t now_us = clock_boot_us();
	int r = 0;

	if (seconds && (!json_is_integer(seconds) || json_integer_value(seconds) < 1 ||
			       json_integer_value(seconds) > DISCOVERY_SECONDS_MAX))
		return request_refuse(answer, -EINVAL, "seconds is not 1..600");
	if (seconds)
		r = discovery_begin(h, (unsigned int)json_integer_value(seconds), now_us);
	if (r == -ENODEV)
		return request_refuse(answer, r, "this hub has no radio to hear with");
	if (r < 0)
		return r;
	if (!h->discovery)
		return request_refuse(answer, -ENOENT, "nobody looks who is on air");
	tell_found(h, answer, now_us);
	return 0;
}
