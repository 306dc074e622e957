/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packets of the kernel's management channel that pairing needs (BlueZ, doc/mgmt-api.txt; no
 * header of libbluetooth has them). Pure: packets in, packets out. Addresses are as printed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MANAGEMENT_KEY_BYTES 36
#define MANAGEMENT_KEYS_MAX  32
#define MANAGEMENT_BYTES_MAX 2048

/* A long term key as the kernel tells it and takes it back: the other side's address (least byte
 * first) and its type, the key's type and role, its size, and the secrets. */
struct management_key {
	uint8_t at[MANAGEMENT_KEY_BYTES];
};

enum management_word {
	MANAGEMENT_ADAPTER,  /* there is one more */
	MANAGEMENT_SETTINGS, /* the answer to management_ask_settings() */
	MANAGEMENT_CONFIRM,  /* somebody pairs: shall it be? */
	MANAGEMENT_KEY       /* of a pairing that succeeded */
};

struct management_event {
	enum management_word word;
	uint16_t index;     /* the adapter's */
	bool is_bondable;   /* SETTINGS: somebody sees to pairing there already */
	uint8_t address[6]; /* CONFIRM, KEY: the other side's */
	uint8_t type;       /* CONFIRM: of that address, as the kernel counts */
	bool is_to_be_kept; /* KEY: the other side keeps it too */
	struct management_key key;
};

struct management_packet {
	uint16_t count;
	uint8_t at[MANAGEMENT_BYTES_MAX];
};

/* 1; 0 for what is of no interest here; −EBADMSG for what is cut short. */
int management_read(const uint8_t *packet, size_t count, struct management_event *ret);

void management_key_address(const struct management_key *key, uint8_t ret[6]);
/* Whether they are the same key of the same device, one newer than the other. */
bool management_key_is_same(const struct management_key *a, const struct management_key *b);

struct management_packet management_ask_settings(uint16_t index);
struct management_packet management_allow_bonds(uint16_t index);
struct management_packet management_confirm(const struct management_event *asked);
/* Takes the place of all that the kernel has for the adapter; at most MANAGEMENT_KEYS_MAX. */
struct management_packet management_load_keys(
	uint16_t index, const struct management_key *keys, unsigned int count);
/* The kernel forgets the keys of the device and ends the link to it. */
struct management_packet management_unpair(uint16_t index, const struct management_key *key);
