/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files that are replaced whole: whoever is killed at any instant leaves the old one or the
 * new one, never half of either.
 */
#pragma once

#include <stddef.h>

#define FILE_ATOMIC_PATH_MAX 512

/* Writes path.new (0600) and makes it durable: 0, or −errno with nothing left behind. */
int file_atomic_prepare(const char *path, const char *text, size_t bytes);
/* path.new takes path's place, durably: 0, or −errno with path as it was. */
int file_atomic_adopt(const char *path);
/* path.new is not wanted. */
void file_atomic_drop(const char *path);
/* "path.new", where to look at it before it is adopted. */
void file_atomic_new_path(const char *path, char ret[FILE_ATOMIC_PATH_MAX]);
