/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocked and asked for, so that no handler is needed.
 */
#include "models/eval/interrupt.h"

#include <time.h>

static sigset_t ends(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	return set;
}

void interrupt_hold(void)
{
	const sigset_t set = ends();

	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

bool interrupt_came(void)
{
	static const struct timespec none = {0};
	const sigset_t set = ends();

	return sigtimedwait(&set, NULL, &none) > 0;
}
