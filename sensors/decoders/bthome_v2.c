/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTHome v2: service data of UUID 0xFCD2. One byte tells version, encryption, whether the address
 * is in the payload (then it is the device's name: the radio's own may be random) and whether the
 * device speaks only when triggered; then objects (bthome_objects.c), in the open or sealed by
 * AES-CCM with a counter.
 *
 * Who may speak in a device's name (HS-08): under a key, only frames authentic under it whose
 * counter grew; plain ones are a downgrade. A counter that fell back (new battery in a sensor that
 * forgets it) stays refused until the device is enrolled anew: otherwise its first frames could be
 * replayed for ever.
 *
 * What is a repetition (HS-09): the same packet id while it keeps being heard, one up to 192 older
 * within 4 s; without packet id and key, the same buttons and turns while they keep being heard.
 */
#include "sensors/decoders/bthome_v2.h"

#include "sensors/aes_ccm.h"
#include "sensors/decoders/bthome_objects.h"

#include <errno.h>
#include <string.h>

#define AD_SERVICE_DATA_16 0x16
#define BTHOME_UUID        0xFCD2
#define BTHOME_VERSION     2

#define INFO_ENCRYPTED   0x01
#define INFO_HAS_ADDRESS 0x02
#define INFO_TRIGGERED   0x04

#define NONCE_BYTES   13
#define TAG_BYTES     4
#define COUNTER_BYTES 4
#define SEALED_MAX    256 /* an AD structure holds 254 */

struct frame {
	uint8_t info;
	uint8_t address[6];
	struct bytes body;
};

/* 1 with the service data of BTHome in ret; 0 when there is none. */
static int find_service_data(const struct advertisement *a, struct bytes *ret)
{
	struct bytes cursor = advertisement_cursor(a);
	struct ad_structure ad;

	while (advertisement_next(&cursor, &ad) > 0) {
		if (ad.type != AD_SERVICE_DATA_16 || bytes_u16(&ad.value) != BTHOME_UUID)
			continue;
		*ret = ad.value;
		return 1;
	}
	return 0;
}

static int read_frame(const struct advertisement *a, struct bytes b, struct frame *ret)
{
	const uint8_t *reversed;

	ret->info = bytes_u8(&b);
	if (b.is_short)
		return -EBADMSG;
	if (ret->info >> 5 != BTHOME_VERSION)
		return -EPROTONOSUPPORT;
	memcpy(ret->address, a->address, 6);
	if (ret->info & INFO_HAS_ADDRESS) {
		reversed = bytes_take(&b, 6);
		if (!reversed)
			return -EBADMSG;
		for (int i = 0; i < 6; i++)
			ret->address[i] = reversed[5 - i];
	}
	ret->body = b;
	return 0;
}

static int check_counter(const struct device_key *device, uint32_t counter)
{
	if (!device->has_counter || counter > device->counter)
		return 0;
	if (counter == device->counter)
		return -EALREADY;
	if (device->counter > UINT32_MAX - BTHOME_COUNTER_WRAP && counter < BTHOME_COUNTER_WRAP)
		return 0;
	return -ESTALE;
}

/* Opens f->body into plain and makes it the body. Moves the device's counter on. */
static int open_sealed(struct frame *f, struct device_key *device, uint8_t plain[SEALED_MAX])
{
	uint8_t nonce[NONCE_BYTES];
	const uint8_t *sealed, *counter_at, *tag;
	struct bytes counter_bytes;
	uint32_t counter;
	size_t count;
	int error;

	if (f->body.left <= COUNTER_BYTES + TAG_BYTES || f->body.left > SEALED_MAX)
		return -EBADMSG;
	count = f->body.left - COUNTER_BYTES - TAG_BYTES;
	sealed = bytes_take(&f->body, count);
	counter_at = bytes_take(&f->body, COUNTER_BYTES);
	tag = bytes_take(&f->body, TAG_BYTES);
	counter_bytes = bytes_of(counter_at, COUNTER_BYTES);
	counter = bytes_u32(&counter_bytes);
	error = check_counter(device, counter);
	if (error < 0)
		return error;
	if (!device->cipher) {
		error = aes_ccm_new(&device->cipher, device->key, NONCE_BYTES, TAG_BYTES);
		if (error < 0)
			return error;
	}
	memcpy(nonce, f->address, 6);
	nonce[6] = BTHOME_UUID & 0xFF;
	nonce[7] = BTHOME_UUID >> 8;
	nonce[8] = f->info;
	memcpy(nonce + 9, counter_at, COUNTER_BYTES);
	error = aes_ccm_open(device->cipher, nonce, sealed, count, tag, plain);
	if (error < 0)
		return error;
	device->counter = counter;
	device->has_counter = device->is_counter_new = true;
	f->body = bytes_of(plain, count);
	return 0;
}

