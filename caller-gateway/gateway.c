/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts the parts together and turns the loop. Nothing here blocks but the store's commits, which
 * are the point: an incident is on the disk before anybody is told so.
 */
#include "caller-gateway/gateway.h"
#include "caller-gateway/store_sqlite.h"
#include "common/clock.h"
#include "common/log.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define CLIENT_ID        "vigie-gateway" /* no home may be called so (vigie-broker) */
#define ECHO_TOPIC       INCIDENT_TOPIC_PREFIX CLIENT_ID "/echo"
#define BEAT_S           10
#define LOOP_LIMIT_S     25
#define ACCURACY_US      (5 * US_PER_MS)
#define SESSION_EXPIRY_S 3600 /* the broker keeps for us what we miss */

struct desk_moment gateway_moment(void)
{
	return (struct desk_moment){clock_boot_us(), clock_wall_ms()};
}

void gateway_tell(struct gateway *g, const char *what, uint64_t time_us, const char *incident,
	const char *text)
{
	if (g->control)
		control_tell(g->control, time_us, "gateway", what, incident, text);
}

void gateway_tick(struct gateway *g)
{
	uint64_t due_us = desk_tick(g->desk, gateway_moment());

	health_fail(g->health, g->part_store, !desk_is_store_well(g->desk));
	if (due_us == LADDER_NEVER_US) {
		(void)sd_event_source_set_enabled(g->tick, SD_EVENT_OFF);
		return;
	}
	(void)sd_event_source_set_time(g->tick, due_us);
	(void)sd_event_source_set_enabled(g->tick, SD_EVENT_ONESHOT);
}

static int on_tick(sd_event_source *source, uint64_t time_us, void *userdata)
{
	(void)source;
	(void)time_us;
	gateway_tick(userdata);
	return 0;
}

/* Homes that are lost or back, and what was heard of them. */
static void watch_homes(struct gateway *g)
{
	int r = seen_turn(g->seen, g->desk, gateway_moment());

	if (r != 0) /* something to say, or the store has failed */
		gateway_tick(g);
	if (r < 0)
		log_debug("store: homes lost or back not written: %s", strerror(-r));
	if (seen_has_news(g->seen)) {
		r = seen_write(g->seen);
		if (r < 0)
			log_debug("store: heartbeats not written: %s", strerror(-r));
	}
}

/* The loop lives; the homes are looked at; a stuck voice is a fault. */
static int on_beat(sd_event_source *source, uint64_t time_us, void *userdata)
{
	struct gateway *g = userdata;
	uint64_t now_us = clock_boot_us();

	(void)time_us;
	health_beat(g->health, g->part_loop, now_us);
	watch_homes(g);
	if (desk_is_voice_stuck(g->desk, now_us) && !g->sound_fault[0]) {
		(void)snprintf(g->sound_fault, sizeof(g->sound_fault), "sound: the voice is stuck");
		log_error("sound %s: the voice is stuck", g->config.device);
		desk_set_fault(g->desk, true, g->sound_fault, gateway_moment());
	}
	(void)sd_event_source_set_time(source, now_us + BEAT_S * US_PER_S);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *signal, void *userdata)
{
	struct gateway *g = userdata;

	(void)source;
	(void)signal;
	health_stopping(g->health);
	return sd_event_exit(g->event, 0);
}

static int open_store(struct gateway *g)
{
	struct desk_policy policy = {g->config.again_s, g->config.follow_up_s};
	struct desk_ports ports = gateway_ports(g);
	char path[GATEWAY_PATH_MAX + 16], error[512] = "";

	if (mkdir(g->config.state_dir, 0700) < 0 && errno != EEXIST) {
		int r = -errno;
		log_error("state_dir %s: %s", g->config.state_dir, strerror(-r));
		return r;
	}
	(void)snprintf(path, sizeof(path), "%s/gateway.sqlite", g->config.state_dir);
	int r = store_sqlite_open(&g->store, path, error, sizeof(error));
	if (r < 0) {
		log_error("store %s (%s)", error, strerror(-r));
		return r;
	}
	r = desk_new(&g->desk, g->store, &policy, &ports, gateway_moment());
	if (r == 0)
		r = seen_new(&g->seen, g->store, g->config.homes_lost_s, gateway_moment());
	if (r < 0)
		log_error("store %s: what it holds cannot be taken up: %s", path, strerror(-r));
	else if (g->store->damaged > 0)
		log_error("store %s: %llu damaged incidents are left out", path,
			(unsigned long long)g->store->damaged);
	return r;
}

int gateway_publish(
	struct gateway *g, const char *topic, const char *json, size_t bytes, uint32_t expiry_s)
{
	int result = -ENOTCONN;

