/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened in the home, kept in the home: slices of what sensors said (hub/diary.h) and
 * incidents for N days, then daily sums for two years, in state_dir/history.db. A thread of its own
 * writes it; what is told crosses to it through a bounded queue, which drops and counts rather than
 * make an alarm wait. A file that is damaged or newer is kept aside, a full disk loses history and
 * nothing else: history_fault() says so. Loop thread, except where said.
 */
#pragma once

#include "hub/diary.h"
#include "hub/roster.h"
#include "hub/window.h"

#include <systemd/sd-event.h>

#define HISTORY_DAYS_MIN     1
#define HISTORY_DAYS_MAX     365
#define HISTORY_DAYS_DEFAULT 30
#define HISTORY_SPARE_BYTES  (UINT64_C(32) << 20) /* left free for the alarms' own store */

struct history;

struct history_options {
	const char *state_dir;
	uint32_t days;
	uint64_t spare_bytes;
	const uint8_t *window_key; /* AES_GCM_KEY_BYTES, copied; NULL: no window is kept */
};

struct history_sensor {
	struct sensor_id id;
	char name[INCIDENT_TEXT_MAX], room[INCIDENT_TEXT_MAX];
	enum sensor_role role;
};

/* An incident as it is now; told again whenever it changes. */
struct history_incident {
	char id[INCIDENT_ID_MAX];
	char room[INCIDENT_TEXT_MAX];
	enum incident_class class;
	enum incident_state state;
	enum incident_outcome outcome;
	bool is_test;
	int64_t event_ms, changed_ms;
};

#define HISTORY_PIECE_MAX 12288

/* What is to be exported: windows, whose consent is in `why`, or else the person's own data. */
struct history_export_wish {
	bool has_windows;
	int64_t from_ms, before_ms, at_ms; /* UTC; at_ms: now */
	char who[INCIDENT_TEXT_MAX], why[INCIDENT_TEXT_MAX];
};

/* Text to be added to the file of that name; without a name it was the last. */
struct history_piece {
	char name[24];
	unsigned int windows, refused; /* so far: written, and those that could not be opened */
	char text[HISTORY_PIECE_MAX];
};

struct history_counts {
	uint64_t told, dropped; /* records that went into the queue, and that found it full */
	uint64_t written, lost; /* of those, committed, and refused by the store */
	uint64_t commits;
	uint64_t windows; /* on the disk */
};

/* 0, or −errno of making the thread; whatever is wrong with the file is a fault and no error. */
int history_new(struct history **ret, sd_event *event, const struct history_options *options);
/* Writes what is in the queue, ends the thread. */
struct history *history_free(struct history *h);

/* None of these waits. The sensor of that row of the roster, before its first slice, and again when
 * another takes the row: 0, or −EAGAIN when the queue is full (tell it again). */
int history_sensor(struct history *h, uint8_t row, const struct roster_sensor *sensor);
void history_slice(struct history *h, const struct diary_slice *slice);
void history_incident(struct history *h, const struct history_incident *incident);
/* Sealed into state_dir/windows; nothing without a key. */
void history_window(struct history *h, const struct window *window);
/* Commits what was told; at a new local day sums the days before and prunes; on Monday morning
 * writes the week's summary into state_dir/summaries, with what models/routine says of its nights.
 * Each minute. */
void history_turn(struct history *h, int64_t wall_ms, bool is_night_far_more);

/*
 * Begins an export, in the place of one under way: who asked and why is on the disk before anything
 * is read. Its number, > 0; −EAGAIN; −ENOKEY for windows without a key.
 */
int history_export(struct history *h, const struct history_export_wish *wish);
/* Its next piece, valid until the next call: 1; 0 at the end, with the counts; −EAGAIN it is not
 * there yet; −ENOENT no such export; or what went wrong: −EPERM it could not be recorded, −EIO. */
int history_export_piece(struct history *h, int export, const struct history_piece **ret);

/* "" when all is well, else a short phrase for a technician. */
const char *history_fault(const struct history *h);
struct history_counts history_counts(const struct history *h);
