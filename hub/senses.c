/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sources tell, brought before the judge. Strangers are counted and dropped here: nothing from
 * the air raises an alarm unless its sensor is installed.
 */
#include "common/cleanup.h"
#include "common/log.h"
#include "hub/hub.h"
#include "hub/keep.h"
#include "hub/pausing.h"
#include "hub/press.h"
#include "hub/radio.h"
#include "hub/walk.h"
#include "hub/watch.h"

#include <errno.h>
#include <stdio.h>

/* The sensor, or NULL for a stranger; tells the first word of a burst. */
static struct roster_sensor *hear(struct hub *h, const struct sensor_id *id, struct moment at)
{
	struct roster_sensor *sensor = roster_find(&h->config.roster, id);
	uint64_t before_us = sensor ? sensor->heard_us : 0;

	if (!sensor) {
		h->strangers++;
		return NULL;
	}
	(void)roster_hear(&h->config.roster, id, at.now_us);
	watch_hear(h, sensor, at.now_us);
	if (before_us == 0 || at.now_us > before_us + HUB_BURST_US)
		control_tell(h->control, at.now_us, "hub", "reading", NULL, sensor->id.text);
	return sensor;
}

static void on_press(struct hub *h, struct roster_sensor *sensor, const struct reading *reading,
	struct moment at)
{
	struct suspicion call;
	enum press press = press_heard(sensor, reading, episodes_asked(&h->episodes), at, &call);

	/* what anybody on the stairs can send is no word of the resident's until heard twice */
	if (reading->value != BUTTON_NONE && (!reading->is_forgeable || reading->repeats > 0))
		hub_answered(h, press == PRESS_FINE, at);
	switch (press) {
	case PRESS_HELP:
	case PRESS_SOCIAL:
		(void)hub_suspect(h, &call, at);
		break;
	case PRESS_FINE:
		(void)episodes_answer(&h->episodes, NULL, ANSWER_FINE, at);
		hub_arm(h);
		break;
	case PRESS_PAUSE:
		pausing_pressed(h, at);
		break;
	case PRESS_NOTHING:
		break;
	}
}

static void on_reading(const struct reading *reading, void *userdata)
{
	_cleanup_(stint_end) struct stint stint = stint_begin("reading");
	struct hub_source *source = userdata;
	struct hub *h = source->hub;
	struct moment at = hub_now();
	struct roster_sensor *sensor = hear(h, &reading->sensor, at);
	struct suspicion suspicion;

	(void)stint;
	h->readings++;
	if (!sensor)
		return;
	if (reading->repeats == 0) {
		supervision_reading(
			&h->supervision, sensor, reading->kind, reading->value, at.now_us);
		walk_hear(h, sensor, reading, at);
	}
	hub_live(h, sensor, reading, at);
	if (reading->kind == READING_BATTERY && reading->repeats == 0)
		sensor->battery_pct = (int8_t)reading->value;
	/* a second hearing (repeats > 0) confirms alarms and answers, and is no new event */
	if (reading->kind == READING_BUTTON)
		on_press(h, sensor, reading, at);
	else if (judge_reading(h->judge, sensor, reading, at, &suspicion))
		(void)hub_suspect(h, &suspicion, at);
	hub_conclude(h, at);
	if (reading->repeats == 0)
		keep_reading(h, sensor, reading, at);
}

static void on_accel(const struct accel_batch *batch, void *userdata)
{
	_cleanup_(stint_end) struct stint stint = stint_begin("accelerometer");
	struct hub_source *source = userdata;
	struct hub *h = source->hub;
	struct moment at = hub_now();
	struct roster_sensor *sensor = hear(h, &batch->sensor, at);
	(void)stint;
	h->batches++;
	if (!sensor)
		return;
	source->wearable = sensor;
	/* first, so that a fall's window ends with what showed it */
	keep_accel(h, sensor, batch, at);
	walk_hear(h, sensor, NULL, at);
	if (judge_accel(h->judge, sensor, batch, at) < 0)
		h->malformed++;
	hub_conclude(h, at);
}

