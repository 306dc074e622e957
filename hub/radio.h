/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub's Bluetooth: the sources that its configuration asks for, made and put beside the others:
 * the receiver, and a link for each wearable that is to be connected to.
 */
#pragma once

#include "hub/hub.h"

/* Before hub_init(); config, keys and event are set. Nothing where the configuration names no
 * Bluetooth. 0; −ENOSPC, −ENOMEM, −errno, logged. */
int radio_add(struct hub *h);
/* A wearable that is to be connected to was enrolled: its link begins. As radio_add(). */
int radio_add_link(struct hub *h, const struct roster_sensor *sensor);
/* A sensor is about to be removed: no source streams for it any more, its link ends. */
void radio_remove_link(struct hub *h, const struct roster_sensor *sensor);
/* Every linked wearable buzzes as hub->signs says (HS-16): after they changed, and when a wearable
 * is back. */
void radio_buzz(struct hub *h);
/* A source of this hub hears from now on: a wearable that is back buzzes if it has to, and when it
 * is the receiver, links are tried anew. */
void radio_hears(struct hub_source *source);
