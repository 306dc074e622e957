/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queue of sentences and the life of the process that says them. One timer: whatever is due
 * first of an answer that should have come, a sentence that grows stale, the next attempt, the end
 * of idleness.
 */
#include "hub/voice.h"

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "hub/voice_child.h"
#include "hub/voice_queue.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMER_ACCURACY_US 1000
#define STOP_MAX_MS       500

struct voice {
	sd_event *event;
	sd_event_source *timer;
	struct voice_listener listener;
	char program[PATH_MAX], *device, *clips_dir;
	enum speech_language language;
	struct voice_child child;
	struct voice_queue queue;
	bool has_sounded; /* what is being said */
	uint32_t numbers;
	uint64_t answer_us; /* when what was ordered must have told something; 0: nothing is owed */
	uint64_t kill_us;   /* an ending process that is there still is killed; 0: none ends */
	uint64_t retry_us;  /* not before; 0: at once */
	uint64_t idle_us;   /* a process that has nothing to do ends then */
	uint64_t probe_us;
	uint64_t begin_us;     /* how long it may take to its first frame */
	uint64_t patience_us;  /* how long it is kept with nothing to say */
	unsigned int failures; /* in a row */
	char fault[VOICE_FAULT_MAX];
};

static void step(struct voice *v);

static void set_fault(struct voice *v, const char *why, int error)
{
	bool was_well = !v->fault[0];

	(void)snprintf(v->fault, sizeof(v->fault), "voice: %.40s%s%.40s", why, error ? ": " : "",
		error ? strerror(-error) : "");
	if (was_well)
		log_warning("%s", v->fault);
}

static void clear_fault(struct voice *v)
{
	if (v->fault[0])
		log_info("voice: speaks");
	v->fault[0] = '\0';
	v->failures = 0;
	v->retry_us = 0;
}

static void back_off(struct voice *v, uint64_t now_us)
{
	uint64_t wait_us = VOICE_RETRY_MAX_S * US_PER_S;

	if (v->failures < 7)
		wait_us = (VOICE_RETRY_MIN_MS * US_PER_MS) << v->failures;
	if (wait_us > VOICE_RETRY_MAX_S * US_PER_S)
		wait_us = VOICE_RETRY_MAX_S * US_PER_S;
	v->failures++;
	v->retry_us = now_us + wait_us;
}

/* Its owner is told; a probe has none. */
static void finish(struct voice *v, unsigned int place, int error)
{
	struct voice_queued q = voice_queue_take(&v->queue, place);

	if (place == 0)
		v->has_sounded = false;
	if (q.order.what == VOICE_ORDER_SAY)
		v->listener.on_finished(q.tag, error, v->listener.userdata);
}

static void end_child(struct voice *v)
{
	voice_child_end(&v->child);
	v->kill_us = clock_boot_us() + VOICE_END_MAX_S * US_PER_S;
}

/* What was ordered came to nothing: again later, unless it was heard in part or is a probe. */
static void fail(struct voice *v, const char *why, int error)
{
	uint64_t now_us = clock_boot_us();

	set_fault(v, why, error);
	back_off(v, now_us);
	v->probe_us = v->retry_us;
	v->answer_us = 0;
	if (!v->queue.is_ordered)
		return;
	v->queue.is_ordered = false;
	if (v->queue.waiting[0].order.what == VOICE_ORDER_PROBE) {
		finish(v, 0, error);
	} else if (v->has_sounded) {
		finish(v, 0, error ? error : -EIO);
	}
}

static void take_told(struct voice *v, const struct voice_told *told)
{
	if (!v->queue.is_ordered || told->number != v->queue.waiting[0].order.number)
		return;
	switch (told->what) {
	case VOICE_TOLD_FIRST_FRAME:
		v->has_sounded = true;
		v->answer_us = clock_boot_us() + VOICE_END_S * US_PER_S;
		v->listener.on_sounds(v->queue.waiting[0].tag, told->time_us, v->listener.userdata);
		break;
	case VOICE_TOLD_SAID:
		clear_fault(v);
		v->answer_us = 0;
		finish(v, 0, 0);
		break;
	case VOICE_TOLD_FAILED:
		if (told->error == -ECANCELED) {
			v->answer_us = 0;
			finish(v, 0, -ECANCELED);
		} else {
			fail(v, "no sound", told->error);
		}
		break;
	}
}

