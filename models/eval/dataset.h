/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the recordings are: a folder with an index.csv, or an archive of one, which is unpacked by
 * tar(1) into a temporary folder that dataset_done() removes.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>

#define DATASET_ERROR_MAX 512

struct dataset {
	char dir[PATH_MAX]; /* index.csv is in it */
	bool is_temporary;
};

/*
 * Looks, in this order, for DATA/index.csv, DATA/NAME/index.csv, DATA/NAME.tar.gz and DATA itself
 * as such an archive. `data` NULL: $VIGIE_DATA, else ../shared/data. 0; −ENOENT and others with one
 * line in ret_error.
 */
int dataset_open(
	const char *data, const char *name, struct dataset *ret, char ret_error[DATASET_ERROR_MAX]);
void dataset_done(struct dataset *d);
