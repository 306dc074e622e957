/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What wearables say, value by value: vectors of the standards and the makers, and what is cut. */
#include "sensors/wearable.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct worn {
	struct wearable wearable;
	unsigned int readings, batches, samples, writes;
	struct reading reading[16];
	struct accel_batch first, last;
	uint8_t written[64];
	size_t written_bytes;
	enum wearable_wish written_to;
};

static void on_reading(const struct reading *reading, void *userdata)
{
	struct worn *w = userdata;

	w->reading[w->readings++ % 16] = *reading;
}

static void on_accel(const struct accel_batch *batch, void *userdata)
{
	struct worn *w = userdata;

	if (w->batches++ == 0)
		w->first = *batch;
	w->last = *batch;
	w->samples += batch->count;
}

static void on_write(
	enum wearable_wish wish, const void *value, size_t count, bool is_command, void *userdata)
{
	struct worn *w = userdata;

	(void)is_command;
	w->writes++;
	w->written_to = wish;
	w->written_bytes = count;
	memcpy(w->written, value, count < 64 ? count : 64);
}

static struct worn *begin(struct worn *w)
{
	const struct wearable_listener listener = {.on_reading = on_reading,
		.on_accel = on_accel,
		.on_write = on_write,
		.userdata = w};
	const struct sensor_id id = {.text = "A4:C1:38:8D:18:B2"};

	*w = (struct worn){0};
	wearable_init(&w->wearable, &id, &listener);
	return w;
}