static void end_stream(struct hub_source *source)
{
	struct moment at = hub_now();

	if (source->wearable)
		judge_end(source->hub->judge, source->wearable, at);
	hub_conclude(source->hub, at);
}

static void on_sign(const struct sensor_id *id, void *userdata)
{
	struct hub_source *source = userdata;
	const struct roster_sensor *sensor = roster_find(&source->hub->config.roster, id);

	if (sensor)
		watch_hear(source->hub, sensor, hub_now().now_us);
}

static void on_health(const struct source_health *health, void *userdata)
{
	struct hub_source *source = userdata;
	struct hub *h = source->hub;

	source->health = *health;
	judge_heard(h->judge, !hub_is_deaf(h), hub_now());
	watch_source(source, hub_now().now_us);
	if (health->state == SOURCE_DEAF)
		log_warning("%s: deaf: %s", source->source->ops->name, health->why);
	if (health->state == SOURCE_HEARING) {
		log_info("%s: hearing", source->source->ops->name);
		radio_hears(source);
		outputs_bus_is_back(source);
	}
	if (health->state != SOURCE_ENDED)
		return;
	log_info("%s: ended: %s", source->source->ops->name, health->why);
	end_stream(source);
	control_tell(h->control, hub_now().now_us, "hub", "ended", NULL, health->why);
	h->sources_ended++;
	if (h->is_exit_at_end && h->sources_ended + h->endless_count == h->sources_count)
		(void)sd_event_exit(h->event, 0);
}

static void on_notice(const struct source_notice *notice, void *userdata)
{
	static const char *const words[] = {[SOURCE_SENSOR_FAILED] = "failed",
		[SOURCE_SENSOR_BACK] = "back",
		[SOURCE_SENSOR_REBOOTED] = "rebooted",
		[SOURCE_SENSOR_CHATTERS] = "chatters",
		[SOURCE_SENSOR_IS] = "is"};
	struct hub_source *source = userdata;
	struct hub *h = source->hub;
	struct roster_sensor *sensor = roster_find(&h->config.roster, &notice->sensor);
	char text[SENSOR_ID_MAX + sizeof(notice->why) + 2];

	if (notice->word == SOURCE_SENSOR_BACK || notice->word == SOURCE_SENSOR_REBOOTED)
		outputs_bus_is_back(source);
	if (!sensor)
		return;
	if (notice->word == SOURCE_SENSOR_IS) {
		(void)snprintf(sensor->device, sizeof(sensor->device), "%.59s", notice->why);
		return;
	}
	if (notice->word == SOURCE_SENSOR_CHATTERS)
		supervision_chatters(&h->supervision, sensor, hub_now().now_us);
	if (notice->word == SOURCE_SENSOR_BACK)
		sensor->is_failed = false;
	if (notice->word == SOURCE_SENSOR_FAILED)
		sensor->is_failed = true;
	(void)snprintf(text, sizeof(text), "%s%s%s", sensor->id.text, notice->why[0] ? ": " : "",
		notice->why);
	log_line(notice->word == SOURCE_SENSOR_BACK ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
		"sensor %s %s", words[notice->word], text);
	control_tell(h->control, notice->time_us, "hub", words[notice->word], NULL, text);
}

void hub_silence(struct hub *h, struct moment at)
{
	judge_turn(h->judge, at);
	hub_conclude(h, at);
}

void hub_conclude(struct hub *h, struct moment at)
{
	struct suspicion suspicion;

	while (judge_next(h->judge, at, &suspicion))
		(void)hub_suspect(h, &suspicion, at);
	waiting_turn(&h->waiting, h->judge, h->outbox, at);
	hub_arm(h);
}

struct source_listener hub_listener(struct hub_source *source)
{
	return (struct source_listener){.on_reading = on_reading,
		.on_accel = on_accel,
		.on_health = on_health,
		.on_notice = on_notice,
		.on_sign = on_sign,
		.userdata = source};
}
