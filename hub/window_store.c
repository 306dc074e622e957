/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files "0000000042.win".
 */
#include "hub/window_store.h"

#include "common/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ENDING     ".win"
#define CREDENTIAL "vigie-hub.windows"

static void path_of(char ret[WINDOW_STORE_PATH], const char *dir, int64_t number)
{
	(void)snprintf(ret, WINDOW_STORE_PATH, "%s/%010" PRId64 ENDING, dir, number);
}

/* The number of such a name, or −1. */
static int64_t number_of(const char *name)
{
	char *end = NULL;
	long long number = name[0] >= '0' && name[0] <= '9' ? strtoll(name, &end, 10) : -1;

	return end && strcmp(end, ENDING) == 0 ? number : -1;
}

/* Keeps `ret` ascending and holding the greatest. */
static unsigned int insert(int64_t ret[WINDOW_STORE_MAX], unsigned int count, int64_t number)
{
	unsigned int at = count;

	if (count == WINDOW_STORE_MAX) {
		if (number < ret[0])
			return count;
		memmove(&ret[0], &ret[1], (WINDOW_STORE_MAX - 1) * sizeof(ret[0]));
		at = --count;
	}
	while (at > 0 && ret[at - 1] > number) {
		ret[at] = ret[at - 1];
		at--;
	}
	ret[at] = number;
	return count + 1;
}

unsigned int window_store_list(const char *dir, int64_t ret[WINDOW_STORE_MAX])
{
	const struct dirent *entry;
	unsigned int count = 0;
	DIR *d = opendir(dir);

	while (d && (entry = readdir(d))) {
		int64_t number = number_of(entry->d_name);

		if (number >= 0)
			count = insert(ret, count, number);
	}
	if (d)
		(void)closedir(d);
	return count;
}

static int write_all(int fd, const uint8_t *at, size_t bytes)
{
	while (bytes > 0) {
		ssize_t written = write(fd, at, bytes);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return errno ? -errno : -EIO;
		at += written;
		bytes -= (size_t)written;
	}
	return 0;
}

static int write_file(const char *dir, int64_t number, const uint8_t *at, size_t bytes)
{
	char path[WINDOW_STORE_PATH], part[WINDOW_STORE_PATH + 8];
	_cleanup_(close_p) int fd = -1;
	int r;

	path_of(path, dir, number);
	(void)snprintf(part, sizeof(part), "%s/part", dir);
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	errno = 0;
	r = write_all(fd, at, bytes);
	if (r == 0 && (fdatasync(fd) < 0 || rename(part, path) < 0))
		r = -errno;
	if (r < 0)
		(void)unlink(part);
	return r;
}

int64_t window_store_put(const char *dir, const uint8_t key[AES_GCM_KEY_BYTES], struct bytes plain)
{
	_cleanup_(free_p) uint8_t *file = malloc(WINDOW_FILE_MAX);
	int64_t numbers[WINDOW_STORE_MAX], number;
	unsigned int count;
	int bytes;

	if (!file)
		return -ENOMEM;
	(void)mkdir(dir, 0700); /* where it cannot be made, writing says so */
	count = window_store_list(dir, numbers);
	number = count > 0 ? numbers[count - 1] + 1 : 1;
	bytes = window_seal(key, plain, file);
	if (bytes > 0)
		bytes = write_file(dir, number, file, (size_t)bytes);
	if (bytes < 0)
		return bytes;
	if (count == WINDOW_STORE_MAX) {
		char path[WINDOW_STORE_PATH];

		path_of(path, dir, numbers[0]);
		(void)unlink(path);
	}
	return number;
}

int window_store_get(const char *dir, int64_t number, const uint8_t key[AES_GCM_KEY_BYTES],
	uint8_t file[WINDOW_FILE_MAX], uint8_t scratch[WINDOW_PLAIN_MAX], struct window *ret)
{
	char path[WINDOW_STORE_PATH];
	_cleanup_(close_p) int fd = -1;
	size_t bytes = 0;

	path_of(path, dir, number);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t got = read(fd, file + bytes, WINDOW_FILE_MAX - bytes);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		bytes += (size_t)got;
		if (got == 0 || bytes == WINDOW_FILE_MAX)
			break;
	}
	return window_open(key, bytes_of(file, bytes), scratch, ret);
}

void window_store_prune(const char *dir, int64_t wall_ms)
{
	int64_t numbers[WINDOW_STORE_MAX];
	unsigned int count = window_store_list(dir, numbers);

	for (unsigned int n = 0; n < count; n++) {
		char path[WINDOW_STORE_PATH];
		struct stat status;

		path_of(path, dir, numbers[n]);
		if (stat(path, &status) == 0 &&
			(int64_t)status.st_mtime <
				wall_ms / 1000 - WINDOW_STORE_DAYS * INT64_C(86400))
			(void)unlink(path);
	}
}

int window_key_load(uint8_t ret[AES_GCM_KEY_BYTES])
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	uint8_t key[AES_GCM_KEY_BYTES + 1];
	char path[WINDOW_STORE_PATH];
	_cleanup_(close_p) int fd = -1;
	ssize_t bytes;

	if (!dir || snprintf(path, sizeof(path), "%s/" CREDENTIAL, dir) >= (int)sizeof(path))
		return -ENOENT;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	bytes = read(fd, key, sizeof(key));
	if (bytes < 0)
		return -errno;
	if (bytes == AES_GCM_KEY_BYTES)
		memcpy(ret, key, AES_GCM_KEY_BYTES);
	explicit_bzero(key, sizeof(key));
	return bytes == AES_GCM_KEY_BYTES ? 0 : -EINVAL;
}
