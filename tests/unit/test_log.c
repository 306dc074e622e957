/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What log_line() writes to standard error, read back through a pipe. */
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct caught {
	int saved, read_end;
};

static int catch_stderr(void **state)
{
	static struct caught caught;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	caught.saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	caught.read_end = ends[0];
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	(void)close(ends[1]);
	(void)unsetenv("JOURNAL_STREAM");
	log_set_level(LOG_LEVEL_INFO);
	*state = &caught;
	return 0;
}

static int release_stderr(void **state)
{
	struct caught *caught = *state;

	(void)dup2(caught->saved, STDERR_FILENO);
	(void)close(caught->saved);
	(void)close(caught->read_end);
	return 0;
}

static const char *written(const struct caught *caught, char text[4096])
{
	ssize_t n = read(caught->read_end, text, 4095);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void test_a_line_has_time_level_and_message(void **state)
{
	char text[4096];
	int year, ms;
	char rest[64] = "";

	log_warning("sensor %s: silent for %d s", "kitchen-pir", 90);
	(void)written(*state, text);
	assert_int_equal(
		sscanf(text, "%4d-%*2d-%*2dT%*2d:%*2d:%*2d.%3dZ %63[^\n]", &year, &ms, rest), 3);
	assert_true(year >= 2024);
	assert_string_equal(rest, "warning: sensor kitchen-pir: silent for 90 s");
	assert_int_equal(text[strlen(text) - 1], '\n');
}

static void test_the_journal_gets_the_priority(void **state)
{
	char text[4096], stream[64];
	struct stat s;

	assert_int_equal(fstat(STDERR_FILENO, &s), 0);
	(void)snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)s.st_dev, (uintmax_t)s.st_ino);
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
	log_error("store: %s", "disk full");
	assert_string_equal(written(*state, text), "<3>store: disk full\n");
	assert_int_equal(setenv("JOURNAL_STREAM", "1:1", 1), 0); /* inherited, not ours */
	log_error("store: disk full");
	assert_non_null(strstr(written(*state, text), "Z error: store: disk full\n"));
}

static void test_levels_hide_what_is_less_urgent(void **state)
{
	char text[4096];
	enum log_level level = LOG_LEVEL_ERROR;

	log_debug("hidden");
	assert_string_equal(written(*state, text), "");
	assert_false(log_is_on(LOG_LEVEL_DEBUG));
	assert_int_equal(log_level_from_text("debug", &level), 0);
	log_set_level(level);
	log_debug("shown");
	assert_non_null(strstr(written(*state, text), "debug: shown"));
	log_set_level(LOG_LEVEL_ERROR);
	log_warning("hidden");
	assert_string_equal(written(*state, text), "");
	assert_int_equal(log_level_from_text("loud", &level), -EINVAL);
	assert_int_equal(level, LOG_LEVEL_DEBUG);
}

static void test_a_message_stays_one_line_and_is_cut_at_its_bound(void **state)
{
	char text[4096], longest[2000];

	log_info("topic a\nb\x1b[31m");
	assert_non_null(strstr(written(*state, text), "topic a?b?[31m\n"));
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	log_info("%s", longest);
	(void)written(*state, text);
	assert_int_equal(strlen(text), 1023);
	assert_int_equal(text[1022], '\n');
	assert_ptr_equal(strchr(text, '\n'), text + 1022);
}

#define THREADS          4
#define LINES_PER_THREAD 100

static void *tell_lines(void *userdata)
{
	for (unsigned int i = 0; i < LINES_PER_THREAD; i++)
		log_info("thread %s tells line %03u", (const char *)userdata, i);
	return NULL;
}

static void test_lines_of_several_threads_do_not_mix(void **state)
{
	static char names[THREADS][2] = {"a", "b", "c", "d"};
	struct caught *caught = *state;
	pthread_t threads[THREADS];
	unsigned int lines = 0, line;
	char text[65536], *at = text, *one, name;
	ssize_t bytes;

	for (unsigned int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, tell_lines, names[i]), 0);
	for (unsigned int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	bytes = read(caught->read_end, text, sizeof text - 1);
	assert_true(bytes > 0);
	text[bytes] = '\0';
	for (; (one = strsep(&at, "\n")) && *one; lines++)
		assert_int_equal(
			sscanf(one, "%*s info: thread %c tells line %3u", &name, &line), 2);
	assert_int_equal(lines, THREADS * LINES_PER_THREAD);
}

static void test_errno_is_kept_and_can_be_told(void **state)
{
	char text[4096];

	errno = ENOSPC;
	log_info("outbox: %m");
	assert_int_equal(errno, ENOSPC);
	assert_non_null(strstr(written(*state, text), "outbox: No space left on device"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_line_has_time_level_and_message, catch_stderr, release_stderr),
		cmocka_unit_test_setup_teardown(
			test_the_journal_gets_the_priority, catch_stderr, release_stderr),
		cmocka_unit_test_setup_teardown(
			test_levels_hide_what_is_less_urgent, catch_stderr, release_stderr),
		cmocka_unit_test_setup_teardown(
			test_a_message_stays_one_line_and_is_cut_at_its_bound, catch_stderr,
			release_stderr),
		cmocka_unit_test_setup_teardown(
			test_lines_of_several_threads_do_not_mix, catch_stderr, release_stderr),
		cmocka_unit_test_setup_teardown(
			test_errno_is_kept_and_can_be_told, catch_stderr, release_stderr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
