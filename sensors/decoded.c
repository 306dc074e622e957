/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filling in what one advertisement said.
 */
#include "sensors/decoded.h"

#include <errno.h>

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
