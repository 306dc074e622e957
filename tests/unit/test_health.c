/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which part is sick, and what systemd is told: a datagram socket plays its part. */
#include "common/health.h"

#include "common/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

struct scene {
	sd_event *event;
	struct health *health;
	int fd;
	char text[512];
};

/* An abstract socket of the kernel's choosing: nothing to remove afterwards. */
static int set_up(void **state)
{
	struct scene *s = calloc(1, sizeof *s);
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	socklen_t length = sizeof a.sun_family;
	char name[sizeof a.sun_path + 2];

	s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&a, length), 0);
	length = sizeof a;
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&a, &length), 0);
	(void)snprintf(name, sizeof name, "@%.*s", (int)(length - sizeof a.sun_family - 1),
		a.sun_path + 1);
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	assert_int_equal(setenv("WATCHDOG_USEC", "3000", 1), 0); /* a ping each ms */
	assert_int_equal(unsetenv("WATCHDOG_PID"), 0);
	assert_int_equal(sd_event_new(&s->event), 0);
	assert_int_equal(health_new(&s->health, s->event), 0);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;

	s->health = health_free(s->health);
	(void)sd_event_unref(s->event);
	(void)close(s->fd);
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	free(s);
	return 0;
}

/* The next message to systemd, "" where there is none. */
static const char *told(struct scene *s)
{
	ssize_t n = recv(s->fd, s->text, sizeof s->text - 1, 0);

	s->text[n > 0 ? n : 0] = '\0';
	return s->text;
}

static void turn_a_ping(struct scene *s)
{
	assert_true(sd_event_run(s->event, 1000000) > 0);
}

static void test_parts_go_stale_at_their_own_limit(void **state)
{
	struct scene *s = *state;
	struct health *h = s->health;
	int loop, radio, store;

	assert_null(health_sick_part(h, 0));
	loop = health_add(h, "loop", 100, 1000);
	radio = health_add(h, "radio", 500, 1000);
	store = health_add(h, "store", 0, 1000);
	assert_true(loop >= 0 && radio > loop && store > radio);
	assert_null(health_sick_part(h, 1100));
	assert_string_equal(health_sick_part(h, 1101), "loop");
	health_beat(h, loop, 1450);
	assert_null(health_sick_part(h, 1500));
	assert_string_equal(health_sick_part(h, 1501), "radio");
	health_beat(h, radio, 1501);
	health_beat(h, loop, 1501);
	health_fail(h, store, true);
	assert_string_equal(health_sick_part(h, 1501), "store");
	health_fail(h, store, false);
	assert_null(health_sick_part(h, 1501));
	assert_null(health_sick_part(h, 1000)); /* a beat from a later now is no staleness */
}

static void test_16_parts_at_most(void **state)
{
	struct scene *s = *state;

	for (int i = 0; i < HEALTH_PARTS_MAX; i++)
		assert_int_equal(health_add(s->health, "part", 0, 0), i);
	assert_int_equal(health_add(s->health, "part", 0, 0), -ENOSPC);
}

static void test_ready_pings_and_stopping_are_told(void **state)
{
	struct scene *s = *state;

	turn_a_ping(s);
	assert_string_equal(told(s), ""); /* nothing before it is ready */
	health_ready(s->health, "3 sensors");
	assert_string_equal(told(s), "READY=1\nSTATUS=3 sensors");
	assert_string_equal(told(s), "WATCHDOG=1");
	assert_string_equal(told(s), "");
	turn_a_ping(s);
	assert_string_equal(told(s), "WATCHDOG=1");
	health_status(s->health, "4 sensors");
	assert_string_equal(told(s), "STATUS=4 sensors");
	health_stopping(s->health);
	assert_string_equal(told(s), "STOPPING=1");
}

static void test_the_watchdog_is_pinged_only_while_all_parts_are_fresh(void **state)
{
	struct scene *s = *state;
	uint64_t now_us = clock_boot_us();
	int fresh = health_add(s->health, "loop", 10 * US_PER_S, now_us);
	int dead = health_add(s->health, "radio", 0, now_us);

	health_ready(s->health, "well");
	assert_string_equal(told(s), "READY=1\nSTATUS=well");
	assert_string_equal(told(s), "WATCHDOG=1");
	health_fail(s->health, dead, true);
	turn_a_ping(s);
	assert_string_equal(told(s), "STATUS=radio is sick: the watchdog is not pinged");
	turn_a_ping(s);
	assert_string_equal(told(s), ""); /* and no more, however often the loop turns */
	health_status(s->health, "hidden while sick");
	assert_string_equal(told(s), "");
	health_fail(s->health, dead, false);
	health_beat(s->health, fresh, clock_boot_us() - 20 * US_PER_S);
	turn_a_ping(s);
	assert_string_equal(told(s), "STATUS=loop is sick: the watchdog is not pinged");
	health_beat(s->health, fresh, clock_boot_us());
	turn_a_ping(s);
	assert_string_equal(told(s), "WATCHDOG=1");
	assert_string_equal(told(s), "STATUS=hidden while sick");
}

static void test_without_systemd_nothing_is_told(void **state)
{
	struct scene *s = *state;

	s->health = health_free(s->health);
	(void)unsetenv("WATCHDOG_USEC");
	assert_int_equal(health_new(&s->health, s->event), 0);
	health_ready(s->health, "well");
	assert_string_equal(told(s), "READY=1\nSTATUS=well");
	assert_string_equal(told(s), ""); /* no watchdog, no ping */
	assert_int_equal(sd_event_run(s->event, 0), 0);
	(void)unsetenv("NOTIFY_SOCKET");
	health_status(s->health, "alone");
	assert_string_equal(told(s), "");
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_parts_go_stale_at_their_own_limit),
		SCENE(test_16_parts_at_most),
		SCENE(test_ready_pings_and_stopping_are_told),
		SCENE(test_the_watchdog_is_pinged_only_while_all_parts_are_fresh),
		SCENE(test_without_systemd_nothing_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
