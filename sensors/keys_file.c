/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads files of device keys, whole before anything is set, and writes the hub's own. Their text is
 * cleansed.
 */
#include "sensors/keys.h"

#include "common/cleanup.h"
#include "common/file_atomic.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#define ADDRESS_CHARS  17
#define HEX_CHARS      32
#define LINE_MAX_CHARS 128

struct key_line {
	uint8_t address[6];
	char hex[HEX_CHARS + 1];
};

struct key_lines {
	struct key_line lines[DEVICE_KEYS_MAX];
	int count;
};

static struct key_lines *key_lines_free(struct key_lines *l)
{
	explicit_bzero(l, sizeof(*l));
	free(l);
	return NULL;
}

DEFINE_CLEANUP(struct key_lines *, key_lines_free_p, key_lines_free)

static int refuse(char *ret_error, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static int refuse(char *ret_error, int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(ret_error, DEVICE_KEYS_ERROR_MAX, format, arguments);
	va_end(arguments);
	return error;
}

/* Two keys of the same address are most likely a slip: the second is refused by its line. */
static bool is_twice(const struct key_lines *l, const uint8_t address[6])
{
	for (int i = 0; i < l->count; i++) {
		if (memcmp(l->lines[i].address, address, 6) == 0)
			return true;
	}
	return false;
}

/* NULL, or what is wrong with the line. */
static const char *add_line(struct key_lines *l, char *text)
{
	uint8_t address[6];
	char *hex;

	text[strcspn(text, "\r\n")] = 0;
	if (text[0] == 0 || text[0] == '#')
		return NULL;
	if (strlen(text) != ADDRESS_CHARS + 1 + HEX_CHARS || text[ADDRESS_CHARS] != ' ')
		return "expected an address, a space and 32 hexadecimal digits";
	text[ADDRESS_CHARS] = 0;
	hex = text + ADDRESS_CHARS + 1;
	if (device_address_from_text(text, address) < 0)
		return "expected an address like A4:C1:38:8D:18:B2";
	if (strspn(hex, "0123456789abcdefABCDEF") != HEX_CHARS)
		return "expected 32 hexadecimal digits after the address";
	if (is_twice(l, address))
		return "a second key for the same address";
	if (l->count == DEVICE_KEYS_MAX)
		return "more keys than the hub has room for (256)";
	memcpy(l->lines[l->count].address, address, 6);
	memcpy(l->lines[l->count].hex, hex, HEX_CHARS + 1);
	l->count++;
	return NULL;
}

static int read_lines(FILE *stream, const char *path, struct key_lines *l, char *ret_error)
{
	char text[LINE_MAX_CHARS];
	int line = 0, error = 0;

	while (error == 0 && fgets(text, sizeof(text), stream)) {
		const char *problem = add_line(l, text);

		line++;
		if (problem)
			error = refuse(ret_error, -EINVAL, "%.150s:%d: %s", path, line, problem);
	}
	explicit_bzero(text, sizeof(text));
	if (error == 0 && ferror(stream))
		error = refuse(ret_error, -EIO, "%.150s: cannot be read", path);
	return error;
}

static int load(struct device_keys *keys, const char *path, bool is_kept,
	char ret_error[DEVICE_KEYS_ERROR_MAX])
{
	_cleanup_(key_lines_free_p) struct key_lines *l = calloc(1, sizeof(*l));
	_cleanup_(fclose_p) FILE *stream = fopen(path, "re");
	struct stat status;
	int error = errno;

	if (!stream)
		return refuse(ret_error, -error, "%.150s: %s", path, strerror(error));
	if (!l)
		return refuse(ret_error, -ENOMEM, "%.150s: out of memory", path);
	if (fstat(fileno(stream), &status) < 0)
		return refuse(ret_error, -errno, "%.150s: %s", path, strerror(errno));
	if (status.st_mode & (S_IRWXG | S_IRWXO))
		return refuse(ret_error, -EPERM, "%.150s: mode is %04o, needs 0600", path,
			status.st_mode & 07777U);
	error = read_lines(stream, path, l, ret_error);
	if (error < 0)
		return error;
	for (int i = 0; i < l->count; i++) {
		error = device_keys_set(keys, l->lines[i].address, l->lines[i].hex);
		if (error < 0)
			return refuse(
				ret_error, error, "%.150s: the table of devices is full", path);
		device_keys_find(keys, l->lines[i].address)->is_kept = is_kept;
	}
	return 0;
}

int device_keys_load(
	struct device_keys *keys, const char *path, char ret_error[DEVICE_KEYS_ERROR_MAX])
{
	return load(keys, path, false, ret_error);
}

int device_keys_load_kept(
	struct device_keys *keys, const char *path, char ret_error[DEVICE_KEYS_ERROR_MAX])
{
	if (access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	return load(keys, path, true, ret_error);
}

#define KEPT_LINE_CHARS (ADDRESS_CHARS + 1 + HEX_CHARS + 1)

static size_t write_line(const struct device_key *device, char *at)
{
	static const char digits[] = "0123456789abcdef";

	memcpy(at, device->id.text, ADDRESS_CHARS);
	at[ADDRESS_CHARS] = ' ';
	at += ADDRESS_CHARS + 1;
	for (size_t n = 0; n < DEVICE_KEY_BYTES; n++) {
		*at++ = digits[device->key[n] >> 4];
		*at++ = digits[device->key[n] & 15];
	}
	*at = '\n';
	return KEPT_LINE_CHARS;
}

int device_keys_keep(const struct device_keys *keys, const char *path)
{
	char *text = calloc(DEVICE_KEYS_MAX, KEPT_LINE_CHARS);
	size_t bytes = 0;
	int r;

	if (!text)
		return -ENOMEM;
	for (int n = 0; n < keys->count; n++)
		if (keys->devices[n].is_kept && keys->devices[n].has_key)
			bytes += write_line(&keys->devices[n], text + bytes);
	r = file_atomic_prepare(path, text, bytes);
	if (r == 0)
		r = file_atomic_adopt(path);
	explicit_bzero(text, (size_t)DEVICE_KEYS_MAX * KEPT_LINE_CHARS);
	free(text);
	return r;
}
