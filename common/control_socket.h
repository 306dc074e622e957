/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The listening unix socket of a control socket, and the file it is known by. Private to control.c.
 */
#pragma once

#include <sys/stat.h>
#include <sys/un.h>

struct control_socket {
	int fd; /* −1 while closed */
	struct sockaddr_un address;
	dev_t device; /* the file we made, so that no other is removed */
	ino_t inode;
};

/* Listens on path: 0 or the errors of control_new(), with the socket left closed. */
int control_socket_open(struct control_socket *s, const char *path);
/* Closes it and removes its file. Takes a closed one. */
void control_socket_close(struct control_socket *s);
