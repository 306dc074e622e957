/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub's Bluetooth: the sources that its configuration asks for, made and put beside the others.
 */
#pragma once

#include "hub/hub.h"

/* Before hub_init(); config, keys and event are set. Nothing where the configuration names no
 * Bluetooth. 0; −ENOSPC, −ENOMEM, −errno, logged. */
int radio_add(struct hub *h);
