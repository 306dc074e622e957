/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects inside a MiBeacon frame: id, length, value.
 */
#pragma once

#include "sensors/bytes.h"
#include "sensors/decoded.h"

/* Adds what the objects say to ret_decoded, which has begun; unknown objects are passed over. Some
 * mean different things by the product's number. */
void mibeacon_objects_read(struct bytes objects, uint16_t product, struct decoded *ret_decoded);
