/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of vigie-ctl: reading them, and whom they belong to.
 */
#pragma once

#include "common/ctl/ctl.h"

/* < 0 to go on, else the exit status, usage or version having been told. */
int ctl_options_read(int argc, char *const argv[], struct ctl_options *ret, FILE *out, FILE *err);
/* The first option that was given and means nothing to this command, or NULL. */
const char *ctl_options_stray(const struct ctl_command *c, const struct ctl_options *o);
