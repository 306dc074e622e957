/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pairing, of which the kernel does the most: this answers its question ("shall it be?") for the
 * wearables that it knows and for nobody else, keeps the keys that come of it in a file and gives
 * them back when the kernel has forgotten them. "Just works" pairing (Bluetooth Core 5.4, vol. 3
 * part H): the link is encrypted; who stood near with equipment at that moment may have heard the
 * key or stood between.
 *
 * Beside bluetoothd, which sees to pairing itself, no keys are given back, for the kernel takes
 * them only in place of all others: a wearable is paired by bluetoothctl there. Loop thread only;
 * never waits.
 */
#pragma once

#include "sensors/pairing_keys.h"
#include "sensors/reading.h"

#include <systemd/sd-event.h>

#define PAIRING_WEARABLES_MAX 16

struct pairing;

struct pairing_calls {
	int (*connect)(int *ret_fd, void *userdata); /* the management channel */
	/* Whether the adapter of that name ("" for any) has that index. */
	bool (*is_index)(const char *adapter, uint16_t index, void *userdata);
	/* The indices there are now, at most `most`: their count, or −errno. */
	int (*list)(uint16_t *ret, unsigned int most, void *userdata);
	void *userdata;
};

extern const struct pairing_calls pairing_kernel;

struct pairing_options {
	const char *path; /* of the file of keys; copied */
	/* A wearable is paired from now on; error < 0: its key could not be kept. May be NULL. */
	void (*on_paired)(const struct sensor_id *sensor, int error, void *userdata);
	void *userdata;
	const struct pairing_calls *calls; /* borrowed; NULL: the kernel's */
};

/* 0; −ENOMEM; otherwise what is wrong with the file, in ret_error (pairing_keys.h). */
int pairing_new(struct pairing **ret, sd_event *event, const struct pairing_options *options,
	char ret_error[PAIRING_ERROR_MAX]);
struct pairing *pairing_free(struct pairing *p);

/* A wearable that may pair, and by which adapter. 0; −EINVAL no address; −ENOSPC. */
int pairing_know(struct pairing *p, const char *sensor, const char *adapter);
/* It may not any more, and its keys are forgotten here and in the kernel. */
void pairing_forget(struct pairing *p, const char *sensor);
/* Whether a link to it has to be encrypted: it was paired before. */
bool pairing_has(const struct pairing *p, const uint8_t address[6]);
/* An adapter may have come up, or the kernel's Bluetooth been loaded: what is needed there is asked
 * for. */
void pairing_look(struct pairing *p);
