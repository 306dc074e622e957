/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From configuration to sources; that there is no adapter is not an error but a deaf source.
 */
#include "hub/radio.h"

#include "common/log.h"
#include "sensors/source_ble.h"

#include <errno.h>
#include <string.h>

int radio_add(struct hub *h)
{
	struct hub_source *source = &h->sources[h->sources_count];
	const struct source_ble_options options = {.adapter = h->config.adapter,
		.is_active = h->config.is_scan_active,
		.keys = &h->keys};
	struct source_listener listener;
	int r;

	if (!h->config.has_bluetooth)
		return 0;
	if (h->sources_count == HUB_SOURCES_MAX) {
		log_error("bluetooth: too many sources, at most %d", HUB_SOURCES_MAX);
		return -ENOSPC;
	}
	source->hub = h;
	listener = hub_listener(source);
	r = source_ble_new(&source->source, h->event, &options, &listener);
	if (r < 0) {
		log_error("bluetooth: %s", strerror(-r));
		return r;
	}
	h->sources_count++;
	h->endless_count++;
	return 0;
}
