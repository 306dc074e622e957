/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows on the disk: sealed by the history's thread, bounded in number and age, and only with a
 * key.
 */
#include "tests/unit/history_home.h"

#include "hub/window_store.h"

#include <fcntl.h>
#include <sys/stat.h>

static const uint8_t key[AES_GCM_KEY_BYTES] = {7};

struct desk {
	struct window window;
	uint8_t plain[WINDOW_PLAIN_MAX], file[WINDOW_FILE_MAX];
};

static struct desk *new_desk(uint16_t count)
{
	struct desk *d = calloc(1, sizeof(*d));

	d->window = (struct window){
		.incident = ID, .sensor = {.text = "c"}, .event_ms = at(DAY, 9, 0), .count = count};
	for (unsigned int n = 0; n < count; n++)
		d->window.samples[n].t_us = n;
	return d;
}

static void path_in(char ret[300], const char *dir, const char *name)
{
	(void)snprintf(ret, 300, "%s/windows/%s", dir, name);
}

static void test_the_201st_takes_the_place_of_the_first(void **state)
{
	struct desk *d = new_desk(3);
	int64_t numbers[WINDOW_STORE_MAX];
	char dir[256];
	size_t bytes = window_write(&d->window, d->plain);

	(void)snprintf(dir, sizeof(dir), "%s/windows", (char *)*state);
	for (int n = 1; n <= WINDOW_STORE_MAX; n++)
		assert_int_equal(window_store_put(dir, key, bytes_of(d->plain, bytes)), n);
	assert_int_equal(window_store_list(dir, numbers), WINDOW_STORE_MAX);
	assert_int_equal(numbers[0], 1);
	assert_int_equal(
		window_store_put(dir, key, bytes_of(d->plain, bytes)), WINDOW_STORE_MAX + 1);
	assert_int_equal(window_store_list(dir, numbers), WINDOW_STORE_MAX);
	assert_int_equal(numbers[0], 2);
	assert_int_equal(numbers[WINDOW_STORE_MAX - 1], WINDOW_STORE_MAX + 1);
	free(d);
}

static void test_a_year_old_window_goes(void **state)
{
	struct desk *d = new_desk(3);
	int64_t numbers[WINDOW_STORE_MAX], now_ms = (int64_t)time(NULL) * 1000;
	char dir[256];
	size_t bytes = window_write(&d->window, d->plain);

	(void)snprintf(dir, sizeof(dir), "%s/windows", (char *)*state);
	assert_int_equal(window_store_put(dir, key, bytes_of(d->plain, bytes)), 1);
	window_store_prune(dir, now_ms + (WINDOW_STORE_DAYS - 1) * INT64_C(86400000));
	assert_int_equal(window_store_list(dir, numbers), 1);
	window_store_prune(dir, now_ms + (WINDOW_STORE_DAYS + 1) * INT64_C(86400000));
	assert_int_equal(window_store_list(dir, numbers), 0);
	free(d);
}

static void test_what_is_no_window_is_left_alone_and_refused(void **state)
{
	struct desk *d = new_desk(3);
	int64_t numbers[WINDOW_STORE_MAX];
	char dir[256], path[300];
	int fd;

	(void)snprintf(dir, sizeof(dir), "%s/windows", (char *)*state);
	assert_int_equal(window_store_list(dir, numbers), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
	path_in(path, *state, "0000000003.win");
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "nothing", 7), 7);
	(void)close(fd);
	path_in(path, *state, "12.win.part");
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(window_store_list(dir, numbers), 1);
	assert_int_equal(window_store_get(dir, 3, key, d->file, d->plain, &d->window), -EBADMSG);
	assert_int_equal(window_store_get(dir, 4, key, d->file, d->plain, &d->window), -ENOENT);
	path_in(path, *state, "0000000005.win");
	assert_int_equal(symlink("0000000003.win", path), 0);
	assert_int_equal(window_store_get(dir, 5, key, d->file, d->plain, &d->window), -ELOOP);
	free(d);
}

