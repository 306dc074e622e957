/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sealed windows as files of a folder, 0600, named by growing numbers: at most WINDOW_STORE_MAX of
 * them, the oldest goes first, and none stays longer than a year. Of the history's thread.
 */
#pragma once

#include "hub/window.h"

#define WINDOW_STORE_MAX  200 /* of 50 Hz: 3.5 MB */
#define WINDOW_STORE_DAYS 366
#define WINDOW_STORE_PATH 512

/* Seals and writes; makes the folder where there is none. The file's number, or −errno. */
int64_t window_store_put(const char *dir, const uint8_t key[AES_GCM_KEY_BYTES], struct bytes plain);
/* Their numbers, ascending, at most WINDOW_STORE_MAX (the newest): how many. */
unsigned int window_store_list(const char *dir, int64_t ret[WINDOW_STORE_MAX]);
/* As window_open(), or −errno of reading; file and scratch are room for it. */
int window_store_get(const char *dir, int64_t number, const uint8_t key[AES_GCM_KEY_BYTES],
	uint8_t file[WINDOW_FILE_MAX], uint8_t scratch[WINDOW_PLAIN_MAX], struct window *ret);
/* Deletes those written more than WINDOW_STORE_DAYS ago. */
void window_store_prune(const char *dir, int64_t wall_ms);

/* The key of the credential "vigie-hub.windows" (systemd.exec(5)): 0; −ENOENT there is none;
 * −EINVAL it is not of AES_GCM_KEY_BYTES; −errno. */
int window_key_load(uint8_t ret[AES_GCM_KEY_BYTES]);
