/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a file of keys: taken whole, or refused with a message that names the file and holds
 * nothing of it; a damaged file sets nothing.
 */
#include "sensors/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size);

#define DIGITS_LEAKED 16 /* so much of a key in a message is a leak */

/* Whether the message repeats a run of the file's hexadecimal digits. */
static bool leaks(const char *error, const uint8_t *at, size_t size)
{
	char part[DIGITS_LEAKED + 1] = "";

	for (size_t n = 0; n + DIGITS_LEAKED <= size; n++) {
		memcpy(part, at + n, DIGITS_LEAKED);
		if (strspn(part, "0123456789abcdefABCDEF") == DIGITS_LEAKED && strstr(error, part))
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size)
{
	static struct device_keys keys;
	char path[] = "/tmp/vigie-fuzz-keys-XXXXXX", error[DEVICE_KEYS_ERROR_MAX] = "";
	int fd = mkstemp(path), r;
	bool is_written = fd >= 0 && write(fd, at, size) == (ssize_t)size;

	if (fd >= 0)
		(void)close(fd);
	if (!is_written)
		abort();
	r = device_keys_load(&keys, path, error);
	(void)unlink(path);
	if (r < 0 && (keys.count > 0 || strncmp(error, path, strlen(path)) != 0))
		abort();
	if (r < 0 && leaks(error, at, size))
		abort();
	if (keys.count > DEVICE_KEYS_MAX)
		abort();
	for (unsigned int n = 0; n < keys.count; n++)
		if (!keys.devices[n].has_key)
			abort();
	device_keys_done(&keys);
	return 0;
}
