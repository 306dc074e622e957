/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells systemd that we are ready, alive and stopping. The watchdog is pinged by hand, and only
 * while every required part has beaten within its own limit: a loop that merely turns is not health
 * (sd_event's automatic watchdog would prove no more than that). Loop thread only; worker threads
 * beat through their channel.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#define HEALTH_PARTS_MAX 16

struct health;

int health_new(struct health **ret, sd_event *event);
struct health *health_free(struct health *h);

/*
 * A part that must beat at least every limit_us from now_us on; 0 means it never goes stale by
 * itself and fails only by health_fail(). Returns the part's number or −ENOSPC. name is borrowed
 * for ever.
 */
int health_add(struct health *h, const char *name, uint64_t limit_us, uint64_t now_us);
void health_beat(struct health *h, int part, uint64_t now_us);
void health_fail(struct health *h, int part, bool has_failed);
/* NULL when every part is fresh, else the name of one that is not. Pure. */
const char *health_sick_part(const struct health *h, uint64_t now_us);

/* READY=1 with a status line, and the first watchdog ping; STATUS= alone; STOPPING=1. */
void health_ready(struct health *h, const char *status);
void health_status(struct health *h, const char *status);
void health_stopping(struct health *h);
