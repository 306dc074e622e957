/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must be remembered of each radio device so that nobody can speak in its name: its key, the
 * last counter seen (HS-08), the last packet id and when. A fixed table, loaded from and saved to
 * the hub's store by whoever owns it; the decoders look devices up and move their counters on. Loop
 * thread only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define DEVICE_KEYS_MAX  256
#define DEVICE_KEY_BYTES 16

struct device_key {
	uint8_t address[6]; /* as printed */
	bool is_used;
	bool has_key;
	bool has_counter, is_counter_new; /* new: moved on since it was last saved */
	bool has_packet_id;
	uint8_t packet_id;
	uint8_t key[DEVICE_KEY_BYTES];
	uint32_t counter;
	uint64_t packet_us; /* when packet_id was last heard */
};

struct device_keys {
	struct device_key devices[DEVICE_KEYS_MAX];
};

/* NULL when unknown. */
struct device_key *device_keys_find(struct device_keys *keys, const uint8_t address[6]);
/* The device's row, made where there is none: NULL when the table is full (enrolled devices are
 * never evicted; unknown ones with no key are, oldest first). */
struct device_key *device_keys_ensure(struct device_keys *keys, const uint8_t address[6]);
/* From 32 hexadecimal digits: 0, −EINVAL (bad digits or length), −ENOSPC. */
int device_keys_set(struct device_keys *keys, const uint8_t address[6], const char *hex);
/* "A4:C1:38:8D:18:B2" → 6 bytes: 0 or −EINVAL. */
int device_address_from_text(const char *text, uint8_t ret_address[6]);
