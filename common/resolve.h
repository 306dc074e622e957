/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host name to an address without stopping the loop: getaddrinfo() on a thread of its own. A
 * lookup that hangs in a dead resolver can be given up at once. Loop thread only.
 */
#pragma once

#include <systemd/sd-event.h>

#define RESOLVE_ADDRESS_MAX 46

struct resolve;

/* address is numeric, or NULL with the reason in why. The lookup may be freed from here. */
typedef void (*resolve_on_answer)(const char *address, const char *why, void *userdata);

/* `choice` picks among several addresses (modulo their number), so that attempts take turns. */
int resolve_new(struct resolve **ret, sd_event *event, const char *host, unsigned int choice,
	resolve_on_answer on_answer, void *userdata);
/* At any time: an unfinished lookup finishes unheard. */
struct resolve *resolve_free(struct resolve *r);
