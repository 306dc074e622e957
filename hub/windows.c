/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ring a wearable. It grows by blocks until it holds 40 s, so that a stream of 50 Hz touches
 * 20 kB and not the 80 kB that one of 200 Hz needs.
 */
#include "hub/windows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK  512
#define GAP_US 10000000 /* ahead by more: another stream, as for models/fall */

_Static_assert(WINDOWS_RING_SAMPLES % BLOCK == 0 && WINDOWS_RING_SAMPLES <= WINDOW_SAMPLES_MAX,
	"a window holds a ring");

/* 10 bytes: the sensor's clock modulo 2^32 µs in two halves. */
struct packed_sample {
	uint16_t low, high;
	int16_t x_mg, y_mg, z_mg;
};

struct pending {
	char incident[INCIDENT_ID_MAX]; /* "": free */
	int64_t event_ms;
	uint64_t impact_us; /* the sensor's clock */
};

struct ring {
	struct sensor_id sensor; /* "": free */
	enum wear_place place;
	uint16_t range_mg;
	uint64_t last_us; /* the sensor's clock at the newest sample */
	int64_t heard_ms; /* UTC then */
	unsigned int size, head, count;
	struct pending pending[WINDOWS_PENDING_MAX];
	struct packed_sample samples[WINDOWS_RING_SAMPLES];
};

struct windows {
	windows_on_window on_window;
	void *userdata;
	char last_incident[INCIDENT_ID_MAX];
	struct ring rings[WINDOWS_WEARABLES_MAX];
	struct window
		window; /* the one being cut: too large for a stack, touched as far as needed */
};

int windows_new(struct windows **ret, windows_on_window on_window, void *userdata)
{
	/* 750 kB, of which only what is heard is ever touched: so large a piece is fresh pages of
	 * the kernel's, which calloc() leaves alone */
	struct windows *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->on_window = on_window;
	w->userdata = userdata;
	*ret = w;
	return 0;
}

struct windows *windows_free(struct windows *w)
{
	free(w);
	return NULL;
}

static uint32_t stamp_of(const struct packed_sample *s)
{
	return (uint32_t)s->high << 16 | s->low;
}

/* How long before the newest sample; the ring spans far less than the stamps' 71 minutes. */
static uint32_t age_us(const struct ring *r, const struct packed_sample *s)
{
	return (uint32_t)r->last_us - stamp_of(s);
}

/* The n-th sample from the oldest. */
static const struct packed_sample *sample_at(const struct ring *r, unsigned int n)
{
	return &r->samples[(r->head + r->size - r->count + n) % r->size];
}

/* Before the first sample goes over the oldest: may the ring grow instead? Only where its end is
 * the newest, for the order in it to stay. */
static void make_room(struct ring *r)
{
	if (r->head < r->size)
		return;
	if (r->size < WINDOWS_RING_SAMPLES &&
		(r->count == 0 || age_us(r, sample_at(r, 0)) < WINDOWS_RING_US)) {
		r->size += BLOCK;
		return;
	}
	r->head = 0;
}

static void push(struct ring *r, uint64_t time_us, const struct accel_sample *s)
{
	r->last_us = time_us;
	make_room(r);
	r->samples[r->head++] = (struct packed_sample){.low = (uint16_t)time_us,
		.high = (uint16_t)(time_us >> 16),
		.x_mg = s->x_mg,
		.y_mg = s->y_mg,
		.z_mg = s->z_mg};
	if (r->count < r->size)
		r->count++;
}

static struct ring *ring_of(struct windows *w, const struct sensor_id *sensor)
{
	for (unsigned int n = 0; n < WINDOWS_WEARABLES_MAX; n++)
		if (strcmp(w->rings[n].sensor.text, sensor->text) == 0)
			return &w->rings[n];
	return NULL;
}

/* From the newest sample at or before `from_us` on; times in the window begin at its first. */
static void copy_samples(struct window *to, const struct ring *r, uint64_t from_us, uint64_t to_us)
{
	uint64_t first_us = 0;

	to->count = 0;
	for (unsigned int n = 0; n < r->count; n++) {
		const struct packed_sample *s = sample_at(r, n);
		uint64_t time_us = r->last_us - age_us(r, s);

		if (time_us < from_us || time_us > to_us)
			continue;
		if (to->count == 0)
			first_us = time_us;
		to->samples[to->count++] = (struct window_sample){
			(uint32_t)(time_us - first_us), s->x_mg, s->y_mg, s->z_mg};
	}
	/* `to->impact_us` is relative too */
	to->impact_us = to_us > first_us + WINDOW_AFTER_US
				? (uint32_t)(to_us - WINDOW_AFTER_US - first_us)
				: 0;
}

