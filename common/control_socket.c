/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A socket file outlives a daemon that was killed: it is stale when nobody answers on it.
 */
#include "common/control_socket.h"

#include "common/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKET_MODE 0660
#define FOLDER_MODE 0750
#define WAITING_MAX 16 /* connections not yet accepted */

static int make_folder(const char *path)
{
	char folder[sizeof((struct sockaddr_un *)NULL)->sun_path];
	char *slash;

	(void)snprintf(folder, sizeof folder, "%s", path);
	slash = strrchr(folder, '/');
	if (!slash || slash == folder)
		return 0;
	*slash = '\0';
	return mkdir(folder, FOLDER_MODE) < 0 && errno != EEXIST ? -errno : 0;
}

static int remove_stale(const struct sockaddr_un *address)
{
	_cleanup_(close_p) int fd = -1;
	struct stat s;

	if (lstat(address->sun_path, &s) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(s.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN)
		return -EADDRINUSE;
	if (errno != ECONNREFUSED)
		return -errno;
	return unlink(address->sun_path) < 0 && errno != ENOENT ? -errno : 0;
}

/* Nobody can connect before listen(): the file has its mode by then. */
static int listen_on(int fd, struct control_socket *s)
{
	struct stat file;

	if (bind(fd, (const struct sockaddr *)&s->address, sizeof s->address) < 0)
		return -errno;
	if (chmod(s->address.sun_path, SOCKET_MODE) < 0 || lstat(s->address.sun_path, &file) < 0 ||
		listen(fd, WAITING_MAX) < 0) {
		int r = -errno;

		(void)unlink(s->address.sun_path);
		return r;
	}
	s->device = file.st_dev;
	s->inode = file.st_ino;
	return 0;
}

int control_socket_open(struct control_socket *s, const char *path)
{
	_cleanup_(close_p) int fd = -1;
	int r;

	*s = (struct control_socket){.fd = -1, .address = {.sun_family = AF_UNIX}};
	if (strlen(path) >= sizeof s->address.sun_path)
		return -ENAMETOOLONG;
	(void)snprintf(s->address.sun_path, sizeof s->address.sun_path, "%s", path);
	r = make_folder(path);
	if (r == 0)
		r = remove_stale(&s->address);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	r = listen_on(fd, s);
	if (r < 0)
		return r;
	s->fd = fd;
	fd = -1;
	return 0;
}

void control_socket_close(struct control_socket *s)
{
	struct stat file;

	if (s->fd < 0)
		return;
	if (lstat(s->address.sun_path, &file) == 0 && file.st_dev == s->device &&
		file.st_ino == s->inode)
		(void)unlink(s->address.sun_path);
	(void)close(s->fd);
	s->fd = -1;
}
