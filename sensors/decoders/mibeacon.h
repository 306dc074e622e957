/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Xiaomi's MiBeacon, versions 2 to 5 in the open, 4 and 5 sealed. Knowledge: the maker's "BLE
 * MiBeacon protocol" and "object definition" pages (iot.mi.com), and the frames of real devices in
 * the suites of custom-components/ble_monitor and Bluetooth-Devices/xiaomi-ble.
 */
#pragma once

#include "sensors/decoder.h"

extern const struct decoder mibeacon_decoder;