static int on_line(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct voice *v = userdata;
	struct voice_told told;
	int r;

	(void)source;
	(void)fd;
	(void)events;
	while ((r = voice_child_hear(&v->child, &told)) == 1)
		take_told(v, &told);
	if (r < 0) /* its end is told by on_process */
		end_child(v);
	step(v);
	return 0;
}

static int on_process(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct voice *v = userdata;
	bool is_clean = false;
	struct voice_told told;

	(void)source;
	(void)fd;
	(void)events;
	while (v->child.line >= 0 && voice_child_hear(&v->child, &told) == 1)
		take_told(v, &told); /* its last word before its end */
	if (!voice_child_reap(&v->child, &is_clean))
		return 0;
	v->kill_us = 0;
	if (v->queue.is_ordered)
		fail(v, "it ended while it spoke", 0);
	step(v);
	return 0;
}

static int start(struct voice *v)
{
	const struct voice_child_listener listener = {
		.on_line = on_line, .on_process = on_process, .userdata = v};
	char language[] = "--language=fr", program[PATH_MAX];
	char device[PATH_MAX], clips[PATH_MAX];
	char *arguments[] = {program, device, language, clips, NULL};

	(void)snprintf(program, sizeof(program), "%s", v->program);
	(void)snprintf(device, sizeof(device), "--device=%s", v->device);
	if (v->language == SPEECH_ENGLISH)
		memcpy(language + strlen(language) - 2, "en", 2);
	if (v->clips_dir)
		(void)snprintf(clips, sizeof(clips), "--clips=%s", v->clips_dir);
	else
		arguments[3] = NULL;
	return voice_child_start(&v->child, v->event, arguments, &listener);
}

