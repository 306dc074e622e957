/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readings into the diary, its slices into the history, incidents beside them.
 */
#include "hub/keep.h"

#include "common/log.h"
#include "hub/local_time.h"
#include "hub/window_store.h"

#include <errno.h>
#include <string.h>

#define TURN_US (60 * US_PER_S)

static void on_window(const struct window *window, void *userdata)
{
	struct hub *h = userdata;

	history_window(h->keep.history, window);
}

/* Raw samples are kept under a key alone: 0, or the error of the rest. */
static int init_windows(struct hub *h, uint8_t ret_key[AES_GCM_KEY_BYTES])
{
	int r = window_key_load(ret_key);

	h->keep.windows_state = r == 0         ? "kept"
				: r == -ENOENT ? "no key"
				: r == -EINVAL ? "the key is not of 32 bytes"
					       : "the key cannot be read";
	if (r < 0 && r != -ENOENT)
		log_error("windows: %s: no accelerometer window is kept", h->keep.windows_state);
	return r == 0 ? windows_new(&h->keep.windows, on_window, h) : 0;
}

int keep_init(struct hub *h)
{
	uint8_t key[AES_GCM_KEY_BYTES];
	int r = init_windows(h, key);
	const struct history_options options = {.state_dir = h->config.state_dir,
		.days = h->config.history_days,
		.spare_bytes = HISTORY_SPARE_BYTES,
		.window_key = h->keep.windows ? key : NULL};

	/* days are the home's, with or without its rhythm */
	if (h->config.rhythm.zone[0])
		(void)local_time_set_zone(h->config.rhythm.zone);
	h->keep.next_us = clock_boot_us() + TURN_US;
	if (r == 0)
		r = history_new(&h->keep.history, h->event, &options);
	explicit_bzero(key, sizeof(key));
	return r;
}

static void tell_over(struct hub *h, struct moment at, bool is_end)
{
	struct routine_week week = {.nights = 0};
	struct diary_slice over;
	unsigned int from = 0;

	while (diary_next_over(&h->keep.diary, at.wall_ms, is_end, &from, &over) == 1)
		history_slice(h->keep.history, &over);
	if (h->rhythm)
		rhythm_week(h->rhythm, at, &week);
	history_turn(h->keep.history, at.wall_ms, week.is_far_more);
}

void keep_done(struct hub *h)
{
	if (h->keep.windows)
		windows_turn(h->keep.windows, INT64_MAX);
	if (h->keep.history)
		tell_over(h, hub_now(), true);
	h->keep.windows = windows_free(h->keep.windows);
	h->keep.history = history_free(h->keep.history);
}

/* The sensor's row, once the history knows who sits there; −EAGAIN while that cannot be told. What
 * another said there before is over first. */
static int row_of(struct hub *h, const struct roster_sensor *sensor, struct moment at)
{
	unsigned int row = roster_row(&h->config.roster, sensor);
	struct sensor_id *known = &h->keep.known[row];

	if (strcmp(known->text, sensor->id.text) == 0)
		return (int)row;
	if (known->text[0])
		tell_over(h, at, true);
	known->text[0] = '\0';
	if (history_sensor(h->keep.history, (uint8_t)row, sensor) < 0)
		return -EAGAIN;
	*known = sensor->id;
	return (int)row;
}

void keep_reading(struct hub *h, const struct roster_sensor *sensor, const struct reading *reading,
	struct moment at)
{
	int row = diary_slice_min(reading->kind) > 0 ? row_of(h, sensor, at) : -EINVAL;
	struct diary_slice over;

	if (row >= 0 &&
		diary_reading(&h->keep.diary, (uint8_t)row, reading, at.wall_ms, &over) == 1)
		history_slice(h->keep.history, &over);
}

void keep_accel(struct hub *h, const struct roster_sensor *sensor, const struct accel_batch *batch,
	struct moment at)
{
	int row = row_of(h, sensor, at);
	struct diary_slice over;

	if (h->keep.windows)
		(void)windows_push(h->keep.windows, sensor->place, batch, at.wall_ms);
	if (row >= 0 && diary_accel(&h->keep.diary, (uint8_t)row, batch, at.wall_ms, &over) == 1)
		history_slice(h->keep.history, &over);
}

void keep_incident(struct hub *h, const struct episode *episode)
{
	const struct incident *i = &episode->incident;
	struct history_incident told = {.class = i->class,
		.state = i->state,
		.outcome = i->outcome,
		.is_test = i->is_test,
		.event_ms = i->event_ms,
		.changed_ms = i->changed_ms};

	if (!h->keep.history)
		return;
	memcpy(told.id, i->id, sizeof(told.id));
	memcpy(told.room, i->room, sizeof(told.room));
	history_incident(h->keep.history, &told);
	if (h->keep.windows && i->class == INCIDENT_FALL && i->state <= INCIDENT_RAISED)
		(void)windows_fall(h->keep.windows, i->id, &episode->sensor, i->event_ms);
}

uint64_t keep_next_us(const struct hub *h)
{
	return h->keep.next_us;
}

static void note_minute(struct hub *h, uint8_t sensor, unsigned int kind, struct moment at)
{
	struct diary_slice over;

	if (diary_minute(&h->keep.diary, sensor, kind, at.wall_ms, &over) == 1)
		history_slice(h->keep.history, &over);
}

void keep_turn(struct hub *h, struct moment at)
{
	const struct roster *roster = &h->config.roster;

	if (at.now_us < h->keep.next_us)
		return;
	/* what was slept through is not caught up */
	h->keep.next_us = at.now_us + TURN_US;
	for (const struct roster_sensor *s = NULL; (s = roster_following(roster, s));) {
		enum sensor_state state = supervision_state(&h->supervision, s, at.now_us);
		int row = -EINVAL;

		if (state == SENSOR_STALE || state == SENSOR_FAILED)
			row = row_of(h, s, at);
		if (row >= 0)
			note_minute(h, (uint8_t)row, DIARY_SILENT, at);
	}
	note_minute(h, DIARY_HUB, DIARY_RUNNING, at);
	if (h->keep.windows)
		windows_turn(h->keep.windows, at.wall_ms);
	tell_over(h, at, false);
}
