/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket over a real unix socket; peers and loop share one thread. */
#include "common/control.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define LINE_ROOM (CONTROL_ANSWER_MAX + 1)

struct scene {
	char folder[64], path[96];
	sd_event *event;
	struct control *control;
	unsigned int requests;
	char *line;
};

static int on_request(const char *verb, const json_t *request, json_t *answer, void *userdata)
{
	struct scene *s = userdata;

	s->requests++;
	if (strcmp(verb, "status") == 0)
		return json_object_set_new(answer, "home", json_string("nice-1"));
	if (strcmp(verb, "echo") == 0)
		return json_object_set(answer, "echo", json_object_get(request, "text"));
	if (strcmp(verb, "busy") == 0)
		return -EBUSY;
	if (strcmp(verb, "close") == 0) {
		(void)json_object_set_new(answer, "error", json_string("no such incident"));
		return -ENOENT;
	}
	if (strcmp(verb, "long") == 0) {
		char *text = calloc(1, CONTROL_ANSWER_MAX);
		json_int_t bytes = json_integer_value(json_object_get(request, "bytes"));

		memset(text, 'x', (size_t)bytes);
		(void)json_object_set_new(answer, "text", json_string(text));
		free(text);
		return 0;
	}
	return -EOPNOTSUPP;
}

static int set_up(void **state)
{
	struct scene *s = calloc(1, sizeof *s);

	(void)snprintf(s->folder, sizeof s->folder, "/tmp/vigie-control-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	(void)snprintf(s->path, sizeof s->path, "%s/run/control", s->folder);
	s->line = malloc(LINE_ROOM);
	assert_int_equal(sd_event_new(&s->event), 0);
	assert_int_equal(control_new(&s->control, s->event, s->path, on_request, s), 0);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;
	char run[80];

	s->control = control_free(s->control);
	assert_int_equal(access(s->path, F_OK), -1);
	(void)sd_event_unref(s->event);
	(void)snprintf(run, sizeof run, "%s/run", s->folder);
	assert_int_equal(rmdir(run), 0);
	assert_int_equal(rmdir(s->folder), 0);
	free(s->line);
	free(s);
	return 0;
}

static int dial(const struct scene *s)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)snprintf(a.sun_path, sizeof a.sun_path, "%s", s->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

/* Lets the loop do what is ready, until nothing is. */
static void turn(const struct scene *s)
{
	while (sd_event_run(s->event, 0) > 0)
		;
}

static void say(const struct scene *s, int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	turn(s);
}

/* Reads one line into s->line (without its newline), turning the loop meanwhile: "" at the end. */
static const char *hear(struct scene *s, int fd)
{
	size_t got = 0;
	unsigned int idle = 0;

	while (idle < 100 && got + 1 < LINE_ROOM) {
		ssize_t n = recv(fd, s->line + got, 1, 0);

		if (n == 0 || (n < 0 && errno != EAGAIN))
			break;
		if (n < 0) {
			turn(s);
			idle++;
			continue;
		}
		idle = 0;
		if (s->line[got] == '\n')
			break;
		got++;
	}
	s->line[got] = '\0';
	return s->line;
}

static bool is_ended(const struct scene *s, int fd)
{
	char c;
	ssize_t n;

	turn(s);
	n = recv(fd, &c, 1, 0);
	return n == 0 || (n < 0 && errno == ECONNRESET);
}

static void test_requests_are_answered_one_line_each(void **state)
{
	struct scene *s = *state;
	int fd = dial(s);

	say(s, fd, "{\"do\":\"status\"}\n");
	assert_string_equal(hear(s, fd), "{\"ok\":true,\"home\":\"nice-1\"}");
	say(s, fd, "{\"do\":\"echo\",\"text\":\"à\"}\n{\"do\":\"busy\"}\n{\"do\":\"close\"}\n");
	assert_string_equal(hear(s, fd), "{\"ok\":true,\"echo\":\"à\"}");
	assert_string_equal(hear(s, fd), "{\"ok\":false,\"error\":\"Device or resource busy\"}");
	assert_string_equal(hear(s, fd), "{\"ok\":false,\"error\":\"no such incident\"}");
	say(s, fd, "{\"do\":\"fly\"}\n");
	assert_string_equal(
		hear(s, fd), "{\"ok\":false,\"error\":\"\\\"fly\\\" is no command here\"}");
	(void)close(fd);
}

static void test_a_request_may_come_byte_by_byte(void **state)
{
	static const char request[] = "{\"do\":\"status\"}\n";
	struct scene *s = *state;
	int fd = dial(s);

	for (size_t i = 0; i < sizeof request - 1; i++) {
		assert_int_equal(s->requests, 0);
		assert_int_equal(send(fd, request + i, 1, MSG_NOSIGNAL), 1);
		turn(s);
	}
	assert_string_equal(hear(s, fd), "{\"ok\":true,\"home\":\"nice-1\"}");
	(void)close(fd);
}

static void test_malformed_requests_are_refused_and_the_client_stays(void **state)
{
	static const char *const requests[] = {"\n", "hello\n", "{}\n", "[]\n", "3\n",
		"{\"do\":1}\n", "{\"do\":\"status\",\"do\":\"status\"}\n", "{\"do\":\"status\"\n",
		"{\"do\":\"\xff\"}\n", "{\"do\":\"status\"} x\n"};
	struct scene *s = *state;
	int fd = dial(s);

	for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
		say(s, fd, requests[i]);
		if (strncmp(hear(s, fd), "{\"ok\":false,\"error\":", 20) != 0)
			fail_msg("%s is answered %s", requests[i], s->line);
	}
	assert_int_equal(s->requests, 0);
	say(s, fd, "{\"do\":\"status\"}\n");
	assert_string_equal(hear(s, fd), "{\"ok\":true,\"home\":\"nice-1\"}");
	(void)close(fd);
}

