/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Socket options and questions, Linux only.
 */
#include "common/mqtt_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

int mqtt_socket_adopt(int fd, unsigned int unacknowledged_limit_ms)
{
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	if (setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_limit_ms,
		    sizeof(unacknowledged_limit_ms)) < 0)
		return -errno;
	return 0;
}

int mqtt_socket_verdict(int fd)
{
	struct sockaddr_storage peer;
	socklen_t bytes = sizeof(int), peer_bytes = sizeof(peer);
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &bytes) < 0)
		return -errno;
	/* TLS's first write may have taken an immediate refusal from the socket already. */
	if (error == 0 && getpeername(fd, (struct sockaddr *)&peer, &peer_bytes) < 0)
		error = ECONNREFUSED;
	return -error;
}

ssize_t mqtt_socket_peek(int fd)
{
	char byte;

	return recv(fd, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT);
}

bool mqtt_socket_is_hanging_up(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLRDHUP};

	return poll(&p, 1, 0) == 1;
}
