/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Write, sync, rename, sync the folder.
 */
#include "common/file_atomic.h"

#include "common/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void file_atomic_new_path(const char *path, char ret[FILE_ATOMIC_PATH_MAX])
{
	(void)snprintf(ret, FILE_ATOMIC_PATH_MAX, "%s.new", path);
}

static int write_all(int fd, const char *text, size_t bytes)
{
	while (bytes > 0) {
		ssize_t n = write(fd, text, bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		bytes -= (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

int file_atomic_prepare(const char *path, const char *text, size_t bytes)
{
	char new_path[FILE_ATOMIC_PATH_MAX];
	_cleanup_(close_p) int fd = -1;
	int r;

	if (strlen(path) + sizeof(".new") > sizeof(new_path))
		return -ENAMETOOLONG;
	file_atomic_new_path(path, new_path);
	/* one of an earlier run that was killed, whatever its mode */
	if (unlink(new_path) < 0 && errno != ENOENT)
		return -errno;
	fd = open(new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	r = write_all(fd, text, bytes);
	if (r < 0)
		(void)unlink(new_path);
	return r;
}

static int sync_folder(const char *path)
{
	char folder[FILE_ATOMIC_PATH_MAX];
	_cleanup_(close_p) int fd = -1;
	char *slash;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash == folder)
		slash++;
	if (slash)
		*slash = '\0';
	fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

int file_atomic_adopt(const char *path)
{
	char new_path[FILE_ATOMIC_PATH_MAX];

	file_atomic_new_path(path, new_path);
	if (rename(new_path, path) < 0)
		return -errno;
	return sync_folder(path);
}

void file_atomic_drop(const char *path)
{
	char new_path[FILE_ATOMIC_PATH_MAX];

	file_atomic_new_path(path, new_path);
	(void)unlink(new_path);
}
