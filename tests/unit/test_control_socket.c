/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket's file: made with its folder and mode, replaced when stale, never another's. */
#include "common/control_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct scene {
	char folder[64], inner[80], path[96];
	struct control_socket socket;
};

static int set_up(void **state)
{
	struct scene *s = calloc(1, sizeof *s);

	(void)snprintf(s->folder, sizeof s->folder, "/tmp/vigie-socket-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	(void)snprintf(s->inner, sizeof s->inner, "%s/run", s->folder);
	(void)snprintf(s->path, sizeof s->path, "%s/control", s->inner);
	assert_int_equal(control_socket_open(&s->socket, s->path), 0);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;

	control_socket_close(&s->socket);
	control_socket_close(&s->socket); /* takes a closed one */
	assert_int_equal(rmdir(s->inner), 0);
	assert_int_equal(rmdir(s->folder), 0);
	free(s);
	return 0;
}

static void test_it_is_for_owner_and_group_in_a_folder_of_its_own(void **state)
{
	struct scene *s = *state;
	struct stat st;

	assert_int_equal(stat(s->path, &st), 0);
	assert_int_equal(st.st_mode, S_IFSOCK | 0660);
	assert_int_equal(stat(s->inner, &st), 0);
	assert_int_equal(st.st_mode & 0007, 0);
	assert_int_equal(fcntl(s->socket.fd, F_GETFD), FD_CLOEXEC);
	control_socket_close(&s->socket);
	assert_int_equal(access(s->path, F_OK), -1);
}

static void test_a_live_one_is_left_alone(void **state)
{
	struct scene *s = *state;
	struct control_socket second;

	for (int i = 0; i < 40; i++) { /* over its queue too */
		assert_int_equal(control_socket_open(&second, s->path), -EADDRINUSE);
		assert_int_equal(second.fd, -1);
	}
	assert_int_equal(access(s->path, F_OK), 0);
}

static void test_a_stale_one_is_replaced(void **state)
{
	struct scene *s = *state;
	struct control_socket second;

	(void)close(s->socket.fd); /* as after kill -9: the file stays, nobody listens */
	assert_int_equal(control_socket_open(&second, s->path), 0);
	s->socket = second;
}

static void test_what_is_no_socket_is_left_alone(void **state)
{
	struct scene *s = *state;
	int fd;

	control_socket_close(&s->socket);
	fd = open(s->path, O_CREAT | O_CLOEXEC | O_WRONLY, 0600);
	assert_int_equal(control_socket_open(&s->socket, s->path), -EEXIST);
	assert_int_equal(unlink(s->path), 0);
	assert_int_equal(symlink("/dev/null", s->path), 0);
	assert_int_equal(control_socket_open(&s->socket, s->path), -EEXIST);
	assert_int_equal(unlink(s->path), 0);
	(void)close(fd);
}

static void test_another_s_file_is_not_removed(void **state)
{
	struct scene *s = *state;
	int fd;

	assert_int_equal(unlink(s->path), 0);
	fd = open(s->path, O_CREAT | O_CLOEXEC | O_WRONLY, 0600);
	control_socket_close(&s->socket);
	assert_int_equal(access(s->path, F_OK), 0);
	assert_int_equal(unlink(s->path), 0);
	(void)close(fd);
}

static void test_paths_that_cannot_be(void **state)
{
	struct scene *s = *state;
	struct control_socket second;
	char longest[200] = "";

	memset(longest, 'a', 108); /* sun_path's size: no room for the NUL */
	assert_int_equal(control_socket_open(&second, longest), -ENAMETOOLONG);
	assert_int_equal(control_socket_open(&second, "/proc/nowhere/x"), -ENOENT);
	assert_int_equal(access(s->path, F_OK), 0);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_it_is_for_owner_and_group_in_a_folder_of_its_own),
		SCENE(test_a_live_one_is_left_alone),
		SCENE(test_a_stale_one_is_replaced),
		SCENE(test_what_is_no_socket_is_left_alone),
		SCENE(test_another_s_file_is_not_removed),
		SCENE(test_paths_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
