/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mqtt_link asks of the socket itself, beside the library that owns it.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* CLOEXEC, and a limit on how long sent bytes may stay unacknowledged. 0 or −errno. */
int mqtt_socket_adopt(int fd, unsigned int unacknowledged_limit_ms);
/* 0 when the TCP connection stands, else why not, −errno. */
int mqtt_socket_verdict(int fd);
/* 1 when there is something to read, 0 when the peer has closed, −1 when there is nothing yet. */
ssize_t mqtt_socket_peek(int fd);
bool mqtt_socket_is_hanging_up(int fd);
