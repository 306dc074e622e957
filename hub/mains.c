/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the power_supply class.
 */
#include "hub/mains.h"

#include "common/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define PATH_BYTES 512

/* The first line of a small file, without its end: false when there is none. */
static bool read_line(const char *dir, const char *supply, const char *leaf, char ret[32])
{
	_cleanup_(fclose_p) FILE *file = NULL;
	char path[PATH_BYTES];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s/%s", dir, supply, leaf) >= sizeof(path))
		return false;
	file = fopen(path, "re");
	if (!file || !fgets(ret, 32, file))
		return false;
	ret[strcspn(ret, "\n")] = '\0';
	return true;
}

/* 1 online, 0 not, −ENOENT for a battery and for what does not say. */
static int look_at_supply(const char *dir, const char *supply)
{
	char type[32], online[32];

	if (!read_line(dir, supply, "type", type) || !read_line(dir, supply, "online", online))
		return -ENOENT;
	if (strcmp(type, "Mains") != 0 && strcmp(type, "USB") != 0)
		return -ENOENT;
	return online[0] != '0'; /* 2: programmable, and online */
}

static void closedir_p(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

int mains_look(const char *dir)
{
	_cleanup_(closedir_p) DIR *supplies = opendir(dir);
	const struct dirent *entry;
	int found = -ENOENT;

	for (int n = 0; supplies && n < MAINS_SUPPLIES_MAX && (entry = readdir(supplies));) {
		int r;

		if (entry->d_name[0] == '.')
			continue;
		n++;
		r = look_at_supply(dir, entry->d_name);
		if (r >= 0 && r > found)
			found = r;
	}
	return found;
}
