/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What connects the parts: the timer, the wire's listener, the heartbeat, the steps told on the
 * control socket.
 */
#include "hub/hub.h"

#include "common/cleanup.h"
#include "common/log.h"
#include "hub/radio.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define TIMER_ACCURACY_US 1000
#define LOOP_LIMIT_US     (3 * HUB_TICK_US)

struct moment hub_now(void)
{
	return (struct moment){.now_us = clock_boot_us(), .wall_ms = clock_wall_ms()};
}

struct stint stint_begin(const char *name)
{
	return (struct stint){.name = name, .began_us = clock_boot_us()};
}

void stint_end(struct stint *s)
{
	uint64_t took_us = clock_boot_us() - s->began_us;

	if (took_us > HUB_SLOW_US)
		log_warning("loop: %s took %llu ms", s->name,
			(unsigned long long)(took_us / US_PER_MS));
}

static uint64_t now_us(void *userdata)
{
	(void)userdata;
	return clock_boot_us();
}

static int publish(const struct incident *incident, void *userdata)
{
	struct hub *h = userdata;

	return h->uplink ? uplink_incident(h->uplink, incident) : -ENOTCONN;
}

static void tell(
	uint64_t time_us, const char *what, const char *incident, const char *text, void *userdata)
{
	struct hub *h = userdata;

	control_tell(h->control, time_us ? time_us : clock_boot_us(), "hub", what, incident, text);
	radio_buzz(h);
	if (incident)
		log_line(strcmp(what, "published") == 0 ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO,
			"incident %.8s: %s", incident, what);
}

static void list_open(const struct hub *h, struct heartbeat *b)
{
	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++) {
		const struct incident *i = &h->episodes.table.episodes[row].incident;
		struct heartbeat_open *open = &b->open[b->open_count];

		if (!i->id[0] || i->state <= INCIDENT_VERIFYING ||
			b->open_count == HEARTBEAT_OPEN_MAX)
			continue;
		memcpy(open->incident, i->id, sizeof(open->incident));
		open->seq = i->seq;
		open->state = i->state;
		b->open_count++;
	}
}

static void send_heartbeat(struct hub *h, struct moment at)
{
	struct roster_counts counts = roster_count(&h->config.roster, at.now_us);
	struct heartbeat b = {.uptime_s = (at.now_us - h->started_us) / US_PER_S,
		.wall_ms = at.wall_ms,
		.outbox = outbox_depth(h->outbox),
		.sensors_fresh = counts.fresh,
		.sensors_stale = counts.stale,
		.sensors_failed = counts.failed};
	unsigned int owed = escalate_owed_count(&h->episodes.table);

	if (owed > b.outbox)
		b.outbox = owed;
	(void)snprintf(b.home, sizeof(b.home), "%s", h->config.home);
	(void)snprintf(b.release, sizeof(b.release), "%s", VIGIE_VERSION);
	b.faults_count = hub_faults(h, b.faults);
	list_open(h, &b);
	(void)uplink_heartbeat(h->uplink, &b, 2 * h->config.heartbeat_s);
}

static void on_link(bool is_up, void *userdata)
{
	_cleanup_(stint_end) struct stint stint = stint_begin("link");
	struct hub *h = userdata;
	struct moment at = hub_now();

	(void)stint;
	if (is_up)
		send_heartbeat(h, at);
	episodes_link(&h->episodes, is_up, at);
	hub_arm(h);
}

/* What an answer from the centre could not be used for is counted; that it came twice is ordinary.
 */
static void count_answer(struct hub *h, const char *what, const char *incident, int r)
{
	if (r < 0) {
		h->unknown_receipts++;
		log_debug("%s: incident %.8s: %s", what, incident, strerror(-r));
	}
	hub_arm(h);
}

static void on_receipt(const struct receipt *receipt, void *userdata)
{
	_cleanup_(stint_end) struct stint stint = stint_begin("receipt");
	struct hub *h = userdata;

	(void)stint;
	count_answer(h, "receipt", receipt->incident,
		episodes_receipt(&h->episodes, receipt, hub_now()));
}

