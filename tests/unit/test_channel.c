/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The channel with a real worker thread: order, the largest record and one byte more,
 * back-pressure, and closing under a blocked sender. Nothing sleeps: a worker is known to be
 * blocked when the kernel says that its thread sleeps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/channel.h"
#include "common/clock.h"

#define RECORDS 5000

struct room {
	sd_event *event;
	struct channel *channel;
	uint32_t expected, received, drained;
	uint32_t since_drained, most_at_once;
	size_t last_bytes;
	bool is_torn;
};

struct worker {
	struct channel *channel;
	pthread_t thread;
	_Atomic pid_t tid;
	_Atomic uint32_t sent;
	uint32_t records;
	size_t bytes;
	int result;
};

static void on_record(const void *record, size_t bytes, void *userdata)
{
	struct room *room = userdata;
	uint32_t number;

	assert_int_equal((uintptr_t)record % _Alignof(max_align_t), 0);
	memcpy(&number, record, sizeof(number));
	if (number != room->expected)
		room->is_torn = true;
	room->expected = number + 1;
	room->received++;
	room->since_drained++;
	room->last_bytes = bytes;
}

static void on_drained(void *userdata)
{
	struct room *room = userdata;

	room->drained++;
	if (room->since_drained > room->most_at_once)
		room->most_at_once = room->since_drained;
	room->since_drained = 0;
}

static int setup(void **state)
{
	static struct room room;

	memset(&room, 0, sizeof(room));
	assert_int_equal(sd_event_new(&room.event), 0);
	assert_int_equal(channel_new(&room.channel, room.event, on_record, on_drained, &room), 0);
	*state = &room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	room->channel = channel_free(room->channel);
	room->event = sd_event_unref(room->event);
	return 0;
}

static void *work(void *argument)
{
	struct worker *w = argument;
	unsigned char record[CHANNEL_RECORD_MAX] = {0};

	atomic_store(&w->tid, (pid_t)syscall(SYS_gettid));
	for (uint32_t i = 0; i < w->records; i++) {
		memcpy(record, &i, sizeof(i));
		w->result = channel_send(w->channel, record, w->bytes);
		if (w->result < 0)
			break;
		atomic_fetch_add(&w->sent, 1);
	}
	return NULL;
}

static void start(struct worker *w, struct room *room, uint32_t records, size_t bytes)
{
	*w = (struct worker){.channel = room->channel, .records = records, .bytes = bytes};
	assert_int_equal(pthread_create(&w->thread, NULL, work, w), 0);
}

static void join(struct worker *w)
{
	struct timespec limit;

	(void)clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += 20;
	assert_int_equal(pthread_timedjoin_np(w->thread, NULL, &limit), 0);
}

static void run_until(struct room *room, uint32_t records)
{
	uint64_t limit_us = clock_boot_us() + 20 * US_PER_S;

	while (room->received < records) {
		assert_true(sd_event_run(room->event, US_PER_S) >= 0);
		assert_true(clock_boot_us() < limit_us);
	}
}

static char thread_state(pid_t tid)
{
	char path[64], text[256] = "";
	const char *end;
	int fd;
	ssize_t bytes;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	bytes = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	assert_true(bytes > 0);
	end = strrchr(text, ')');
	assert_non_null(end);
	return end[2];
}

/* Returns once the worker's thread sleeps and has sent nothing more over many looks. */
static void wait_blocked(struct worker *w)
{
	uint64_t limit_us = clock_boot_us() + 20 * US_PER_S;
	uint32_t looks = 0, sent = 0;

	while (looks < 200) {
		pid_t tid = atomic_load(&w->tid);
		uint32_t now_sent = atomic_load(&w->sent);

		assert_true(clock_boot_us() < limit_us);
		(void)sched_yield();
		if (tid && now_sent > 0 && now_sent == sent && thread_state(tid) == 'S')
			looks++;
		else
			looks = 0;
		sent = now_sent;
	}
}

static void test_keeps_order_and_groups_records(void **state)
{
	struct room *room = *state;
	struct worker w;

	start(&w, room, RECORDS, sizeof(uint32_t));
	run_until(room, RECORDS);
	join(&w);
	assert_int_equal(w.result, 0);
	assert_false(room->is_torn);
	assert_int_equal(room->received, RECORDS);
	assert_int_equal(room->since_drained, 0);
	assert_true(room->drained <= RECORDS);
	assert_true(room->most_at_once <= 64);
}

static void test_a_wake_up_is_bounded(void **state)
{
	struct room *room = *state;
	uint32_t number;

	for (number = 0; number < 65; number++)
		assert_int_equal(channel_send(room->channel, &number, sizeof(number)), 0);
	assert_int_equal(sd_event_run(room->event, 0), 1);
	assert_int_equal(room->received, 64);
	assert_int_equal(room->drained, 1);
	assert_int_equal(sd_event_run(room->event, 0), 1);
	assert_int_equal(room->received, 65);
	assert_int_equal(room->drained, 2);
	assert_int_equal(sd_event_run(room->event, 0), 0);
	assert_int_equal(room->drained, 2);
}

static void test_sizes(void **state)
{
	struct room *room = *state;
	static unsigned char record[CHANNEL_RECORD_MAX + 1];

	assert_int_equal(channel_send(room->channel, record, CHANNEL_RECORD_MAX + 1), -EMSGSIZE);
	assert_int_equal(channel_send(room->channel, record, 0), -EINVAL);
	assert_int_equal(sd_event_run(room->event, 0), 0);
	assert_int_equal(channel_send(room->channel, record, CHANNEL_RECORD_MAX), 0);
	run_until(room, 1);
	assert_int_equal(room->last_bytes, CHANNEL_RECORD_MAX);
}

static void test_a_full_channel_blocks_the_worker_and_loses_nothing(void **state)
{
	struct room *room = *state;
	struct worker w;

	start(&w, room, RECORDS, CHANNEL_RECORD_MAX);
	wait_blocked(&w);
	assert_true(atomic_load(&w.sent) < 100); /* about half a megabyte, not 80 */
	assert_int_equal(room->received, 0);
	run_until(room, RECORDS);
	join(&w);
	assert_int_equal(w.result, 0);
	assert_false(room->is_torn);
}

static void test_close_wakes_a_blocked_sender(void **state)
{
	struct room *room = *state;
	struct worker w;
	uint32_t number = 0, sent;

	start(&w, room, RECORDS, CHANNEL_RECORD_MAX);
	wait_blocked(&w);
	channel_close(room->channel);
	join(&w);
	assert_int_equal(w.result, -EPIPE);
	assert_int_equal(channel_send(room->channel, &number, sizeof(number)), -EPIPE);

	/* What was in the channel still arrives; then the loop falls silent instead of spinning. */
	sent = atomic_load(&w.sent);
	run_until(room, sent);
	(void)sd_event_run(room->event, 0);
	assert_int_equal(sd_event_run(room->event, 0), 0);
	assert_int_equal(room->received, sent);
	assert_false(room->is_torn);
}

static void test_free_takes_null(void **state)
{
	(void)state;
	assert_null(channel_free(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_keeps_order_and_groups_records, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_wake_up_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_full_channel_blocks_the_worker_and_loses_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_close_wakes_a_blocked_sender, setup, teardown),
		cmocka_unit_test(test_free_takes_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
