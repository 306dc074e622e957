/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which row of the table of open episodes something belongs to. Of hub/escalate.c alone. Pure.
 */
#pragma once

#include "hub/escalate.h"

/* The open incident that this evidence is more of, or −ENOENT. */
int escalate_row_to_join(const struct escalation *t, const struct suspicion *s, uint64_t now_us);
/* A row for a new incident: free, else given up by what is safely kept elsewhere; −ENOSPC where
 * every row is still owed to the centre; −ENOBUFS where a technical one would be one too many. */
int escalate_row_to_use(const struct escalation *t, enum incident_class class);
/* In a full table: the open row with the latest evidence, of this class where there is one. */
unsigned int escalate_row_latest(const struct escalation *t, enum incident_class class);
