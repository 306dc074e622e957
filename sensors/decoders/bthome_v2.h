/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTHome version 2, plain and encrypted (https://bthome.io/format, https://bthome.io/encryption).
 */
#pragma once

#include "sensors/decoder.h"

/* A packet id or an unnumbered event that is heard again within this time is a repetition. */
#define BTHOME_REPETITION_US UINT64_C(4000000)
/* An encryption counter this close to its end may begin anew below this. */
#define BTHOME_COUNTER_WRAP 64

extern const struct decoder bthome_v2_decoder;
