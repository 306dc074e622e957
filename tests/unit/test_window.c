/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A window's bytes: what goes in comes out, and nothing that was cut or touched does.
 */
#include "hub/window.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ID "0123456789abcdef0123456789abcdef"

static const uint8_t key[AES_GCM_KEY_BYTES] = {1, 2, 3};

/* Everything a test needs, too large for a stack. */
struct desk {
	struct window in, out;
	uint8_t plain[WINDOW_PLAIN_MAX], scratch[WINDOW_PLAIN_MAX], file[WINDOW_FILE_MAX];
	size_t bytes;
};

static void fill(struct desk *d, uint16_t count)
{
	d->in = (struct window){.incident = ID,
		.sensor = {.text = "A4:C1:38:8D:18:B2"},
		.place = WEAR_WRIST,
		.range_mg = 8000,
		.event_ms = 1795464010250,
		.impact_us = 10000000,
		.count = count};
	for (uint16_t n = 0; n < count; n++)
		d->in.samples[n] = (struct window_sample){
			(uint32_t)n * 20000, (int16_t)(n - 4000), INT16_MIN, INT16_MAX};
	d->bytes = window_write(&d->in, d->plain);
}

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct desk));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static void expect_same(const struct desk *d)
{
	assert_string_equal(d->out.incident, ID);
	assert_string_equal(d->out.sensor.text, d->in.sensor.text);
	assert_int_equal(d->out.place, d->in.place);
	assert_int_equal(d->out.range_mg, 8000);
	assert_int_equal(d->out.event_ms, d->in.event_ms);
	assert_int_equal(d->out.impact_us, d->in.impact_us);
	assert_int_equal(d->out.count, d->in.count);
	for (unsigned int n = 0; n < d->in.count; n++) {
		assert_int_equal(d->out.samples[n].t_us, d->in.samples[n].t_us);
		assert_int_equal(d->out.samples[n].x_mg, d->in.samples[n].x_mg);
		assert_int_equal(d->out.samples[n].y_mg, d->in.samples[n].y_mg);
		assert_int_equal(d->out.samples[n].z_mg, d->in.samples[n].z_mg);
	}
}

static void test_what_is_sealed_is_read_again(void **state)
{
	static const uint16_t counts[] = {0, 1, 1750, WINDOW_SAMPLES_MAX};
	struct desk *d = *state;

	for (size_t n = 0; n < sizeof(counts) / sizeof(counts[0]); n++) {
		int bytes;

		fill(d, counts[n]);
		assert_true(d->bytes <= WINDOW_PLAIN_MAX);
		bytes = window_seal(key, bytes_of(d->plain, d->bytes), d->file);
		assert_true(bytes > 0 && bytes <= WINDOW_FILE_MAX);
		assert_int_equal(
			window_open(key, bytes_of(d->file, (size_t)bytes), d->scratch, &d->out), 0);
		expect_same(d);
	}
}

static void test_two_seals_of_the_same_differ(void **state)
{
	struct desk *d = *state;
	uint8_t first[64];

	fill(d, 3);
	assert_true(window_seal(key, bytes_of(d->plain, d->bytes), d->file) > 0);
	memcpy(first, d->file, sizeof(first));
	assert_true(window_seal(key, bytes_of(d->plain, d->bytes), d->file) > 0);
	assert_memory_equal(first, d->file, 9);
	assert_memory_not_equal(first + 9, d->file + 9, sizeof(first) - 9);
	/* and nothing of it can be read there */
	assert_null(memmem(d->file, 200, "A4:C1", 5));
}

static void test_a_file_cut_anywhere_is_refused(void **state)
{
	struct desk *d = *state;
	int bytes;

	fill(d, 5);
	bytes = window_seal(key, bytes_of(d->plain, d->bytes), d->file);
	for (int n = 0; n < bytes; n++)
		assert_true(
			window_open(key, bytes_of(d->file, (size_t)n), d->scratch, &d->out) < 0);
	assert_int_equal(
		window_open(key, bytes_of(d->file, (size_t)bytes + 1), d->scratch, &d->out),
		-EKEYREJECTED);
}

static void test_a_file_touched_anywhere_is_refused(void **state)
{
	struct desk *d = *state;
	uint8_t other[AES_GCM_KEY_BYTES] = {1, 2, 4};
	int bytes;

	fill(d, 5);
	bytes = window_seal(key, bytes_of(d->plain, d->bytes), d->file);
	for (int n = 0; n < bytes; n++) {
		d->file[n] ^= 0x40;
		assert_true(window_open(key, bytes_of(d->file, (size_t)bytes), d->scratch,
				    &d->out) < 0);
		d->file[n] ^= 0x40;
	}
	assert_int_equal(window_open(other, bytes_of(d->file, (size_t)bytes), d->scratch, &d->out),
		-EKEYREJECTED);
	d->file[8] = 2;
	assert_int_equal(window_open(key, bytes_of(d->file, (size_t)bytes), d->scratch, &d->out),
		-EPROTONOSUPPORT);
	assert_string_equal(window_error_text(-EPROTONOSUPPORT), "written by another version");
}

static void expect_refused(struct desk *d, size_t place, uint8_t value)
{
	uint8_t before = d->plain[place];

	d->plain[place] = value;
	assert_int_equal(window_read(bytes_of(d->plain, d->bytes), &d->out), -EBADMSG);
	d->plain[place] = before;
}

static void test_plain_bytes_that_cannot_be_are_refused(void **state)
{
	struct desk *d = *state;
	size_t sensor_bytes;

	fill(d, 2);
	sensor_bytes = strlen(d->in.sensor.text);
	assert_int_equal(window_read(bytes_of(d->plain, d->bytes), &d->out), 0);
	assert_int_equal(window_read(bytes_of(d->plain, d->bytes - 1), &d->out), -EBADMSG);
	assert_int_equal(window_read(bytes_of(d->plain, d->bytes + 1), &d->out), -EBADMSG);
	expect_refused(d, 0, 'X');                       /* no digit of an id */
	expect_refused(d, 46, 3);                        /* no place */
	expect_refused(d, 47, SENSOR_ID_MAX);            /* a sensor's text too long */
	expect_refused(d, 48, '\n');                     /* … and not plain */
	expect_refused(d, 48 + sensor_bytes, 3);         /* more samples than bytes */
	expect_refused(d, 48 + sensor_bytes + 1, 0x20);  /* 8194 */
	expect_refused(d, 48 + sensor_bytes + 2 + 3, 1); /* the first one later than the second */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_what_is_sealed_is_read_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_two_seals_of_the_same_differ, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_file_cut_anywhere_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_file_touched_anywhere_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_plain_bytes_that_cannot_be_are_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
