/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ruuvi's data format 5, "RAWv2"
 * (https://docs.ruuvi.com/communication/bluetooth-advertisements/data-format-5-rawv2).
 */
#pragma once

#include "sensors/decoder.h"

extern const struct decoder ruuvi_5_decoder;
