/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must survive: every incident with each of its transitions, and the counters of radio devices
 * (HS-08), in SQLite (WAL, synchronous=FULL): what outbox_commit() returned 0 for is on the disk.
 * A store that is damaged, or that a newer release wrote, is kept beside under another name and a
 * fresh one begun; one that cannot be written (full disk, dead card) refuses commits, remembers the
 * transitions it was given as far as they fit, and writes them with the next commit that succeeds.
 * No reading and no sample is ever written: flash is precious. Loop thread only.
 */
#pragma once

#include "hub/escalate.h"
#include "sensors/keys.h"

/* 1 knew no watched sensors, 2 no faults, 3 no starts, 4 no waiting shocks, 5 nothing of the last
 * hours */
#define OUTBOX_VERSION     6
#define OUTBOX_UNSAVED_MAX 64 /* transitions remembered while the store refuses */

struct outbox;

/* Opens or begins state_dir/hub.db, making the folder (0700) where there is none. −ENOMEM only:
 * whatever else is wrong is told by outbox_fault() and tried again at each commit. */
int outbox_new(struct outbox **ret, const char *state_dir);
struct outbox *outbox_free(struct outbox *o);

/*
 * One transaction: the episode as it will be, its transitions, those still unsaved, and the
 * counters of `keys` that moved on (may be NULL). `e` may be NULL for the rest alone. 0; −ENOSPC
 * disk full; −EUCLEAN damaged; −EIO.
 */
int outbox_commit(struct outbox *o, const struct episode *e, const struct transition transitions[],
	unsigned int count, struct device_keys *keys, struct moment at);
/* After −EUCLEAN: keeps the damaged store aside and begins a fresh one; the caller commits again
 * what it holds in memory. 0 or the error of opening. */
int outbox_begin_anew(struct outbox *o);

/* The most urgent episodes that are not done, at most max; deadlines are moved onto this boot's
 * clock. The count, or an error as above. */
int outbox_load_open(struct outbox *o, struct moment at, struct episode ret[], unsigned int max);
/* One episode, done or not: 0, −ENOENT. */
int outbox_find(struct outbox *o, const char *incident, struct moment at, struct episode *ret);
/* The latest incidents by event time, done or not, at most max, oldest first: told one by one. The
 * count, or an error as above. */
int outbox_list(struct outbox *o, unsigned int max,
	void (*on_episode)(const struct episode *e, void *userdata), void *userdata);
/* Counters into `keys`, whose keys are set already: one saved under another key is left out. The
 * count, or −EIO. */
int outbox_load_counters(struct outbox *o, struct device_keys *keys);

/* A device that is enrolled anew may begin its counter anew: 0, or −EIO. */
int outbox_forget_counter(struct outbox *o, const uint8_t address[6]);

/* Incidents that wait for a receipt, as stored. */
unsigned int outbox_depth(struct outbox *o);
/* Episodes that are not done, as stored. */
unsigned int outbox_open_count(struct outbox *o);
/* "" when all is well, else a short phrase for a technician: what is wrong, or what was found at
 * the start ("store damaged, kept as hub.db.aside-…"). */
const char *outbox_fault(const struct outbox *o);
/* Commits and writes of this run, for the bench and the technician. */
uint64_t outbox_commits(const struct outbox *o);
