/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plays a recording on the loop: one timer, BURST records a wake-up and more while TURN_US are not
 * over, so that everything else on the loop gets its turn.
 */
#include "sensors/source_replay.h"

#include "common/cleanup.h"
#include "common/clock.h"
#include "sensors/receiver.h"

#include <errno.h>
#include <string.h>

#define BURST             64
#define TURN_US           UINT64_C(500)
#define TIMER_ACCURACY_US 1000

struct source_replay {
	struct source source; /* first */
	sd_event_source *timer;
	struct recording *recording;
	double speed;
	struct receiver receiver;
	struct device_keys own_keys;
	bool is_playing, has_record, has_ended;
	struct recording_record record; /* the next to tell */
	uint64_t start_us;
	uint64_t told_us; /* the recording's time of the record last told */
	uint64_t now_us;  /* of this wake-up */
};

static struct source *replay_free(struct source *s);

static void source_free_p(struct source_replay **s)
{
	if (*s)
		(void)replay_free(&(*s)->source);
}

uint64_t source_replay_due_us(uint64_t start_us, uint64_t offset_us, double speed)
{
	if (speed <= 0)
		return start_us;
	if (speed >= 1 && speed <= 1)
		return start_us + offset_us;
	return start_us + (uint64_t)((double)offset_us / speed);
}

static void tell_health(struct source_replay *s, enum source_state state, const char *why)
{
	struct source_health health = {.state = state, .time_us = s->now_us};

	(void)snprintf(health.why, sizeof(health.why), "%s", why);
	if (s->source.listener.on_health)
		s->source.listener.on_health(&health, s->source.listener.userdata);
}

static void tell_sign(const struct sensor_id *sensor, void *userdata)
{
	struct source_replay *s = userdata;

	if (s->source.listener.on_sign)
		s->source.listener.on_sign(sensor, s->source.listener.userdata);
}

static void tell_reading(const struct reading *reading, void *userdata)
{
	struct source_replay *s = userdata;
	struct reading told = *reading;

	told.time_us = s->now_us;
	if (s->source.listener.on_reading)
		s->source.listener.on_reading(&told, s->source.listener.userdata);
}

static void tell_record(struct source_replay *s)
{
	struct recording_record *record = &s->record;

	s->has_record = false;
	s->told_us = record->offset_us;
	switch (record->what) {
	case RECORDING_ACCEL:
		record->accel.time_us = s->now_us;
		if (s->source.listener.on_accel)
			s->source.listener.on_accel(&record->accel, s->source.listener.userdata);
		break;
	case RECORDING_READING:
		tell_reading(&record->reading, s);
		break;
	case RECORDING_PACKET:
		if (record->packet.is_received)
			receiver_packet(&s->receiver, s->start_us + record->offset_us,
				record->packet.at, record->packet.bytes);
		break;
	}
}

/* Tells of the end; the source may be gone afterwards. */
static int end(struct source_replay *s, int error)
{
	s->has_ended = true;
	s->is_playing = false;
	(void)sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
	tell_health(s, SOURCE_ENDED,
		error < 0 ? recording_error(s->recording) : "end of the recording");
	return 0;
}

/* The clock is asked seldom: setting the timer anew costs more than a burst of records. */
static bool is_turn_over(const struct source_replay *s, unsigned int records)
{
	return records % BURST == 0 && clock_boot_us() >= s->now_us + TURN_US;
}

static int on_timer(sd_event_source *timer, uint64_t usec, void *userdata)
{
	struct source_replay *s = userdata;
	uint64_t due_us = 0;
	int error;

	(void)usec;
	s->now_us = clock_boot_us();
	for (unsigned int i = 1; !is_turn_over(s, i); i++) {
		if (!s->has_record) {
			error = recording_next(s->recording, &s->record);
			if (error <= 0)
				return end(s, error);
			s->has_record = true;
		}
		due_us = source_replay_due_us(s->start_us, s->record.offset_us, s->speed);
		if (due_us > s->now_us)
			break;
		tell_record(s);
		if (!s->is_playing)
			return 0; /* the listener paused us */
	}
	(void)sd_event_source_set_time(timer, due_us);
	return sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

static int replay_start(struct source *source)
{
	struct source_replay *s = (struct source_replay *)source;
	int error;

	if (s->has_ended)
		return -ENODATA;
	s->now_us = clock_boot_us();
	s->start_us = s->now_us - source_replay_due_us(0, s->told_us, s->speed);
	error = sd_event_source_set_time(s->timer, s->now_us);
	if (error >= 0)
		error = sd_event_source_set_enabled(s->timer, SD_EVENT_ONESHOT);
	if (error < 0)
		return error;
	s->is_playing = true;
	tell_health(s, SOURCE_HEARING, "");
	return 0;
}

static void replay_stop(struct source *source)
{
	struct source_replay *s = (struct source_replay *)source;

	s->is_playing = false;
	(void)sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
}

static struct source *replay_free(struct source *source)
{
	struct source_replay *s = (struct source_replay *)source;

	s->timer = sd_event_source_disable_unref(s->timer);
	s->recording = recording_free(s->recording);
	device_keys_done(&s->own_keys);
	free(s);
	return NULL;
}

static struct receiver *replay_receiver(struct source *source)
{
	return &((struct source_replay *)source)->receiver;
}

static const struct source_ops replay_ops = {
	.name = "replay",
	.start = replay_start,
	.stop = replay_stop,
	.free = replay_free,
	.receiver = replay_receiver,
};

int source_replay_new(struct source **ret, sd_event *event,
	const struct source_replay_options *options, const struct source_listener *listener,
	char ret_error[RECORDING_ERROR_MAX])
{
	_cleanup_(source_free_p) struct source_replay *s = calloc(1, sizeof(*s));
	int error;

	if (!s)
		return -ENOMEM;
	if (!(options->speed >= 0 && options->speed <= SOURCE_REPLAY_SPEED_MAX)) {
		(void)snprintf(ret_error, RECORDING_ERROR_MAX, "speed is %g, needs 0..%g",
			options->speed, SOURCE_REPLAY_SPEED_MAX);
		return -EINVAL;
	}
	s->source = (struct source){.ops = &replay_ops, .listener = *listener};
	s->speed = options->speed;
	receiver_init(&s->receiver, options->keys ? options->keys : &s->own_keys, tell_reading, s);
	s->receiver.on_sign = tell_sign;
	receiver_discover(&s->receiver, !options->keys);
	error = recording_open(&s->recording, options->path, options->sensor, ret_error);
	if (error < 0)
		return error;
	error = sd_event_add_time(
		event, &s->timer, CLOCK_BOOTTIME, 0, TIMER_ACCURACY_US, on_timer, s);
	if (error < 0) {
		(void)snprintf(ret_error, RECORDING_ERROR_MAX, "timer: %s", strerror(-error));
		return error;
	}
	(void)sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
	*ret = &s->source;
	s = NULL;
	return 0;
}
