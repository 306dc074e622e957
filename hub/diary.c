/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One open slice a sensor and kind, in a table by hash; it remembers its last value from slice to
 * slice, so that a sensor which repeats itself does not open its door twice.
 */
#include "hub/diary.h"

#include "models/routine.h"

#define QUARTER_MIN 15
#define MOVED_MG    60 /* over a batch of half a second; a watch on a table stays under 30 */

_Static_assert((DIARY_OPEN_MAX & (DIARY_OPEN_MAX - 1)) == 0, "a power of two");
_Static_assert(DIARY_KINDS <= UINT8_MAX, "kinds fit their field");

const char *diary_kind_name(unsigned int kind)
{
	static const char *const own[] = {"moved", "silent", "running"};

	return kind < READING_KINDS ? reading_kinds[kind].name : own[kind - READING_KINDS];
}

static bool is_yes_or_no(unsigned int kind)
{
	return kind >= READING_BATTERY_LOW && kind <= READING_PULL_CORD;
}

unsigned int diary_slice_min(unsigned int kind)
{
	enum routine_sign sign;

	if (kind >= DIARY_KINDS)
		return 0;
	if (kind >= READING_KINDS)
		return QUARTER_MIN;
	if (kind == READING_BUTTON || routine_sign_of((enum reading_kind)kind, &sign) == 0)
		return 1;
	if (is_yes_or_no(kind) || kind == READING_BATTERY || kind == READING_TEMPERATURE)
		return QUARTER_MIN;
	return 0;
}

static uint32_t begin_of(unsigned int kind, int64_t wall_ms)
{
	uint32_t minute = wall_ms < 0 ? 0 : (uint32_t)(wall_ms / 60000);

	return minute - minute % diary_slice_min(kind);
}

/* NULL when the table is full. */
static struct diary_open *find(struct diary *d, uint8_t sensor, unsigned int kind)
{
	unsigned int at = (sensor * 67U + kind) % DIARY_OPEN_MAX;

	for (unsigned int n = 0; n < DIARY_OPEN_MAX; n++, at = (at + 1) % DIARY_OPEN_MAX) {
		struct diary_open *o = &d->open[at];

		if (o->is_used && (o->slice.sensor != sensor || o->slice.kind != kind))
			continue;
		if (!o->is_used)
			d->used++;
		o->is_used = true;
		o->slice.sensor = sensor;
		o->slice.kind = (uint8_t)kind;
		return o;
	}
	return NULL;
}

/* Into the slice of that time; a slice of another time is over: a clock set back ends it too. */
static int enter(struct diary *d, uint8_t sensor, unsigned int kind, int64_t wall_ms,
	struct diary_slice **ret, struct diary_slice *ret_over)
{
	struct diary_open *o = find(d, sensor, kind);
	uint32_t begin_min = begin_of(kind, wall_ms);
	int is_over = 0;

	*ret = NULL;
	if (!o) {
		d->left_out++;
		return 0;
	}
	if (o->slice.count > 0 && o->slice.begin_min != begin_min) {
		*ret_over = o->slice;
		is_over = 1;
	}
	if (o->slice.count == 0 || is_over) {
		o->slice.begin_min = begin_min;
		o->slice.count = o->slice.rises = 0;
	}
	if (o->slice.count < UINT16_MAX)
		o->slice.count++;
	*ret = &o->slice;
	return is_over;
}

static void take_value(struct diary_slice *s, float value, bool is_yes_no)
{
	bool is_first = s->count == 1;

	if (is_yes_no && value > 0 && s->last <= 0 && s->rises < UINT16_MAX)
		s->rises++;
	s->low = is_first || value < s->low ? value : s->low;
	s->high = is_first || value > s->high ? value : s->high;
	s->last = value;
}

int diary_reading(struct diary *d, uint8_t sensor, const struct reading *reading, int64_t wall_ms,
	struct diary_slice *ret_over)
{
	struct diary_slice *s;
	int is_over;

	if (diary_slice_min(reading->kind) == 0)
		return 0;
	is_over = enter(d, sensor, reading->kind, wall_ms, &s, ret_over);
	if (s)
		take_value(s, (float)reading->value, is_yes_or_no(reading->kind));
	return is_over;
}

static int spread(int16_t low, int16_t high)
{
	return high - low;
}

static bool has_moved(const struct accel_batch *b)
{
	struct accel_sample low = b->samples[0], high = b->samples[0];

	for (unsigned int n = 1; n < b->count && n < ACCEL_BATCH_MAX; n++) {
		const struct accel_sample *s = &b->samples[n];

		low.x_mg = s->x_mg < low.x_mg ? s->x_mg : low.x_mg;
		low.y_mg = s->y_mg < low.y_mg ? s->y_mg : low.y_mg;
		low.z_mg = s->z_mg < low.z_mg ? s->z_mg : low.z_mg;
		high.x_mg = s->x_mg > high.x_mg ? s->x_mg : high.x_mg;
		high.y_mg = s->y_mg > high.y_mg ? s->y_mg : high.y_mg;
		high.z_mg = s->z_mg > high.z_mg ? s->z_mg : high.z_mg;
	}
	return spread(low.x_mg, high.x_mg) > MOVED_MG || spread(low.y_mg, high.y_mg) > MOVED_MG ||
	       spread(low.z_mg, high.z_mg) > MOVED_MG;
}

int diary_accel(struct diary *d, uint8_t sensor, const struct accel_batch *batch, int64_t wall_ms,
	struct diary_slice *ret_over)
{
	struct diary_slice *s;
	int is_over = enter(d, sensor, DIARY_MOVED, wall_ms, &s, ret_over);

	if (s && has_moved(batch) && s->rises < UINT16_MAX)
		s->rises++;
	return is_over;
}

int diary_minute(struct diary *d, uint8_t sensor, unsigned int kind, int64_t wall_ms,
	struct diary_slice *ret_over)
{
	struct diary_slice *s;

	return enter(d, sensor, kind, wall_ms, &s, ret_over);
}

int diary_next_over(struct diary *d, int64_t wall_ms, bool is_end, unsigned int *at,
	struct diary_slice *ret_over)
{
	while (*at < DIARY_OPEN_MAX) {
		struct diary_slice *s = &d->open[(*at)++].slice;

		if (s->count == 0 || (!is_end && s->begin_min == begin_of(s->kind, wall_ms)))
			continue;
		*ret_over = *s;
		s->count = s->rises = 0;
		return 1;
	}
	return 0;
}