static void tell(struct worn *w, enum wearable_wish wish, const void *value, size_t count)
{
	wearable_value(&w->wearable, 5000000, wish, bytes_of(value, count));
}
#define TELL(w, wish, ...) \
	tell(w, wish, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

#define assert_reading(w, n, wanted_kind, wanted) \
	do { \
		assert_int_equal((w)->reading[n].kind, wanted_kind); \
		assert_true( \
			(w)->reading[n].value >= (wanted) && (w)->reading[n].value <= (wanted)); \
	} while (0)

static void test_battery(void **state)
{
	struct worn w;

	(void)state;
	begin(&w);
	TELL(&w, WISH_BATTERY, 61);
	assert_reading(&w, 0, READING_BATTERY, 61);
	assert_string_equal(w.reading[0].sensor.text, "A4:C1:38:8D:18:B2");
	assert_int_equal(w.reading[0].time_us, 5000000);
	TELL(&w, WISH_BATTERY, 101);
	tell(&w, WISH_BATTERY, "", 0);
	assert_int_equal(w.readings, 1);
	assert_int_equal(w.wearable.refused, 2);
}

static void test_heart_rate(void **state)
{
	struct worn w;

	(void)state;
	TELL(begin(&w), WISH_HEART_RATE, 0x00, 0x55);
	assert_int_equal(w.readings, 1);
	assert_reading(&w, 0, READING_HEART_RATE, 85);
	/* no contact: the rate beside it is none */
	TELL(begin(&w), WISH_HEART_RATE, 0x04, 0xFF);
	assert_int_equal(w.readings, 1);
	assert_reading(&w, 0, READING_WORN, 0);
	TELL(begin(&w), WISH_HEART_RATE, 0x1E, 0x55, 0x32, 0x00, 0x21, 0x00);
	assert_int_equal(w.readings, 2);
	assert_reading(&w, 0, READING_WORN, 1);
	assert_reading(&w, 1, READING_HEART_RATE, 85);
	TELL(begin(&w), WISH_HEART_RATE, 0x1F, 1, 1, 0x32, 1, 1, 0, 2, 1, 0xFF, 0xFF);
	assert_reading(&w, 1, READING_HEART_RATE, 257);
	/* announces intervals and has none */
	TELL(begin(&w), WISH_HEART_RATE, 0x17, 0x01, 0x01);
	assert_int_equal(w.readings, 0);
	assert_int_equal(w.wearable.refused, 1);
}

static void test_polar(void **state)
{
	const uint8_t start[] = {2, 2, 0, 1, 0xC8, 0, 1, 1, 0x10, 0, 2, 1, 8, 0};
	uint8_t frame[10 + 84 * 6] = {2, 0x00, 0xE4, 0x0B, 0x54, 0x02, 0, 0, 0, 1};
	struct gatt gatt = {.wishes_count = WEARABLE_WISHES};
	struct worn w;

	(void)state;
	begin(&w);
	gatt.found[WISH_POLAR_CONTROL].value = 7;
	wearable_begin(&w.wearable, &gatt);
	assert_int_equal(w.written_to, WISH_POLAR_CONTROL);
	assert_int_equal(w.written_bytes, sizeof(start));
	assert_memory_equal(w.written, start, sizeof(start));
	/* 10 s, one sample */
	TELL(&w, WISH_POLAR_STREAM, 2, 0x00, 0xE4, 0x0B, 0x54, 0x02, 0, 0, 0, 1, 0xF7, 0xFF, 0xFF,
		0xFF, 0xE7, 0x03);
	assert_int_equal(w.samples, 1);
	assert_int_equal(w.first.first_us, 10000000);
	assert_int_equal(w.first.range_mg, 8000);
	assert_int_equal(w.first.samples[0].x_mg, -9);
	assert_int_equal(w.first.samples[0].y_mg, -1);
	assert_int_equal(w.first.samples[0].z_mg, 999);
	/* more than a batch holds: the stamp is the last sample's */
	begin(&w);
	tell(&w, WISH_POLAR_STREAM, frame, sizeof(frame));
	assert_int_equal(w.batches, 2);
	assert_int_equal(w.samples, 84);
	assert_int_equal(w.first.first_us, 10000000 - 83 * 5000);
	assert_int_equal(w.last.first_us + w.last.samples[w.last.count - 1].offset_us, 10000000);
	for (size_t n = 0; n < 16; n++)
		tell(&w, WISH_POLAR_STREAM, frame, n);
	frame[9] = 0x81;
	tell(&w, WISH_POLAR_STREAM, frame, sizeof(frame));
	assert_int_equal(w.samples, 84);
	assert_int_equal(w.wearable.refused, 17);
}

static void test_pinetime(void **state)
{
	struct worn w;

	(void)state;
	begin(&w);
	TELL(&w, WISH_PINETIME_MOTION, 0x00, 0x04, 0x00, 0xFC, 0x01, 0x80);
	assert_int_equal(w.samples, 1);
	assert_int_equal(w.first.first_us, 5000000);
	assert_int_equal(w.first.samples[0].x_mg, 1000);
	assert_int_equal(w.first.samples[0].y_mg, -1000);
	assert_int_equal(w.first.samples[0].z_mg, -31999);
	TELL(&w, WISH_PINETIME_MOTION, 0, 4, 0, 4, 1);
	TELL(&w, WISH_PINETIME_MOTION, 0, 4, 0, 4, 1, 0, 0);
	assert_int_equal(w.wearable.refused, 2);
	assert_int_equal(w.samples, 1);
}

static void tell_text(struct worn *w, const char *text)
{
	tell(w, WISH_BANGLE_LINES, text, strlen(text));
}

static void test_bangle(void **state)
{
	struct gatt gatt = {.wishes_count = WEARABLE_WISHES, .mtu_bytes = 23};
	struct worn w;
	char flood[300];

	(void)state;
	begin(&w);
	gatt.found[WISH_BANGLE_COMMAND].value = 7;
	wearable_begin(&w.wearable, &gatt);
	assert_in_range(w.writes, 2, 20);
	assert_in_range(w.written_bytes, 1, 20);
	assert_int_equal(w.written[w.written_bytes - 1], '\n');
	tell_text(&w, "V1,1234,-9,");
	assert_int_equal(w.samples, 0);
	tell_text(&w, "-1,999\r\n>V1\nV1,1314,0,0,");
	tell_text(&w, "1000\n");
	assert_int_equal(w.samples, 2);
	assert_int_equal(w.first.first_us, 1234000);
	assert_int_equal(w.first.samples[0].x_mg, -9);
	assert_int_equal(w.last.first_us, 1314000);
	assert_int_equal(w.wearable.refused, 0);
	tell_text(&w, "V1,1,2,3\n");
	tell_text(&w, "V1,1,2,3,4,5\n");
	tell_text(&w, "V1,-1,2,3,4\n");
	tell_text(&w, "V1,1,2,3,40000\n");
	tell_text(&w, "V1,1,2,3,99999999999999999999\n");
	tell_text(&w, "V1,1,,3,4\n");
	assert_int_equal(w.wearable.refused, 6);
	memset(flood, '7', sizeof(flood));
	tell(&w, WISH_BANGLE_LINES, flood, sizeof(flood));
	tell_text(&w, "\nV1,1,2,3,4\n");
	assert_int_equal(w.wearable.refused, 7);
	assert_int_equal(w.samples, 3);
}

static void tell_state(struct worn *w, uint8_t presses, enum button_press press, bool is_owed)
{
	const struct pendant_state s = {.presses = presses,
		.press = press,
		.is_press_owed = is_owed,
		.battery_pct = PENDANT_UNKNOWN};
	uint8_t value[PENDANT_STATE_BYTES];

	tell(w, WISH_PENDANT_STATE, value, pendant_state_write(&s, value));
}

static void test_pendant_state_vector(void **state)
{
	const uint8_t receipt[] = {1, 0, 7, 0, 0};
	struct worn w;

	(void)state;
	begin(&w);
	/* version, 7 presses, the last a long one, worn and owed, 80 % */
	TELL(&w, WISH_PENDANT_STATE, 1, 7, 4, 0x0B, 80);
	assert_int_equal(w.readings, 3);
	assert_reading(&w, 0, READING_BUTTON, BUTTON_LONG);
	assert_reading(&w, 1, READING_WORN, 1);
	assert_reading(&w, 2, READING_BATTERY, 80);
	assert_int_equal(w.written_to, WISH_PENDANT_RECEIPT);
	assert_int_equal(w.written_bytes, 5);
	assert_memory_equal(w.written, receipt, 5);
	TELL(&w, WISH_PENDANT_STATE, 1, 7, 4, 0x0E, 0xFF);
	assert_int_equal(w.readings, 5);
	assert_reading(&w, 3, READING_WORN, 1 - 1);
	assert_reading(&w, 4, READING_BATTERY_LOW, 1);
	TELL(&w, WISH_PENDANT_STATE, 1, 7, 4, 0);
	TELL(&w, WISH_PENDANT_STATE, 2, 7, 4, 0, 50);
	TELL(&w, WISH_PENDANT_STATE, 1, 7, 8, 0, 50);
	TELL(&w, WISH_PENDANT_STATE, 1, 7, 4, 0, 101);
	assert_int_equal(w.readings, 5);
	assert_int_equal(w.wearable.refused, 4);
}

static void test_HS_09_a_press_of_a_pendant_counts_once_over_lost_links(void **state)
{
	struct worn w;

	(void)state;
	begin(&w);
	tell_state(&w, 3, BUTTON_PRESS, false); /* long ago: somebody has taken it */
	assert_int_equal(w.readings, 0);
	tell_state(&w, 4, BUTTON_PRESS, true);
	tell_state(&w, 4, BUTTON_PRESS, true); /* read again after a lost link */
	tell_state(&w, 4, BUTTON_PRESS, false);
	assert_int_equal(w.readings, 1);
	tell_state(&w, 6, BUTTON_PRESS, false); /* the receipt for it was another hub's */
	assert_int_equal(w.readings, 2);
	/* the hub is new, the press is not taken */
	begin(&w);
	tell_state(&w, 4, BUTTON_PRESS, true);
	assert_int_equal(w.readings, 1);
}

static void tell_samples(
	struct worn *w, uint8_t event, uint16_t sequence, uint32_t first_ms, bool is_last)
{
	struct pendant_samples s = {.event = event,
		.sequence = sequence,
		.first_ms = first_ms,
		.rate_hz = 50,
		.range_g = 16,
		.is_last = is_last,
		.count = 25};
	uint8_t value[ATT_VALUE_MAX];

	s.at[24].z_mg = 1000;
	tell(w, WISH_PENDANT_ACCELERATION, value, pendant_samples_write(&s, value));
}

static void test_pendant_acceleration_vector(void **state)
{
	struct worn w;

	(void)state;
	begin(&w);
	/* version, event 9, sequence 0, 1000 ms, 25 Hz, 8 g, last, two samples */
	TELL(&w, WISH_PENDANT_ACCELERATION, 1, 9, 0, 0, 0xE8, 3, 0, 0, 25, 8, 1, 2, 0xF7, 0xFF,
		0xFF, 0xFF, 0xE7, 3, 0, 0, 0, 0, 0x18, 0xFC);
	assert_int_equal(w.samples, 2);
	assert_int_equal(w.first.first_us, 1000000);
	assert_int_equal(w.first.range_mg, 8000);
	assert_int_equal(w.first.samples[0].x_mg, -9);
	assert_int_equal(w.first.samples[1].offset_us, 40000);
	assert_int_equal(w.first.samples[1].z_mg, -1000);
	assert_memory_equal(w.written, ((const uint8_t[]){1, 1, 9, 1, 0}), 5);
	/* one sample less than it says; 24 and 101 Hz; no sample; 0 g */
	TELL(&w, WISH_PENDANT_ACCELERATION, 1, 9, 1, 0, 0, 4, 0, 0, 25, 8, 1, 2, 0, 0, 0, 0, 0, 0);
	TELL(&w, WISH_PENDANT_ACCELERATION, 1, 9, 1, 0, 0, 4, 0, 0, 24, 8, 1, 1, 0, 0, 0, 0, 0, 0);
	TELL(&w, WISH_PENDANT_ACCELERATION, 1, 9, 1, 0, 0, 4, 0, 0, 101, 8, 1, 1, 0, 0, 0, 0, 0, 0);
	TELL(&w, WISH_PENDANT_ACCELERATION, 1, 9, 1, 0, 0, 4, 0, 0, 25, 8, 1, 0);
	TELL(&w, WISH_PENDANT_ACCELERATION, 1, 9, 1, 0, 0, 4, 0, 0, 25, 0, 1, 1, 0, 0, 0, 0, 0, 0);
	assert_int_equal(w.wearable.refused, 5);
	assert_int_equal(w.samples, 2);
}

static void test_samples_repeated_after_a_lost_link_count_once(void **state)
{
	struct worn w;

	(void)state;
	begin(&w);
	for (uint16_t n = 0; n < 6; n++)
		tell_samples(&w, 1, n, 1000 + n * 500U, false);
	for (uint16_t n = 4; n < 12; n++)
		tell_samples(&w, 1, n, 1000 + n * 500U, n == 11);
	assert_int_equal(w.samples, 12 * 25);
	assert_int_equal(w.wearable.lost, 0);
	assert_int_equal(w.writes, 2); /* after 8, and after the last */
	assert_memory_equal(w.written, ((const uint8_t[]){1, 1, 1, 12, 0}), 5);
	tell_samples(&w, 2, 3, 60000, false);
	assert_int_equal(w.wearable.lost, 3);
	/* the pendant lost its power and counts events anew */
	tell_samples(&w, 2, 0, 10, false);
	assert_int_equal(w.samples, 14 * 25);
}

static void test_a_clock_that_wraps_goes_on(void **state)
{
	struct worn w;

	(void)state;
	begin(&w);
	tell_samples(&w, 1, 0, UINT32_MAX - 99, false);
	tell_samples(&w, 1, 1, 400, false);
	assert_int_equal(w.last.first_us - w.first.first_us, 500000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_battery),
		cmocka_unit_test(test_heart_rate),
		cmocka_unit_test(test_polar),
		cmocka_unit_test(test_pinetime),
		cmocka_unit_test(test_bangle),
		cmocka_unit_test(test_pendant_state_vector),
		cmocka_unit_test(test_HS_09_a_press_of_a_pendant_counts_once_over_lost_links),
		cmocka_unit_test(test_pendant_acceleration_vector),
		cmocka_unit_test(test_samples_repeated_after_a_lost_link_count_once),
		cmocka_unit_test(test_a_clock_that_wraps_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
