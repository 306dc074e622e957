/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One timer for all: whatever is due, every line is looked at. The kernel keeps 16 edges of a line;
 * none is believed by itself, the level is read after them.
 */
#include "sensors/source_gpio.h"

#include "common/cleanup.h"
#include "common/clock.h"
#include "sensors/registers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define SETTLE_ACCURACY_US 1000
#define AGAIN_ACCURACY_US  1000000 /* in company with other timers */

struct input {
	struct source_gpio *source;
	struct gpio_place place;
	struct register_point meaning;
	struct register_watch watch;
	struct gpio_line *line; /* NULL: not had */
	sd_event_source *edges;
	uint64_t try_us, muted_until_us; /* muted: 0, or until when edges are not heard */
	bool has_failed;                 /* … and that was told */
};

struct source_gpio {
	struct source source; /* first: a source is cast to it */
	sd_event_source *timer;
	const struct gpio_calls *calls;
	struct source_health health;
	bool is_started;
	unsigned int count;
	struct input inputs[];
};

DEFINE_CLEANUP(struct source *, source_p, source_free)

static struct source_gpio *self(struct source *s)
{
	return (struct source_gpio *)s;
}

static void notice(struct input *i, enum source_word word, uint64_t now_us, int error)
{
	const struct source_listener *to = &i->source->source.listener;
	struct source_notice told = {.word = word, .time_us = now_us, .sensor = i->meaning.sensor};

	if (error)
		(void)snprintf(told.why, sizeof(told.why), "%s line %u: %.20s", i->place.chip,
			i->place.line, strerrordesc_np(-error));
	if (to->on_notice)
		to->on_notice(&told, to->userdata);
}

/* Not had from now on; tried again by the timer. */
static void lose(struct input *i, int error, uint64_t now_us)
{
	const struct gpio_calls *calls = i->source->calls;

	i->edges = sd_event_source_disable_unref(i->edges);
	if (i->line)
		calls->release(i->line, calls->userdata);
	i->line = NULL;
	i->muted_until_us = 0;
	i->try_us = now_us + SOURCE_GPIO_TRY_US;
	register_watch_again(&i->watch);
	if (!i->has_failed)
		notice(i, SOURCE_SENSOR_FAILED, now_us, error);
	i->has_failed = true;
}

/* A wire that flutters must not keep the loop from others. */
static void mute(struct input *i, uint64_t now_us)
{
	i->muted_until_us = now_us + SOURCE_GPIO_MUTE_US;
	(void)sd_event_source_set_enabled(i->edges, SD_EVENT_OFF);
}

static void look(struct input *i, uint64_t now_us)
{
	const struct gpio_calls *calls = i->source->calls;
	const struct source_listener *to = &i->source->source.listener;
	struct register_news news;
	int level = calls->read(i->line, calls->userdata);
	uint16_t cell = level > 0;

	if (level < 0) {
		lose(i, level, now_us);
		return;
	}
	register_watch_read(&i->watch, &i->meaning, &cell, now_us, &news);
	if (news.has_begun_to_chatter)
		notice(i, SOURCE_SENSOR_CHATTERS, now_us, 0);
	if (news.has_reading)
		to->on_reading(&news.reading, to->userdata);
}

static uint64_t settled_us(const struct input *i)
{
	return i->watch.since_us + (uint64_t)i->meaning.debounce_ms * 1000;
}

/* An alarm is said again within the time in which it counts as the same one going on. */
static bool is_alarm(const struct input *i)
{
	return i->watch.is_yes && i->meaning.kind != READING_MAINS &&
	       i->meaning.kind != READING_BUTTON;
}

static uint64_t due_us(const struct input *i, uint64_t now_us)
{
	uint64_t due = now_us + (is_alarm(i) ? SOURCE_GPIO_ALARM_US : SOURCE_GPIO_AGAIN_US);

	if (!i->line)
		return i->try_us;
	if (i->muted_until_us > now_us && i->muted_until_us < due)
		due = i->muted_until_us;
	if (settled_us(i) > now_us && settled_us(i) < due)
		due = settled_us(i);
	return due;
}

