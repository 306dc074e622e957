/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filling in what one advertisement said.
 */
#include "sensors/decoded.h"

#include <errno.h>

void decoded_begin(struct decoded *d, const struct advertisement *a,
	const struct device_key *device, const uint8_t address[6], bool is_forgeable)
{
	d->count = d->impossible = 0;
	d->is_cut = d->is_triggered = false;
	d->is_forgeable = is_forgeable;
	d->rssi_dbm = a->rssi_dbm;
	d->time_us = a->time_us;
	d->sensor = device ? device->id : advertisement_sensor(address);
}

int decoded_end(const struct decoded *d)
{
	if (d->count > 0)
		return d->count;
	if (d->is_cut)
		return -EBADMSG;
	return d->impossible > 0 ? -ERANGE : -ENODATA;
}

int decoded_end_heard(struct decoded *d, enum hearing hearing)
{
	if (hearing == HEARING_FIRST)
		return decoded_end(d);
	if (hearing == HEARING_MORE || !d->is_forgeable)
		d->count = 0;
	for (int i = 0; i < d->count; i++)
		d->readings[i].repeats = 1;
	return -EALREADY;
}
