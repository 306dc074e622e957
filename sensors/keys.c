/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of radio devices. Rows are dense from the first; a hint by the address's last byte
 * finds most of them at once, a scan the rest.
 */
#include "sensors/keys.h"

#include "sensors/aes_ccm.h"

#include <errno.h>
#include <string.h>

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

struct device_key *device_keys_find(struct device_keys *keys, const uint8_t address[6])
{
	uint8_t *hint = &keys->hints[address[5]];

	if (keys->devices[*hint].is_used && memcmp(keys->devices[*hint].address, address, 6) == 0)
		return &keys->devices[*hint];
	for (int i = 0; i < keys->count; i++) {
		if (memcmp(keys->devices[i].address, address, 6) != 0)
			continue;
		*hint = (uint8_t)i;
		return &keys->devices[i];
	}
	return NULL;
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

	if (device)
		return device;
	if (keys->count < DEVICE_KEYS_MAX)
		device = &keys->devices[keys->count++];
	else
		device = evict(keys);
	if (!device)
		return NULL;
	memcpy(device->address, address, 6);
	device->is_used = true;
	return device;
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
