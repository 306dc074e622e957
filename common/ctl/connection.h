/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client's end of a control socket: blocking, one line at a time, with a limit on how long an
 * answer may take.
 */
#pragma once

#include <stddef.h>

struct connection {
	int fd; /* −1 while closed */
	size_t bytes;
	char *buffer; /* what has come, at most CONTROL_ANSWER_MAX */
	size_t taken; /* of it, the line handed out last */
};

/* 0, or −errno of connecting; −ENAMETOOLONG. */
int connection_open(struct connection *c, const char *path);
void connection_close(struct connection *c);
/* One line, its newline added: 0 or −errno. */
int connection_say(struct connection *c, const char *line);
/*
 * The next line without its newline, valid until the next call: 0; −EAGAIN when none has come
 * within limit_s (0: no limit); −EPIPE at the end; −EMSGSIZE when it is longer than an answer may
 * be.
 */
int connection_hear(struct connection *c, unsigned int limit_s, const char **ret_line);
