/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A controller that says anything: packets one after another, each led by a byte of length (255:
 * the two bytes that follow are it).
 */
#include "sensors/receiver.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size);

static void on_reading(const struct reading *reading, void *userdata)
{
	(void)userdata;
	if (!reading_is_possible(reading->kind, reading->value))
		abort();
}

static void on_value(const struct hci_value *v, void *userdata)
{
	uint8_t *sum = userdata;

	if (v->value.left > HCI_PDU_MAX)
		abort();
	for (size_t i = 0; i < v->value.left; i++)
		*sum ^= v->value.at[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size)
{
	static struct device_keys keys;
	static struct receiver receiver;
	static struct hci listening;
	static uint8_t sum;
	struct hci_listener listener = {.on_value = on_value, .userdata = &sum};
	struct bytes b = bytes_of(at, size);
	uint64_t now_us = 0;

	receiver_init(&receiver, &keys, on_reading, NULL);
	receiver_discover(&receiver, true);
	hci_init(&listening, &listener);
	while (b.left > 0) {
		size_t length = bytes_u8(&b);
		struct bytes packet;

		if (length == 255)
			length = bytes_u16(&b);
		packet = bytes_sub(&b, length);
		if (b.is_short)
			break;
		now_us += 10000;
		receiver_packet(&receiver, now_us, packet.at, packet.left);
		hci_receive(&listening, now_us, packet.at, packet.left);
	}
	device_keys_done(&keys);
	return 0;
}
