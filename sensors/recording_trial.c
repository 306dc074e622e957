/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads an accelerometer trial, a sample a line, into batches as a wearable would send them.
 */
#include "sensors/recording_file.h"

#include <errno.h>
#include <string.h>

#define T_MS_MAX \
	INT64_C(315576000000) /* ten years: a sensor's clock may count from its own epoch */

/* A decimal integer that ends at `end`: moves *at past it. */
static int take_number(const char **at, char end, int64_t min, int64_t max, int64_t *ret)
{
	const char *p = *at;
	bool is_negative = *p == '-';
	int64_t value = 0;

	p += is_negative;
	if (*p < '0' || *p > '9')
		return -EINVAL;
	for (; *p >= '0' && *p <= '9'; p++) {
		value = value * 10 + (*p - '0');
		if (value > INT64_MAX / 100)
			return -ERANGE;
	}
	if (is_negative)
		value = -value;
	if (*p != end)
		return -EINVAL;
	if (value < min || value > max)
		return -ERANGE;
	*at = p + (end != 0);
	*ret = value;
	return 0;
}

static int parse_sample(struct recording *r, struct recording_sample *ret)
{
	static const char *const names[] = {"t_ms", "x_mg", "y_mg", "z_mg"};
	const char *at = r->text;
	int64_t values[4];

	for (int i = 0; i < 4; i++) {
		int64_t max = i == 0 ? T_MS_MAX : INT16_MAX;
		int error = take_number(&at, i < 3 ? ',' : 0, i == 0 ? 0 : -max, max, &values[i]);

		if (error == -ERANGE)
			return recording_fail_line(r, "%s is outside %lld..%lld", names[i],
				i ? -(long long)max : 0LL, (long long)max);
		if (error < 0)
			return recording_fail_line(r,
				"expected four whole numbers t_ms,x_mg,y_mg,z_mg; %s is not one",
				names[i]);
	}
	*ret = (struct recording_sample){
		.t_us = values[0] * 1000,
		.x_mg = (int16_t)values[1],
		.y_mg = (int16_t)values[2],
		.z_mg = (int16_t)values[3],
	};
	return 0;
}

/* Fills r->pending: 1, 0 at the end, −EBADMSG. */
static int read_ahead(struct recording *r)
{
	int error;

	if (r->has_pending)
		return 1;
	error = recording_line(r);
	if (error <= 0)
		return error;
	error = parse_sample(r, &r->pending);
	if (error < 0)
		return error;
	r->has_pending = true;
	return 1;
}

static bool belongs(const struct accel_batch *batch, const struct recording_sample *last,
	const struct recording_sample *next)
{
	return batch->count < RECORDING_BATCH_SAMPLES && next->t_us >= last->t_us &&
	       next->t_us - (int64_t)batch->first_us < RECORDING_BATCH_US;
}

int recording_trial_next(struct recording *r, struct recording_record *ret)
{
	struct accel_batch *batch = &ret->accel;
	struct recording_sample last;
	int more = read_ahead(r);

	if (more <= 0)
		return more;
	/* the samples, most of it, are about to be written */
	memset(ret, 0, offsetof(struct recording_record, accel.samples));
	ret->what = RECORDING_ACCEL;
	batch->first_us = (uint64_t)r->pending.t_us;
	batch->sensor = r->sensor;
	last = r->pending;
	/* a damaged line ends the batch before it; the next call tells */
	for (; more > 0 && belongs(batch, &last, &r->pending); more = read_ahead(r)) {
		last = r->pending;
		batch->samples[batch->count++] = (struct accel_sample){
			.offset_us = (uint32_t)(last.t_us - (int64_t)batch->first_us),
			.x_mg = last.x_mg,
			.y_mg = last.y_mg,
			.z_mg = last.z_mg,
		};
		ret->offset_us = recording_advance(r, last.t_us);
		r->has_pending = false;
	}
	batch->time_us = ret->offset_us;
	return 1;
}
