/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connection that leads to a port is looked for among the descriptors of this process.
 */
#include "common/send_at_once.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/socket.h>

#define DESCRIPTORS_MAX 1024 /* the soft limit of a service */

static bool is_to_port(int fd, uint16_t port)
{
	struct sockaddr_storage peer = {0};
	socklen_t bytes = sizeof(peer);

	if (getpeername(fd, (struct sockaddr *)&peer, &bytes) < 0)
		return false;
	if (peer.ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)&peer)->sin_port) == port;
	return peer.ss_family == AF_INET6 &&
	       ntohs(((const struct sockaddr_in6 *)&peer)->sin6_port) == port;
}

void send_at_once(uint16_t port)
{
	const int on = 1;

	for (int fd = 0; fd < DESCRIPTORS_MAX; fd++)
		if (is_to_port(fd, port))
			(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}