	for (unsigned int i = 0; i < g->config.brokers_count; i++) {
		int r = mqtt_publish(g->links[i], topic, json, bytes, expiry_s);
		if (result < 0)
			result = r;
	}
	return result;
}

unsigned int gateway_links_up(const struct gateway *g)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < g->config.brokers_count; i++)
		count += g->links[i] && mqtt_is_up(g->links[i]);
	return count;
}

static int connect_broker(struct gateway *g, unsigned int n)
{
	const struct gateway_config *c = &g->config;
	bool has_tls = c->ca[0];
	struct mqtt_options options = {.brokers = {c->brokers[n]},
		.client_id = CLIENT_ID,
		.ca_file = has_tls ? c->ca : NULL,
		.certificate_file = has_tls ? c->certificate : NULL,
		.key_file = has_tls ? c->key : NULL,
		.subscriptions = {INCIDENT_TOPIC_PREFIX "+/incident",
			INCIDENT_TOPIC_PREFIX "+/heartbeat", INCIDENT_TOPIC_PREFIX "+/link"},
		.session_expiry_s = SESSION_EXPIRY_S,
		.echo_topic = ECHO_TOPIC};
	struct mqtt_listener listener = gateway_listener(g);

	int r = mqtt_new(&g->links[n], g->event, &options, &listener);
	if (r < 0)
		log_error("broker %s: %s", c->brokers[n], strerror(-r));
	return r;
}

static int start_voice(struct gateway *g)
{
	struct playback_options options = {.device = g->config.device,
		.language = g->config.language,
		.clips_dir = g->config.clips_dir[0] ? g->config.clips_dir : NULL};

	return playback_new(&g->playback, g->event, &options, gateway_on_voice, g);
}

static int add_signals(struct gateway *g)
{
	static const int signals[] = {SIGTERM, SIGINT};
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)sigaddset(&set, signals[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		int r = sd_event_add_signal(g->event, NULL, signals[i], on_signal, g);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_timers(struct gateway *g)
{
	int r = sd_event_add_time(
		g->event, &g->tick, CLOCK_BOOTTIME, UINT64_MAX, ACCURACY_US, on_tick, g);

	if (r >= 0)
		r = sd_event_source_set_enabled(g->tick, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_time(g->event, &g->beat, CLOCK_BOOTTIME,
			g->started_us + BEAT_S * US_PER_S, US_PER_S, on_beat, g);
	return r < 0 ? r : 0;
}

static int add_health(struct gateway *g)
{
	int r = health_new(&g->health, g->event);

	if (r < 0)
		return r;
	g->part_loop = health_add(g->health, "loop", LOOP_LIMIT_S * US_PER_S, g->started_us);
	g->part_store = health_add(g->health, "store", 0, g->started_us);
	return g->part_store < 0 ? g->part_store : 0;
}

/* First of all that others see: a second gateway ends here, before it opens the store or the voice.
 */
static int open_control(struct gateway *g)
{
	int r = control_new(&g->control, g->event, g->config.control, gateway_on_request, g);

	if (r < 0)
		log_error("control %s: %s", g->config.control, strerror(-r));
	return r;
}

int gateway_init(struct gateway *g)
{
	g->started_us = clock_boot_us();
	int r = sd_event_new(&g->event);
	if (r >= 0)
		r = add_signals(g);
	if (r >= 0)
		r = add_health(g);
	if (r >= 0)
		r = add_timers(g);
	if (r >= 0)
		r = open_control(g);
	if (r >= 0)
		r = open_store(g);
	if (r >= 0)
		r = start_voice(g);
	for (unsigned int i = 0; r >= 0 && i < g->config.brokers_count; i++)
		r = connect_broker(g, i);
	return r;
}

int gateway_run(struct gateway *g)
{
	gateway_tick(g);
	health_ready(g->health, "receiving");
	log_info("vigie-gateway %s: ready, %u homes, %u incidents open", VIGIE_VERSION,
		g->config.homes_count, desk_open_count(g->desk));
	return sd_event_loop(g->event);
}

void gateway_done(struct gateway *g)
{
	g->control = control_free(g->control);
	for (unsigned int i = 0; i < MQTT_BROKERS_MAX; i++)
		g->links[i] = mqtt_free(g->links[i]);
	g->playback = playback_free(g->playback);
	if (g->seen)
		(void)seen_write(g->seen);
	g->seen = seen_free(g->seen);
	g->desk = desk_free(g->desk);
	if (g->store)
		g->store = g->store->ops->free(g->store);
	g->beat = sd_event_source_unref(g->beat);
	g->tick = sd_event_source_unref(g->tick);
	g->health = health_free(g->health);
	g->event = sd_event_unref(g->event);
	gateway_config_done(&g->config);
}
