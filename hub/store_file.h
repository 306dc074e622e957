/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the hub's SQLite files have in common: is one ours and sound, and keeping aside what is not.
 * Of hub/outbox_store.c, hub/history_store*.c and hub/store_rhythm.c alone, but for setting aside.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#define STORE_WHY_MAX 32

/* Once, before any other call and any thread: no memory for pages that nobody asked for (each
 * connection takes 88 kB of it otherwise). */
void store_be_frugal(void);
/* SQLITE_OK; SQLITE_NOTADB or SQLITE_CORRUPT for what must be set aside (damaged, foreign, of a
 * version above `newest`), with the reason in ret_why; other errors of SQLite. Version 0 is a
 * fresh file. On a connection of
 * its own: quick_check leaves 64 kB behind in the one that ran it (3.40, measured). */
int store_check(const char *path, long newest, long *ret_version, char ret_why[STORE_WHY_MAX]);
/* Opens for reading and writing, with a cache of that size and no memory beside it. */
int store_open(const char *path, unsigned int cache_kb, sqlite3 **ret);
/* Renames the closed file and its journals to path.aside-STAMP: 0 or −errno. */
int store_set_aside(const char *path, long long stamp);
/* Corrupt or no database: to be set aside. */
bool store_is_damage(int code);