static bool is_recent(uint64_t then_us, uint64_t now_us)
{
	/* a clock that went back (another boot) makes nothing recent: better twice than never */
	return now_us >= then_us && now_us - then_us <= BTHOME_REPETITION_US;
}

/* Whether this packet id was told already; takes note of it where not. */
static bool is_repeated_packet(struct device_key *device, uint8_t id, uint64_t now_us)
{
	uint8_t ahead = (uint8_t)(id - device->packet_id);

	if (device->has_packet_id && is_recent(device->packet_us, now_us)) {
		/* the same id keeps its own time alive: a burst of 10 s is one press */
		if (ahead == 0)
			device->packet_us = now_us;
		if (ahead == 0 || ahead >= 64)
			return true;
	}
	device->has_packet_id = true;
	device->packet_id = id;
	device->packet_us = now_us;
	return false;
}

static bool is_repeated_event(struct device_key *device, uint32_t hash, uint64_t now_us)
{
	bool is_repeated = device->has_event && device->event_hash == hash &&
			   is_recent(device->event_us, now_us);

	device->has_event = true;
	device->event_hash = hash;
	device->event_us = now_us;
	return is_repeated;
}

/* Without room in the table nothing is called a repetition: better twice than never. */
static bool is_repetition(const struct frame *f, const struct bthome_objects *found,
	struct device_keys *keys, uint64_t now_us)
{
	bool has_lone_event = found->has_event && !(f->info & INFO_ENCRYPTED);
	struct device_key *device;

	if (!found->has_packet_id && !has_lone_event)
		return false;
	device = device_keys_ensure(keys, f->address);
	if (!device)
		return false;
	device->heard_us = now_us;
	if (found->has_packet_id)
		return is_repeated_packet(device, found->packet_id, now_us);
	return is_repeated_event(device, found->event_hash, now_us);
}

static int answer(const struct decoded *d)
{
	if (d->count > 0)
		return d->count;
	if (d->is_cut)
		return -EBADMSG;
	return d->impossible > 0 ? -ERANGE : -ENODATA;
}

/* Reads the frame's objects, by now in the open. */
static int tell(const struct frame *f, const struct advertisement *a, struct device_keys *keys,
	struct decoded *ret)
{
	struct reading model = {
		.time_us = a->time_us,
		.sensor = advertisement_sensor(f->address),
		.rssi_dbm = a->rssi_dbm,
	};
	struct bthome_objects found = {0};

	ret->count = ret->impossible = 0;
	ret->is_cut = false;
	ret->is_triggered = f->info & INFO_TRIGGERED;
	bthome_objects_read(f->body, &model, ret, &found);
	if (is_repetition(f, &found, keys, a->time_us))
		return -EALREADY;
	return answer(ret);
}

static int tell_sealed(struct frame *f, const struct advertisement *a, struct device_keys *keys,
	struct device_key *device, struct decoded *ret)
{
	uint8_t plain[SEALED_MAX];
	int error = open_sealed(f, device, plain);

	return error < 0 ? error : tell(f, a, keys, ret);
}

static int decode(const struct advertisement *a, struct device_keys *keys, struct decoded *ret)
{
	struct device_key *device;
	struct bytes service_data;
	struct frame f;
	int error;

	if (find_service_data(a, &service_data) == 0)
		return 0;
	error = read_frame(a, service_data, &f);
	if (error < 0)
		return error;
	device = device_keys_find(keys, f.address);
	if (!(f.info & INFO_ENCRYPTED))
		return device && device->has_key ? -EPROTO : tell(&f, a, keys, ret);
	return device && device->has_key ? tell_sealed(&f, a, keys, device, ret) : -ENOKEY;
}

const struct decoder bthome_v2_decoder = {
	.name = "bthome_v2",
	.status = "stable",
	.decode = decode,
};
