/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replays a corpus through a fuzz target without libFuzzer, so that a machine without clang runs
 * it too: each file, and each beginning of it up to PREFIX_MAX bytes, in a buffer of exactly its
 * size, where the address sanitizer sees the first byte read too far. Prints TAP.
 */
#include "common/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_MAX  (1 << 20)
#define PREFIX_MAX 1024

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size);

DEFINE_CLEANUP(DIR *, closedir_p, closedir)

static void replay_bytes(const uint8_t *at, size_t size)
{
	_cleanup_(free_p) uint8_t *exact = malloc(size ? size : 1);

	if (!exact)
		abort();
	memcpy(exact, at, size);
	(void)LLVMFuzzerTestOneInput(exact, size);
}

static int replay_file(const char *path)
{
	_cleanup_(fclose_p) FILE *file = fopen(path, "re");
	_cleanup_(free_p) uint8_t *content = malloc(INPUT_MAX);
	size_t size;

	if (!file || !content)
		return -errno;
	size = fread(content, 1, INPUT_MAX, file);
	printf("# %s: %zu bytes\n", path, size);
	(void)fflush(stdout);
	replay_bytes(content, size);
	for (size_t cut = 0; cut < size && cut < PREFIX_MAX; cut++)
		replay_bytes(content, cut);
	return 0;
}

/* Returns how many files were replayed, or −errno. */
static int replay_folder(const char *folder)
{
	_cleanup_(closedir_p) DIR *dir = opendir(folder);
	char path[PATH_MAX];
	struct stat status;
	int count = 0;

	if (!dir)
		return -errno;
	for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		(void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (stat(path, &status) < 0 || !S_ISREG(status.st_mode))
			continue;
		if (replay_file(path) == 0)
			count++;
	}
	return count;
}

int main(int argc, char **argv)
{
	int count;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
		return 2;
	}
	printf("1..1\n");
	count = replay_folder(argv[1]);
	if (count < 1) {
		printf("not ok 1 - %s: %s\n", argv[1], count < 0 ? strerror(-count) : "no inputs");
		return 1;
	}
	printf("ok 1 - %d inputs of %s and their beginnings\n", count, argv[1]);
	return 0;
}
