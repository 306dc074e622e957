/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A controller's packets in, readings out: HCI, advertisements and decoders in a row, with all
 * their counters. One for each controller or recording; the radio and the replay use it alike.
 *
 * A stranger's advertisement is dropped before anything of it is decoded: only devices that are
 * enrolled or have a key in `keys` are heard, except while discovering. A device whose radio
 * address changes and which tells its own in the payload (BTHome v2) is known by that one.
 */
#pragma once

#include "sensors/decoder.h"
#include "sensors/hci.h"

/* Told of every advertisement, of strangers too, while somebody looks who is on air. Strangers are
 * decoded with keys of the watch's own: they make no row in the receiver's, are not counted, and
 * nothing they say becomes a reading. */
struct receiver_watch {
	struct device_keys *keys; /* borrowed; no enrolled device and no key in it */
	/* `address` is the device's own where its radio address changes and it tells. `answer` and
	 * `d` as from decoders_decode(). */
	void (*on_seen)(const struct advertisement *a, const uint8_t address[6], int answer,
		const struct decoded *d, bool is_ours, void *userdata);
	void *userdata;
};

struct receiver {
	struct hci hci;
	struct device_keys *keys; /* borrowed from whoever made the receiver */
	struct decoding_counters decoding;
	bool is_discovering;
	const struct receiver_watch *watch; /* borrowed; NULL: nobody looks */
	bool wants_responses; /* an enrolled device was heard that answers only when asked */
	void (*on_reading)(const struct reading *reading, void *userdata); /* may be NULL */
	/* Heard, and nothing new in it: a sign of life. Of a device that has a key only what is
	 * authentic is one. May be NULL. */
	void (*on_sign)(const struct sensor_id *sensor, void *userdata);
	void *userdata;
	struct decoded decoded; /* the advertisement being told */
};

/* Whether strangers are heard too; after receiver_init() they are not. */
void receiver_discover(struct receiver *r, bool is_discovering);
/* NULL: no more. */
void receiver_watch(struct receiver *r, const struct receiver_watch *watch);
/* on_reading may be NULL; on_sign begins as NULL. What is heard a second time (reading.repeats) is
 * told as well. */
void receiver_init(struct receiver *r, struct device_keys *keys,
	void (*on_reading)(const struct reading *reading, void *userdata), void *userdata);
/* One packet from the controller, led by its H4 type. `now_us` is when it was heard: what is a
 * repetition is judged by it. */
void receiver_packet(struct receiver *r, uint64_t now_us, const uint8_t *packet, size_t count);
