/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counting tries.
 */
#include "sensors/link_security.h"

#include <stdio.h>

static bool was_paired(const struct link_security *l)
{
	return l->pairing && pairing_has(l->pairing, l->address);
}

bool link_security_is_due(const struct link_security *l)
{
	return was_paired(l) || (l->pairing && l->is_asked && l->failures < LINK_SECURITY_TRIES);
}

void link_security_succeeded(struct link_security *l)
{
	l->is_secure = true;
	l->failures = 0;
}

bool link_security_failed(struct link_security *l)
{
	l->failures++;
	return was_paired(l) && l->failures >= LINK_SECURITY_TRIES;
}

bool link_security_asked(struct link_security *l)
{
	l->is_asked = true;
	return !l->is_secure && link_security_is_due(l);
}

void link_security_why(const struct link_security *l, char why[LINK_SECURITY_WHY_CHARS])
{
	const size_t bytes = LINK_SECURITY_WHY_CHARS;

	if (l->is_secure)
		(void)snprintf(why, bytes, "%s asks for more than pairing without a code", l->who);
	else if (was_paired(l))
		(void)snprintf(why, bytes,
			"%s does not prove its pairing, remove and enrol it anew", l->who);
	else
		(void)snprintf(
			why, bytes, "%s asks to be paired, and it came to no pairing", l->who);
}
