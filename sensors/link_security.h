/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a link to a wearable is to be encrypted, and what is said when it cannot be. Decisions
 * alone: the kernel encrypts (gatt_socket.h, pairing.h).
 *
 * Who was paired before is encrypted or not heard, for anybody could say that it has lost its key.
 * Who asks to be paired and comes to no pairing in LINK_SECURITY_TRIES tries is heard as far as it
 * lets everybody.
 */
#pragma once

#include "sensors/pairing.h"

#define LINK_SECURITY_TRIES     3
#define LINK_SECURITY_WHY_CHARS 80

struct link_security {
	const struct pairing *pairing; /* borrowed; NULL: the hub pairs with nobody */
	uint8_t address[6];
	const char *who;       /* borrowed: the address as text */
	bool is_asked;         /* the wearable refused something to who is not paired */
	bool is_secure;        /* this link is encrypted */
	unsigned int failures; /* tries to encrypt that failed, in a row */
};

/* Of a link that has just come to be: whether to encrypt it before anything is said. */
bool link_security_is_due(const struct link_security *l);
void link_security_succeeded(struct link_security *l);
/* It was not encrypted. True where that is a fault. */
bool link_security_failed(struct link_security *l);
/* The wearable refused something. True where it may not over an encrypted link; false where that is
 * a fault. */
bool link_security_asked(struct link_security *l);
/* What is wrong, where something is. */
void link_security_why(const struct link_security *l, char why[LINK_SECURITY_WHY_CHARS]);
