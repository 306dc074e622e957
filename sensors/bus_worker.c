/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens the line, runs cycles of the plan, sends what it learns.
 */
#include "sensors/bus_worker.h"

#include "common/clock.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define REOPEN_MIN_US  (250 * US_PER_MS)
#define REOPEN_MAX_US  (10 * US_PER_S)
#define TIMER_SLACK_NS 1000UL

_Static_assert(sizeof(struct bus_record) <= CHANNEL_RECORD_MAX, "a record crosses whole");

static void count(struct bus_worker *w, enum bus_count what)
{
	atomic_fetch_add_explicit(&w->counts[what], 1, memory_order_relaxed);
}

static void send_record(struct bus_worker *w, const struct bus_record *record, size_t bytes)
{
	/* fails only once the channel is closed: nobody hears any more */
	(void)channel_send(w->channel, record, bytes);
}

static void tell_health(struct bus_worker *w, enum source_state state, const char *why)
{
	struct source_health *told = &w->health;
	struct bus_record record = {
		.what = BUS_RECORD_HEALTH, .health = {.state = state, .time_us = clock_boot_us()}};

	if (why[0])
		(void)snprintf(
			record.health.why, sizeof(record.health.why), "%s: %s", w->bus.name, why);
	if (told->state == state && strcmp(told->why, record.health.why) == 0)
		return;
	*told = record.health;
	send_record(w, &record, sizeof(record));
}

static void tell_notice(struct bus_worker *w, const struct register_point *point,
	enum source_word word, const char *why)
{
	struct bus_record record = {.what = BUS_RECORD_NOTICE,
		.notice = {.word = word, .time_us = clock_boot_us(), .sensor = point->sensor}};

	(void)snprintf(record.notice.why, sizeof(record.notice.why), "%s", why);
	send_record(w, &record, sizeof(record));
}

static void tell_slave(struct bus_worker *w, uint8_t slave, enum source_word word)
{
	const struct bus_plan *plan = &w->plan;
	char why[48];

	(void)snprintf(why, sizeof(why), "%s slave %u %s", w->bus.name, slave,
		word == SOURCE_SENSOR_FAILED ? "does not answer"
		: word == SOURCE_SENSOR_BACK ? "answers again"
					     : "lost its power");
	for (unsigned int n = 0; n < plan->points_count; n++)
		if (plan->points[n].slave == slave)
			tell_notice(w, &plan->points[n], word, why);
}

static void send_readings(struct bus_worker *w)
{
	struct bus_record *news = &w->news;

	if (news->count > 0)
		send_record(w, news,
			offsetof(struct bus_record, readings) +
				news->count * sizeof(struct reading));
	news->count = 0;
}

static void read_point(struct bus_worker *w, unsigned int n, const uint16_t cells[])
{
	const struct register_point *point = &w->plan.points[n];
	struct bus_record *out = &w->news;
	struct register_news news;
	char why[48];

	register_watch_read(&w->plan.watches[n], point, cells, clock_boot_us(), &news);
	if (news.has_reading) {
		out->readings[out->count++] = news.reading;
		if (out->count == BUS_READINGS_A_SEND)
			send_readings(w);
	}
	if (news.has_begun_to_chatter)
		tell_notice(w, point, SOURCE_SENSOR_CHATTERS, "");
	if (news.has_broken) {
		count(w, BUS_COUNT_IMPOSSIBLE);
		(void)snprintf(why, sizeof(why), "%s of %g cannot be",
			reading_kinds[point->kind].name, news.reading.value);
		tell_notice(w, point, SOURCE_SENSOR_FAILED, why);
	}
}

/* Cells that may be believed. */
static void take_cells(
	struct bus_worker *w, const struct bus_block *b, const uint16_t cells[BUS_BLOCK_CELLS_MAX])
{
	struct bus_plan *plan = &w->plan;

	if (b->count == 0) {
		if (bus_plan_has_rebooted(plan, b, cells[0] != 0))
			tell_slave(w, plan->slaves[b->slave].id, SOURCE_SENSOR_REBOOTED);
		return;
	}
	for (unsigned int n = b->first; n < b->first + b->count; n++)
		read_point(w, n, &cells[plan->points[n].address - b->address]);
	send_readings(w);
}

static void tell_change(struct bus_worker *w, const struct bus_block *b, enum bus_change change)
{
	const struct bus_plan *plan = &w->plan;
	char why[48];

	if (change == BUS_SLAVE_ABSENT)
		tell_slave(w, plan->slaves[b->slave].id, SOURCE_SENSOR_FAILED);
	if (change == BUS_SLAVE_BACK)
		tell_slave(w, plan->slaves[b->slave].id, SOURCE_SENSOR_BACK);
	if (change != BUS_BLOCK_REFUSED)
		return;
	(void)snprintf(why, sizeof(why), "%s slave %u refuses address %u", w->bus.name,
		plan->slaves[b->slave].id, b->address);
	tell_notice(w, &plan->points[b->first], SOURCE_SENSOR_FAILED, why);
}

static void count_result(struct bus_worker *w, enum bus_result result)
{
	static const enum bus_count what[] = {[BUS_ANSWERED] = BUS_COUNT_ANSWERS,
		[BUS_SILENT] = BUS_COUNT_SILENCES,
		[BUS_GARBLED] = BUS_COUNT_GARBLED,
		[BUS_REFUSED] = BUS_COUNT_REFUSALS,
		[BUS_LOST] = BUS_COUNT_LOSSES};

	count(w, BUS_COUNT_REQUESTS);
	count(w, what[result]);
}

