/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A handful of keys, looked through one by one; the file's text is cleansed.
 */
#include "sensors/pairing_keys.h"

#include "common/cleanup.h"
#include "common/file_atomic.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define HEX_CHARS  (2 * MANAGEMENT_KEY_BYTES)
#define LINE_CHARS (HEX_CHARS + 1)

static bool is_of(const struct management_key *key, const uint8_t address[6])
{
	uint8_t its[6];

	management_key_address(key, its);
	return memcmp(its, address, sizeof(its)) == 0;
}

bool pairing_keys_has(const struct pairing_keys *k, const uint8_t address[6])
{
	for (unsigned int n = 0; n < k->count; n++)
		if (is_of(&k->keys[n], address))
			return true;
	return false;
}

int pairing_keys_put(struct pairing_keys *k, const struct management_key *key)
{
	unsigned int n = 0;

	while (n < k->count && !management_key_is_same(&k->keys[n], key))
		n++;
	if (n == MANAGEMENT_KEYS_MAX)
		return -ENOSPC;
	k->keys[n] = *key;
	if (n == k->count)
		k->count++;
	return 0;
}

bool pairing_keys_forget(struct pairing_keys *k, const uint8_t address[6])
{
	unsigned int kept = 0, count = k->count;

	for (unsigned int n = 0; n < count; n++)
		if (!is_of(&k->keys[n], address))
			k->keys[kept++] = k->keys[n];
	explicit_bzero(&k->keys[kept], (count - kept) * sizeof(k->keys[0]));
	k->count = kept;
	return kept < count;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL, or what is wrong with the line. */
static const char *take_line(struct pairing_keys *k, char *text)
{
	struct management_key key;

	text[strcspn(text, "\r\n")] = '\0';
	if (text[0] == '\0' || text[0] == '#')
		return NULL;
	if (strlen(text) != HEX_CHARS || strspn(text, "0123456789abcdef") != HEX_CHARS)
		return "expected 72 hexadecimal digits";
	for (size_t n = 0; n < MANAGEMENT_KEY_BYTES; n++)
		key.at[n] = (uint8_t)(digit(text[2 * n]) << 4 | digit(text[2 * n + 1]));
	return pairing_keys_put(k, &key) < 0 ? "more keys than the hub has room for (32)" : NULL;
}

static int refuse(char ret_error[PAIRING_ERROR_MAX], int r, const char *path, const char *problem)
{
	(void)snprintf(ret_error, PAIRING_ERROR_MAX, "%.150s: %s", path, problem);
	return r;
}

static int read_lines(
	FILE *stream, const char *path, struct pairing_keys *ret, char ret_error[PAIRING_ERROR_MAX])
{
	char text[LINE_CHARS + 2], where[64];
	const char *problem = NULL;
	int line = 0;

	while (!problem && fgets(text, sizeof(text), stream)) {
		problem = take_line(ret, text);
		line++;
	}
	explicit_bzero(text, sizeof(text));
	(void)snprintf(where, sizeof(where), "line %d: %s", line, problem ? problem : "");
	if (problem)
		return refuse(ret_error, -EINVAL, path, where);
	return ferror(stream) ? refuse(ret_error, -EIO, path, "cannot be read") : 0;
}

int pairing_keys_load(struct pairing_keys *k, const char *path, char ret_error[PAIRING_ERROR_MAX])
{
	_cleanup_(fclose_p) FILE *stream = fopen(path, "re");
	struct pairing_keys read = {0};
	struct stat status;
	int r;

	if (!stream && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (!stream || fstat(fileno(stream), &status) < 0)
		return refuse(ret_error, -errno, path, strerror(errno));
	if (status.st_mode & (S_IRWXO | S_IRWXG))
		return refuse(ret_error, -EPERM, path, "others may read it: needs mode 0600");
	r = read_lines(stream, path, &read, ret_error);
	if (r == 0)
		*k = read;
	explicit_bzero(&read, sizeof(read));
	return r;
}

int pairing_keys_save(const struct pairing_keys *k, const char *path)
{
	static const char digits[] = "0123456789abcdef";
	char text[MANAGEMENT_KEYS_MAX * LINE_CHARS], *at = text;
	int r;

	for (unsigned int n = 0; n < k->count; n++) {
		for (size_t i = 0; i < MANAGEMENT_KEY_BYTES; i++) {
			*at++ = digits[k->keys[n].at[i] >> 4];
			*at++ = digits[k->keys[n].at[i] & 15];
		}
		*at++ = '\n';
	}
	r = file_atomic_prepare(path, text, (size_t)(at - text));
	if (r == 0)
		r = file_atomic_adopt(path);
	explicit_bzero(text, sizeof(text));
	return r;
}
