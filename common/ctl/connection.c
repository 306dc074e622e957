/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sends and receives on a unix stream socket.
 */
#include "common/ctl/connection.h"

#include "common/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

int connection_open(struct connection *c, const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int r = 0;

	*c = (struct connection){.fd = -1};
	if (strlen(path) >= sizeof a.sun_path)
		return -ENAMETOOLONG;
	(void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	c->buffer = malloc(CONTROL_ANSWER_MAX);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (!c->buffer)
		r = -ENOMEM;
	else if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&a, sizeof a) < 0)
		r = -errno;
	if (r < 0)
		connection_close(c);
	return r;
}

void connection_close(struct connection *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	free(c->buffer);
	*c = (struct connection){.fd = -1};
}

static int send_all(int fd, const char *text, size_t bytes)
{
	while (bytes > 0) {
		ssize_t n = send(fd, text, bytes, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		bytes -= (size_t)n;
	}
	return 0;
}

int connection_say(struct connection *c, const char *line)
{
	int r = send_all(c->fd, line, strlen(line));

	return r < 0 ? r : send_all(c->fd, "\n", 1);
}

static int receive(struct connection *c)
{
	ssize_t n;

	if (c->bytes == CONTROL_ANSWER_MAX)
		return -EMSGSIZE;
	do
		n = recv(c->fd, c->buffer + c->bytes, CONTROL_ANSWER_MAX - c->bytes, 0);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n == 0 || errno == ECONNRESET ? -EPIPE : -errno;
	c->bytes += (size_t)n;
	return 0;
}

int connection_hear(struct connection *c, unsigned int limit_s, const char **ret_line)
{
	const struct timeval limit = {.tv_sec = (time_t)limit_s};
	char *end;
	int r;

	(void)setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	c->bytes -= c->taken;
	memmove(c->buffer, c->buffer + c->taken, c->bytes);
	c->taken = 0;
	while (!(end = memchr(c->buffer, '\n', c->bytes))) {
		r = receive(c);
		if (r < 0)
			return r;
	}
	*end = '\0';
	c->taken = (size_t)(end - c->buffer) + 1;
	*ret_line = c->buffer;
	return 0;
}
