/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder beside what is the home's own.
 */
#include "hub/replay_state.h"

#include "hub/enrolment.h"
#include "hub/roster_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(const char *path, int error, char ret_error[HUB_CONFIG_ERROR_MAX])
{
	(void)snprintf(ret_error, HUB_CONFIG_ERROR_MAX, "%s: %s", path, strerror(error));
	return -error;
}

static bool is_same_folder(const char *one, const char *other)
{
	struct stat a, b;

	return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* What an earlier replay enrolled or set aside there is gone: the home's own is read again. */
static int link_to_own(const char *dir, const char *name, char ret_error[HUB_CONFIG_ERROR_MAX])
{
	char path[HUB_PATH_MAX + sizeof(ROSTER_FILE) + sizeof(ENROLMENT_KEYS)], own[64];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)snprintf(own, sizeof(own), "../%s", name);
	if (unlink(path) < 0 && errno != ENOENT)
		return refuse(path, errno, ret_error);
	return symlink(own, path) < 0 ? refuse(path, errno, ret_error) : 0;
}

int replay_state_take(char state_dir[HUB_PATH_MAX], char ret_error[HUB_CONFIG_ERROR_MAX])
{
	char dir[HUB_PATH_MAX];
	int r;

	if (snprintf(dir, sizeof(dir), "%s/" REPLAY_STATE, state_dir) >= (int)sizeof(dir))
		return refuse(state_dir, ENAMETOOLONG, ret_error);
	(void)mkdir(state_dir, 0700); /* where it cannot be made, the next one says so */
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return refuse(dir, errno, ret_error);
	/* whoever made a link of it to the home's own folder plays the home's own life */
	if (!is_same_folder(dir, state_dir)) {
		r = link_to_own(dir, ROSTER_FILE, ret_error);
		if (r == 0)
			r = link_to_own(dir, ENROLMENT_KEYS, ret_error);
		if (r < 0)
			return r;
	}
	memcpy(state_dir, dir, sizeof(dir));
	return 0;
}
