/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The long term keys of the wearables that are paired with this hub, and the file that holds them:
 * the kernel forgets them when the machine restarts, the wearables do not. A value; pure but for
 * the file.
 */
#pragma once

#include "sensors/management.h"

#define PAIRING_ERROR_MAX 256

struct pairing_keys {
	unsigned int count;
	struct management_key keys[MANAGEMENT_KEYS_MAX];
};

bool pairing_keys_has(const struct pairing_keys *k, const uint8_t address[6]);
/* In place of the same key, or one more. 0; −ENOSPC. */
int pairing_keys_put(struct pairing_keys *k, const struct management_key *key);
/* Whether there was any. */
bool pairing_keys_forget(struct pairing_keys *k, const uint8_t address[6]);

/* Lines of 72 hexadecimal digits, a key each, as struct management_key; '#' begins a comment. No
 * file is an empty one. −EPERM where others may read it; of a damaged file (−EINVAL) nothing is
 * taken. ret_error names file and line, never a key. */
int pairing_keys_load(struct pairing_keys *k, const char *path, char ret_error[PAIRING_ERROR_MAX]);
/* Replaces the file (0600, whole or not at all): 0 or −errno. */
int pairing_keys_save(const struct pairing_keys *k, const char *path);
