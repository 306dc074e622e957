/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What time brings about in the hub: one timer for all, set to whatever is due first. A part that
 * has to do something later has a line in the table of duties and no timer of its own.
 */
#include "common/cleanup.h"
#include "hub/discovery.h"
#include "hub/hub.h"
#include "hub/keep.h"
#include "hub/pausing.h"
#include "hub/prompts.h"
#include "hub/walk.h"
#include "hub/watch.h"

#include <stdio.h>
#include <string.h>

#define TIMER_ACCURACY_US 1000
#define LOOP_LIMIT_US     (3 * HUB_TICK_US)

static void list_open(const struct hub *h, struct heartbeat *b, bool is_of_faults)
{
	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++) {
		const struct incident *i = &h->episodes.table.episodes[row].incident;
		struct heartbeat_open *open = &b->open[b->open_count];

		if (!i->id[0] || i->state <= INCIDENT_VERIFYING ||
			b->open_count == HEARTBEAT_OPEN_MAX ||
			(i->class == INCIDENT_TECHNICAL) != is_of_faults)
			continue;
		memcpy(open->incident, i->id, sizeof(open->incident));
		open->seq = i->seq;
		open->state = i->state;
		b->open_count++;
	}
}

void hub_send_heartbeat(struct hub *h, struct moment at)
{
	struct roster_counts counts = supervision_count(&h->supervision, at.now_us);
	struct heartbeat b = {.uptime_s = (at.now_us - h->started_us) / US_PER_S,
		.wall_ms = at.wall_ms,
		.outbox = outbox_depth(h->outbox),
		.sensors_fresh = counts.fresh,
		.sensors_stale = counts.stale,
		.sensors_failed = counts.failed};
	unsigned int owed = escalate_owed_count(&h->episodes.table);

	if (owed > b.outbox)
		b.outbox = owed;
	if (pause_is_on(&h->pause, at.now_us))
		b.suspended_until_ms = h->pause.until_ms;
	(void)snprintf(b.home, sizeof(b.home), "%s", h->config.home);
	(void)snprintf(b.release, sizeof(b.release), "%s", VIGIE_VERSION);
	b.faults_count = hub_faults(h, b.faults);
	list_open(h, &b, false); /* alarms first */
	list_open(h, &b, true);
	(void)uplink_heartbeat(h->uplink, &b, 2 * h->config.heartbeat_s);
}

static bool has_new_counter(const struct device_keys *keys)
{
	for (unsigned int n = 0; n < keys->count; n++)
		if (keys->devices[n].is_counter_new)
			return true;
	return false;
}

void hub_save_counters(struct hub *h, struct moment at)
{
	if (h->outbox && has_new_counter(&h->keys))
		(void)outbox_commit(h->outbox, NULL, NULL, 0, &h->keys, at);
}

/* What may wait: counters of ordinary readings, episodes that had to leave memory, being alive. */
static void tick(struct hub *h, struct moment at)
{
	if (at.now_us < h->tick_us)
		return;
	h->tick_us = at.now_us + HUB_TICK_US;
	health_beat(h->health, h->loop_part, at.now_us);
	if (at.now_us >= h->counters_us) {
		h->counters_us = at.now_us + HUB_COUNTERS_US;
		hub_save_counters(h, at);
	}
	(void)episodes_resume(&h->episodes, at);
	waiting_turn(&h->waiting, h->judge, h->outbox, at);
	lately_turn(&h->lately, h->judge, h->outbox, at);
	outputs_again(h);
	watch_turn(h, at);
	health_beat(h->health, h->outbox_part, at.now_us);
}

static uint64_t heartbeat_next_us(const struct hub *h)
{
	return h->heartbeat_us;
}

static void heartbeat_turn(struct hub *h, struct moment at)
{
	uint64_t period_us = h->config.heartbeat_s * US_PER_S;

	if (at.now_us < h->heartbeat_us)
		return;
	/* absolute: late once is not late for ever; what was slept through is not caught up */
	h->heartbeat_us += (1 + (at.now_us - h->heartbeat_us) / period_us) * period_us;
	hub_send_heartbeat(h, at);
}

static uint64_t tick_next_us(const struct hub *h)
{
	return h->tick_us;
}

static uint64_t episodes_due_us(const struct hub *h)
{
	return episodes_next_us(&h->episodes);
}

static void turn_episodes(struct hub *h, struct moment at)
{
	episodes_turn(&h->episodes, at);
}

static uint64_t silence_next_us(const struct hub *h)
{
	return judge_next_us(h->judge);
}

static uint64_t look_next_us(const struct hub *h)
{
	return h->rhythm ? rhythm_next_us(h->rhythm) : UINT64_MAX;
}

/* What time brings about, in this order: each says when it is due next (UINT64_MAX: not before
 * something else happens), and does nothing when it is turned too early. Alarms come first. */
static const struct {
	uint64_t (*next_us)(const struct hub *h);
	void (*turn)(struct hub *h, struct moment at);
} duties[] = {
	{episodes_due_us, turn_episodes},
	{prompts_next_us, prompts_turn},
	{pausing_next_us, pausing_turn},
	{silence_next_us, hub_silence},
	{look_next_us, hub_look},
	{heartbeat_next_us, heartbeat_turn},
	{tick_next_us, tick},
	{discovery_next_us, discovery_turn},
	{walk_next_us, walk_turn},
	{keep_next_us, keep_turn},
};

enum { DUTIES = sizeof(duties) / sizeof(duties[0]) };

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	_cleanup_(stint_end) struct stint stint = stint_begin("timer");
	struct hub *h = userdata;
	struct moment at = hub_now();

	(void)source;
	(void)usec;
	(void)stint;
	h->armed_us = UINT64_MAX;
	for (size_t n = 0; n < DUTIES; n++)
		duties[n].turn(h, at);
	hub_arm(h);
	return 0;
}

void hub_arm(struct hub *h)
{
	uint64_t next_us = UINT64_MAX;

	if (!h->timer)
		return;
	for (size_t n = 0; n < DUTIES; n++) {
		uint64_t due_us = duties[n].next_us(h);

		if (due_us < next_us)
			next_us = due_us;
	}
	if (next_us >= h->armed_us)
		return;
	h->armed_us = next_us;
	(void)sd_event_source_set_time(h->timer, next_us);
	(void)sd_event_source_set_enabled(h->timer, SD_EVENT_ONESHOT);
}

int hub_begin_duties(struct hub *h)
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
