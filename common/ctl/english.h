/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reasons and causes are told to the centre as French phrases; a technician who reads English gets
 * them by this table. A phrase that is not in it stays as it is.
 */
#pragma once

#include <stddef.h>

/* The English of a phrase of the hub's, in ret; the French one where there is none. */
void ctl_english(const char *french, char *ret, size_t bytes);
