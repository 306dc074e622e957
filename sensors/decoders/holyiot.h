/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holyiot's tags: one of climate, vibration, side or button a frame (frames of a real tag in the
 * suite of custom-components/ble_monitor).
 */
#pragma once

#include "sensors/decoder.h"

extern const struct decoder holyiot_decoder;
