/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sd_notify(3) by hand. The watchdog is pinged three times per WatchdogSec= from the loop; while a
 * part is sick it is not, the status line names the part, and systemd restarts us.
 */
#include "common/health.h"

#include "common/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#define STATUS_MAX         160
#define PINGS_PER_WATCHDOG 3

struct part {
	const char *name; /* borrowed for ever */
	uint64_t limit_us, beat_us;
	bool has_failed;
};

struct health {
	sd_event_source *timer; /* NULL without a watchdog */
	uint64_t ping_us;
	bool is_ready;
	const char *told_sick; /* the part last told to be sick; NULL: all were well */
	unsigned int parts_count;
	struct part parts[HEALTH_PARTS_MAX];
	char status[STATUS_MAX];
};

const char *health_sick_part(const struct health *h, uint64_t now_us)
{
	for (unsigned int i = 0; i < h->parts_count; i++) {
		const struct part *p = &h->parts[i];

		if (p->has_failed || (p->limit_us > 0 && now_us > p->beat_us &&
					     now_us - p->beat_us > p->limit_us))
			return p->name;
	}
	return NULL;
}

static void ping(struct health *h, uint64_t now_us)
{
	const char *sick = health_sick_part(h, now_us);

	if (!sick) {
		(void)sd_notify(0, "WATCHDOG=1");
		if (h->told_sick)
			(void)sd_notifyf(0, "STATUS=%s", h->status);
	} else if (sick != h->told_sick) {
		(void)sd_notifyf(0, "STATUS=%s is sick: the watchdog is not pinged", sick);
	}
	h->told_sick = sick;
}

static int on_ping(sd_event_source *timer, uint64_t due_us, void *userdata)
{
	struct health *h = userdata;

	(void)due_us;
	if (h->is_ready)
		ping(h, clock_boot_us());
	(void)sd_event_source_set_time_relative(timer, h->ping_us);
	return sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

int health_new(struct health **ret, sd_event *event)
{
	struct health *h = calloc(1, sizeof *h);
	uint64_t watchdog_us = 0;
	int r;

	if (!h)
		return -ENOMEM;
	if (sd_watchdog_enabled(0, &watchdog_us) > 0) {
		h->ping_us = watchdog_us / PINGS_PER_WATCHDOG;
		r = sd_event_add_time_relative(event, &h->timer, CLOCK_BOOTTIME, h->ping_us,
			h->ping_us / 10 + 1, on_ping, h);
		if (r < 0) {
			free(h);
			return r;
		}
	}
	*ret = h;
	return 0;
}

struct health *health_free(struct health *h)
{
	if (!h)
		return NULL;
	(void)sd_event_source_disable_unref(h->timer);
	free(h);
	return NULL;
}

int health_add(struct health *h, const char *name, uint64_t limit_us, uint64_t now_us)
{
	if (h->parts_count == HEALTH_PARTS_MAX)
		return -ENOSPC;
	h->parts[h->parts_count] =
		(struct part){.name = name, .limit_us = limit_us, .beat_us = now_us};
	return (int)h->parts_count++;
}

void health_beat(struct health *h, int part, uint64_t now_us)
{
	assert(part >= 0 && (unsigned int)part < h->parts_count);
	h->parts[part].beat_us = now_us;
}

void health_fail(struct health *h, int part, bool has_failed)
{
	assert(part >= 0 && (unsigned int)part < h->parts_count);
	h->parts[part].has_failed = has_failed;
}

void health_ready(struct health *h, const char *status)
{
	(void)snprintf(h->status, sizeof h->status, "%s", status);
	(void)sd_notifyf(0, "READY=1\nSTATUS=%s", h->status);
	h->is_ready = true;
	if (h->timer)
		ping(h, clock_boot_us());
}

void health_status(struct health *h, const char *status)
{
	(void)snprintf(h->status, sizeof h->status, "%s", status);
	if (!h->told_sick)
		(void)sd_notifyf(0, "STATUS=%s", h->status);
}

void health_stopping(struct health *h)
{
	(void)h;
	(void)sd_notify(0, "STOPPING=1");
}
