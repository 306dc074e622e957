/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Joins HCI to the decoders, and drops strangers between them.
 */
#include "sensors/receiver.h"

#include "sensors/decoders/bthome_v2.h"

#include <errno.h>
#include <string.h>

#define ADDRESS_RANDOM 1
/* The two highest bits of a random address: 11 static; others are forgotten after minutes. */
#define RANDOM_KIND(address) ((address)[0] >> 6)
#define RANDOM_STATIC        3

/* Inline: asked of every advertisement on air. */
static inline bool is_ours(struct device_keys *keys, const uint8_t address[6])
{
	const struct device_key *device = device_keys_find(keys, address);

	return device && (device->is_enrolled || device->has_key);
}

/* Apart, so that others do not pay for its room on the stack. */
__attribute__((noinline)) static bool tells_ours(struct receiver *r, const struct advertisement *a)
{
	uint8_t told[6];

	return bthome_v2_address(&a->contents, told) && is_ours(r->keys, told);
}

static bool is_wanted(const struct advertisement *a, void *userdata)
{
	struct receiver *r = userdata;

	if (r->is_discovering || r->watch || is_ours(r->keys, a->address))
		return true;
	if (a->address_type != ADDRESS_RANDOM || RANDOM_KIND(a->address) == RANDOM_STATIC)
		return false;
	return tells_ours(r, a);
}

/* Nothing that anybody has a use for: still it was there. */
static void note_sign(struct receiver *r, const struct advertisement *a, int answer)
{
	const struct device_key *device = device_keys_find(r->keys, a->address);

	if (!device || !device->is_enrolled)
		return;
	r->wants_responses |= answer == -ENODATA && r->decoded.wants_response;
	if (!r->on_sign)
		return;
	if (answer == -ENODATA || (!device->has_key && (answer == 0 || answer == -EALREADY)))
		r->on_sign(&device->id, r->userdata);
}

static int tell(struct receiver *r, const struct advertisement *a)
{
	int answer = decoders_decode(a, r->keys, &r->decoding, &r->decoded);
	int count = answer == -EALREADY ? r->decoded.count : answer;

	if (count <= 0)
		note_sign(r, a, answer);
	for (int i = 0; r->on_reading && i < count; i++)
		r->on_reading(&r->decoded.readings[i], r->userdata);
	return answer;
}

__attribute__((noinline)) static void tell_watched(
	struct receiver *r, const struct advertisement *a)
{
	struct decoding_counters nobodys = {0};
	uint8_t address[6];
	bool is_known;
	int answer;

	if (!bthome_v2_address(&a->contents, address))
		memcpy(address, a->address, sizeof(address));
	is_known = is_ours(r->keys, a->address) || is_ours(r->keys, address);
	answer = is_known || r->is_discovering
			 ? tell(r, a)
			 : decoders_decode(a, r->watch->keys, &nobodys, &r->decoded);
	if (!is_known && !r->is_discovering)
		r->hci.counters.strangers++;
	r->watch->on_seen(a, address, answer, &r->decoded, is_known, r->watch->userdata);
}

static void on_advertisement(const struct advertisement *a, void *userdata)
{
	struct receiver *r = userdata;

	if (r->watch)
		tell_watched(r, a);
	else
		(void)tell(r, a);
}

void receiver_watch(struct receiver *r, const struct receiver_watch *watch)
{
	r->watch = watch;
}

void receiver_init(struct receiver *r, struct device_keys *keys,
	void (*on_reading)(const struct reading *reading, void *userdata), void *userdata)
{
	struct hci_listener listener = {
		.is_wanted = is_wanted, .on_advertisement = on_advertisement, .userdata = r};

	hci_init(&r->hci, &listener);
	r->keys = keys;
	r->decoding = (struct decoding_counters){0};
	r->is_discovering = r->wants_responses = false;
	r->watch = NULL;
	r->on_reading = on_reading;
	r->on_sign = NULL;
	r->userdata = userdata;
}

void receiver_discover(struct receiver *r, bool is_discovering)
{
	r->is_discovering = is_discovering;
}

void receiver_packet(struct receiver *r, uint64_t now_us, const uint8_t *packet, size_t count)
{
	hci_receive(&r->hci, now_us, packet, count);
}
