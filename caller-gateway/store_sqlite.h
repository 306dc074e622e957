/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store in one SQLite file, in WAL mode with synchronous=FULL: a commit is one fdatasync. The
 * schema's version is the file's user_version; an older file is brought up to date when it is
 * opened.
 */
#pragma once

#include "caller-gateway/store.h"

#include <stddef.h>

#define STORE_SQLITE_VERSION 2

/* Opens or makes `path` (0600). −EPROTONOSUPPORT for a file of a newer version, −errno; the message
 * in ret_error. */
int store_sqlite_open(struct store **ret, const char *path, char *ret_error, size_t error_bytes);
