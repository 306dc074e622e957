/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What reaches the gateway: messages of the homes by way of the broker, and what the voice tells.
 * All messages of one wake-up share one commit.
 */
#include "caller-gateway/gateway.h"
#include "common/clock.h"
#include "common/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void refuse(struct gateway *g, const char *topic, const char *why)
{
	char sender[INCIDENT_HOME_MAX];

	gateway_tell(g, "refused", clock_boot_us(), NULL, why);
	if (inbox_refuse(&g->inbox, topic, sender))
		log_warning(
			"home %s: message refused: %s; further ones are only counted", sender, why);
}

static void take_incident(struct gateway *g, const char *topic, const struct incident *incident)
{
	seen_note(g->seen, incident->home, NULL, gateway_moment());
	gateway_tell(
		g, "received", clock_boot_us(), incident->id, incident_class_text(incident->class));
	int r = desk_take(g->desk, incident, gateway_moment());
	if (r == -EXDEV)
		refuse(g, topic, "id: belongs to another home");
	else if (r < 0)
		log_error("incident %s: not kept: %s; its hub sends it again", incident->id,
			strerror(-r));
}

static void take_heartbeat(struct gateway *g, const struct heartbeat *heartbeat)
{
	seen_note(g->seen, heartbeat->home, heartbeat->release, gateway_moment());
	if (seen_suspended(g->seen, heartbeat->home, heartbeat->suspended_until_ms))
		gateway_tell(g, heartbeat->suspended_until_ms ? "suspended" : "resumed",
			clock_boot_us(), NULL, heartbeat->home);
	if (seen_restarted(g->seen, heartbeat)) {
		log_info("home %s: its hub started again %" PRIu64 " s ago", heartbeat->home,
			heartbeat->uptime_s);
		gateway_tell(g, "restarted", clock_boot_us(), NULL, heartbeat->home);
	}
	desk_compare(g->desk, heartbeat);
}

static void take_link(struct gateway *g, const char *home, const struct link *link)
{
	if (link->is_up)
		seen_note(g->seen, home, NULL, gateway_moment());
	else
		seen_link_lost(g->seen, home, gateway_moment());
}

static void on_message(const struct mqtt_message *message, void *userdata)
{
	struct gateway *g = userdata;
	char error[INBOX_ERROR_MAX];

	int r = inbox_read(message->topic, message->payload, message->bytes, &g->message, error);
	if (r < 0)
		refuse(g, message->topic, error);
	else if (g->message.what == INBOX_INCIDENT)
		take_incident(g, message->topic, &g->message.incident);
	else if (g->message.what == INBOX_HEARTBEAT)
		take_heartbeat(g, &g->message.heartbeat);
	else
		take_link(g, g->message.home, &g->message.link);
}

static void on_drained(void *userdata)
{
	struct gateway *g = userdata;
	int r = desk_flush(g->desk, gateway_moment());

	if (r < 0)
		log_error("store: not committed: %s; the hubs send again", strerror(-r));
	gateway_tick(g);
}

/* Attempts that fail tell too: only a change of what is reached makes the homes wait anew. */
static void note_links(struct gateway *g)
{
	unsigned int up = gateway_links_up(g);

	if (up == g->links_up)
		return;
	g->links_up = up;
	seen_listen(g->seen, up > 0 ? clock_boot_us() : VIGIL_DEAF_US);
}

static void on_up(void *userdata)
{
	note_links(userdata);
	log_info("broker: connected");
}

static void on_down(const char *why, void *userdata)
{
	note_links(userdata);
	log_warning("broker: %s", why);
}

static void on_refused(const char *topic, const char *why, void *userdata)
{
	refuse(userdata, topic, why);
}

struct mqtt_listener gateway_listener(struct gateway *g)
{
	return (struct mqtt_listener){.on_up = on_up,
		.on_down = on_down,
		.on_message = on_message,
		.on_drained = on_drained,
		.on_refused = on_refused,
		.userdata = g};
}

static void set_sound_fault(struct gateway *g, int error)
{
	bool was_faulty = g->sound_fault[0] != '\0', is_faulty = error < 0;

	if (is_faulty)
		(void)snprintf(
			g->sound_fault, sizeof(g->sound_fault), "sound: %s", strerror(-error));
	else
		g->sound_fault[0] = '\0';
	if (is_faulty && !was_faulty)
		log_error("sound %s: %s; incidents go on, every announcement is tried again",
			g->config.device, strerror(-error));
	else if (!is_faulty && was_faulty)
		log_info("sound %s: works again", g->config.device);
	desk_set_fault(g->desk, is_faulty, g->sound_fault, gateway_moment());
}

void gateway_on_voice(const struct playback_event *event, void *userdata)
{
	struct gateway *g = userdata;
	struct desk_moment at = gateway_moment();

	switch (event->what) {
	case PLAYBACK_FIRST_FRAME:
		gateway_tell(g, "spoken", event->time_us,
			strncmp(event->key, "u:", 2) == 0 ? event->key + 2 : event->key, NULL);
		return;
	case PLAYBACK_READY:
		set_sound_fault(g, 0);
		break;
	case PLAYBACK_DONE:
		set_sound_fault(g, 0);
		desk_announced(g->desk, event->key, at);
		if (event->dry > 0)
			log_debug("sound %s: ran dry %u times", g->config.device, event->dry);
		break;
	case PLAYBACK_FAILED:
		set_sound_fault(g, event->error);
		if (event->key[0])
			desk_not_announced(g->desk, event->key, at);
		break;
	}
	gateway_tick(g);
}
