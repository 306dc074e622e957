/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An interrupt of vigie-eval is looked for between one recording and the next, so that what was
 * unpacked is removed.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>

#define INTERRUPT_STATUS (128 + SIGINT)

/* SIGINT and SIGTERM wait from now on. */
void interrupt_hold(void);
/* True where one of them came; once for each. */
bool interrupt_came(void);
