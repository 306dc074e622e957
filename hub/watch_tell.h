/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From faults to technical incidents and back, and to words for a technician. Of hub/watch.c alone.
 */
#pragma once

#include "hub/watch.h"

/* Tells what is due, ends what is over, and keeps that. */
void watch_tell(struct hub *h, struct moment at);