static void test_a_line_at_its_bound_is_taken_and_over_it_is_refused(void **state)
{
	struct scene *s = *state;
	char line[CONTROL_LINE_MAX + 2];
	int fd = dial(s);

	memset(line, ' ', sizeof line);
	memcpy(line, "{\"do\":\"status\"}", 15);
	line[CONTROL_LINE_MAX - 1] = '\n';
	line[CONTROL_LINE_MAX] = '\0';
	say(s, fd, line);
	assert_string_equal(hear(s, fd), "{\"ok\":true,\"home\":\"nice-1\"}");
	line[CONTROL_LINE_MAX - 1] = ' ';
	line[CONTROL_LINE_MAX] = '\n';
	line[CONTROL_LINE_MAX + 1] = '\0';
	say(s, fd, line);
	assert_string_equal(hear(s, fd), "{\"ok\":false,\"error\":\"the line is too long\"}");
	assert_true(is_ended(s, fd));
	assert_int_equal(s->requests, 1);
	(void)close(fd);
}

static void test_a_half_closed_client_gets_its_answers(void **state)
{
	struct scene *s = *state;
	int fd = dial(s);

	assert_int_equal(
		send(fd, "{\"do\":\"status\"}\n{\"do\":\"busy\"}\n{\"do\":\"sta", 41, 0), 41);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	turn(s);
	assert_string_equal(hear(s, fd), "{\"ok\":true,\"home\":\"nice-1\"}");
	assert_string_equal(hear(s, fd), "{\"ok\":false,\"error\":\"Device or resource busy\"}");
	assert_string_equal(hear(s, fd), "{\"ok\":false,\"error\":\"the line does not end\"}");
	assert_true(is_ended(s, fd));
	assert_int_equal(s->requests, 2);
	(void)close(fd);
}

static void test_a_long_answer_arrives_whole_and_over_its_bound_is_an_error(void **state)
{
	/* {"ok":true,"text":"…"} and a newline around the text */
	const int frame = (int)strlen("{\"ok\":true,\"text\":\"\"}\n");
	struct scene *s = *state;
	char request[64];
	int fd = dial(s);

	(void)snprintf(request, sizeof request, "{\"do\":\"long\",\"bytes\":%d}\n",
		CONTROL_ANSWER_MAX - frame);
	say(s, fd, request);
	assert_int_equal(strlen(hear(s, fd)), CONTROL_ANSWER_MAX - 1);
	(void)snprintf(request, sizeof request, "{\"do\":\"long\",\"bytes\":%d}\n",
		CONTROL_ANSWER_MAX - frame + 1);
	say(s, fd, request);
	assert_string_equal(hear(s, fd), "{\"ok\":false,\"error\":\"the answer is too long\"}");
	(void)close(fd);
}

static void test_who_does_not_read_its_answers_is_not_heard(void **state)
{
	struct scene *s = *state;
	unsigned int answered;
	int fd = dial(s);

	for (unsigned int i = 0; i < 20; i++)
		say(s, fd, "{\"do\":\"long\",\"bytes\":100000}\n");
	answered = s->requests;
	assert_in_range(answered, 1, 19);
	for (unsigned int i = 0; i < 20; i++)
		assert_int_equal(
			strlen(hear(s, fd)), 100000 + strlen("{\"ok\":true,\"text\":\"\"}"));
	assert_int_equal(s->requests, 20);
	(void)close(fd);
}

static void test_many_requests_of_one_client_hold_up_no_other(void **state)
{
	struct scene *s = *state;
	int flood = dial(s), other = dial(s);
	char lines[14001];

	turn(s);
	for (size_t i = 0; i < 14000; i += 14)
		memcpy(lines + i, "{\"do\":\"busy\"}\n", 15);
	assert_int_equal(send(flood, lines, 14000, MSG_NOSIGNAL), 14000);
	assert_int_equal(send(other, "{\"do\":\"status\"}\n", 16, MSG_NOSIGNAL), 16);
	for (unsigned int i = 0; i < 10; i++)
		assert_true(sd_event_run(s->event, 0) > 0);
	assert_int_equal(
		recv(other, s->line, LINE_ROOM, 0), strlen("{\"ok\":true,\"home\":\"nice-1\"}\n"));
	assert_in_range(s->requests, 2, 10);
	turn(s);
	for (unsigned int i = 0; i < 1000; i++)
		assert_string_equal(
			hear(s, flood), "{\"ok\":false,\"error\":\"Device or resource busy\"}");
	assert_int_equal(s->requests, 1001);
	(void)close(flood);
	(void)close(other);
}

