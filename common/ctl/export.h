/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An export into a new folder: asked for, then fetched piece by piece and written, 0700 and 0600.
 */
#pragma once

#include "common/ctl/connection.h"
#include "common/ctl/words.h"

#include <stdio.h>

/* An exit status; what is wrong is said on err. `daemon` is its name. */
int ctl_export(struct connection *c, const char *request, const char *dir, const char *daemon,
	enum ctl_language language, FILE *out, FILE *err);
