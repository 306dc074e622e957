/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that speaks: started, given orders, ended, its end noticed. Of hub/voice.c alone.
 */
#pragma once

#include "hub/voice_line.h"

#include <limits.h>
#include <stdbool.h>
#include <systemd/sd-event.h>

struct voice_child {
	int line, process; /* descriptors: the socket (−1 once closed) and the pidfd; −1 */
	sd_event_source *on_line, *on_process;
};

struct voice_child_listener {
	sd_event_io_handler_t on_line;    /* the voice tells something */
	sd_event_io_handler_t on_process; /* it has ended: voice_child_reap() */
	void *userdata;
};

#define VOICE_CHILD_NONE \
	{ \
		.line = -1, .process = -1 \
	}

/* `program`, or NULL for the vigie-voice that lies where this program lies. 0 or −errno. */
int voice_child_find(const char *program, char ret[PATH_MAX]);
/* 0 or −errno; the child is as before where it fails. */
int voice_child_start(struct voice_child *c, sd_event *event, char *const arguments[],
	const struct voice_child_listener *listener);
bool voice_child_is_running(const struct voice_child *c); /* or has not been reaped */
/* 0; −EPIPE and the like once it is gone. */
int voice_child_order(struct voice_child *c, const struct voice_order *order);
/* 1 with what it told, 0 when there is nothing, −errno for a line that is closed or garbled. */
int voice_child_hear(struct voice_child *c, struct voice_told *ret);
/* Asks it to end, by closing the line; on_process is called when it has. */
void voice_child_end(struct voice_child *c);
void voice_child_kill(struct voice_child *c);
/* After on_process: true when it has ended, how is in ret_is_clean. */
bool voice_child_reap(struct voice_child *c, bool *ret_is_clean);
/* Ends it and waits at most max_ms, then kills it. */
void voice_child_stop(struct voice_child *c, int max_ms);
