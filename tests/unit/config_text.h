/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text as the hub's configuration, for the tests of what it may say.
 */
#pragma once

#include "hub/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* As vigie-hub --check does; the message without the file's name, which is another each time. */
static inline int load_text(
	const char *text, struct hub_config *ret, char error[HUB_CONFIG_ERROR_MAX])
{
	char path[] = "/tmp/vigie-config-XXXXXX";
	int fd = mkstemp(path), r;
	size_t bytes = strlen(text);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, bytes), (ssize_t)bytes);
	(void)close(fd);
	error[0] = '\0';
	r = hub_config_load(path, ret, error);
	(void)unlink(path);
	if (strncmp(error, path, strlen(path)) == 0)
		memmove(error, error + strlen(path), strlen(error + strlen(path)) + 1);
	return r;
}