static void order_next(struct voice *v, uint64_t now_us)
{
	int r = 0;

	if (v->queue.count == 0 || v->queue.is_ordered || now_us < v->retry_us)
		return;
	if (!voice_child_is_running(&v->child))
		r = start(v);
	if (r < 0) {
		fail(v, "cannot be started", r);
		return;
	}
	if (v->child.line < 0) /* it is ending: its end will be told */
		return;
	v->queue.waiting[0].order.number = ++v->numbers;
	r = voice_child_order(&v->child, &v->queue.waiting[0].order);
	if (r < 0) {
		end_child(v);
		return;
	}
	v->queue.is_ordered = true;
	v->has_sounded = false;
	v->answer_us = now_us + v->begin_us;
	v->idle_us = UINT64_MAX;
	v->probe_us = now_us + VOICE_PROBE_S * US_PER_S;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void arm(struct voice *v)
{
	bool is_ending = voice_child_is_running(&v->child) && v->child.line < 0;
	uint64_t next_us = voice_queue_next_us(&v->queue);

	if (v->queue.count == 0)
		next_us = earlier(next_us, v->probe_us);
	if (v->answer_us)
		next_us = earlier(next_us, v->answer_us);
	if (v->kill_us)
		next_us = earlier(next_us, v->kill_us);
	if (v->queue.count > 0 && !v->queue.is_ordered && !is_ending)
		next_us = earlier(next_us, v->retry_us);
	if (v->queue.count == 0 && v->child.line >= 0)
		next_us = earlier(next_us, v->idle_us);
	(void)sd_event_source_set_time(v->timer, next_us);
	(void)sd_event_source_set_enabled(
		v->timer, next_us == UINT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

/* The process: killed when it owes an answer or its end, ended when nothing is to be said. */
static void tend_child(struct voice *v, uint64_t now_us)
{
	if (v->answer_us && now_us >= v->answer_us) {
		voice_child_kill(&v->child);
		fail(v, "it hangs", 0);
	}
	if (v->kill_us && now_us >= v->kill_us) {
		voice_child_kill(&v->child);
		v->kill_us = now_us + VOICE_END_MAX_S * US_PER_S;
	}
	if (v->queue.count > 0 || v->child.line < 0)
		return;
	if (v->idle_us == UINT64_MAX)
		v->idle_us = now_us + v->patience_us;
	else if (now_us >= v->idle_us)
		end_child(v);
}

/* After anything: what is due is done, the timer is set. */
static void step(struct voice *v)
{
	uint64_t now_us = clock_boot_us();
	int stale;

	while ((stale = voice_queue_stale(&v->queue, now_us)) >= 0)
		finish(v, (unsigned int)stale, -ETIME);
	if (now_us >= v->probe_us)
		voice_queue_put_probe(&v->queue);
	tend_child(v, now_us);
	order_next(v, now_us);
	arm(v);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	step(userdata);
	return 0;
}

static int init(struct voice *v, const struct voice_options *options)
{
	int r = voice_child_find(options->program, v->program);

	v->language = options->language;
	v->device = strdup(options->device);
	v->clips_dir = options->clips_dir ? strdup(options->clips_dir) : NULL;
	if (!v->device || (options->clips_dir && !v->clips_dir))
		return -ENOMEM;
	if (r >= 0)
		r = sd_event_add_time(v->event, &v->timer, CLOCK_BOOTTIME, 0, TIMER_ACCURACY_US,
			on_timer, v); /* asked at once whether it could speak */
	return r;
}

int voice_new(struct voice **ret, sd_event *event, const struct voice_options *options,
	const struct voice_listener *listener)
{
	struct voice *v = calloc(1, sizeof(*v));
	int r;

	if (!v)
		return -ENOMEM;
	v->event = sd_event_ref(event);
	v->listener = *listener;
	v->child = (struct voice_child)VOICE_CHILD_NONE;
	v->idle_us = UINT64_MAX;
	v->begin_us = options->begin_ms ? options->begin_ms * US_PER_MS : VOICE_BEGIN_S * US_PER_S;
	v->patience_us = options->idle_ms ? options->idle_ms * US_PER_MS : VOICE_IDLE_S * US_PER_S;
	r = init(v, options);
	if (r < 0) {
		(void)voice_free(v);
		return r;
	}
	*ret = v;
	return 0;
}

struct voice *voice_free(struct voice *v)
{
	if (!v)
		return NULL;
	voice_child_stop(&v->child, STOP_MAX_MS);
	v->timer = sd_event_source_disable_unref(v->timer);
	v->event = sd_event_unref(v->event);
	free(v->device);
	free(v->clips_dir);
	free(v);
	return NULL;
}

int voice_say(struct voice *v, const struct voice_sentence *sentence)
{
	struct voice_queued crowded_out;
	int r = voice_queue_put(&v->queue, sentence, clock_boot_us(), &crowded_out);

	if (r < 0)
		return r;
	if (r == 1)
		v->listener.on_finished(crowded_out.tag, -ENOSPC, v->listener.userdata);
	/* the first word to somebody does not wait for what went wrong an hour ago */
	if (v->retry_us > clock_boot_us() + VOICE_RETRY_MIN_MS * US_PER_MS)
		v->retry_us = 0;
	step(v);
	return 0;
}

void voice_hush(struct voice *v)
{
	struct voice_order hush = {.what = VOICE_ORDER_HUSH};

	while (v->queue.count > v->queue.is_ordered)
		finish(v, v->queue.count - 1, -ECANCELED);
	if (v->queue.is_ordered && v->queue.waiting[0].order.what == VOICE_ORDER_SAY) {
		hush.number = v->queue.waiting[0].order.number;
		(void)voice_child_order(&v->child, &hush);
	}
	step(v);
}

bool voice_is_busy(const struct voice *v)
{
	for (unsigned int n = 0; n < v->queue.count; n++)
		if (v->queue.waiting[n].order.what == VOICE_ORDER_SAY)
			return true;
	return false;
}

const char *voice_fault(const struct voice *v)
{
	return v->fault;
}