static void on_progress(const struct progress *progress, void *userdata)
{
	_cleanup_(stint_end) struct stint stint = stint_begin("progress");
	struct hub *h = userdata;

	(void)stint;
	count_answer(h, "progress", progress->incident,
		episodes_progress(&h->episodes, progress, hub_now()));
}

int hub_suspect(struct hub *h, const struct suspicion *s, struct moment at)
{
	unsigned int row = 0;
	int r = episodes_suspect(&h->episodes, s, at, &row);

	hub_arm(h);
	if (r == 0)
		return -EALREADY;
	return r < 0 ? r : (int)row;
}

unsigned int hub_faults(const struct hub *h, char ret[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX])
{
	unsigned int count = 0;

	if (outbox_fault(h->outbox)[0])
		(void)snprintf(ret[count++], INCIDENT_TEXT_MAX, "%s", outbox_fault(h->outbox));
	if (uplink_why(h->uplink)[0])
		(void)snprintf(
			ret[count++], INCIDENT_TEXT_MAX, "link: %.80s", uplink_why(h->uplink));
	for (unsigned int n = 0; n < h->sources_count && count < HEARTBEAT_FAULTS_MAX; n++) {
		const struct hub_source *s = &h->sources[n];

		if (s->health.state == SOURCE_DEAF)
			(void)snprintf(ret[count++], INCIDENT_TEXT_MAX, "%.16s deaf: %.60s",
				s->source->ops->name, s->health.why);
	}
	return count;
}

static bool has_new_counter(const struct device_keys *keys)
{
	for (unsigned int n = 0; n < keys->count; n++)
		if (keys->devices[n].is_counter_new)
			return true;
	return false;
}

/* What may wait: counters of ordinary readings, episodes that had to leave memory, being alive. */
static void tick(struct hub *h, struct moment at)
{
	h->tick_us = at.now_us + HUB_TICK_US;
	health_beat(h->health, h->loop_part, at.now_us);
	if (at.now_us >= h->counters_us && has_new_counter(&h->keys)) {
		h->counters_us = at.now_us + HUB_COUNTERS_US;
		(void)outbox_commit(h->outbox, NULL, NULL, 0, &h->keys, at);
	}
	(void)episodes_resume(&h->episodes, at);
	health_beat(h->health, h->outbox_part, at.now_us);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	_cleanup_(stint_end) struct stint stint = stint_begin("timer");
	struct hub *h = userdata;
	struct moment at = hub_now();

	(void)source;
	(void)usec;
	(void)stint;
	h->armed_us = UINT64_MAX;
	episodes_turn(&h->episodes, at);
	hub_silence(h, at);
	if (at.now_us >= h->heartbeat_us) {
		uint64_t period_us = h->config.heartbeat_s * US_PER_S;

		/* absolute: late once is not late for ever; what was slept through is not caught up
		 */
		h->heartbeat_us += (1 + (at.now_us - h->heartbeat_us) / period_us) * period_us;
		send_heartbeat(h, at);
	}
	if (at.now_us >= h->tick_us)
		tick(h, at);
	hub_arm(h);
	return 0;
}

void hub_arm(struct hub *h)
{
	uint64_t next_us = h->tick_us, due_us;

	if (h->heartbeat_us < next_us)
		next_us = h->heartbeat_us;
	due_us = episodes_next_us(&h->episodes);
	if (due_us < next_us)
		next_us = due_us;
	due_us = judge_next_us(h->judge);
	if (due_us < next_us)
		next_us = due_us;
	if (next_us >= h->armed_us || !h->timer)
		return;
	h->armed_us = next_us;
	(void)sd_event_source_set_time(h->timer, next_us);
	(void)sd_event_source_set_enabled(h->timer, SD_EVENT_ONESHOT);
}

