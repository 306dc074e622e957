/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a btsnoop file of version 1, as Android and BlueZ write it (the layout is that of RFC 1761
 * with Bluetooth datalinks). Datalink 1002 only: each packet is led by its H4 type. Stamps are µs
 * since the year 0.
 */
#include "sensors/recording_file.h"

#include "sensors/bytes.h"

#include <errno.h>
#include <string.h>

#define HEADER_BYTES    16
#define RECORD_BYTES    24
#define DATALINK_H4     1002
#define FLAG_RECEIVED   1
#define EPOCH_1970_US   INT64_C(0x00dcddb30f2f8000)
#define CALENDAR_MAX_US INT64_C(253402300800000000) /* the year 10 000 */

/* Exactly `count` bytes: 1; 0 at the end of the file before the first; −EBADMSG when cut. */
static int take(struct recording *r, uint8_t *to, size_t count, const char *what)
{
	size_t got = fread(to, 1, count, r->stream);

	if (got == 0 && feof(r->stream))
		return 0;
	if (got < count)
		return recording_fail_at(r, r->offset + got,
			"%s is cut: expected %zu bytes from offset %llu, has %zu", what, count,
			(unsigned long long)r->offset, got);
	r->offset += count;
	return 1;
}

int recording_btsnoop_begin(struct recording *r)
{
	uint8_t header[HEADER_BYTES];
	struct bytes b = bytes_of(header, sizeof(header));
	uint64_t version, datalink;
	const uint8_t *magic;
	int error = take(r, header, sizeof(header), "the btsnoop header");

	if (error < 0)
		return error;
	magic = bytes_take(&b, 8);
	if (memcmp(magic, "btsnoop", 8) != 0)
		return recording_fail_at(r, 0, "expected a btsnoop header or a known CSV header");
	version = bytes_be(&b, 4);
	if (version != 1)
		return recording_fail_at(r, 8, "btsnoop version %u, needs 1", (unsigned)version);
	datalink = bytes_be(&b, 4);
	if (datalink != DATALINK_H4)
		return recording_fail_at(r, 12, "datalink %u, needs %u (HCI UART, H4)",
			(unsigned)datalink, DATALINK_H4);
	return 0;
}

static int64_t calendar(int64_t stamp_us)
{
	int64_t us;

	/* a damaged stamp is no reason to stop: it is only told as the nearest possible */
	if (__builtin_sub_overflow(stamp_us, EPOCH_1970_US, &us) || us < 0)
		return 0;
	return us < CALENDAR_MAX_US ? us : CALENDAR_MAX_US;
}

int recording_btsnoop_next(struct recording *r, struct recording_record *ret)
{
	uint64_t at = r->offset, original, included, flags;
	uint8_t header[RECORD_BYTES];
	struct bytes b = bytes_of(header, sizeof(header));
	int64_t calendar_us;
	int error = take(r, header, sizeof(header), "a record's header");

	if (error <= 0)
		return error;
	original = bytes_be(&b, 4);
	included = bytes_be(&b, 4);
	flags = bytes_be(&b, 4);
	(void)bytes_be(&b, 4); /* drops since the beginning: writers disagree on it */
	if (included > original || included > RECORDING_PACKET_MAX)
		return recording_fail_at(r, at,
			"a record of %llu bytes of %llu, needs at most %u and not more than the packet",
			(unsigned long long)included, (unsigned long long)original,
			RECORDING_PACKET_MAX);
	calendar_us = calendar((int64_t)bytes_be(&b, 8));
	if (included > 0) {
		error = take(r, r->buffer, included, "a record");
		if (error == 0)
			error = recording_fail_at(r, r->offset,
				"a record is cut: expected %llu bytes, has none",
				(unsigned long long)included);
		if (error < 0)
			return error;
	}
	*ret = (struct recording_record){.what = RECORDING_PACKET, .calendar_us = calendar_us};
	ret->offset_us = recording_advance(r, calendar_us);
	ret->packet = (struct recording_packet){
		.is_received = flags & FLAG_RECEIVED,
		.cut_bytes = (uint32_t)(original - included),
		.bytes = (uint32_t)included,
		.at = r->buffer,
	};
	return 1;
}
