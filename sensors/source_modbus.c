/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop's side: makes the worker, delivers what it sends, queues what it shall write.
 */
#include "sensors/source_modbus.h"

#include "common/cleanup.h"
#include "sensors/bus_worker.h"

#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>

#define STACK_BYTES (128 * 1024)

struct source_modbus {
	struct source source; /* first */
	source_modbus_on_written on_written;
	pthread_t thread;
	bool has_thread, has_stopped;
	struct bus_worker worker;
};

static struct source *modbus_source_free(struct source *source);

static void source_free_p(struct source_modbus **s)
{
	if (*s)
		(void)modbus_source_free(&(*s)->source);
}

static void wake(struct bus_worker *w)
{
	const uint64_t one = 1;

	(void)!write(w->wake_fd, &one, sizeof(one));
}

static void on_record(const void *bytes, size_t count_bytes, void *userdata)
{
	const struct bus_record *record = bytes;
	struct source_modbus *s = userdata;
	const struct source_listener *to = &s->source.listener;

	(void)count_bytes;
	if (s->has_stopped)
		return;
	switch (record->what) {
	case BUS_RECORD_READINGS:
		for (unsigned int n = 0; n < record->count && to->on_reading; n++)
			to->on_reading(&record->readings[n], to->userdata);
		break;
	case BUS_RECORD_HEALTH:
		if (to->on_health)
			to->on_health(&record->health, to->userdata);
		break;
	case BUS_RECORD_NOTICE:
		if (to->on_notice)
			to->on_notice(&record->notice, to->userdata);
		break;
	case BUS_RECORD_WRITTEN:
		if (s->on_written)
			s->on_written(&record->written.write, record->written.error, to->userdata);
		break;
	}
}

static int modbus_source_start(struct source *source)
{
	struct source_modbus *s = (struct source_modbus *)source;
	pthread_attr_t attributes;
	sigset_t all, before;
	int error;

	if (s->has_thread || s->has_stopped)
		return -EALREADY;
	error = pthread_attr_init(&attributes);
	if (error)
		return -error;
	(void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
	/* signals are the loop's */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&s->thread, &attributes, bus_worker_run, &s->worker);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attributes);
	s->has_thread = error == 0;
	return -error;
}

static void modbus_source_stop(struct source *source)
{
	struct source_modbus *s = (struct source_modbus *)source;

	s->has_stopped = true;
	atomic_store(&s->worker.is_stopping, true);
	channel_close(s->worker.channel);
	wake(&s->worker);
}

static struct source *modbus_source_free(struct source *source)
{
	struct source_modbus *s = (struct source_modbus *)source;

	if (s->has_thread) {
		modbus_source_stop(source);
		(void)pthread_join(s->thread, NULL);
	}
	s->worker.channel = channel_free(s->worker.channel);
	s->worker.link = bus_link_free(s->worker.link);
	close_p(&s->worker.wake_fd);
	(void)pthread_mutex_destroy(&s->worker.lock);
	free(s);
	return NULL;
}

static const struct source_ops modbus_ops = {
	.name = "modbus",
	.start = modbus_source_start,
	.stop = modbus_source_stop,
	.free = modbus_source_free,
};

int source_modbus_new(struct source **ret, sd_event *event, const struct bus *bus,
	const struct register_point points[], unsigned int points_count,
	const struct source_listener *listener, source_modbus_on_written on_written)
{
	_cleanup_(source_free_p) struct source_modbus *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->source = (struct source){.ops = &modbus_ops, .listener = *listener};
	s->worker.bus = *bus;
	s->on_written = on_written;
	(void)pthread_mutex_init(&s->worker.lock, NULL);
	s->worker.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->worker.wake_fd < 0)
		return -errno;
	r = bus_plan_init(&s->worker.plan, points, points_count);
	if (r < 0)
		return r;
	r = bus_link_new(&s->worker.link, bus);
	if (r < 0)
		return r;
	r = channel_new(&s->worker.channel, event, on_record, NULL, s);
	if (r < 0)
		return r;
	*ret = &s->source;
	s = NULL;
	return 0;
}

int source_modbus_write_coil(struct source *source, const struct modbus_write *order)
{
	struct source_modbus *s = (struct source_modbus *)source;
	int r = 0;

	if (order->slave == 0 || order->slave > REGISTER_SLAVE_MAX)
		return -EINVAL;
	(void)pthread_mutex_lock(&s->worker.lock);
	if (s->worker.writes_count == SOURCE_MODBUS_WRITES_MAX)
		r = -ENOBUFS;
	else
		s->worker.writes[s->worker.writes_count++] = *order;
	(void)pthread_mutex_unlock(&s->worker.lock);
	if (r == 0)
		wake(&s->worker);
	return r;
}

struct source_modbus_counts source_modbus_counts(const struct source *source)
{
	const struct source_modbus *s = (const struct source_modbus *)source;
	uint64_t n[BUS_COUNTS];

	for (unsigned int what = 0; what < BUS_COUNTS; what++)
		n[what] = atomic_load_explicit(&s->worker.counts[what], memory_order_relaxed);
	return (struct source_modbus_counts){.cycles = n[BUS_COUNT_CYCLES],
		.requests = n[BUS_COUNT_REQUESTS],
		.answers = n[BUS_COUNT_ANSWERS],
		.silences = n[BUS_COUNT_SILENCES],
		.garbled = n[BUS_COUNT_GARBLED],
		.refusals = n[BUS_COUNT_REFUSALS],
		.losses = n[BUS_COUNT_LOSSES],
		.impossible = n[BUS_COUNT_IMPOSSIBLE]};
}
