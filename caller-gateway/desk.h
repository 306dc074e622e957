/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operators' desk: every open incident on its ladder. Takes what the hubs say, what the
 * operators do and what the voice did, writes each change to the store before it takes effect, and
 * tells the hubs through its ports. Time is an argument; loop thread only.
 *
 * What hubs say is taken in groups: desk_take() any number of times, then desk_flush(), which
 * commits once and only then sends receipts (HS-05) and lets anything be said. Sentences go to the
 * voice one at a time, the most urgent first: what waits is chosen when the voice is free, so that
 * nothing stale is said.
 */
#pragma once

#include "caller-gateway/store.h"

#define DESK_CASES_MAX  4096 /* open at once; the next one gets no receipt and is sent again */
#define DESK_FAULTS_MAX (DESK_CASES_MAX / 2) /* open, from where on a fault has to wait */
#define DESK_GROUP_MAX  64                   /* taken in one commit */
#define DESK_VOICE_S    120                  /* no sentence takes so long: the voice is stuck */

/* The home of the gateway's own technical incidents; no hub may be called so. */
#define DESK_OWN_HOME "vigie-gateway"

/* The "sensor" of an incident that is a hub's own silence: the centre's, no hub is told of it. */
#define DESK_LINK "vigie-gateway/link"

struct desk;

struct desk_moment {
	uint64_t now_us; /* CLOCK_BOOTTIME */
	int64_t wall_ms; /* UTC */
};

/* Where the desk reaches out; none may call back into the desk. */
struct desk_ports {
	/* Has the voice say it under `key`; 0 or −errno. */
	int (*say)(const char *key, const struct incident *incident, enum ladder_say say,
		bool is_reminder, void *userdata);
	void (*send_receipt)(const char *home, const struct receipt *receipt, void *userdata);
	/* Announced, accepted, on the way, on site, escalated, closed. */
	void (*send_progress)(const struct incident *incident, void *userdata);
	/* A step on the straight line, for those who follow; text may be NULL. */
	void (*tell)(const char *what, const char *incident, const char *text, void *userdata);
	void *userdata;
};

struct desk_policy {
	uint32_t again_s, follow_up_s; /* of incidents received from now on */
};

/* Takes up what the store holds open; store is borrowed for the desk's life. 0 or −errno. */
int desk_new(struct desk **ret, struct store *store, const struct desk_policy *policy,
	const struct desk_ports *ports, struct desk_moment at);
struct desk *desk_free(struct desk *d);

/* 0: will be answered by a receipt once flushed; −EXDEV: the id belongs to another home; −ENOSPC;
 * −errno of the store (the group is lost, its hubs send it again). */
int desk_take(struct desk *d, const struct incident *incident, struct desk_moment at);
int desk_flush(struct desk *d, struct desk_moment at);
/* A hub's view of its open incidents: sends progress again for each that differs from ours. */
void desk_compare(struct desk *d, const struct heartbeat *heartbeat);

/* Escalates what is due and keeps the voice busy; then when it wants to be called again. */
uint64_t desk_tick(struct desk *d, struct desk_moment at);
/* What the voice told of `key`. */
void desk_announced(struct desk *d, const char *key, struct desk_moment at);
void desk_not_announced(struct desk *d, const char *key, struct desk_moment at);

/*
 * An operator's hand: to accepted, on_the_way, on_site or closed (with an outcome). `id` may be cut
 * short while it names one open incident; "last" is the newest that is open. −ENOENT, −ENOTUNIQ,
 * −EALREADY, −EINVAL, −errno of the store; the incident's whole id in ret_id.
 */
int desk_move(struct desk *d, const char *id, enum incident_state state,
	enum incident_outcome outcome, const char *by, const char *why, struct desk_moment at,
	char ret_id[INCIDENT_ID_MAX]);

/* The gateway's own fault, as a technical incident in its own store: opened and, when it is over,
 * closed as repaired. Nothing happens where nothing changes. */
void desk_set_fault(struct desk *d, bool is_faulty, const char *why, struct desk_moment at);

/*
 * A hub is no longer heard, or is heard again: its home's technical incident is opened or closed as
 * repaired, and `home` with it, in the group; desk_flush() brings both into effect. −ENOBUFS: too
 * much is open already, to be tried later; −errno of the store, the group is lost. *home is changed
 * on success only.
 */
int desk_lose_home(struct desk *d, struct stored_home *home, struct desk_moment at);
int desk_find_home(struct desk *d, struct stored_home *home, struct desk_moment at);

unsigned int desk_open_count(const struct desk *d);
/* False after a failed commit until one succeeds. */
bool desk_is_store_well(const struct desk *d);
/* Stuck: has had a sentence for longer than any takes. */
bool desk_is_voice_stuck(const struct desk *d, uint64_t now_us);
