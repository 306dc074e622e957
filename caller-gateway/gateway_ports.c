/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the desk reaches out: receipts and progress to the hubs, sentences to the voice, steps to
 * who follows. What cannot be published now is not kept: the hub sends the incident again and gets
 * its receipt again, and its heartbeat brings the progress again.
 */
#include "caller-gateway/announce.h"
#include "caller-gateway/gateway.h"
#include "common/clock.h"
#include "common/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RECEIPT_EXPIRY_S  600
#define PROGRESS_EXPIRY_S 3600

static int publish(struct gateway *g, const char *home, const char *leaf, const char *json,
	int bytes, uint32_t expiry_s)
{
	char topic[MQTT_TOPIC_MAX];
	int r = incident_topic(home, leaf, topic, sizeof(topic));

	if (r < 0 || bytes < 0)
		return r < 0 ? r : bytes;
	return gateway_publish(g, topic, json, (size_t)bytes, expiry_s);
}

static void send_receipt(const char *home, const struct receipt *receipt, void *userdata)
{
	struct gateway *g = userdata;
	char json[INCIDENT_JSON_MAX];
	int bytes = receipt_to_json(receipt, json);
	int r = publish(g, home, "receipt", json, bytes, RECEIPT_EXPIRY_S);

	if (r < 0)
		log_debug("incident %s: receipt not sent: %s", receipt->incident, strerror(-r));
	else
		gateway_tell(g, "receipted", clock_boot_us(), receipt->incident, NULL);
}

static void send_progress(const struct incident *i, void *userdata)
{
	struct gateway *g = userdata;
	struct progress progress = {
		.state = i->state, .outcome = i->outcome, .changed_ms = i->changed_ms};
	char json[INCIDENT_JSON_MAX];

	memcpy(progress.incident, i->id, sizeof(progress.incident));
	memcpy(progress.by, i->by, sizeof(progress.by));
	memcpy(progress.why, i->why, sizeof(progress.why));
	int bytes = progress_to_json(&progress, json);
	int r = publish(g, i->home, "progress", json, bytes, PROGRESS_EXPIRY_S);
	if (r < 0)
		log_debug("incident %s: progress not sent: %s", i->id, strerror(-r));
}

static int say(const char *key, const struct incident *incident, enum ladder_say what,
	bool is_reminder, void *userdata)
{
	struct gateway *g = userdata;
	char sentence[SPEECH_SENTENCE_MAX];
	const struct gateway_home *home = gateway_config_home(&g->config, incident->home);

	announce_sentence(g->config.language, incident, home, what, is_reminder, sentence);
	int r = playback_say(
		g->playback, key, NULL, sentence, incident->class != INCIDENT_TECHNICAL);
	if (r >= 0)
		gateway_tell(g, "queued", clock_boot_us(), incident->id, sentence);
	return r;
}

static void tell(const char *what, const char *incident, const char *text, void *userdata)
{
	gateway_tell(userdata, what, clock_boot_us(), incident, text);
}

struct desk_ports gateway_ports(struct gateway *g)
{
	return (struct desk_ports){.say = say,
		.send_receipt = send_receipt,
		.send_progress = send_progress,
		.tell = tell,
		.userdata = g};
}
