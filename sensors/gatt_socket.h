/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way to a wearable: L2CAP's fixed channel of ATT, through the kernel. A table of calls, so
 * that a test can be the wearable at the other end of a socket pair.
 */
#pragma once

#include <stdint.h>

enum gatt_address { GATT_ADDRESS_PUBLIC, GATT_ADDRESS_RANDOM };

struct gatt_calls {
	/* Begins to connect and does not wait: writable when it is done, SO_ERROR says how. Each
	 * packet is one read() and one write(). `adapter` is "" for any. */
	int (*connect)(const uint8_t address[6], enum gatt_address type, const char *adapter,
		int *ret_fd, void *userdata);
	/* Has a connection encrypted, by its pairing or by a new one. 1 it is; 0 it will be, and is
	 * not writable until then; −errno it cannot be. */
	int (*secure)(int fd, void *userdata);
	void *userdata;
};

extern const struct gatt_calls gatt_kernel;
