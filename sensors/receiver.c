/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Joins HCI to the decoders.
 */
#include "sensors/receiver.h"

static void on_advertisement(const struct advertisement *a, void *userdata)
{
	struct receiver *r = userdata;
	int count = decoders_decode(a, r->keys, &r->decoding, &r->decoded);

	for (int i = 0; r->on_reading && i < count; i++)
		r->on_reading(&r->decoded.readings[i], r->userdata);
}

void receiver_init(struct receiver *r, struct device_keys *keys,
	void (*on_reading)(const struct reading *reading, void *userdata), void *userdata)
{
	struct hci_listener listener = {.on_advertisement = on_advertisement, .userdata = r};

	hci_init(&r->hci, &listener);
	r->keys = keys;
	r->decoding = (struct decoding_counters){0};
	r->on_reading = on_reading;
	r->userdata = userdata;
}

void receiver_packet(struct receiver *r, uint64_t now_us, const uint8_t *packet, size_t count)
{
	hci_receive(&r->hci, now_us, packet, count);
}
