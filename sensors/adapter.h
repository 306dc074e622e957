/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way to a Bluetooth controller through the kernel (libbluetooth's headers stay in adapter.c):
 * a raw HCI socket, which shares the controller with whoever else uses it, and a second one that
 * tells when controllers come, go, and are switched on or off. A table of calls, so that a test can
 * be the controller at the other end of a socket pair. Nothing here waits.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ADAPTER_NAME_MAX 18 /* "hci0", "00:AA:01:00:00:00", with the NUL */

struct adapter_news {
	uint16_t index;
	bool is_up;   /* come to life: worth a try */
	bool is_gone; /* removed, or switched off */
};

struct adapter_calls {
	/* The controller's packets by read(), commands by write(). −ENODEV: there is none of that
	 * name; −ENETDOWN: switched off (it has been asked to switch on); else −errno. */
	int (*connect)(const char *name, int *ret_fd, uint16_t *ret_index, void *userdata);
	/* What is known of it by read(); −errno. */
	int (*watch)(int *ret_fd, void *userdata);
	void *userdata;
};

extern const struct adapter_calls adapter_kernel;

/* "" (any), "hci0" or an address in capitals. */
bool adapter_name_is_valid(const char *name);
/* The address of the adapter of that name, as printed: 0, −ENODEV, −errno. */
int adapter_address(const char *name, uint8_t ret[6]);
/* Whether the adapter with that index is there and has that name ("" is any's). */
bool adapter_is(const char *name, uint16_t index);
/* The indices of those there are, at most `most`: their count, or −errno. */
int adapter_list(uint16_t *ret, unsigned int most);
/* The kernel's management channel: a packet each read() and write(). 0 or −errno. */
int adapter_management(int *ret_fd);
/* Asks it to switch on; that it did is told later, by what watches. 0, −ENODEV, −errno. */
int adapter_switch_on(const char *name);
/* One packet read from the watching descriptor: 1, or 0 when it tells nothing of use. */
int adapter_news_read(const uint8_t *packet, uint32_t count, struct adapter_news *ret);
