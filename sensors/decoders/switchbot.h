/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SwitchBot's motion and contact sensors and its meters
 * (https://github.com/OpenWonderLabs/SwitchBotAPI-BLE).
 */
#pragma once

#include "sensors/decoder.h"

extern const struct decoder switchbot_decoder;
/* What it says unasked: that it is there. */
extern const struct decoder switchbot_maker_decoder;
