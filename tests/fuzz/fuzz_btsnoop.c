/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a recording: a btsnoop file, a trial or a home log by their first bytes. Time never
 * goes back, batches keep their bounds, packets lie within the file, and an error has a text.
 */
#include "sensors/receiver.h"
#include "sensors/recording.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size);

static void check_batch(const struct accel_batch *batch)
{
	if (batch->count == 0 || batch->count > RECORDING_BATCH_SAMPLES)
		abort();
	for (int i = 1; i < batch->count; i++) {
		if (batch->samples[i].offset_us < batch->samples[i - 1].offset_us ||
			batch->samples[i].offset_us >= RECORDING_BATCH_US)
			abort();
	}
}

static void check(const struct recording_record *record, struct receiver *receiver)
{
	switch (record->what) {
	case RECORDING_ACCEL:
		check_batch(&record->accel);
		break;
	case RECORDING_READING:
		if (!reading_is_possible(record->reading.kind, record->reading.value) ||
			!memchr(record->room, 0, sizeof(record->room)) ||
			record->reading.sensor.text[0] == 0)
			abort();
		break;
	case RECORDING_PACKET:
		receiver_packet(
			receiver, record->offset_us, record->packet.at, record->packet.bytes);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size)
{
	static struct device_keys keys;
	static struct receiver receiver;
	static struct recording_record record;
	char error[RECORDING_ERROR_MAX] = "";
	struct recording *r = NULL;
	uint64_t last_us = 0;
	FILE *stream;
	int more;

	if (size == 0)
		return 0;
	stream = fmemopen((void *)(uintptr_t)at, size, "r");
	if (!stream)
		abort();
	if (recording_new(&r, stream, "fuzz", NULL, error) < 0) {
		if (strncmp(error, "fuzz:", 5) != 0)
			abort();
		return 0;
	}
	receiver_init(&receiver, &keys, NULL, NULL);
	receiver_discover(&receiver, true);
	while ((more = recording_next(r, &record)) > 0) {
		if (record.offset_us < last_us)
			abort();
		last_us = record.offset_us;
		check(&record, &receiver);
	}
	if (more < 0 && strncmp(recording_error(r), "fuzz:", 5) != 0)
		abort();
	(void)recording_free(r);
	device_keys_done(&keys);
	return 0;
}
