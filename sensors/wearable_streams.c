/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The accelerometers of Polar, PineTime and Bangle.js.
 */
#include "sensors/wearable_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define POLAR_ACCELERATION 0x02
#define POLAR_RAW          0x01
#define POLAR_STEP_US      5000 /* of the 200 Hz that wearable_start_polar() asks for */
#define POLAR_RANGE_MG     8000
#define PINETIME_RANGE_MG  2000
#define BANGLE_RANGE_MG    8000

/* One line for each sample: time in ms, then mg. The first byte of each line of the program keeps
 * the watch from echoing it. */
static const char bangle_program[] =
	"\x10"
	"Bangle.on('accel',a=>Bluetooth.println(['V1',Math.round(getTime()*1e3%4e9),"
	"Math.round(a.x*1e3),Math.round(a.y*1e3),Math.round(a.z*1e3)].join()))\n";

void wearable_start_polar(struct wearable *w)
{
	/* start acceleration: 200 Hz, 16 bits, 8 g */
	static const uint8_t start[] = {
		0x02, 0x02, 0x00, 0x01, 0xC8, 0x00, 0x01, 0x01, 0x10, 0x00, 0x02, 0x01, 0x08, 0x00};

	w->listener.on_write(WISH_POLAR_CONTROL, start, sizeof(start), false, w->listener.userdata);
}

void wearable_start_bangle(struct wearable *w, uint16_t mtu_bytes)
{
	size_t left = sizeof(bangle_program) - 1, piece_bytes = mtu_bytes - 3U;

	for (const char *at = bangle_program; left > 0;) {
		size_t piece = left < piece_bytes ? left : piece_bytes;

		w->listener.on_write(WISH_BANGLE_COMMAND, at, piece, true, w->listener.userdata);
		at += piece;
		left -= piece;
	}
}

static int16_t at_most_16_bits(long value)
{
	return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

/* The stamp is that of the frame's last sample. */
int wearable_polar(struct wearable *w, uint64_t now_us, struct bytes b)
{
	uint8_t what = bytes_u8(&b);
	uint64_t last_us = bytes_le(&b, 8) / 1000, first_us;
	uint8_t type = bytes_u8(&b);
	size_t count = b.left / 6;

	if (b.is_short || what != POLAR_ACCELERATION || type != POLAR_RAW || count == 0 ||
		b.left % 6)
		return -EBADMSG;
	if (last_us < (count - 1) * POLAR_STEP_US)
		return -ERANGE;
	first_us = last_us - (count - 1) * POLAR_STEP_US;
	w->batch.range_mg = POLAR_RANGE_MG;
	for (size_t n = 0; n < count; n++) {
		struct accel_sample *s = &w->batch.samples[w->batch.count];

		if (w->batch.count++ == 0)
			w->batch.first_us = first_us + n * POLAR_STEP_US;
		s->offset_us = (uint32_t)(first_us + n * POLAR_STEP_US - w->batch.first_us);
		s->x_mg = (int16_t)bytes_signed(&b, 2);
		s->y_mg = (int16_t)bytes_signed(&b, 2);
		s->z_mg = (int16_t)bytes_signed(&b, 2);
		if (w->batch.count == ACCEL_BATCH_MAX)
			wearable_tell_batch(w, now_us);
	}
	wearable_tell_batch(w, now_us);
	return 0;
}

/* One sample of a stream: its own clock where it has one, else when it was heard. */
static void tell_sample(struct wearable *w, uint64_t now_us, uint64_t stamp_us, uint16_t range_mg,
	struct accel_sample sample)
{
	w->batch.first_us = stamp_us;
	w->batch.range_mg = range_mg;
	w->batch.samples[0] = sample;
	w->batch.count = 1;
	wearable_tell_batch(w, now_us);
}

/* In 1/1024 g, without a stamp. */
int wearable_pinetime(struct wearable *w, uint64_t now_us, struct bytes b)
{
	int64_t x = bytes_signed(&b, 2), y = bytes_signed(&b, 2), z = bytes_signed(&b, 2);
	struct accel_sample sample;

	if (b.is_short || b.left > 0)
		return -EBADMSG;
	sample = (struct accel_sample){.x_mg = at_most_16_bits(x * 1000 / 1024),
		.y_mg = at_most_16_bits(y * 1000 / 1024),
		.z_mg = at_most_16_bits(z * 1000 / 1024)};
	tell_sample(w, now_us, now_us, PINETIME_RANGE_MG, sample);
	return 0;
}

/* "V1,12345,-9,-1,999": 1 with a sample; 0 another line (the watch says other things too). */
static int read_line(const char *line, uint64_t *ret_ms, long ret_mg[3])
{
	const char *at = line + 3;
	long long value;
	char *end;

	if (strncmp(line, "V1,", 3) != 0)
		return 0;
	for (int n = 0; n < 4; n++) {
		errno = 0;
		value = strtoll(at, &end, 10);
		if (end == at || errno || *end != (n < 3 ? ',' : '\0') || value > UINT32_MAX ||
			(n == 0 && value < 0) ||
			(n > 0 && (value < INT16_MIN || value > INT16_MAX)))
			return -EBADMSG;
		if (n == 0)
			*ret_ms = (uint64_t)value;
		else
			ret_mg[n - 1] = (long)value;
		at = end + 1;
	}
	return 1;
}

static int end_line(struct wearable *w, uint64_t now_us)
{
	struct accel_sample sample;
	uint64_t stamp_ms = 0;
	long mg[3] = {0};
	int r;

	w->line[w->line_bytes] = '\0';
	r = w->is_line_dropped ? -EBADMSG : read_line(w->line, &stamp_ms, mg);
	w->line_bytes = 0;
	w->is_line_dropped = false;
	if (r <= 0)
		return r;
	sample = (struct accel_sample){
		.x_mg = (int16_t)mg[0], .y_mg = (int16_t)mg[1], .z_mg = (int16_t)mg[2]};
	tell_sample(w, now_us, stamp_ms * 1000, BANGLE_RANGE_MG, sample);
	return 0;
}

/* Lines run over several notifications. */
int wearable_bangle(struct wearable *w, uint64_t now_us, struct bytes b)
{
	int r = 0;

	while (b.left > 0) {
		char c = (char)bytes_u8(&b);

		if (c == '\n') {
			int line = end_line(w, now_us);

			r = line < 0 ? line : r;
		} else if (w->line_bytes == WEARABLE_LINE_MAX - 1) {
			w->is_line_dropped = true;
		} else if (c != '\r') {
			w->line[w->line_bytes++] = c;
		}
	}
	return r;
}
