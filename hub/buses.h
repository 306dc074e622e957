/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub's wires: a source for each Modbus bus and one for all GPIO inputs, made and put beside
 * the others.
 */
#pragma once

#include "hub/hub.h"

/* Before hub_init(); config and event are set. 0; −ENOMEM, −errno, logged. */
int buses_add(struct hub *h);
