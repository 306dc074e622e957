/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps one Bluetooth controller scanning: which command comes next, given what the controller
 * answered and what others on the same controller told it. Pure: no descriptor, no clock. Commands
 * are Core 5.4, vol. 4 part E 7.8; the extended ones (7.8.64, 7.8.65) where the controller's LE
 * features say that it knows them, else the legacy ones.
 *
 * The controller's own filter of duplicates is off: it goes by address on many chips, and would
 * swallow a press that follows a reading (HS-09). What is a repetition is judged by the decoders.
 *
 * Others share the controller: the kernel stops our scan to open a connection, bluetoothd to look
 * for devices. Their scan is left alone while it hears everybody; where it ends, or hears only an
 * accept list, ours is put in place again. It hears all that theirs does, so that their connections
 * are still found.
 */
#pragma once

#include "sensors/bytes.h"

#define SCANNING_PARAMETERS_MAX 16
#define SCANNING_WHY_MAX        80
#define SCANNING_ANSWER_US      2000000  /* a command unanswered for this long has failed */
#define SCANNING_AGAIN_US       1000000  /* between two tries while somebody else is in the way */
#define SCANNING_DEAF_US        10000000 /* in the way for so long: deaf */
#define SCANNING_QUIET_US       30000000 /* nothing heard at all: scanning is begun anew */

struct scanning_command {
	uint16_t opcode;
	uint8_t length;
	uint8_t parameters[SCANNING_PARAMETERS_MAX];
};

enum scanning_step {
	SCANNING_IDLE,
	SCANNING_FEATURES, /* asked what it can */
	SCANNING_STOP,
	SCANNING_SET,
	SCANNING_ENABLE,
	SCANNING_ON,
	SCANNING_WAIT /* to begin again */
};

/* What the owner does next. */
enum scanning_turn {
	SCANNING_NOTHING,
	SCANNING_SEND,   /* ret_command */
	SCANNING_HEARS,  /* scanning from now on */
	SCANNING_FAILED, /* `why` says it; to begin again is the owner's to decide */
};

struct scanning {
	bool is_active;                    /* asks for scan responses … */
	bool is_set_active;                /* … and the controller was told so */
	bool is_extended, has_tried_other; /* which set of commands; the other was tried too */
	bool is_theirs_filtered, is_theirs_full; /* the scan that somebody else set up */
	enum scanning_step step;
	uint64_t due_us;   /* of the answer, of the next try, or of doubting the silence */
	uint64_t since_us; /* since when somebody is in the way; 0: nobody is */
	char why[SCANNING_WHY_MAX];
};

void scanning_init(struct scanning *s, bool is_active);
/* From the beginning, on a controller just opened. */
enum scanning_turn scanning_begin(
	struct scanning *s, uint64_t now_us, struct scanning_command *ret_command);
/* A packet from the controller, or a command that somebody else gave it, led by its H4 type. */
enum scanning_turn scanning_packet(struct scanning *s, uint64_t now_us, const uint8_t *packet,
	size_t count, struct scanning_command *ret_command);
/* From now on with or without asking for scan responses; again and again, at no cost. */
enum scanning_turn scanning_ask(
	struct scanning *s, bool is_active, uint64_t now_us, struct scanning_command *ret_command);
/* What is due by now. */
enum scanning_turn scanning_time(
	struct scanning *s, uint64_t now_us, struct scanning_command *ret_command);
/* True with the command that ends our scan, where there is one to end. */
bool scanning_end(struct scanning *s, struct scanning_command *ret_command);
/* When scanning_time() is due; UINT64_MAX: never. */
uint64_t scanning_next_us(const struct scanning *s);
