/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a decoder fills in what it tells: begin, add reading by reading, end. Each value is checked
 * against THE table of kinds here and nowhere else.
 */
#pragma once

#include "sensors/decoder.h"

/* What sets the second hearing of a frame apart (repetition.h). */
enum hearing {
	HEARING_FIRST,
	HEARING_SECOND,
	HEARING_MORE /* or of an older one: confirms nothing */
};

/* A frame of the device with this row (NULL: known by `address` alone). */
static inline void decoded_begin(struct decoded *d, const struct advertisement *a,
	const struct device_key *device, const uint8_t address[6], bool is_forgeable)
{
	d->count = d->impossible = 0;
	d->is_cut = d->is_triggered = false;
	d->is_forgeable = is_forgeable;
	d->rssi_dbm = a->rssi_dbm;
	d->time_us = a->time_us;
	d->sensor = device ? device->id : advertisement_sensor(address);
}

/* The reading, so that a text can be added; NULL when it is impossible or one too many. */
static inline struct reading *decoded_add(
	struct decoded *d, enum reading_kind kind, uint8_t index, double value)
{
	struct reading *r = &d->readings[d->count];

	if (!reading_is_possible(kind, value)) {
		d->impossible++;
		return NULL;
	}
	if (d->count == DECODER_READINGS_MAX) {
		d->is_cut = true;
		return NULL;
	}
	d->count++;
	r->time_us = d->time_us;
	r->sensor = d->sensor;
	r->kind = kind;
	r->index = index;
	r->rssi_dbm = d->rssi_dbm;
	r->is_forgeable = d->is_forgeable;
	r->repeats = 0;
	r->value = value;
	r->text[0] = 0;
	return r;
}

/* What decode() answers, by what was added. */
int decoded_end(const struct decoded *d);
/* The same where this may be a repetition: readings stay only to confirm. */
int decoded_end_heard(struct decoded *d, enum hearing hearing);

/* Plain, and its device has a key. */
static inline bool frame_is_downgrade(const struct decoder_frame *f)
{
	return f->device && f->device->has_key;
}