static void arm(struct source_gpio *s, uint64_t now_us)
{
	uint64_t due = UINT64_MAX;

	for (unsigned int n = 0; n < s->count; n++)
		if (due_us(&s->inputs[n], now_us) < due)
			due = due_us(&s->inputs[n], now_us);
	(void)sd_event_source_set_time_accuracy(s->timer,
		due > now_us + SOURCE_GPIO_MUTE_US ? AGAIN_ACCURACY_US : SETTLE_ACCURACY_US);
	(void)sd_event_source_set_time(s->timer, due);
	(void)sd_event_source_set_enabled(
		s->timer, s->is_started && s->count > 0 ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

static void tell_health(struct source_gpio *s, uint64_t now_us)
{
	struct source_health health = {.state = SOURCE_DEAF, .time_us = now_us};

	for (unsigned int n = 0; n < s->count; n++)
		if (s->inputs[n].line)
			health.state = SOURCE_HEARING;
	if (!s->is_started || s->count == 0 || health.state == s->health.state)
		return;
	if (health.state == SOURCE_DEAF)
		(void)snprintf(health.why, sizeof(health.why), "%s cannot be had",
			s->inputs[0].place.chip);
	s->health = health;
	s->source.listener.on_health(&health, s->source.listener.userdata);
}

static int on_edge(sd_event_source *es, int fd, uint32_t revents, void *userdata)
{
	struct input *i = userdata;
	struct source_gpio *s = i->source;
	uint64_t now_us = clock_boot_us();
	int r = revents & (EPOLLHUP | EPOLLERR) ? -ENODEV
						: s->calls->drain(i->line, s->calls->userdata);

	(void)es;
	(void)fd;
	if (r < 0)
		lose(i, r, now_us);
	else
		look(i, now_us);
	if (i->line && i->watch.is_chattering)
		mute(i, now_us);
	tell_health(s, now_us);
	arm(s, now_us);
	return 0;
}

static void acquire(struct input *i, uint64_t now_us)
{
	const struct gpio_calls *calls = i->source->calls;
	sd_event *event = sd_event_source_get_event(i->source->timer);
	int fd = -1, r = calls->acquire(&i->place, GPIO_INPUT, &i->line, &fd, calls->userdata);

	if (r == 0)
		r = sd_event_add_io(event, &i->edges, fd, EPOLLIN, on_edge, i);
	if (r < 0) {
		lose(i, r, now_us);
		return;
	}
	if (i->has_failed)
		notice(i, SOURCE_SENSOR_BACK, now_us, 0);
	i->has_failed = false;
}

static void turn(struct source_gpio *s, uint64_t now_us)
{
	for (unsigned int n = 0; n < s->count; n++) {
		struct input *i = &s->inputs[n];

		if (!i->line && now_us >= i->try_us)
			acquire(i, now_us);
		if (!i->line)
			continue;
		if (i->muted_until_us && now_us >= i->muted_until_us) {
			i->muted_until_us = 0;
			(void)sd_event_source_set_enabled(i->edges, SD_EVENT_ON);
		}
		look(i, now_us);
	}
	tell_health(s, now_us);
	arm(s, now_us);
}

static int on_timer(sd_event_source *es, uint64_t usec, void *userdata)
{
	(void)es;
	(void)usec;
	turn(userdata, clock_boot_us());
	return 0;
}

static int gpio_start(struct source *source)
{
	struct source_gpio *s = self(source);

	s->is_started = true;
	turn(s, clock_boot_us());
	return 0;
}

static void gpio_stop(struct source *source)
{
	struct source_gpio *s = self(source);

	s->is_started = false;
	(void)sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
	for (unsigned int n = 0; n < s->count; n++) {
		struct input *i = &s->inputs[n];

		i->edges = sd_event_source_disable_unref(i->edges);
		if (i->line)
			s->calls->release(i->line, s->calls->userdata);
		i->line = NULL;
	}
}

static struct source *gpio_free(struct source *source)
{
	struct source_gpio *s = self(source);

	gpio_stop(source);
	(void)sd_event_source_disable_unref(s->timer);
	free(s);
	return NULL;
}

static const struct source_ops ops = {
	.name = "gpio", .start = gpio_start, .stop = gpio_stop, .free = gpio_free};

static void set_input(struct source_gpio *s, struct input *i, const struct gpio_point *point)
{
	i->source = s;
	i->place = point->place;
	i->meaning = (struct register_point){.sensor = point->sensor,
		.table = REGISTER_DISCRETE_INPUT,
		.type = REGISTER_BIT,
		.bit = REGISTER_WHOLE_WORD,
		.kind = point->kind,
		.scale = 1,
		.debounce_ms = point->debounce_ms,
		.first_read = REGISTER_NO_FIRST_READ};
}

int source_gpio_new(struct source **ret, sd_event *event, const struct gpio_point points[],
	unsigned int count, const struct gpio_calls *calls, const struct source_listener *listener)
{
	_cleanup_(source_p) struct source *source = NULL;
	struct source_gpio *s;
	int r;

	if (count > SOURCE_GPIO_POINTS_MAX)
		return -ENOSPC;
	s = calloc(1, sizeof(*s) + count * sizeof(s->inputs[0]));
	if (!s)
		return -ENOMEM;
	source = &s->source;
	s->source = (struct source){.ops = &ops, .listener = *listener};
	s->calls = calls ? calls : &gpio_kernel;
	s->count = count;
	for (unsigned int n = 0; n < count; n++)
		set_input(s, &s->inputs[n], &points[n]);
	r = sd_event_add_time(event, &s->timer, CLOCK_BOOTTIME, 0, SETTLE_ACCURACY_US, on_timer, s);
	if (r < 0)
		return r;
	(void)sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
	*ret = source;
	source = NULL;
	return 0;
}
