/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole recordings counted. The four captures of real phones are read to their last byte where they
 * are (VIGIE_VECTORS): their README states the counts of the first; those of the others were
 * counted by an independent script of 40 lines on 23 November 2026.
 */
#include "tests/unit/vectors.h"

#include "sensors/replay_stats.h"

#include <errno.h>
#include <unistd.h>

#include <jansson.h>

static const struct {
	const char *name;
	unsigned int records, sent, advertising, extended, notifications, indications, beacons;
} captures[] = {
	{"treadmill-and-govee", 2572, 401, 412, 0, 1047, 0, 11}, /* a hygrometer is one too */
	{"extended-adv-and-notifications", 1741, 711, 0, 4, 107, 4, 0},
	{"reconnects-and-indications", 690, 299, 26, 0, 0, 16, 6},
	{"classic-noise", 1155, 543, 0, 0, 0, 0, 0},
};

static void test_captures_to_the_last_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++) {
		char name[96], path[512], error[RECORDING_ERROR_MAX] = "";
		struct replay_stats s;

		(void)snprintf(name, sizeof(name), "captures/%s.btsnoop", captures[i].name);
		(void)fclose(open_vectors(name));
		vectors_path(name, path);
		assert_int_equal(replay_stats_read(path, NULL, &s, error), 0);
		assert_int_equal(s.records, captures[i].records);
		assert_int_equal(s.packets_sent, captures[i].sent);
		assert_int_equal(s.hci.advertising_reports, captures[i].advertising);
		assert_int_equal(s.hci.extended_advertising_reports, captures[i].extended);
		assert_int_equal(s.hci.notifications, captures[i].notifications);
		assert_int_equal(s.hci.indications, captures[i].indications);
		assert_int_equal(s.hci.malformed, 0);
		/* but for beacons nothing in them is for us, and nothing may be taken for ours */
		assert_int_equal(s.decoding.unknown + captures[i].beacons,
			captures[i].advertising + captures[i].extended);
		assert_int_equal(s.readings, 2 * captures[i].beacons);
	}
}

static int count_text(const char *text, struct replay_stats *ret, char error[])
{
	char path[] = "/tmp/vigie-stats-XXXXXX";
	int fd = mkstemp(path), answer;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
	answer = replay_stats_read(path, NULL, ret, error);
	(void)unlink(path);
	return answer;
}

static void test_trial_and_home_log(void **state)
{
	char error[RECORDING_ERROR_MAX];
	struct replay_stats s;

	(void)state;
	assert_int_equal(
		count_text("t_ms,x_mg,y_mg,z_mg\n0,0,0,1\n20,0,0,1\n900,0,0,1\n", &s, error), 0);
	assert_int_equal(s.records, 3);
	assert_int_equal(s.accel_samples, 3);
	assert_int_equal(s.accel_batches, 2);
	assert_int_equal(s.duration_us, 900000);
	assert_int_equal(count_text("time,sensor,room,kind,value\n"
				    "2010-11-04T05:41:00.000,M003,bathroom,motion,1\n",
				 &s, error),
		0);
	assert_int_equal(s.records, 1);
	assert_int_equal(s.readings, 1);
}

static void test_damage_keeps_what_was_counted(void **state)
{
	char error[RECORDING_ERROR_MAX];
	struct replay_stats s;

	(void)state;
	assert_int_equal(count_text("t_ms,x_mg,y_mg,z_mg\n0,0,0,1\n20,0,0,", &s, error), -EBADMSG);
	assert_int_equal(s.accel_samples, 1);
	assert_non_null(strstr(error, ":3: has no end of line"));
	assert_int_equal(replay_stats_read("/nonexistent/x", NULL, &s, error), -ENOENT);
	assert_int_equal(s.records, 0);
}

static void test_prints_one_json_object(void **state)
{
	static const char *const keys[] = {"records", "packets_sent", "advertising_reports",
		"extended_advertising_reports", "extended_truncated", "notifications",
		"indications", "malformed", "unknown", "readings", "accel_samples", "accel_batches",
		"duration_ms"};
	struct replay_stats s = {.records = 5, .duration_us = 1234567};
	char text[2048] = "";
	FILE *stream = fmemopen(text, sizeof(text), "w");
	json_t *object;

	(void)state;
	s.decoding.decoded[0] = 7;
	s.decoding.refused[REFUSED_REPLAYED] = UINT32_MAX;
	assert_int_equal(replay_stats_print(&s, stream), 0);
	(void)fclose(stream);
	assert_int_equal(strcspn(text, "\n"), strlen(text) - 1);
	object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(object);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_true(json_is_integer(json_object_get(object, keys[i])));
	assert_int_equal(json_object_size(object), sizeof(keys) / sizeof(keys[0]) + 2);
	assert_int_equal(json_integer_value(json_object_get(object, "duration_ms")), 1234);
	assert_int_equal(json_integer_value(
				 json_object_get(json_object_get(object, "decoded"), "bthome_v2")),
		7);
	assert_int_equal(json_object_size(json_object_get(object, "refused")), REFUSALS);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(object, "refused"), "replayed")),
		UINT32_MAX);
	json_decref(object);
}

static void test_full_output_is_told(void **state)
{
	struct replay_stats s = {0};
	FILE *full = fopen("/dev/full", "we");

	(void)state;
	assert_int_equal(replay_stats_print(&s, full), -EIO);
	(void)fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_captures_to_the_last_byte),
		cmocka_unit_test(test_trial_and_home_log),
		cmocka_unit_test(test_damage_keeps_what_was_counted),
		cmocka_unit_test(test_prints_one_json_object),
		cmocka_unit_test(test_full_output_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
