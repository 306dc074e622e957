/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trials, home logs and btsnoop files, whole, damaged and cut. */
#include "sensors/recording.h"

#include "common/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define TRIAL "t_ms,x_mg,y_mg,z_mg\n"
#define HOME  "time,sensor,room,kind,value\n"

DEFINE_CLEANUP(struct recording *, recording_free_p, recording_free)

static int open_bytes(
	struct recording **ret, const void *bytes, size_t count, char error[RECORDING_ERROR_MAX])
{
	FILE *stream = tmpfile();

	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, count, stream), count);
	rewind(stream);
	return recording_new(ret, stream, "x", "wrist", error);
}

static struct recording *open_text(const char *text)
{
	char error[RECORDING_ERROR_MAX] = "";
	struct recording *r = NULL;

	assert_int_equal(open_bytes(&r, text, strlen(text), error), 0);
	return r;
}

static void refused(const char *bytes, size_t count, const char *expected)
{
	struct recording *r = NULL;
	char error[RECORDING_ERROR_MAX] = "";

	assert_int_equal(open_bytes(&r, bytes, count, error), -EBADMSG);
	assert_null(r);
	assert_string_equal(error, expected);
}

/* The first record of `text` is refused with this message, and so is every later call. */
static void line_refused(const char *text, const char *expected)
{
	_cleanup_(recording_free_p) struct recording *r = open_text(text);
	struct recording_record record;

	assert_int_equal(recording_next(r, &record), -EBADMSG);
	assert_string_equal(recording_error(r), expected);
	assert_int_equal(recording_next(r, &record), -EBADMSG);
}

static void test_trial_becomes_batches(void **state)
{
	_cleanup_(recording_free_p) struct recording *r =
		open_text(TRIAL "1000,-1,2,-3\n1020,4,5,6\n1020,7,8,9\n1499,1,1,1\n1500,2,2,2\n");
	struct recording_record record;

	(void)state;
	assert_int_equal(recording_format(r), RECORDING_ACCELEROMETER);
	assert_int_equal(recording_next(r, &record), 1);
	assert_int_equal(record.what, RECORDING_ACCEL);
	assert_string_equal(record.accel.sensor.text, "wrist");
	assert_int_equal(record.accel.count, 4);
	assert_int_equal(record.accel.first_us, 1000000);
	assert_int_equal(record.accel.samples[0].x_mg, -1);
	assert_int_equal(record.accel.samples[0].z_mg, -3);
	assert_int_equal(record.accel.samples[1].offset_us, 20000);
	assert_int_equal(record.accel.samples[2].offset_us, 20000);
	assert_int_equal(record.offset_us, 499000);
	assert_int_equal(record.accel.time_us, 499000);
	assert_int_equal(recording_next(r, &record), 1);
	assert_int_equal(record.accel.count, 1);
	assert_int_equal(record.accel.first_us, 1500000);
	assert_int_equal(record.offset_us, 500000);
	assert_int_equal(recording_next(r, &record), 0);
	assert_int_equal(recording_next(r, &record), 0);
}

