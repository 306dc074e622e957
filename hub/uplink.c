/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A home's topics.
 */
#include "hub/uplink.h"

#include "common/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct uplink {
	struct mqtt *mqtt;
	struct uplink_listener listener;
	bool is_logged; /* a refusal since the connection came up */
	uint64_t refused;
	char why[UPLINK_WHY_MAX];
	char incident_topic[MQTT_TOPIC_MAX], heartbeat_topic[MQTT_TOPIC_MAX];
	char link_topic[MQTT_TOPIC_MAX], receipt_topic[MQTT_TOPIC_MAX];
	char progress_topic[MQTT_TOPIC_MAX];
};

static void on_up(void *userdata)
{
	const struct link up = {.is_up = true};
	struct uplink *u = userdata;
	char json[INCIDENT_JSON_MAX];

	u->why[0] = '\0';
	u->is_logged = false;
	log_info("link: up");
	int bytes = link_to_json(&up, json);
	if (bytes > 0)
		(void)mqtt_publish(
			u->mqtt, u->link_topic, json, (size_t)bytes, UPLINK_INCIDENT_EXPIRY_S);
	u->listener.on_link(true, u->listener.userdata);
}

static void on_down(const char *why, void *userdata)
{
	struct uplink *u = userdata;

	(void)snprintf(u->why, sizeof(u->why), "%.90s", why);
	log_warning("link: down: %s", why);
	u->listener.on_link(false, u->listener.userdata);
}

static void refuse(struct uplink *u, const char *topic, const char *why)
{
	u->refused++;
	if (!u->is_logged)
		log_warning(
			"link: refused a message on %s: %s (more are only counted)", topic, why);
	u->is_logged = true;
}

static void on_refused(const char *topic, const char *why, void *userdata)
{
	refuse(userdata, topic, why);
}

static void on_message(const struct mqtt_message *message, void *userdata)
{
	struct uplink *u = userdata;
	char why[128] = "unknown topic";

	if (strcmp(message->topic, u->receipt_topic) == 0) {
		struct receipt receipt;

		if (receipt_from_json(
			    message->payload, message->bytes, &receipt, why, sizeof(why)) == 0) {
			u->listener.on_receipt(&receipt, u->listener.userdata);
			return;
		}
	} else if (strcmp(message->topic, u->progress_topic) == 0) {
		struct progress progress;

		if (progress_from_json(
			    message->payload, message->bytes, &progress, why, sizeof(why)) == 0) {
			u->listener.on_progress(&progress, u->listener.userdata);
			return;
		}
	}
	refuse(u, message->topic, why);
}

static int make_topics(struct uplink *u, const char *home)
{
	const struct {
		const char *leaf;
		char *topic;
	} rows[] = {{"incident", u->incident_topic}, {"heartbeat", u->heartbeat_topic},
		{"link", u->link_topic}, {"receipt", u->receipt_topic},
		{"progress", u->progress_topic}};

	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		int r = incident_topic(home, rows[n].leaf, rows[n].topic, MQTT_TOPIC_MAX);

		if (r < 0)
			return r;
	}
	return 0;
}

static int connect_to(struct uplink *u, sd_event *event, const struct hub_config *config)
{
	const struct mqtt_listener listener = {.on_up = on_up,
		.on_down = on_down,
		.on_message = on_message,
		.on_refused = on_refused,
		.userdata = u};
	const struct link lost = {.is_up = false};
	char client_id[INCIDENT_HOME_MAX + 8], will[INCIDENT_JSON_MAX];
	struct mqtt_options options = {.client_id = client_id,
		.subscriptions = {u->receipt_topic, u->progress_topic},
		.session_expiry_s = UPLINK_SESSION_EXPIRY_S,
		.will_topic = u->link_topic,
		.will_payload = will};
	int r = link_to_json(&lost, will);

	if (r < 0)
		return r;
	(void)snprintf(client_id, sizeof(client_id), "hub-%s", config->home);
	for (unsigned int n = 0; n < config->brokers_count; n++)
		options.brokers[n] = config->brokers[n];
	if (config->ca[0]) {
		options.ca_file = config->ca;
		options.certificate_file = config->certificate;
		options.key_file = config->key;
	}
	return mqtt_new(&u->mqtt, event, &options, &listener);
}

int uplink_new(struct uplink **ret, sd_event *event, const struct hub_config *config,
	const struct uplink_listener *listener)
{
	struct uplink *u = calloc(1, sizeof(*u));
	int r;

	if (!u)
		return -ENOMEM;
	u->listener = *listener;
	(void)snprintf(u->why, sizeof(u->why), "connecting");
	r = make_topics(u, config->home);
	if (r >= 0)
		r = connect_to(u, event, config);
	if (r < 0) {
		(void)uplink_free(u);
		return r;
	}
	*ret = u;
	return 0;
}

struct uplink *uplink_free(struct uplink *u)
{
	if (u && u->mqtt)
		(void)mqtt_free(u->mqtt);
	free(u);
	return NULL;
}

int uplink_incident(struct uplink *u, const struct incident *incident)
{
	char json[INCIDENT_JSON_MAX];
	int bytes = incident_to_json(incident, json);

	if (bytes < 0)
		return bytes;
	return mqtt_publish(
		u->mqtt, u->incident_topic, json, (size_t)bytes, UPLINK_INCIDENT_EXPIRY_S);
}

int uplink_heartbeat(struct uplink *u, const struct heartbeat *heartbeat, uint32_t expiry_s)
{
	char json[HEARTBEAT_JSON_MAX];
	int bytes = heartbeat_to_json(heartbeat, json);

	if (bytes < 0)
		return bytes;
	return mqtt_publish(u->mqtt, u->heartbeat_topic, json, (size_t)bytes, expiry_s);
}

bool uplink_is_up(const struct uplink *u)
{
	return mqtt_is_up(u->mqtt);
}

const char *uplink_why(const struct uplink *u)
{
	return u->why;
}

uint64_t uplink_refused(const struct uplink *u)
{
	return u->refused;
}
