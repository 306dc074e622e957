/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds or unpacks recordings.
 */
#include "models/eval/dataset.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DATA_DEFAULT   "../shared/data"
#define REMOVE_FILES   16 /* descriptors nftw may use */
#define FOLDER_PATTERN "vigie-eval-XXXXXX"

extern char **environ;

static int complain(char error[DATASET_ERROR_MAX], int number, const char *what, const char *path)
{
	(void)snprintf(error, DATASET_ERROR_MAX, "%.200s: %s%s%s", path, what, number ? ": " : "",
		number ? strerror(number) : "");
	return number ? -number : -EINVAL;
}

static bool has_index(const char *dir)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/index.csv", dir);

	return n > 0 && n < (int)sizeof(path) && access(path, F_OK) == 0;
}

static bool is_file(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 && S_ISREG(s.st_mode);
}

/* Waits for `tar` with the signals of an ordinary program, whatever is blocked here. */
static int run_tar(const char *archive, const char *dir)
{
	char *const arguments[] = {(char[]){"tar"}, (char[]){"-xzf"}, strdup(archive),
		(char[]){"-C"}, strdup(dir), NULL};
	posix_spawnattr_t attributes;
	sigset_t none;
	pid_t pid;
	int status = 0;
	int error = ENOMEM;

	if (arguments[2] && arguments[4] && posix_spawnattr_init(&attributes) == 0) {
		(void)sigemptyset(&none);
		(void)posix_spawnattr_setsigmask(&attributes, &none);
		(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
		error = posix_spawnp(&pid, "tar", NULL, &attributes, arguments, environ);
		(void)posix_spawnattr_destroy(&attributes);
	}
	free(arguments[2]);
	free(arguments[4]);
	if (error)
		return -error;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EBADMSG;
}

static int unpack(const char *archive, struct dataset *ret, char error[DATASET_ERROR_MAX])
{
	struct dataset d = {.is_temporary = true};
	const char *base = getenv("TMPDIR");
	int n = snprintf(d.dir, sizeof(d.dir), "%s/" FOLDER_PATTERN, base && *base ? base : "/tmp");
	int problem;

	if (n < 0 || n >= (int)sizeof(d.dir))
		return complain(error, ENAMETOOLONG, "TMPDIR", archive);
	if (!mkdtemp(d.dir))
		return complain(error, errno, "no temporary folder", d.dir);
	problem = run_tar(archive, d.dir);
	if (problem == 0 && !has_index(d.dir))
		problem = -ENOENT;
	if (problem < 0) {
		dataset_done(&d);
		return complain(error, -problem, "tar could not unpack it, or it has no index.csv",
			archive);
	}
	*ret = d;
	return 0;
}

int dataset_open(
	const char *data, const char *name, struct dataset *ret, char ret_error[DATASET_ERROR_MAX])
{
	struct dataset d = {0};
	char archive[PATH_MAX];
	int n;

	if (!data)
		data = getenv("VIGIE_DATA");
	if (!data || !*data)
		data = DATA_DEFAULT;
	n = snprintf(archive, sizeof(archive), "%s/%s.tar.gz", data, name);
	if (n < 0 || n >= (int)sizeof(archive))
		return complain(ret_error, ENAMETOOLONG, "data", data);
	(void)snprintf(d.dir, sizeof(d.dir), "%s", data);
	if (!has_index(d.dir))
		(void)snprintf(d.dir, sizeof(d.dir), "%s/%s", data, name);
	if (has_index(d.dir)) {
		*ret = d;
		return 0;
	}
	if (is_file(archive))
		return unpack(archive, ret, ret_error);
	if (is_file(data))
		return unpack(data, ret, ret_error);
	(void)snprintf(ret_error, DATASET_ERROR_MAX,
		"%s: neither index.csv nor %s/index.csv nor %s.tar.gz in it", data, name, name);
	return -ENOENT;
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *walk)
{
	(void)s;
	(void)type;
	(void)walk;
	return remove(path);
}

void dataset_done(struct dataset *d)
{
	if (d->is_temporary)
		(void)nftw(d->dir, remove_one, REMOVE_FILES, FTW_DEPTH | FTW_PHYS);
	*d = (struct dataset){0};
}
