/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One way in. A source turns the outside (radio, wire, recording) into readings and accelerometer
 * batches on the loop thread, and reports its own health. It decides nothing.
 */
#pragma once

#include "sensors/reading.h"

#include <stddef.h>

enum source_state { SOURCE_STARTING, SOURCE_HEARING, SOURCE_DEAF, SOURCE_ENDED };

struct source_health {
	enum source_state state;
	uint64_t time_us;
	char why[96]; /* one phrase, empty while hearing */
};

/* What a source knows of one of its sensors that is no reading. BACK: its readings follow. */
enum source_word {
	SOURCE_SENSOR_FAILED,
	SOURCE_SENSOR_BACK,
	SOURCE_SENSOR_REBOOTED,
	SOURCE_SENSOR_CHATTERS,
	SOURCE_SENSOR_IS /* why: what it says it is, maker, model and firmware */
};

struct source_notice {
	enum source_word word;
	uint64_t time_us;
	struct sensor_id sensor;
	char why[64]; /* one phrase, may be empty */
};

struct source_listener {
	void (*on_reading)(const struct reading *reading, void *userdata);
	void (*on_accel)(const struct accel_batch *batch, void *userdata);
	void (*on_health)(const struct source_health *health, void *userdata);
	void (*on_notice)(const struct source_notice *notice, void *userdata); /* may be NULL */
	/* A sensor was heard that said nothing new. May be NULL. */
	void (*on_sign)(const struct sensor_id *sensor, void *userdata);
	void *userdata;
};

struct receiver;
struct source; /* opaque to whoever only starts, stops and frees it */

/* A source embeds this first; its constructor (source_replay_new, source_ble_new …) fills it. */
struct source_ops {
	const char *name;
	int (*start)(struct source *s);
	void (*stop)(struct source *s);
	struct source *(*free)(struct source *s);
	/* Where a Bluetooth controller is behind it: its receiver, for its counters and to let it
	 * discover. NULL, or no such function: a wire. */
	struct receiver *(*receiver)(struct source *s);
};

struct source {
	const struct source_ops *ops;
	struct source_listener listener;
};

static inline int source_start(struct source *s)
{
	return s->ops->start(s);
}

static inline void source_stop(struct source *s)
{
	if (s)
		s->ops->stop(s);
}

static inline struct receiver *source_receiver(struct source *s)
{
	return s && s->ops->receiver ? s->ops->receiver(s) : NULL;
}

/* For sources: tells the listener, unless it is what was told last, which `health` keeps. */
void source_tell_health(struct source *s, struct source_health *health, enum source_state state,
	uint64_t now_us, const char *why);

/* Listeners of what is inside a source, whose userdata is the source: to its own listener. */
void source_pass_reading(const struct reading *reading, void *source);
void source_pass_accel(const struct accel_batch *batch, void *source);

static inline struct source *source_free(struct source *s)
{
	return s ? s->ops->free(s) : NULL;
}
