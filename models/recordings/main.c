/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the shipped recordings into a folder: `make recordings` does so into models/recordings.
 */
#include "common/cleanup.h"
#include "models/recordings/synthetic.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

static int write_one(const char *dir, const struct synthetic *s)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", dir, s->name);
	FILE *file = n > 0 && n < (int)sizeof(path) ? fopen(path, "we") : NULL;
	int error;

	if (!file)
		return -1;
	s->write(file);
	error = ferror(file);
	return fclose(file) || error ? -1 : 0;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		(void)fprintf(stderr, "usage: make-recordings FOLDER\n");
		return 2;
	}
	for (int i = 0; i < SYNTHETICS; i++)
		if (write_one(argv[1], &synthetics[i]) < 0) {
			(void)fprintf(stderr, "make-recordings: %s/%s: %s\n", argv[1],
				synthetics[i].name, strerror(errno));
			return 1;
		}
	return 0;
}