static void test_followers_hear_every_step_in_order(void **state)
{
	struct scene *s = *state;
	int follower = dial(s), other = dial(s);

	control_tell(s->control, 1, "hub", "reading", NULL, NULL);
	say(s, follower, "{\"do\":\"follow\"}\n");
	assert_string_equal(hear(s, follower), "{\"ok\":true}");
	control_tell(s->control, 123456789, "hub", "raised", "0a", "chute, Salon");
	control_tell(s->control, 123456790, "hub", "committed", NULL, NULL);
	assert_string_equal(hear(s, follower),
		"{\"time_us\":123456789,\"part\":\"hub\",\"what\":\"raised\",\"incident\":\"0a\","
		"\"text\":\"chute, Salon\"}");
	assert_string_equal(hear(s, follower),
		"{\"time_us\":123456790,\"part\":\"hub\",\"what\":\"committed\"}");
	say(s, other, "{\"do\":\"status\"}\n");
	assert_string_equal(hear(s, other), "{\"ok\":true,\"home\":\"nice-1\"}");
	say(s, follower, "{\"do\":\"status\"}\n"); /* has become a stream: not a request */
	control_tell(s->control, 3, "hub", "closed", NULL, NULL);
	assert_string_equal(
		hear(s, follower), "{\"time_us\":3,\"part\":\"hub\",\"what\":\"closed\"}");
	assert_int_equal(s->requests, 1);
	assert_int_equal(shutdown(follower, SHUT_WR), 0);
	turn(s);
	control_tell(s->control, 4, "hub", "reading", NULL, NULL);
	assert_string_equal(
		hear(s, follower), "{\"time_us\":4,\"part\":\"hub\",\"what\":\"reading\"}");
	(void)close(follower);
	turn(s);
	control_tell(s->control, 5, "hub", "reading", NULL, NULL);
	(void)close(other);
}

static void test_a_follower_that_does_not_read_is_dropped(void **state)
{
	struct scene *s = *state;
	int deaf = dial(s), good = dial(s);
	unsigned int heard = 0;

	say(s, deaf, "{\"do\":\"follow\"}\n");
	say(s, good, "{\"do\":\"follow\"}\n");
	assert_string_equal(hear(s, good), "{\"ok\":true}");
	for (uint64_t i = 0; i < 20000; i++) {
		control_tell(s->control, i, "hub", "reading", "0123456789abcdef", NULL);
		heard += *hear(s, good) == '{';
	}
	assert_int_equal(heard, 20000);
	for (heard = 0; *hear(s, deaf) == '{'; heard++)
		;
	assert_in_range(heard, 1, 19999);
	assert_true(is_ended(s, deaf));
	(void)close(deaf);
	(void)close(good);
}

static void test_16_clients_at_most(void **state)
{
	struct scene *s = *state;
	int fds[CONTROL_CLIENTS_MAX], over;

	for (unsigned int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		fds[i] = dial(s);
		turn(s);
	}
	say(s, fds[CONTROL_CLIENTS_MAX - 1], "{\"do\":\"busy\"}\n");
	assert_string_equal(hear(s, fds[CONTROL_CLIENTS_MAX - 1]),
		"{\"ok\":false,\"error\":\"Device or resource busy\"}");
	over = dial(s);
	turn(s);
	assert_string_equal(hear(s, over), "{\"ok\":false,\"error\":\"too many clients\"}");
	assert_true(is_ended(s, over));
	(void)close(over);
	(void)close(fds[3]);
	turn(s);
	fds[3] = dial(s);
	say(s, fds[3], "{\"do\":\"status\"}\n");
	assert_string_equal(hear(s, fds[3]), "{\"ok\":true,\"home\":\"nice-1\"}");
	for (unsigned int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		(void)close(fds[i]);
	turn(s);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_requests_are_answered_one_line_each),
		SCENE(test_a_request_may_come_byte_by_byte),
		SCENE(test_malformed_requests_are_refused_and_the_client_stays),
		SCENE(test_a_line_at_its_bound_is_taken_and_over_it_is_refused),
		SCENE(test_a_half_closed_client_gets_its_answers),
		SCENE(test_a_long_answer_arrives_whole_and_over_its_bound_is_an_error),
		SCENE(test_who_does_not_read_its_answers_is_not_heard),
		SCENE(test_many_requests_of_one_client_hold_up_no_other),
		SCENE(test_followers_hear_every_step_in_order),
		SCENE(test_a_follower_that_does_not_read_is_dropped),
		SCENE(test_16_clients_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
