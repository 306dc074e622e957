/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTHome version 1 (https://bthome.io/v1): still sent by sensors that were never updated.
 */
#pragma once

#include "sensors/decoder.h"

extern const struct decoder bthome_v1_decoder;
