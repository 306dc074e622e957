/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The incidents of a home at work: each change that hub/escalate decides is committed to the
 * outbox, then adopted, then told to the centre until its receipt comes. A store that refuses
 * delays nothing: the incident goes on from memory and is written as soon as that works again.
 * Knows no loop, no clock and no wire: time comes in, messages go out through the listener.
 */
#pragma once

#include "hub/outbox.h"
#include "hub/press.h"

#define EPISODES_UNSAVED_US (5 * US_PER_S)

struct episodes_listener {
	/* Hands an incident to the wire: 0, or −errno when it could not take it (it is tried
	 * again). */
	int (*publish)(const struct incident *incident, void *userdata);
	/* A step on the straight line (common/control.h), at time_us, or now where that is 0. */
	void (*tell)(uint64_t time_us, const char *what, const char *incident, const char *text,
		void *userdata);
	/* An incident as it is after a change, committed and on its way; may be NULL. */
	void (*changed)(const struct episode *after, void *userdata);
	/* One transition came into force, after it was published; may be NULL. */
	void (*moved)(const struct episode *after, const struct transition *t, struct moment at,
		void *userdata);
	/* The instant, for the steps alone: nothing is decided by it. */
	uint64_t (*now_us)(void *userdata);
	void *userdata;
};

struct episodes {
	struct escalation table;
	struct outbox *outbox;    /* borrowed from the hub */
	struct device_keys *keys; /* borrowed from the hub; may be NULL */
	struct episodes_listener listener;
	bool is_link_up;
	uint64_t unsaved_next_us; /* when to write again what was refused; 0: nothing is unsaved */
	uint64_t publishes;
};

void episodes_init(struct episodes *e, const char *home, uint32_t ask_s, struct outbox *outbox,
	struct device_keys *keys, const struct episodes_listener *listener);
/* Takes up from the store what is open and not in memory, as far as rows are free: at the start,
 * and now and then for what had to leave memory. How many. */
unsigned int episodes_resume(struct episodes *e, struct moment at);

/* 1 when it changed something (its row in ret_row, which may be NULL), 0 when it adds nothing. */
int episodes_suspect(
	struct episodes *e, const struct suspicion *s, struct moment at, unsigned int *ret_row);
/* incident NULL: the one that is being asked about. 0; −ENOENT; −EALREADY when it is over. */
int episodes_answer(struct episodes *e, const char *incident, enum answer answer, struct moment at);
/* A sign of life inside the home, by the sensor of that name: see escalate_moved(). */
void episodes_moved(struct episodes *e, const char *where, bool answers, struct moment at);
/* A fault is over (hub/escalate.h, escalate_repaired): 0; −ENOENT; −EALREADY; −EINVAL. */
int episodes_repaired(struct episodes *e, const char *incident, const char *why, struct moment at);
bool episodes_is_asking(const struct episodes *e);
/* What a press answers now (hub/press.h). */
enum asked episodes_asked(const struct episodes *e);
/* From the centre: 1, 0 when known or old, −ENOENT for an unknown incident, or as in
 * hub/escalate.h. */
int episodes_receipt(struct episodes *e, const struct receipt *receipt, struct moment at);
int episodes_progress(struct episodes *e, const struct progress *progress, struct moment at);

/* The way to the centre is open (what is owed goes out at once) or not. */
void episodes_link(struct episodes *e, bool is_up, struct moment at);
/* Does what is due: answers that did not come, repetitions, what was not saved. */
void episodes_turn(struct episodes *e, struct moment at);
/* When episodes_turn() is due next, or UINT64_MAX. */
uint64_t episodes_next_us(const struct episodes *e);
