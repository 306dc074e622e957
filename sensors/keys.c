/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of radio devices. Rows are dense from the first; slots by the address's hash (open
 * addressing) lead to them. Rows never move and are given up only by eviction, after which the
 * slots are made anew.
 */
#include "sensors/keys.h"

#include "sensors/advertisement.h"
#include "sensors/aes_ccm.h"

#include <errno.h>
#include <string.h>

#define SLOT_BITS 10
_Static_assert(1 << SLOT_BITS == DEVICE_KEYS_SLOTS, "the hash reaches every slot");

static void forget(struct device_key *device)
{
	(void)aes_ccm_free(device->cipher);
	explicit_bzero(device, sizeof(*device));
}

void device_keys_done(struct device_keys *keys)
{
	for (int i = 0; i < keys->count; i++)
		forget(&keys->devices[i]);
	*keys = (struct device_keys){0};
}

/* The address as a number, read in the two pieces in which sensors/hci_reports.c has just written
 * it: other pieces would wait until they are in the cache. */
static uint64_t number_of(const uint8_t address[6])
{
	uint32_t head;
	uint16_t tail;

	memcpy(&head, address, sizeof(head));
	memcpy(&tail, address + sizeof(head), sizeof(tail));
	return (uint64_t)tail << 32 | head;
}

static uint32_t slot_of(uint64_t number)
{
	/* Fibonacci hashing: the product's highest bits depend on all of the address */
	return (uint32_t)(number * UINT64_C(0x9E3779B97F4A7C15) >> (64 - SLOT_BITS));
}

/* There are more slots than rows: the walk ends. */
struct device_key *device_keys_search(struct device_keys *keys, const uint8_t address[6])
{
	uint64_t number = number_of(address);

	for (uint32_t slot = slot_of(number); keys->slots[slot] != 0;
		slot = (slot + 1) % DEVICE_KEYS_SLOTS) {
		struct device_key *device = &keys->devices[keys->slots[slot] - 1];

		if (number_of(device->address) == number) {
			keys->last = device;
			return device;
		}
	}
	return NULL;
}

static void put(struct device_keys *keys, uint16_t row)
{
	uint32_t slot = slot_of(number_of(keys->devices[row].address));

	while (keys->slots[slot] != 0)
		slot = (slot + 1) % DEVICE_KEYS_SLOTS;
	keys->slots[slot] = (uint16_t)(row + 1);
}

static void put_all(struct device_keys *keys)
{
	memset(keys->slots, 0, sizeof(keys->slots));
	for (uint16_t row = 0; row < keys->count; row++)
		put(keys, row);
}

/* The row of the device nobody asked to remember that was unheard longest, emptied; or NULL. */
static struct device_key *evict(struct device_keys *keys)
{
	struct device_key *oldest = NULL;

	for (int i = 0; i < keys->count; i++) {
		struct device_key *device = &keys->devices[i];

		if (device->is_enrolled || device->has_key)
			continue;
		if (!oldest || device->heard_us < oldest->heard_us)
			oldest = device;
	}
	if (oldest)
		forget(oldest);
	return oldest;
}

struct device_key *device_keys_ensure(struct device_keys *keys, const uint8_t address[6])
{
	struct device_key *device = device_keys_find(keys, address);
	bool is_full = keys->count == DEVICE_KEYS_MAX;

	if (device)
		return device;
	device = is_full ? evict(keys) : &keys->devices[keys->count++];
	if (!device)
		return NULL;
	memcpy(device->address, address, 6);
	device->id = advertisement_sensor(address);
	device->is_used = true;
	if (is_full)
		put_all(keys);
	else
		put(keys, (uint16_t)(device - keys->devices));
	return device;
}

void device_keys_forget(struct device_keys *keys, const uint8_t address[6])
{
	struct device_key *device = device_keys_find(keys, address);
	struct sensor_id id;

	if (!device)
		return;
	id = device->id;
	forget(device);
	/* the row stays the address's until another takes it */
	memcpy(device->address, address, sizeof(device->address));
	device->id = id;
	device->is_used = true;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -EINVAL;
}

static int byte_from_hex(const char *text, uint8_t *ret)
{
	int high = nibble(text[0]), low = high < 0 ? high : nibble(text[1]);

	if (low < 0)
		return -EINVAL;
	*ret = (uint8_t)(high << 4 | low);
	return 0;
}

int device_keys_set(struct device_keys *keys, const uint8_t address[6], const char *hex)
{
	uint8_t key[DEVICE_KEY_BYTES];
	struct device_key *device;

	if (strlen(hex) != sizeof(key) * 2)
		return -EINVAL;
	for (size_t i = 0; i < sizeof(key); i++) {
		if (byte_from_hex(hex + 2 * i, &key[i]) < 0)
			return -EINVAL;
	}
	device = device_keys_ensure(keys, address);
	if (!device)
		return -ENOSPC;
	if (!device->has_key || memcmp(device->key, key, sizeof(key)) != 0) {
		device->cipher = aes_ccm_free(device->cipher);
		device->has_counter = device->is_counter_new = false;
	}
	memcpy(device->key, key, sizeof(key));
	device->has_key = true;
	explicit_bzero(key, sizeof(key));
	return 0;
}

int device_address_from_text(const char *text, uint8_t ret_address[6])
{
	uint8_t address[6];

	if (strlen(text) != 17)
		return -EINVAL;
	for (int i = 0; i < 6; i++) {
		if (byte_from_hex(text + 3 * i, &address[i]) < 0)
			return -EINVAL;
		if (i < 5 && text[3 * i + 2] != ':')
			return -EINVAL;
	}
	memcpy(ret_address, address, 6);
	return 0;
}
