/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order in which sentences wait, the bound of the queue at its maximum and one more, and what
 * has become stale.
 */
#include "hub/voice_queue.h"

#include "common/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int put(struct voice_queue *q, uint32_t tag, bool is_urgent, uint64_t now_us,
	struct voice_queued *out)
{
	const struct voice_sentence s = {
		.tag = tag, .text = "Bonjour.", .volume_pct = 50, .is_urgent = is_urgent};

	return voice_queue_put(q, &s, now_us, out);
}

static void test_urgent_ones_come_first_and_each_kind_in_order(void **state)
{
	static const uint32_t order[] = {4, 2, 5, 1, 3};
	struct voice_queue q = {.count = 0};
	struct voice_queued out;

	(void)state;
	assert_int_equal(put(&q, 4, false, 0, &out), 0);
	q.is_ordered = true; /* being said: nothing comes before it */
	assert_int_equal(put(&q, 1, false, 0, &out), 0);
	assert_int_equal(put(&q, 2, true, 0, &out), 0);
	assert_int_equal(put(&q, 3, false, 0, &out), 0);
	assert_int_equal(put(&q, 5, true, 0, &out), 0);
	for (size_t n = 0; n < 5; n++)
		assert_int_equal(voice_queue_take(&q, 0).tag, order[n]);
	assert_int_equal(q.count, 0);
	assert_false(q.is_ordered);
}

static void test_a_full_queue_gives_way_to_what_is_urgent(void **state)
{
	struct voice_queue q = {.count = 0};
	struct voice_queued out = {.tag = 0};

	(void)state;
	for (uint32_t n = 1; n <= VOICE_QUEUE_MAX; n++)
		assert_int_equal(put(&q, n, false, 0, &out), 0);
	assert_int_equal(put(&q, 99, false, 0, &out), -ENOSPC);
	for (uint32_t n = 0; n < VOICE_QUEUE_MAX; n++) {
		assert_int_equal(put(&q, 100 + n, true, 0, &out), 1);
		assert_int_equal(out.tag, VOICE_QUEUE_MAX - n);
	}
	assert_int_equal(put(&q, 200, true, 0, &out), -ENOSPC);
	assert_int_equal(q.count, VOICE_QUEUE_MAX);
	assert_int_equal(q.waiting[0].tag, 100);
}

static void test_what_cannot_be_said_is_refused(void **state)
{
	static const char too_long_clip[] = "123456789012345678901234567890123";
	char too_long[SPEECH_SENTENCE_MAX + 1];
	struct voice_sentence s = {.text = "", .volume_pct = 50};
	struct voice_queue q = {.count = 0};
	struct voice_queued out;

	(void)state;
	memset(too_long, 'a', sizeof(too_long) - 1);
	too_long[sizeof(too_long) - 1] = '\0';
	assert_int_equal(voice_queue_put(&q, &s, 0, &out), -EINVAL);
	s.text = too_long;
	assert_int_equal(voice_queue_put(&q, &s, 0, &out), -EMSGSIZE);
	s.text = too_long + 1;
	assert_int_equal(voice_queue_put(&q, &s, 0, &out), 0);
	s.clip = too_long_clip;
	assert_int_equal(voice_queue_put(&q, &s, 0, &out), -EMSGSIZE);
	s.clip = too_long_clip + 1;
	assert_int_equal(voice_queue_put(&q, &s, 0, &out), 0);
	s.volume_pct = 101;
	assert_int_equal(voice_queue_put(&q, &s, 0, &out), -EINVAL);
	s.volume_pct = 0;
	assert_int_equal(voice_queue_put(&q, &s, 0, &out), -EINVAL);
	assert_int_equal(q.count, 2);
}

static void test_what_waited_too_long_is_stale_unless_it_is_being_said(void **state)
{
	const uint64_t stale_us = VOICE_STALE_S * US_PER_S;
	struct voice_queue q = {.count = 0};
	struct voice_queued out;

	(void)state;
	assert_int_equal(voice_queue_next_us(&q), UINT64_MAX);
	assert_int_equal(put(&q, 1, false, 100, &out), 0);
	assert_int_equal(put(&q, 2, false, 200, &out), 0);
	assert_int_equal(voice_queue_next_us(&q), stale_us + 100);
	assert_int_equal(voice_queue_stale(&q, stale_us + 99), -ENOENT);
	assert_int_equal(voice_queue_stale(&q, stale_us + 100), 0);
	q.is_ordered = true;
	assert_int_equal(voice_queue_next_us(&q), stale_us + 200);
	assert_int_equal(voice_queue_stale(&q, stale_us + 100), -ENOENT);
	assert_int_equal(voice_queue_stale(&q, stale_us + 200), 1);
}

static void test_a_probe_waits_for_silence_and_keeps_nobody_waiting(void **state)
{
	struct voice_queue q = {.count = 0};
	struct voice_queued out;

	(void)state;
	voice_queue_put_probe(&q);
	voice_queue_put_probe(&q);
	assert_int_equal(q.count, 1);
	assert_int_equal(q.waiting[0].order.what, VOICE_ORDER_PROBE);
	for (uint32_t n = 1; n < VOICE_QUEUE_MAX; n++)
		assert_int_equal(put(&q, n, true, 0, &out), 0);
	assert_int_equal(q.waiting[0].tag, 1);
	assert_int_equal(q.waiting[q.count - 1].order.what, VOICE_ORDER_PROBE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urgent_ones_come_first_and_each_kind_in_order),
		cmocka_unit_test(test_a_full_queue_gives_way_to_what_is_urgent),
		cmocka_unit_test(test_what_cannot_be_said_is_refused),
		cmocka_unit_test(test_what_waited_too_long_is_stale_unless_it_is_being_said),
		cmocka_unit_test(test_a_probe_waits_for_silence_and_keeps_nobody_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
