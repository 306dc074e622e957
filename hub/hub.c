/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What connects the parts: their making and their end, the wire's listener, the steps told on the
 * control socket.
 */
#include "hub/hub.h"

#include "common/cleanup.h"
#include "common/log.h"
#include "hub/discovery.h"
#include "hub/keep.h"
#include "hub/pausing.h"
#include "hub/prompts.h"
#include "hub/radio.h"
#include "hub/store_file.h"
#include "hub/walk.h"
#include "hub/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

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
	prompts_turn(h, hub_now());
	if (incident)
		log_line(strcmp(what, "published") == 0 ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO,
			"incident %.8s: %s", incident, what);
}

static void changed(const struct episode *after, void *userdata)
{
	keep_incident(userdata, after);
}

static void moved(
	const struct episode *after, const struct transition *t, struct moment at, void *userdata)
{
	prompts_tell(userdata, after, t, at);
}

static void on_link(bool is_up, void *userdata)
{
	_cleanup_(stint_end) struct stint stint = stint_begin("link");
	struct hub *h = userdata;
	struct moment at = hub_now();

	(void)stint;
	watch_link(h, is_up, at);
	if (is_up)
		hub_send_heartbeat(h, at);
	episodes_link(&h->episodes, is_up, at);
	prompts_turn(h, at);
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
	struct suspicion told = *s;
	unsigned int row = 0;
	int r;

	if (pausing_withholds(h, s, at) || walk_holds_back(h, &told))
		return -EALREADY;
	r = episodes_suspect(&h->episodes, &told, at, &row);

	hub_arm(h);
	if (r == 0)
		return -EALREADY;
	return r < 0 ? r : (int)row;
}

unsigned int hub_faults(const struct hub *h, char faults[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX])
{
	unsigned int count = 0;

	if (outbox_fault(h->outbox)[0])
		(void)snprintf(faults[count++], INCIDENT_TEXT_MAX, "%s", outbox_fault(h->outbox));
	if (h->rhythm && rhythm_fault(h->rhythm)[0])
		(void)snprintf(faults[count++], INCIDENT_TEXT_MAX, "%s", rhythm_fault(h->rhythm));
	if (history_fault(h->keep.history)[0])
		(void)snprintf(
			faults[count++], INCIDENT_TEXT_MAX, "%s", history_fault(h->keep.history));
	if (uplink_why(h->uplink)[0])
		(void)snprintf(
			faults[count++], INCIDENT_TEXT_MAX, "link: %.90s", uplink_why(h->uplink));
	if (walk_is_on(h) && count < HEARTBEAT_FAULTS_MAX)
		(void)snprintf(faults[count++], INCIDENT_TEXT_MAX, "a walk test is under way");
	count = prompts_faults(h, faults, count);
	for (unsigned int n = 0; n < h->sources_count && count < HEARTBEAT_FAULTS_MAX; n++) {
		const struct hub_source *s = &h->sources[n];

		if (s->health.state == SOURCE_DEAF)
			(void)snprintf(faults[count++], INCIDENT_TEXT_MAX, "%.16s deaf: %.60s",
				s->source->ops->name, s->health.why);
	}
	return watch_faults(h, faults, outputs_faults(h, faults, count));
}

static int init_store(struct hub *h)
{
	const struct episodes_listener listener = {.publish = publish,
		.tell = tell,
		.changed = changed,
		.moved = moved,
		.now_us = now_us,
		.userdata = h};
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
	watch_begin(h, at);
	pausing_resume(h, at);
	return 0;
}

static int init_signals(struct hub *h)
{
	int r = sd_event_add_signal(h->event, NULL, SIGTERM | SD_EVENT_SIGNAL_PROCMASK, NULL, NULL);

	if (r < 0)
		return r;
	return sd_event_add_signal(h->event, NULL, SIGINT | SD_EVENT_SIGNAL_PROCMASK, NULL, NULL);
}

static int init_control(struct hub *h)
{
	return control_new(&h->control, h->event, h->config.control, hub_on_request, h);
}

static int init_judge(struct hub *h)
{
	int r = judge_new(&h->judge, &h->config.roster, &h->config.residents.home);

	if (r == 0)
		lately_resume(&h->lately, h->judge, h->outbox, hub_now());
	return r;
}

static int init_uplink(struct hub *h)
{
	const struct uplink_listener listener = {.on_link = on_link,
		.on_receipt = on_receipt,
		.on_progress = on_progress,
		.userdata = h};

	return uplink_new(&h->uplink, h->event, &h->config, &listener);
}

/* Last, since it may be said aloud: what the hub that was killed had not yet told. */
static int init_waiting(struct hub *h)
{
	struct suspicion waiting[OUTBOX_WAITING_MAX];
	struct moment at = hub_now();
	unsigned int count = waiting_resume(&h->waiting, h->outbox, at, waiting);

	for (unsigned int n = 0; n < count; n++)
		(void)hub_suspect(h, &waiting[n], at);
	if (count)
		log_info("outbox: %u shocks taken up that had not been told", count);
	return 0;
}

static int init_frugality(struct hub *h)
{
	(void)h;
	store_be_frugal();
	return 0;
}

int hub_init(struct hub *h)
{
	static const struct {
		const char *name;
		int (*init)(struct hub *h);
	} parts[] = {
		{"store", init_frugality},
		{"signals", init_signals},
		{"control socket", init_control},
		{"voice", prompts_init},
		{"outputs", outputs_begin},
		{"outbox", init_store},
		{"judge", init_judge},
		{"rhythm", hub_begin_rhythm},
		{"history", keep_init},
		{"timer", hub_begin_duties},
		{"uplink", init_uplink},
		{"waiting", init_waiting},
	};
	int r = 0;

	for (size_t n = 0; r >= 0 && n < sizeof(parts) / sizeof(parts[0]); n++) {
		r = parts[n].init(h);
		if (r < 0)
			log_error("%s: %s", parts[n].name, strerror(-r));
	}
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
	discovery_end(h);
	walk_done(h);
	/* all are told before one is waited for */
	for (unsigned int n = 0; n < h->sources_count; n++)
		source_stop(h->sources[n].source);
	for (unsigned int n = 0; n < h->sources_count; n++)
		h->sources[n].source = source_free(h->sources[n].source);
	h->uplink = uplink_free(h->uplink);
	prompts_done(h);
	outputs_end(h);
	hub_save_counters(h, hub_now());
	watch_save(h, hub_now());
	h->health = health_free(h->health);
	h->timer = sd_event_source_disable_unref(h->timer);
	hub_end_rhythm(h);
	keep_done(h);
	h->judge = judge_free(h->judge);
	h->outbox = outbox_free(h->outbox);
	h->control = control_free(h->control);
	device_keys_done(&h->keys);
	h->pairing = pairing_free(h->pairing);
	h->event = sd_event_unref(h->event);
}
