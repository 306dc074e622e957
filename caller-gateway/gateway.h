/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gateway as it runs: broker, store, desk, voice and control socket on one loop. Loop thread.
 */
#pragma once

#include "caller-gateway/config.h"
#include "caller-gateway/desk.h"
#include "caller-gateway/inbox.h"
#include "caller-gateway/seen.h"
#include "common/control.h"
#include "common/health.h"
#include "common/mqtt.h"
#include "common/playback.h"

struct gateway {
	struct gateway_config config;
	sd_event *event;
	struct health *health;
	int part_loop, part_store;
	struct store *store;
	struct desk *desk;
	struct seen *seen;
	struct inbox inbox;
	struct inbox_message message;         /* the one being read */
	struct mqtt *links[MQTT_BROKERS_MAX]; /* one a broker: hubs may be on either */
	unsigned int links_up;
	struct playback *playback;
	struct control *control;
	sd_event_source *tick, *beat;
	uint64_t started_us;
	char sound_fault[INCIDENT_TEXT_MAX]; /* "": the voice works */
};

/* Everything but running; config is taken over. 0 or −errno, logged; gateway_done() in any case. */
int gateway_init(struct gateway *g);
/* Until SIGTERM or SIGINT. */
int gateway_run(struct gateway *g);
void gateway_done(struct gateway *g);

struct desk_moment gateway_moment(void);
/* To every broker that is there: 0 when one took it, else −errno. */
int gateway_publish(
	struct gateway *g, const char *topic, const char *json, size_t bytes, uint32_t expiry_s);
unsigned int gateway_links_up(const struct gateway *g);
/* Looks at the ladder now and again when it is due. */
void gateway_tick(struct gateway *g);
void gateway_tell(struct gateway *g, const char *what, uint64_t time_us, const char *incident,
	const char *text);

/* The control socket's requests (requests.c). */
int gateway_on_request(const char *verb, const json_t *request, json_t *answer, void *userdata);
/* What the desk calls (gateway_ports.c). */
struct desk_ports gateway_ports(struct gateway *g);
/* What the broker and the voice call (gateway_events.c). */
struct mqtt_listener gateway_listener(struct gateway *g);
void gateway_on_voice(const struct playback_event *event, void *userdata);
