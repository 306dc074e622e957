/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The history's thread and what crosses to it and back. Of hub/history*.c alone.
 */
#pragma once

#include "common/channel.h"
#include "hub/history_export.h"
#include "hub/history_store.h"
#include "hub/week.h"
#include "hub/window_store.h"

#define HISTORY_SETTLED_TURNS \
	30 /* a day must have lasted so many minutes before it is believed \
	    */

enum history_what {
	HISTORY_TELLS_SENSOR,
	HISTORY_TELLS_SLICE,
	HISTORY_TELLS_INCIDENT,
	HISTORY_TELLS_TURN,
	HISTORY_TELLS_WINDOW,
	HISTORY_TELLS_EXPORT,
	HISTORY_TELLS_NEXT
};

/* From the loop; only as long as its kind needs. */
struct history_message {
	enum history_what what;
	union {
		struct {
			uint8_t row;
			struct history_sensor sensor;
		} named;
		struct diary_slice slice;
		struct history_incident incident;
		struct {
			int64_t wall_ms;
			bool is_night_far_more;
		} turn;
		struct {
			int number;
			struct history_export_wish wish; /* of EXPORT alone */
		} export;
	};
};

enum history_answer_what { HISTORY_SAYS_STATE, HISTORY_SAYS_PIECE };

/* To the loop. */
struct history_answer {
	enum history_answer_what what;
	union {
		struct {
			char fault[INCIDENT_TEXT_MAX];
			uint64_t written, lost, commits, windows;
		} state;
	};
};

/* To the loop: a piece of an export. */
struct history_piece_answer {
	enum history_answer_what what;
	int number, result; /* 1, 0 at the end, −errno */
	struct history_piece piece;
};

_Static_assert(sizeof(struct history_piece_answer) <= CHANNEL_RECORD_MAX, "a piece crosses whole");

struct history_writer {
	char summaries[HISTORY_PATH_MAX], windows[HISTORY_PATH_MAX];
	bool has_key;
	uint8_t key[AES_GCM_KEY_BYTES];
	int fd;                  /* where messages come from, blocking */
	struct channel *channel; /* borrowed from the history: answers go to the loop */
	struct history_store store;
	bool is_writing, is_refused; /* in a transaction; this one has failed */
	uint64_t batch;              /* records in it */
	struct history_answer told;  /* the state that the loop knows */
	uint64_t written, lost, commits, windows_count;
	int32_t day, settled_day;
	struct history_export *export; /* under way, or NULL */
	int export_number;
	unsigned int export_turns; /* since somebody asked for a piece of it */
	unsigned int turns;        /* seen on that day */
	union {
		struct history_message message;
		/* HISTORY_TELLS_WINDOW: its plain bytes follow */
		uint8_t bytes[sizeof(enum history_what) + WINDOW_PLAIN_MAX];
	} in;
};

/* What the sums say of the week that begins on that Monday. */
void history_week(struct history_store *s, int32_t monday, struct week *ret);
/* From Monday morning on the summary of the week before, where there is none yet, into `dir`, in
 * both languages; those older than a year are deleted. 1 when written, 0, or −errno. */
int history_week_write(
	struct history_store *s, const char *dir, int64_t wall_ms, bool is_night_far_more);

/* The thread: returns when the loop has shut its end and all that it told is written. */
void *history_writer_run(void *writer);