static struct history *begin(const char *dir, sd_event *event, const uint8_t *with)
{
	const struct history_options options = {.state_dir = dir, .days = 30, .window_key = with};
	struct history *h = NULL;

	assert_int_equal(history_new(&h, event, &options), 0);
	return h;
}

static void test_the_largest_window_crosses_to_the_thread(void **state)
{
	struct desk *d = new_desk(WINDOW_SAMPLES_MAX);
	struct history_incident i = incident_of(ID, at(DAY, 9, 0));
	sd_event *event = NULL;
	char dir[256];
	struct stat status;
	struct history *h;

	assert_int_equal(sd_event_new(&event), 0);
	h = begin(*state, event, key);
	history_incident(h, &i);
	history_window(h, &d->window);
	i.state = INCIDENT_CLOSED;
	i.outcome = INCIDENT_OUTCOME_FALSE_ALARM;
	history_incident(h, &i);
	assert_int_equal(history_counts(h).dropped, 0);
	h = history_free(h);
	(void)sd_event_unref(event);
	(void)snprintf(dir, sizeof(dir), "%s/windows", (char *)*state);
	d->window.count = 0;
	assert_int_equal(window_store_get(dir, 1, key, d->file, d->plain, &d->window), 0);
	assert_int_equal(d->window.count, WINDOW_SAMPLES_MAX);
	assert_string_equal(d->window.incident, ID);
	assert_true(
		history_number(*state, "SELECT count(*) FROM window WHERE file = 1 AND outcome ="
				       " 'false_alarm' AND incident = '" ID "'") == 1);
	(void)snprintf(dir, sizeof(dir), "%s/windows/0000000001.win", (char *)*state);
	assert_int_equal(stat(dir, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	free(d);
}

static void test_without_a_key_nothing_raw_is_kept(void **state)
{
	struct desk *d = new_desk(3);
	sd_event *event = NULL;
	struct history *h;
	char path[300];

	assert_int_equal(sd_event_new(&event), 0);
	h = begin(*state, event, NULL);
	history_window(h, &d->window);
	h = history_free(h);
	(void)sd_event_unref(event);
	path_in(path, *state, "");
	assert_int_equal(access(path, F_OK), -1);
	assert_true(history_number(*state, "SELECT count(*) FROM window") == 0);
	free(d);
}

static void write_credential(const char *dir, size_t bytes)
{
	char path[300];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/vigie-hub.windows", dir);
	f = fopen(path, "we");
	assert_non_null(f);
	for (size_t n = 0; n < bytes; n++)
		(void)fputc((int)n + 1, f);
	(void)fclose(f);
}

static void test_the_key_is_a_credential_of_32_bytes(void **state)
{
	uint8_t found[AES_GCM_KEY_BYTES] = {0};

	(void)unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(window_key_load(found), -ENOENT);
	(void)setenv("CREDENTIALS_DIRECTORY", *state, 1);
	assert_int_equal(window_key_load(found), -ENOENT);
	write_credential(*state, AES_GCM_KEY_BYTES - 1);
	assert_int_equal(window_key_load(found), -EINVAL);
	write_credential(*state, AES_GCM_KEY_BYTES + 1);
	assert_int_equal(window_key_load(found), -EINVAL);
	assert_int_equal(found[0], 0);
	write_credential(*state, AES_GCM_KEY_BYTES);
	assert_int_equal(window_key_load(found), 0);
	assert_int_equal(found[31], 32);
	(void)unsetenv("CREDENTIALS_DIRECTORY");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_the_201st_takes_the_place_of_the_first, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(test_a_year_old_window_goes, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_what_is_no_window_is_left_alone_and_refused, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_the_largest_window_crosses_to_the_thread, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_without_a_key_nothing_raw_is_kept, in_paris, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_the_key_is_a_credential_of_32_bytes, in_paris, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
