/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what supervision knows to what is wrong: which faults there are now, and which are over.
 * Pure: time comes in; called each slow round.
 *
 * A silent sensor is told from a deaf receiver by who else is heard (HS-07): where two sensors or
 * more of one way are overdue and nobody was heard since, the way is mute, and that is one fault. A
 * single overdue sensor is told at once where others were heard since, else when it has been silent
 * for twice its deadline. A canary that nobody else was heard after speaks for the receiver.
 */
#pragma once

#include "hub/faults.h"
#include "hub/supervision.h"

#define FINDINGS_TOGETHER_S 60    /* heard so close to another is not heard after it */
#define FINDINGS_NEVER_S    86400 /* installed and never heard since */
#define FINDINGS_UNWORN_S   86400
#define FINDINGS_CHATTER_S  86400 /* since the contact last fluttered */

/* Reports every fault of sensors and ways as it is now. */
void findings_report(struct supervision *s, struct faults *f, struct moment at);