static void test_trial_batches_hold_at_most_25_samples(void **state)
{
	char text[2048] = TRIAL;
	size_t at = strlen(text);
	struct recording_record record;

	(void)state;
	for (int i = 0; i < 51; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%d,0,0,1000\n", i * 5);
	_cleanup_(recording_free_p) struct recording *r = open_text(text);
	assert_int_equal(recording_next(r, &record), 1);
	assert_int_equal(record.accel.count, RECORDING_BATCH_SAMPLES);
	assert_int_equal(recording_next(r, &record), 1);
	assert_int_equal(record.accel.count, RECORDING_BATCH_SAMPLES);
	assert_int_equal(recording_next(r, &record), 1);
	assert_int_equal(record.accel.count, 1);
}

static void test_trial_clock_that_goes_back_ends_the_batch(void **state)
{
	_cleanup_(recording_free_p) struct recording *r =
		open_text(TRIAL "5704,0,0,1\n5705,0,0,2\n5008,0,0,3\n5018,0,0,4\n");
	struct recording_record record;

	(void)state;
	assert_int_equal(recording_next(r, &record), 1);
	assert_int_equal(record.accel.count, 2);
	assert_int_equal(record.offset_us, 1000);
	assert_int_equal(recording_next(r, &record), 1);
	assert_int_equal(record.accel.count, 2);
	assert_int_equal(record.accel.first_us, 5008000);
	assert_int_equal(record.accel.samples[1].offset_us, 10000);
	assert_int_equal(record.offset_us, 11000);
}

static void test_trial_keeps_what_came_before_damage(void **state)
{
	_cleanup_(recording_free_p) struct recording *r =
		open_text(TRIAL "0,0,0,1000\n20,0,0,1000\n40,0,zero,1000\n60,0,0,1000\n");
	struct recording_record record;

	(void)state;
	assert_int_equal(recording_next(r, &record), 1);
	assert_int_equal(record.accel.count, 2);
	assert_int_equal(recording_next(r, &record), -EBADMSG);
	assert_string_equal(recording_error(r),
		"x:4: expected four whole numbers t_ms,x_mg,y_mg,z_mg; y_mg is not one");
}

static void test_trial_refuses_what_is_no_sample(void **state)
{
	static const char numbers[] =
		"x:2: expected four whole numbers t_ms,x_mg,y_mg,z_mg; %s is not one";
	static const struct {
		const char *line, *name;
	} rows[] = {
		{"", "t_ms"},
		{"1,2,3", "y_mg"},
		{"1,2,3,4,5", "z_mg"},
		{"1.5,2,3,4", "t_ms"},
		{" 1,2,3,4", "t_ms"},
		{"1,+2,3,4", "x_mg"},
		{"1,2,-,4", "y_mg"},
		{"1,2,3,0x4", "z_mg"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[128], expected[128];

		(void)snprintf(text, sizeof(text), TRIAL "%s\n", rows[i].line);
		(void)snprintf(expected, sizeof(expected), numbers, rows[i].name);
		line_refused(text, expected);
	}
	line_refused(TRIAL "0,32767,-32767,32768\n", "x:2: z_mg is outside -32767..32767");
	line_refused(TRIAL "-1,0,0,0\n", "x:2: t_ms is outside 0..315576000000");
	line_refused(
		TRIAL "99999999999999999999999,0,0,0\n", "x:2: t_ms is outside 0..315576000000");
	line_refused(TRIAL "0,0,0,82", "x:2: has no end of line: the file was cut or is not text");
}

static void test_lines_are_bounded(void **state)
{
	char text[600] = TRIAL;
	size_t at = strlen(text);

	(void)state;
	memset(text + at, '1', 300);
	text[at + 300] = '\n';
	line_refused(text, "x:2: is longer than 254 bytes");
}

/* Longer than what is read ahead, with lines of every alignment. */
static void test_long_files_come_whole(void **state)
{
	static char text[9000 * 24] = TRIAL;
	_cleanup_(recording_free_p) struct recording *r = NULL;
	struct recording_record record;
	size_t at = strlen(text);
	int samples = 0;

	(void)state;
	for (int i = 0; i < 9000; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%d,%d,%d,1\n", i * 20, i, -i);
	r = open_text(text);
	while (recording_next(r, &record) == 1)
		for (int i = 0; i < record.accel.count; i++, samples++)
			assert_int_equal(record.accel.samples[i].x_mg, samples);
	assert_int_equal(samples, 9000);
	assert_string_equal(recording_error(r), "");
}

static void test_header_decides(void **state)
{
	(void)state;
	refused("", 0, "x:1: is empty");
	refused("a,b\n", 4,
		"x:1: expected the header t_ms,x_mg,y_mg,z_mg or time,sensor,room,kind,value, or "
		"a btsnoop file");
	refused("\0\0\0\0", 4, "x:1: has no end of line: the file was cut or is not text");
	refused("btsnoop\0\0\0\0\2\0\0\3\352", 16, "x: offset 8: btsnoop version 2, needs 1");
	refused("btsnoop\0\0\0\0\1\0\0\3\351", 16,
		"x: offset 12: datalink 1001, needs 1002 (HCI UART, H4)");
	refused("btsnaap\0\0\0\0\1\0\0\3\352", 16,
		"x: offset 0: expected a btsnoop header or a known CSV header");
	refused("btsnoop\0\0\0", 10,
		"x: offset 10: the btsnoop header is cut: expected 16 bytes from offset 0, has 10");
}

static void test_absent_file_is_told(void **state)
{
	char error[RECORDING_ERROR_MAX] = "";
	struct recording *r = NULL;

	(void)state;
	assert_int_equal(recording_open(&r, "/nonexistent/trial.csv", NULL, error), -ENOENT);
	assert_string_equal(error, "/nonexistent/trial.csv: No such file or directory");
	assert_int_equal(recording_open(&r, "/", NULL, error), -EIO);
	assert_string_equal(error, "/:1: cannot be read");
	assert_null(r);
}

static void test_home_log_becomes_readings(void **state)
{
	_cleanup_(recording_free_p) struct recording *r =
		open_text(HOME "2010-11-04T05:41:00.250,M003,bathroom,motion,1\r\n"
			       "2010-11-04T05:41:01,Bedroom.Bed,bedroom,pressure,0\n"
			       "2010-11-04T05:41:00.000,D01,,contact,1\n"
			       "2010-11-04T05:41:02.000,t,hall,temperature,-20.5\n");
	static const enum reading_kind kinds[] = {
		READING_MOTION, READING_PRESSURE_MAT, READING_OPENING, READING_TEMPERATURE};
	static const uint64_t offsets_us[] = {0, 750000, 750000, 2750000};
	static const double values[] = {1, 0, 1, -20.5};
	struct recording_record record;

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(recording_next(r, &record), 1);
		assert_int_equal(record.what, RECORDING_READING);
		assert_int_equal(record.reading.kind, kinds[i]);
		assert_int_equal(record.offset_us, offsets_us[i]);
		assert_true(record.reading.value == values[i]);
		if (i == 0) {
			assert_string_equal(record.reading.sensor.text, "M003");
			assert_string_equal(record.room, "bathroom");
			assert_int_equal(record.calendar_us, 1288849260250000);
		}
	}
	assert_int_equal(recording_next(r, &record), 0);
}

static void test_home_log_refuses_what_is_no_event(void **state)
{
	(void)state;
	line_refused(HOME "2010-11-04T05:41:00.000,M003,bathroom,motion\n",
		"x:2: expected 5 fields time,sensor,room,kind,value, has 4");
	line_refused(HOME "2010-11-04T05:41:00.000,M003,bathroom,motion,1,2\n",
		"x:2: expected 5 fields time,sensor,room,kind,value, has more than 5");
	line_refused(HOME "2010-04-31T05:41:00.000,M003,bathroom,motion,1\n",
		"x:2: time: expected like 2010-11-04T05:41:00.000, has \"2010-04-31T05:41:00.000\"");
	line_refused(HOME "2010-11-04 05:41:00,M003,bathroom,motion,1\n",
		"x:2: time: expected like 2010-11-04T05:41:00.000, has \"2010-11-04 05:41:00\"");
	line_refused(HOME "2010-11-04T05:41:00,M003,bathroom,levitation,1\n",
		"x:2: kind: expected motion, contact, pressure, occupancy, other or a kind of "
		"reading, has \"levitation\"");
	line_refused(HOME "2010-11-04T05:41:00,M003,bathroom,motion,2\n",
		"x:2: value: expected 0..1 for motion, has \"2\"");
	line_refused(HOME "2010-11-04T05:41:00,M003,bathroom,temperature,nan\n",
		"x:2: value: expected -100..300 for temperature, has \"nan\"");
	line_refused(HOME "2010-11-04T05:41:00,,bathroom,motion,1\n",
		"x:2: sensor: needs 1..47 bytes, has 0");
}

static void test_home_log_names_hold_at_their_maximum(void **state)
{
	char text[256], name[64];
	struct recording_record record;

	(void)state;
	memset(name, 'n', sizeof(name));
	name[SENSOR_ID_MAX - 1] = 0;
	(void)snprintf(text, sizeof(text), HOME "2010-11-04T05:41:00,%s,r,motion,1\n", name);
	_cleanup_(recording_free_p) struct recording *r = open_text(text);
	assert_int_equal(recording_next(r, &record), 1);
	assert_string_equal(record.reading.sensor.text, name);
	name[SENSOR_ID_MAX - 1] = 'n';
	name[SENSOR_ID_MAX] = 0;
	(void)snprintf(text, sizeof(text), HOME "2010-11-04T05:41:00,%s,r,motion,1\n", name);
	line_refused(text, "x:2: sensor: needs 1..47 bytes, has 48");
	(void)snprintf(text, sizeof(text), HOME "2010-11-04T05:41:00,s,%s,motion,1\n", name);
	line_refused(text, "x:2: room: needs at most 47 bytes, has 48");
}

/* Two records: a command sent, three bytes of an event received 1.5 s later. */
static const char snoop[] = "btsnoop\0\0\0\0\1\0\0\3\352"
			    "\0\0\0\1\0\0\0\1\0\0\0\2\0\0\0\0\x00\xe0\x3a\xb1\x10\x27\x80\x00"
			    "\x01"
			    "\0\0\0\5\0\0\0\3\0\0\0\3\0\0\0\0\x00\xe0\x3a\xb1\x10\x3e\x63\x60"
			    "\x04\x0e\x00";
#define SNOOP_BYTES (sizeof(snoop) - 1)

static void test_btsnoop_becomes_packets(void **state)
{
	_cleanup_(recording_free_p) struct recording *r = NULL;
	char error[RECORDING_ERROR_MAX];
	struct recording_record record;

	(void)state;
	assert_int_equal(open_bytes(&r, snoop, SNOOP_BYTES, error), 0);
	assert_int_equal(recording_format(r), RECORDING_BTSNOOP);
	assert_int_equal(recording_next(r, &record), 1);
	assert_int_equal(record.what, RECORDING_PACKET);
	assert_false(record.packet.is_received);
	assert_int_equal(record.packet.bytes, 1);
	assert_int_equal(recording_next(r, &record), 1);
	assert_true(record.packet.is_received);
	assert_int_equal(record.packet.bytes, 3);
	assert_int_equal(record.packet.cut_bytes, 2);
	assert_int_equal(record.packet.at[1], 0x0e);
	assert_int_equal(record.offset_us, 1500000);
	assert_int_equal(recording_next(r, &record), 0);
}

static void test_btsnoop_cut_anywhere_is_told_and_keeps_the_first(void **state)
{
	(void)state;
	for (size_t count = 17; count < SNOOP_BYTES; count++) {
		_cleanup_(recording_free_p) struct recording *r = NULL;
		char error[RECORDING_ERROR_MAX], place[40];
		struct recording_record record;
		size_t whole = 16 + 25;

		assert_int_equal(open_bytes(&r, snoop, count, error), 0);
		if (count >= whole)
			assert_int_equal(recording_next(r, &record), 1);
		if (count == whole) {
			assert_int_equal(recording_next(r, &record), 0);
			continue;
		}
		assert_int_equal(recording_next(r, &record), -EBADMSG);
		(void)snprintf(place, sizeof(place), "x: offset %zu: a record", count);
		assert_memory_equal(recording_error(r), place, strlen(place));
		assert_non_null(strstr(recording_error(r), "cut: expected"));
	}
}

static void test_btsnoop_refuses_impossible_lengths(void **state)
{
	char bytes[SNOOP_BYTES];
	_cleanup_(recording_free_p) struct recording *r = NULL, *q = NULL;
	char error[RECORDING_ERROR_MAX];
	struct recording_record record;

	(void)state;
	memcpy(bytes, snoop, SNOOP_BYTES);
	bytes[16 + 7] = 2; /* two bytes of a packet of one */
	assert_int_equal(open_bytes(&r, bytes, SNOOP_BYTES, error), 0);
	assert_int_equal(recording_next(r, &record), -EBADMSG);
	assert_string_equal(recording_error(r),
		"x: offset 16: a record of 2 bytes of 1, needs at most 65541 and not more than the "
		"packet");
	bytes[16 + 1] = 2;
	bytes[16 + 5] = 1;
	assert_int_equal(open_bytes(&q, bytes, SNOOP_BYTES, error), 0);
	assert_int_equal(recording_next(q, &record), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trial_becomes_batches),
		cmocka_unit_test(test_trial_batches_hold_at_most_25_samples),
		cmocka_unit_test(test_trial_clock_that_goes_back_ends_the_batch),
		cmocka_unit_test(test_trial_keeps_what_came_before_damage),
		cmocka_unit_test(test_trial_refuses_what_is_no_sample),
		cmocka_unit_test(test_lines_are_bounded),
		cmocka_unit_test(test_long_files_come_whole),
		cmocka_unit_test(test_header_decides),
		cmocka_unit_test(test_absent_file_is_told),
		cmocka_unit_test(test_home_log_becomes_readings),
		cmocka_unit_test(test_home_log_refuses_what_is_no_event),
		cmocka_unit_test(test_home_log_names_hold_at_their_maximum),
		cmocka_unit_test(test_btsnoop_becomes_packets),
		cmocka_unit_test(test_btsnoop_cut_anywhere_is_told_and_keeps_the_first),
		cmocka_unit_test(test_btsnoop_refuses_impossible_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
