/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A peer that plays the daemon for the tests of vigie-ctl.
 */
#pragma once

#include "common/ctl/ctl.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define ID        "0123456789abcdef0123456789abcdef"
#define WORDS_MAX 12
#define OK_STATE  "{\"ok\":true,\"incident\":\"" ID "\",\"state\":\"accepted\"}\n"

/* The peer: takes one connection, reads one line, says what it was given and hangs up. */
struct peer {
	char folder[64], path[80], request[512];
	const char *answer;
	int fd;
	pthread_t thread;
};

static inline void *play(void *userdata)
{
	struct peer *p = userdata;
	int fd = accept(p->fd, NULL, NULL);
	size_t got = 0;

	while (got + 1 < sizeof p->request && recv(fd, p->request + got, 1, 0) == 1 &&
		p->request[got] != '\n')
		got++;
	p->request[got] = '\0';
	(void)send(fd, p->answer, strlen(p->answer), MSG_NOSIGNAL);
	(void)close(fd);
	return NULL;
}

static inline int set_up(void **state)
{
	struct peer *p = calloc(1, sizeof *p);
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	(void)snprintf(p->folder, sizeof p->folder, "/tmp/vigie-ctl-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	(void)snprintf(p->path, sizeof p->path, "%s/control", p->folder);
	(void)snprintf(a.sun_path, sizeof a.sun_path, "%s", p->path);
	p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(p->fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(p->fd, 4), 0);
	(void)unsetenv("LC_ALL");
	(void)unsetenv("LC_MESSAGES");
	(void)setenv("LANG", "C.UTF-8", 1);
	(void)setenv("TZ", "UTC0", 1);
	(void)setenv("SUDO_USER", "anne", 1);
	*state = p;
	return 0;
}

static inline int tear_down(void **state)
{
	struct peer *p = *state;

	(void)close(p->fd);
	(void)unlink(p->path);
	assert_int_equal(rmdir(p->folder), 0);
	free(p);
	return 0;
}

struct said {
	int status;
	char out[4096], err[2048];
};

/* Runs vigie-ctl with these words (separated by '|'); --socket comes first. */
static inline struct said run(const char *path, const char *words)
{
	struct said s = {0};
	char copy[512], option[] = "--socket", name[] = "vigie-ctl", socket_path[128],
			*argv[WORDS_MAX];
	FILE *out = fmemopen(s.out, sizeof s.out, "w"), *err = fmemopen(s.err, sizeof s.err, "w");
	int argc = 0;

	(void)snprintf(copy, sizeof copy, "%s", words);
	(void)snprintf(socket_path, sizeof socket_path, "%s", path);
	argv[argc++] = name;
	argv[argc++] = option;
	argv[argc++] = socket_path;
	for (char *at = copy, *word; (word = strsep(&at, "|")) && argc < WORDS_MAX - 1;)
		if (*word)
			argv[argc++] = word;
	argv[argc] = NULL;
	s.status = ctl_run(argc, argv, out, err);
	(void)fclose(out);
	(void)fclose(err);
	return s;
}

static inline struct said ask(struct peer *p, const char *words, const char *answer)
{
	struct said s;

	p->answer = answer;
	assert_int_equal(pthread_create(&p->thread, NULL, play, p), 0);
	s = run(p->path, words);
	assert_int_equal(pthread_join(p->thread, NULL), 0);
	return s;
}

/* Words, and the request that they make or the complaint that they earn. */
struct usage {
	const char *words, *expected;
};

static inline void make_requests(struct peer *p, const struct usage rows[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct said s = ask(p, rows[i].words, OK_STATE);

		assert_string_equal(p->request, rows[i].expected);
		if (s.status != CTL_DONE || *s.err)
			fail_msg("%s: %d %s", rows[i].words, s.status, s.err);
	}
}

/* Nobody is asked. */
static inline void are_refused(const struct usage rows[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct said s = run("/nowhere", rows[i].words);

		assert_string_equal(s.err, rows[i].expected);
		assert_string_equal(s.out, "");
		assert_int_equal(s.status, CTL_NOT_DONE);
	}
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
