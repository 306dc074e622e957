/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The emergency signal of Bluetooth's Emergency Configuration Service 1.0 (UUID 0x183C): broadcast
 * by a device whose wearer is to be found.
 */
#pragma once

#include "sensors/decoder.h"

extern const struct decoder emergency_decoder;