static void cut(struct windows *w, struct ring *r, struct pending *p)
{
	struct window *to = &w->window;
	uint64_t from_us = p->impact_us > WINDOW_BEFORE_US ? p->impact_us - WINDOW_BEFORE_US : 0;

	memcpy(to->incident, p->incident, sizeof(to->incident));
	to->sensor = r->sensor;
	to->place = r->place;
	to->range_mg = r->range_mg;
	to->event_ms = p->event_ms;
	copy_samples(to, r, from_us, p->impact_us + WINDOW_AFTER_US);
	p->incident[0] = '\0';
	if (to->count > 0)
		w->on_window(to, w->userdata);
}

/* What is whole by then, or (is_over) all. */
static void cut_due(struct windows *w, struct ring *r, bool is_over)
{
	for (unsigned int n = 0; n < WINDOWS_PENDING_MAX; n++) {
		struct pending *p = &r->pending[n];

		if (p->incident[0] && (is_over || r->last_us >= p->impact_us + WINDOW_AFTER_US))
			cut(w, r, p);
	}
}

static void begin_ring(struct ring *r, const struct accel_batch *batch)
{
	r->sensor = batch->sensor;
	r->size = BLOCK;
	r->head = r->count = 0;
}

/* A clock that went back or far ahead: what was heard before does not belong to it. */
static bool is_another_stream(const struct ring *r, const struct accel_batch *batch)
{
	return r->count > 0 &&
	       (batch->first_us < r->last_us || batch->first_us > r->last_us + GAP_US);
}

int windows_push(
	struct windows *w, enum wear_place place, const struct accel_batch *batch, int64_t wall_ms)
{
	static const struct sensor_id nobody = {.text = ""};
	struct ring *r = ring_of(w, &batch->sensor);

	if (!r) {
		r = ring_of(w, &nobody);
		if (!r)
			return -ENOSPC;
		begin_ring(r, batch);
	}
	if (is_another_stream(r, batch)) {
		cut_due(w, r, true);
		begin_ring(r, batch);
	}
	r->place = place;
	r->range_mg = batch->range_mg;
	r->heard_ms = wall_ms;
	for (unsigned int n = 0; n < batch->count && n < ACCEL_BATCH_MAX; n++)
		push(r, batch->first_us + batch->samples[n].offset_us, &batch->samples[n]);
	cut_due(w, r, false);
	return 0;
}

static unsigned int begin_pending(struct ring *r, const char *incident, int64_t event_ms)
{
	uint64_t ago_us = r->heard_ms > event_ms ? (uint64_t)(r->heard_ms - event_ms) * 1000U : 0;

	for (unsigned int n = 0; n < WINDOWS_PENDING_MAX; n++) {
		struct pending *p = &r->pending[n];

		if (p->incident[0])
			continue;
		(void)snprintf(p->incident, sizeof(p->incident), "%s", incident);
		p->event_ms = event_ms;
		p->impact_us = ago_us < r->last_us ? r->last_us - ago_us : 0;
		return 1;
	}
	return 0;
}

unsigned int windows_fall(
	struct windows *w, const char *incident, const struct sensor_id *sensor, int64_t event_ms)
{
	unsigned int begun = 0;
	bool is_any = !sensor->text[0] || !ring_of(w, sensor);

	if (strcmp(incident, w->last_incident) == 0)
		return 0;
	for (unsigned int n = 0; n < WINDOWS_WEARABLES_MAX; n++) {
		struct ring *r = &w->rings[n];

		if (r->count > 0 && (is_any || strcmp(r->sensor.text, sensor->text) == 0))
			begun += begin_pending(r, incident, event_ms);
	}
	(void)snprintf(w->last_incident, sizeof(w->last_incident), "%s", incident);
	return begun;
}

void windows_turn(struct windows *w, int64_t wall_ms)
{
	for (unsigned int n = 0; n < WINDOWS_WEARABLES_MAX; n++)
		if (w->rings[n].count > 0 && wall_ms >= w->rings[n].heard_ms + WINDOWS_SILENCE_MS)
			cut_due(w, &w->rings[n], true);
}
