/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a home can do without and would miss: `vigie-hub --check` says it to whoever installs it.
 */
#pragma once

#include "hub/hub.h"

#define WARNINGS_MAX (HEARTBEAT_FAULTS_MAX + 3)

/* Of a hub whose configuration and keys were taken, and that does not run: how many. */
unsigned int warnings_of(struct hub *h, char ret[WARNINGS_MAX][INCIDENT_TEXT_MAX]);
