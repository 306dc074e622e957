/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must be remembered of each radio device so that nobody can speak in its name: its key, the
 * last counter seen (HS-08), the last packet id and when. A fixed table, loaded from and saved to
 * the hub's store by whoever owns it; the decoders look devices up and move their counters on. Loop
 * thread only.
 */
#pragma once

#include "sensors/reading.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DEVICE_KEYS_MAX       256
#define DEVICE_KEYS_SLOTS     1024 /* a power of two, four times the rows: most strangers meet none */
#define DEVICE_KEY_BYTES      16
#define DEVICE_KEYS_ERROR_MAX 256
#define DEVICE_REFUSALS_MAX   8 /* by reason: enum refusal (decoder.h) */
#define DEVICE_RSSI_UNKNOWN   127

struct aes_ccm;

struct device_key {
	uint8_t address[6];  /* as printed */
	struct sensor_id id; /* the same as text */
	bool is_used;
	bool is_enrolled; /* set by the owner: never evicted; a device with a key never is, too */
	bool has_key;
	bool is_kept;                     /* its key is in the hub's own file, device_keys_keep() */
	bool has_counter, is_counter_new; /* new: moved on since it was last saved */
	bool has_packet_id, has_event;
	uint8_t packet_id;
	uint8_t packet_repeats, event_repeats; /* of the ones last told */
	uint8_t key[DEVICE_KEY_BYTES];
	uint32_t counter;
	uint32_t event_hash; /* of the last event told without packet id */
	uint64_t packet_us;  /* when packet_id was last heard */
	uint64_t event_us;   /* when that event was last heard */
	uint64_t heard_us;   /* the last time anything of it was looked at here */
	uint8_t format;  /* the decoder of its last frame, its place in decoders[] + 1; 0: none */
	int8_t rssi_dbm; /* of that frame; DEVICE_RSSI_UNKNOWN */
	uint32_t refused[DEVICE_REFUSALS_MAX]; /* its frames, or parts of them */
	struct aes_ccm *cipher;                /* keyed with `key`, made when first needed */
};

/* All zero is an empty table. */
struct device_keys {
	struct device_key devices[DEVICE_KEYS_MAX];
	uint16_t count;          /* rows used, from the first */
	struct device_key *last; /* the row last found, or NULL: asked for again by the decoder */
	uint16_t slots[DEVICE_KEYS_SLOTS]; /* by the address's hash: a row's number + 1, or 0 */
};

/* Frees the ciphers and cleanses the keys: an empty table again. */
void device_keys_done(struct device_keys *keys);

/* In the whole table: what device_keys_find() does where the row is another than the last. */
struct device_key *device_keys_search(struct device_keys *keys, const uint8_t address[6]);
/* NULL when unknown. For each advertisement on air, twice: a few nanoseconds. */
static inline struct device_key *device_keys_find(
	struct device_keys *keys, const uint8_t address[6])
{
	struct device_key *last = keys->last;

	if (last && memcmp(last->address, address, sizeof(last->address)) == 0)
		return last;
	return device_keys_search(keys, address);
}
/* The device's row, made where there is none: NULL when the table is full (enrolled devices and
 * those with a key are never evicted; others are, the longest unheard first). */
struct device_key *device_keys_ensure(struct device_keys *keys, const uint8_t address[6]);
/* From 32 hexadecimal digits: 0, −EINVAL (bad digits or length), −ENOSPC. Another key than before
 * forgets the counter. */
int device_keys_set(struct device_keys *keys, const uint8_t address[6], const char *hex);
/* "A4:C1:38:8D:18:B2" → 6 bytes: 0 or −EINVAL. */
int device_address_from_text(const char *text, uint8_t ret_address[6]);

/*
 * Sets every key of a file: lines "A4:C1:38:8D:18:B2 32 hexadecimal digits", empty ones and those
 * that begin with '#' skipped. Refused (−EPERM) when others may read it or more than its owner may
 * write it. A damaged file sets nothing; ret_error names
 * the file and line, never a key.
 */
int device_keys_load(
	struct device_keys *keys, const char *path, char ret_error[DEVICE_KEYS_ERROR_MAX]);

/* What was known of the device is forgotten, its key cleansed: it is a stranger like any. */
void device_keys_forget(struct device_keys *keys, const uint8_t address[6]);

/* The hub's own file, where the keys are of sensors that were enrolled while it ran: as
 * device_keys_load(), and marks them as kept; no file is an empty one. */
int device_keys_load_kept(
	struct device_keys *keys, const char *path, char ret_error[DEVICE_KEYS_ERROR_MAX]);
/* Replaces that file (0600, whole or not at all) by the keys that are marked as kept: 0 or −errno.
 */
int device_keys_keep(const struct device_keys *keys, const char *path);
