/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of enrolled sensors that cannot be used: roster.yaml and roster.keys. A hub that does not
 * run hears nobody, so it starts with what it can read. What it cannot is kept beside as
 * FILE.aside-TIME, and is a fault (HS-12) at every start and until that file is gone: whoever
 * enrolled the sensors anew, or put the mended file back, deletes it.
 */
#pragma once

#include "hub/hub.h"

/* After the configuration (config.found), and for a file that failed with this message. */
void roster_aside_begin(struct hub *h);
void roster_aside_keys(struct hub *h, const char *path, const char *error);
/* At the start and in the slow round: the faults as they are now. */
void roster_aside_report(struct hub *h, struct moment at);