/* The line is gone, or could not be opened: when it is tried again, and what is told meanwhile. */
static void lose(struct bus_worker *w, const char *why)
{
	char text[96];

	bus_link_close(w->link);
	/* a gateway that closes now and then is opened at once, and only told when that fails */
	if (w->has_answered) {
		w->has_answered = false;
		w->reopen_us = 0;
		w->reopen_wait_us = 0;
		return;
	}
	w->reopen_wait_us = w->reopen_wait_us ? 2 * w->reopen_wait_us : REOPEN_MIN_US;
	if (w->reopen_wait_us > REOPEN_MAX_US)
		w->reopen_wait_us = REOPEN_MAX_US;
	w->reopen_us = clock_boot_us() + w->reopen_wait_us;
	if (w->bus.is_tcp)
		(void)snprintf(
			text, sizeof(text), "%s port %u: %.30s", w->bus.host, w->bus.port, why);
	else
		(void)snprintf(text, sizeof(text), "%.44s: %.30s", w->bus.device, why);
	tell_health(w, SOURCE_DEAF, text);
}

static void ask(struct bus_worker *w, const struct bus_block *b)
{
	uint16_t cells[BUS_BLOCK_CELLS_MAX];
	struct bus_block asked = *b; /* a refused block is cut */
	enum bus_change change;
	enum bus_result result;

	result = bus_link_read(
		w->link, w->plan.slaves[b->slave].id, b->table, b->address, b->cells, cells);
	count_result(w, result);
	if (result == BUS_LOST) {
		lose(w, bus_link_why(w->link));
		return;
	}
	if (result == BUS_ANSWERED || result == BUS_REFUSED) {
		w->has_answered = true;
		tell_health(w, SOURCE_HEARING, "");
	}
	if (bus_plan_result(&w->plan, result, clock_boot_us(), &change))
		take_cells(w, &asked, cells);
	tell_change(w, &asked, change);
	if (bus_plan_is_silent(&w->plan))
		tell_health(w, SOURCE_DEAF, "no slave answers");
}

static bool take_write(struct bus_worker *w, struct modbus_write *ret)
{
	bool has_one;

	(void)pthread_mutex_lock(&w->lock);
	has_one = w->writes_count > 0;
	if (has_one) {
		*ret = w->writes[0];
		w->writes_count--;
		memmove(&w->writes[0], &w->writes[1], w->writes_count * sizeof(w->writes[0]));
	}
	(void)pthread_mutex_unlock(&w->lock);
	return has_one;
}

static void do_writes(struct bus_worker *w)
{
	static const int errors[] = {[BUS_ANSWERED] = 0,
		[BUS_SILENT] = -ETIMEDOUT,
		[BUS_GARBLED] = -EBADMSG,
		[BUS_REFUSED] = -EINVAL,
		[BUS_LOST] = -ENOTCONN};
	struct bus_record record = {.what = BUS_RECORD_WRITTEN};
	enum bus_result result;

	while (!atomic_load(&w->is_stopping) && take_write(w, &record.written.write)) {
		bool was_open = bus_link_is_open(w->link);

		result = bus_link_write_coil(w->link, record.written.write.slave,
			record.written.write.address, record.written.write.is_on);
		if (was_open)
			count_result(w, result);
		record.written.error = errors[result];
		send_record(w, &record, sizeof(record));
		if (was_open && result == BUS_LOST)
			lose(w, bus_link_why(w->link));
	}
}

/* True when the line is open. */
static bool open_line(struct bus_worker *w)
{
	int r;

	if (bus_link_is_open(w->link))
		return true;
	if (clock_boot_us() < w->reopen_us)
		return false;
	r = bus_link_open(w->link);
	if (r < 0) {
		w->has_answered = false;
		lose(w, strerrordesc_np(-r));
		return false;
	}
	if (w->plan.points_count == 0)
		tell_health(w, SOURCE_HEARING, "");
	return true;
}

static void run_cycle(struct bus_worker *w)
{
	const struct bus_block *b;

	bus_plan_begin_cycle(&w->plan, clock_boot_us());
	while (!atomic_load(&w->is_stopping)) {
		do_writes(w);
		if (!open_line(w))
			return;
		b = bus_plan_next(&w->plan, clock_boot_us());
		if (!b)
			break;
		ask(w, b);
	}
	count(w, BUS_COUNT_CYCLES);
}

/* Until then, or until there is a write to do or an end to come to. */
static void wait_until(struct bus_worker *w, uint64_t until_us)
{
	struct pollfd wake_up = {.fd = w->wake_fd, .events = POLLIN};
	uint64_t now_us = clock_boot_us(), rest_us = until_us > now_us ? until_us - now_us : 0;
	struct timespec rest = {.tv_sec = (time_t)(rest_us / US_PER_S),
		.tv_nsec = (long)(rest_us % US_PER_S * 1000)};
	uint64_t times;

	if (rest_us > 0 && ppoll(&wake_up, 1, &rest, NULL) > 0)
		(void)!read(w->wake_fd, &times, sizeof(times));
}

void *bus_worker_run(void *argument)
{
	struct bus_worker *w = argument;
	uint64_t cycle_us;

	(void)prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
	while (!atomic_load(&w->is_stopping)) {
		cycle_us = clock_boot_us() + w->bus.cycle_ms * US_PER_MS;
		if (open_line(w))
			run_cycle(w);
		else
			do_writes(w);
		if (!bus_link_is_open(w->link))
			cycle_us = w->reopen_us;
		else if (w->plan.points_count == 0)
			cycle_us = UINT64_MAX; /* outputs alone: a write wakes it */
		else if (bus_plan_is_silent(&w->plan))
			cycle_us = clock_boot_us() + REOPEN_MIN_US;
		wait_until(w, cycle_us);
	}
	bus_link_close(w->link);
	return NULL;
}
