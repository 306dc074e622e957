/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iBeacon (Apple's Proximity Beacon Specification) and AltBeacon
 * (https://github.com/AltBeacon/spec): tags that only say that they are near.
 */
#pragma once

#include "sensors/decoder.h"

extern const struct decoder ibeacon_decoder, altbeacon_decoder;