static int init_store(struct hub *h)
{
	const struct episodes_listener listener = {
		.publish = publish, .tell = tell, .now_us = now_us, .userdata = h};
	struct moment at = hub_now();
	unsigned int resumed;
	int r = outbox_new(&h->outbox, h->config.state_dir);

	if (r < 0)
		return r;
	if (outbox_fault(h->outbox)[0])
		log_error("outbox: %s", outbox_fault(h->outbox));
	(void)outbox_load_counters(h->outbox, &h->keys);
	episodes_init(
		&h->episodes, h->config.home, h->config.ask_s, h->outbox, &h->keys, &listener);
	resumed = episodes_resume(&h->episodes, at);
	if (resumed)
		log_info("outbox: %u open incidents taken up", resumed);
	return 0;
}

static int init_loop(struct hub *h)
{
	uint64_t now_us = clock_boot_us();
	int r;

	r = health_new(&h->health, h->event);
	if (r < 0)
		return r;
	h->loop_part = health_add(h->health, "loop", LOOP_LIMIT_US, now_us);
	h->outbox_part = health_add(h->health, "outbox", LOOP_LIMIT_US, now_us);
	h->started_us = now_us;
	h->heartbeat_us = now_us + h->config.heartbeat_s * US_PER_S;
	h->tick_us = now_us + HUB_TICK_US;
	h->counters_us = now_us + HUB_COUNTERS_US;
	h->armed_us = UINT64_MAX;
	return sd_event_add_time(
		h->event, &h->timer, CLOCK_BOOTTIME, now_us, TIMER_ACCURACY_US, on_timer, h);
}

int hub_init(struct hub *h)
{
	const struct uplink_listener listener = {.on_link = on_link,
		.on_receipt = on_receipt,
		.on_progress = on_progress,
		.userdata = h};
	const char *part = "loop";
	int r;

	r = sd_event_add_signal(h->event, NULL, SIGTERM | SD_EVENT_SIGNAL_PROCMASK, NULL, NULL);
	if (r >= 0)
		r = sd_event_add_signal(
			h->event, NULL, SIGINT | SD_EVENT_SIGNAL_PROCMASK, NULL, NULL);
	if (r >= 0) {
		part = "control socket";
		r = control_new(&h->control, h->event, h->config.control, hub_on_request, h);
	}
	if (r >= 0) {
		part = "outbox";
		r = init_store(h);
	}
	if (r >= 0) {
		part = "judge";
		r = judge_new(&h->judge, &h->config.roster);
	}
	if (r >= 0) {
		part = "timer";
		r = init_loop(h);
	}
	if (r >= 0) {
		part = "uplink";
		r = uplink_new(&h->uplink, h->event, &h->config, &listener);
	}
	if (r < 0)
		log_error("%s: %s", part, strerror(-r));
	return r;
}

int hub_run(struct hub *h)
{
	int r;

	for (unsigned int n = 0; n < h->sources_count; n++) {
		r = source_start(h->sources[n].source);
		if (r < 0)
			return r;
	}
	health_ready(h->health, "hearing the home");
	r = sd_event_loop(h->event);
	health_stopping(h->health);
	return r;
}

void hub_done(struct hub *h)
{
	/* all are told before one is waited for */
	for (unsigned int n = 0; n < h->sources_count; n++)
		source_stop(h->sources[n].source);
	for (unsigned int n = 0; n < h->sources_count; n++)
		h->sources[n].source = source_free(h->sources[n].source);
	h->uplink = uplink_free(h->uplink);
	if (h->outbox && has_new_counter(&h->keys))
		(void)outbox_commit(h->outbox, NULL, NULL, 0, &h->keys, hub_now());
	h->health = health_free(h->health);
	h->timer = sd_event_source_disable_unref(h->timer);
	h->judge = judge_free(h->judge);
	h->outbox = outbox_free(h->outbox);
	h->control = control_free(h->control);
	device_keys_done(&h->keys);
	h->event = sd_event_unref(h->event);
}
