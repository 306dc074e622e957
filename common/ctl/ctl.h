/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vigie-ctl: the technician's hand on a daemon's control socket (docs/PROTOCOL.md). One command,
 * one request, one answer shown to a person or handed on as it came (--json).
 */
#pragma once

#include "common/ctl/words.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Exit statuses. */
#define CTL_DONE     0
#define CTL_REFUSED  1 /* the daemon refused, or something is missing */
#define CTL_NOT_DONE 2 /* usage, or the daemon cannot be reached */

enum ctl_daemon { CTL_EITHER, CTL_HUB, CTL_GATEWAY };

enum ctl_words_taken {
	CTL_NOTHING,
	CTL_INCIDENT,
	CTL_SENSOR,
	CTL_SAID,
	CTL_OUTPUT,
	CTL_TEXT,
	CTL_HOURS,
	CTL_SHOW,
	CTL_WEEK,
	CTL_FOLDER,
	CTL_ADDRESS
};

/* What has been shown of a command that asks again and again. */
struct ctl_live {
	bool is_terminal; /* else the last answer alone, or what is new in each, is shown */
	bool is_begun;
	size_t shown;
};

struct ctl_command {
	const char *name, *alias; /* alias may be NULL */
	const char *verb;         /* what the socket calls it */
	enum ctl_daemon daemon;   /* who knows it */
	enum ctl_words_taken words;
	bool takes_all, takes_by, takes_outcome, takes_seconds, takes_minutes, takes_entry,
		takes_export, is_stream;
	/* Shows an answer, or a step of a stream, to a person. */
	void (*show)(FILE *out, enum ctl_language language, const json_t *answer);
	/* In its place, of a command that asks again each second until the answer's left_s is 0. */
	void (*show_live)(
		FILE *out, enum ctl_language language, const json_t *answer, struct ctl_live *live);
};

struct ctl_options {
	const char *socket; /* NULL: the daemon's default */
	bool is_hub, is_gateway, is_json, is_help, is_version, is_all, is_history, is_last;
	const char *by, *outcome, *why, *seconds, *minutes, *consent, *from,
		*to; /* NULL where not given */
	/* of a sensor that is enrolled */
	const char *name, *room, *role, *place, *button, *double_press, *fall, *connect, *adapter,
		*movement, *stale_s, *stale_min_s, *key_file;
	bool is_outer, is_canary, is_unsupervised, is_key_on_stdin;
};

/* The whole program: an exit status. out and err are stdout and stderr. */
int ctl_run(int argc, char *const argv[], FILE *out, FILE *err);

/* NULL for an unknown word. */
const struct ctl_command *ctl_command_find(const char *word);
/* Adds what an entry of the roster is made of: false after saying on err what is wrong. */
bool ctl_add_entry(
	json_t *request, const struct ctl_options *o, enum ctl_language language, FILE *err);
/* Says `phrase` with what belongs into it, and returns false. */
bool ctl_complain(FILE *err, enum ctl_language language, const char *phrase, const char *first,
	const char *second);
/*
 * The request of `command` with its words (after the command's own): NULL after saying on err what
 * is wrong.
 */
json_t *ctl_request(const struct ctl_command *command, const struct ctl_options *options,
	char *const words[], enum ctl_language language, FILE *err);
