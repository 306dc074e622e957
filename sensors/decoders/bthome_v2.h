/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTHome version 2, plain and encrypted (https://bthome.io/format, https://bthome.io/encryption).
 */
#pragma once

#include "sensors/decoder.h"

#define BTHOME_V2_UUID 0xFCD2

extern const struct decoder bthome_v2_decoder;

/* The address that an advertisement's BTHome v2 payload tells as its device's: false where it tells
 * none. `contents` are its AD structures. */
bool bthome_v2_address(const struct bytes *contents, uint8_t ret_address[6]);
