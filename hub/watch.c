/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sources and sensors before supervision.
 */
#include "hub/watch.h"

#include "common/log.h"
#include "hub/outbox_watched.h"

static unsigned int way_of(const struct hub_source *source)
{
	if (source->is_receiver)
		return WAY_RADIO;
	return source->is_bus ? WAY_BUS(source->bus) : WAY_NONE;
}

/* Sensors on a bus: by the points that the configuration gives them. */
static void set_ways(struct hub *h, uint64_t now_us)
{
	const struct hub_modbus *modbus = &h->config.modbus;

	for (unsigned int n = 0; n < modbus->points_count; n++) {
		const struct roster_sensor *sensor =
			roster_find(&h->config.roster, &modbus->points[n].sensor);

		if (sensor)
			supervision_set_way(
				&h->supervision, sensor, WAY_BUS(modbus->points[n].bus), now_us);
	}
	/* addresses of a recording, where there is no radio */
	if (!h->config.has_bluetooth)
		supervision_listen(&h->supervision, WAY_RADIO, true, now_us);
}

void watch_begin(struct hub *h, struct moment at)
{
	supervision_init(&h->supervision, &h->config.roster, at.now_us);
	set_ways(h, at.now_us);
	(void)outbox_load_watched(h->outbox, &h->supervision, at.now_us);
	h->watched_us = at.now_us + WATCH_SAVE_US;
}

void watch_hear(struct hub *h, const struct roster_sensor *sensor, uint64_t now_us)
{
	supervision_hear(&h->supervision, sensor, now_us);
}

void watch_source(const struct hub_source *source, uint64_t now_us)
{
	unsigned int way = way_of(source);

	if (way != WAY_NONE)
		supervision_listen(&source->hub->supervision, way,
			source->health.state == SOURCE_HEARING, now_us);
}

/* A link that stands is a sign of life of who is at its end, who may have nothing to say. */
static void hear_links(struct hub *h, uint64_t now_us)
{
	for (unsigned int n = 0; n < h->sources_count; n++) {
		const struct hub_source *s = &h->sources[n];

		if (s->is_link && s->wearable && s->health.state == SOURCE_HEARING)
			watch_hear(h, s->wearable, now_us);
	}
}

void watch_turn(struct hub *h, struct moment at)
{
	hear_links(h, at.now_us);
	if (at.now_us < h->watched_us)
		return;
	h->watched_us = at.now_us + WATCH_SAVE_US;
	watch_save(h, at);
}

void watch_save(struct hub *h, struct moment at)
{
	int r;

	if (!h->outbox || !h->supervision.roster)
		return;
	r = outbox_put_watched(h->outbox, &h->supervision, at.now_us);
	if (r < 0)
		log_warning(
			"supervision: what was learned is not kept: %s", outbox_fault(h->outbox));
}
